/** Whether somebody looks at this page: it is in view, and was touched within the last minutes. */
import type { Presence } from '../../client/presence/types.ts';
import { AWAY_AFTER_MS } from '../../contract/presence.ts';

const SIGNS = ['pointerdown', 'pointermove', 'keydown', 'wheel', 'touchstart'] as const;
/** Moving a pointer makes hundreds of events a second: one in so many milliseconds is enough. */
const NOTED_EVERY_MS = 5000;

export function watchActivity(presence: Presence): void {
  let idle: ReturnType<typeof setTimeout> | undefined;
  let notedAt = 0;
  const isSeen = () => document.visibilityState === 'visible';
  const note = () => {
    const now = Date.now();
    if (!isSeen() || now - notedAt < NOTED_EVERY_MS) return;
    notedAt = now;
    clearTimeout(idle);
    idle = setTimeout(() => presence.setActive(false), AWAY_AFTER_MS);
    presence.setActive(true);
  };
  for (const sign of SIGNS) addEventListener(sign, note, { passive: true, capture: true });
  document.addEventListener('visibilitychange', () => {
    notedAt = 0;
    if (isSeen()) note();
    else presence.setActive(false);
  });
  presence.setActive(isSeen());
  note();
}
