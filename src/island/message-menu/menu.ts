/** Everything that can be done with one message, as a menu in the top layer. */
import type { ConversationView, Engine, HistoryMessage } from '../../client/engine-types.ts';
import { QUICK_REACTIONS } from '../../client/messages/types.ts';
import { t } from '../../contract/words.ts';
import { draw } from '../draw.ts';
import { togglePopover } from '../popover.ts';
import { showProblem } from '../problem.ts';
import { compose, THREAD_ASKED } from './compose.ts';
import { confirmDelete } from './confirm.ts';
import { openMessageDetails } from './details.ts';
import { closeByLeaving } from './leave.ts';
import { moveIn } from './move.ts';

export interface MenuTerms {
  readonly client: Engine;
  readonly message: HistoryMessage;
  readonly anchor: HTMLElement;
  /** What has the focus afterwards. */
  readonly back: { focus(): void };
  readonly react: (message: HistoryMessage, emoji: string) => Promise<void>;
  readonly pick: () => void;
}

interface Item {
  readonly label: string;
  readonly act: () => unknown;
  readonly danger?: boolean;
}

export async function openMenu(terms: MenuTerms): Promise<void> {
  const { client, message, anchor, back } = terms;
  const view = (await client.conversations()).find(({ id }) => id === message.conversation) ?? null;
  // By hand: a finger that opened it by resting would close it by being lifted.
  const menu = draw('div', {
    role: 'menu',
    class: 'menu',
    popover: 'manual',
    'aria-label': t('Message actions'),
  });
  const close = () => {
    if (menu.matches(':popover-open')) menu.hidePopover();
  };
  const choose = (act: () => unknown) => () => {
    close();
    back.focus();
    act();
  };
  if (message.kind === 'text') menu.append(drawEmojis(terms, choose));
  for (const item of itemsFor(terms, view)) menu.append(drawItem(item, choose));
  menu.addEventListener('keydown', (event) => moveIn(menu, event));
  closeByLeaving(menu, close, back);
  (anchor.closest('[data-view]') ?? document.body).append(menu);
  if (!togglePopover(menu, anchor)) return menu.remove();
  menu.querySelector('button')?.focus();
}

function drawEmojis(
  { message, react, pick }: MenuTerms,
  choose: (act: () => unknown) => () => void,
): HTMLElement {
  const emojis = QUICK_REACTIONS.map((emoji) => {
    const label = t('React with {emoji}', { emoji });
    const button = draw(
      'button',
      { type: 'button', role: 'menuitem', tabindex: '-1', 'aria-label': label },
      emoji,
    );
    button.addEventListener(
      'click',
      choose(() => react(message, emoji)),
    );
    return button;
  });
  const icon = draw('span', { class: 'icon icon-smile', 'aria-hidden': 'true' });
  const all = draw(
    'button',
    { type: 'button', role: 'menuitem', tabindex: '-1', 'aria-label': t('React') },
    icon,
  );
  all.addEventListener('click', choose(pick));
  return draw('div', { role: 'group', class: 'menu-emojis', 'aria-label': t('Reactions') }, ...emojis, all);
}

function drawItem(
  { label, act, danger = false }: Item,
  choose: (act: () => unknown) => () => void,
): HTMLElement {
  const attributes = { type: 'button', role: 'menuitem', tabindex: '-1', class: danger ? 'danger' : '' };
  const button = draw('button', attributes, label);
  button.addEventListener('click', choose(act));
  return button;
}

function itemsFor({ client, message, back }: MenuTerms, view: ConversationView | null): readonly Item[] {
  const { id, kind, mine, pinned, text, conversation } = message;
  const isText = kind === 'text';
  const writable = view?.writable ?? true;
  const mayPin = view?.kind !== 'group' || view.role === 'owner' || view.role === 'admin';
  const copy = (words: string) => navigator.clipboard.writeText(words).catch(showProblem);
  const thread = () => document.dispatchEvent(new CustomEvent(THREAD_ASKED, { detail: message }));
  const all: readonly (Item & { readonly when: boolean })[] = [
    { label: t('Reply'), act: () => compose('reply', message), when: isText && writable },
    { label: t('Edit'), act: () => compose('edit', message), when: isText && mine && writable },
    { label: t('Copy text'), act: () => copy(text), when: isText && 'clipboard' in navigator },
    {
      label: pinned ? t('Unpin') : t('Pin'),
      act: () => client.pin(id, !pinned).catch(showProblem),
      when: isText && mayPin && writable,
    },
    { label: t('Show replies'), act: thread, when: isText },
    {
      label: t('Copy link to message'),
      act: () => copy(`${location.origin}/c/${conversation}#${id}`),
      when: 'clipboard' in navigator,
    },
    { label: t('Details'), act: () => openMessageDetails(client, message, back), when: true },
    {
      label: t('Delete'),
      act: () => confirmDelete(back, () => client.deleteMessage(id).catch(showProblem)),
      when: mine && isText,
      danger: true,
    },
  ];
  return all.filter(({ when }) => when);
}
