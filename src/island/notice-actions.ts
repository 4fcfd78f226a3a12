/** The one thing to do about what a notice says, by its code (ARCHITECTURE.md, "What goes wrong"). */
import { sentence } from '../contract/words.ts';
import { engine } from './session.ts';

export interface NoticeAction {
  /** Kept words of the button or link. */
  readonly words: string;
  /** A page that does it, or what the page does itself. */
  readonly act: string | (() => unknown);
}

const again = async () => void (await (await engine).sync().catch(() => {}));
const EVIDENCE: NoticeAction = { words: sentence('Look at the evidence'), act: '/settings#log' };

const ACTIONS: Readonly<Record<string, NoticeAction>> = {
  NotSignedIn: { words: sentence('Sign in'), act: '/sign-in' },
  release: { words: sentence('Load the page again'), act: () => location.reload() },
  start: { words: sentence('Load the page again'), act: () => location.reload() },
  renewal: { words: sentence('Unlock'), act: '/unlock' },
  persist: { words: sentence('Look at your devices'), act: '/settings#devices' },
  E_FULL: { words: sentence('Try again'), act: again },
  Unavailable: { words: sentence('Try again'), act: again },
  E_KT: EVIDENCE,
  E_ROLLBACK: { words: sentence('Remove this device'), act: '/unlock#remove-device' },
};

export const actionFor = (code: string): NoticeAction | null => ACTIONS[code] ?? null;
