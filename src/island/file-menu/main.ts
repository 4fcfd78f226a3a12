/** Everything that can be done with a file, as a menu in the top layer. */
import type { Engine } from '../../client/engine-types.ts';
import type { FileView } from '../../client/files/view.ts';
import type { BodyId, ConversationId } from '../../contract/ids.ts';
import { t } from '../../contract/words.ts';
import { draw } from '../draw.ts';
import { isOver, shownOf } from '../file-card/kind.ts';
import { closeByLeaving } from '../message-menu/leave.ts';
import { moveIn } from '../message-menu/move.ts';
import { loadSave, loadSharing, loadViewer } from '../part.ts';
import { togglePopover } from '../popover.ts';
import { showProblem } from '../problem.ts';
import { engine } from '../session.ts';
import { openAt } from '../timeline/open-at.ts';
import { confirmRemoval } from './confirm.ts';
import { openExpiry } from './expiry.ts';
import { openForward } from './forward.ts';
import { pickVersion } from './new-version.ts';
import { openVersions } from './versions.ts';

export { confirmForgetting } from './confirm.ts';

export interface FileMenuTerms {
  readonly file: FileView;
  readonly conversation: ConversationId;
  /** Where it was said. */
  readonly message: BodyId;
  readonly mine: boolean;
  /** The button that opens the menu; it has the focus afterwards. */
  readonly anchor: HTMLElement;
  /** What the viewer goes through; empty for this file alone. */
  readonly beside?: readonly FileView[];
  /** Offers to go to the message. */
  readonly leads?: boolean;
}

export interface FileItem {
  readonly label: string;
  readonly act: () => unknown;
  readonly when: boolean;
  readonly danger?: boolean;
}

export async function openFileMenu(terms: FileMenuTerms): Promise<void> {
  const { anchor } = terms;
  const client = await engine;
  const view = (await client.conversations()).find(({ id }) => id === terms.conversation);
  // By hand, as the menu of messages.
  const menu = draw('div', {
    role: 'menu',
    class: 'menu',
    popover: 'manual',
    'aria-label': t('File actions'),
  });
  const close = () => {
    if (menu.matches(':popover-open')) menu.hidePopover();
  };
  for (const { label, act, when, danger = false } of itemsFor(terms, client, view?.writable ?? false)) {
    if (!when) continue;
    const attributes = { type: 'button', role: 'menuitem', tabindex: '-1', class: danger ? 'danger' : '' };
    const button = draw('button', attributes, label);
    button.addEventListener('click', () => {
      close();
      anchor.focus();
      act();
    });
    menu.append(button);
  }
  menu.addEventListener('keydown', (event) => moveIn(menu, event));
  closeByLeaving(menu, close, anchor);
  // In a landmark, as everything that is read out.
  (document.querySelector('[data-view]') ?? document.body).append(menu);
  if (!togglePopover(menu, anchor)) return menu.remove();
  menu.querySelector('button')?.focus();
}

function itemsFor(terms: FileMenuTerms, client: Engine, writable: boolean): readonly FileItem[] {
  const { file, conversation, message, mine, anchor, beside, leads = false } = terms;
  const isThere = !isOver(file);
  const look = async () => (await loadViewer()).openViewer(beside ?? [file], file, anchor);
  return [
    {
      label: shownOf(file) === 'video' || shownOf(file) === 'audio' ? t('Play') : t('Open'),
      act: () => look().catch(showProblem),
      when: isThere && shownOf(file) !== 'none',
    },
    {
      label: t('Save'),
      act: () => loadSave().then(({ startSave }) => startSave(file), showProblem),
      when: isThere,
    },
    { label: t('Forward…'), act: () => openForward(client, file, conversation, anchor), when: isThere },
    { label: t('Share…'), act: () => share(file, anchor), when: isThere },
    {
      label: t('New version…'),
      act: () => pickVersion(file, conversation),
      when: writable,
    },
    { label: t('Versions…'), act: () => openVersions(client, terms), when: true },
    { label: t('Go to the message'), act: () => openAt(conversation, message), when: leads },
    { label: t('When it is deleted…'), act: () => openExpiry(client, file, anchor), when: mine && isThere },
    {
      label: t('Delete the file'),
      act: () => confirmRemoval(client, file, anchor),
      when: mine && isThere,
      danger: true,
    },
  ];
}

/** A link for people without an account. */
const share = (file: FileView, anchor: HTMLElement): Promise<void> =>
  loadSharing()
    .then(({ shareFile }) => shareFile(file))
    .then(() => anchor.focus(), showProblem);
