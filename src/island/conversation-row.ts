/** One row of the list: what this device knows of a conversation, in the server's link. */
import type { ConversationView, PeerView } from '../client/engine-types.ts';
import { locale, plural } from '../contract/words.ts';
import { initialsOf } from './people.ts';
import { SealedPreview } from './sealed-preview.ts';
import { shortOf } from './times.ts';
import { titleOf } from './title.ts';

/** @param draft text that is written and not sent, empty for none */
export function fillRow(row: HTMLElement, view: ConversationView, draft: string): void {
  const preview = row.querySelector('sealed-preview');
  // In the conversation that is open it stands in its box.
  const shownDraft = row.hasAttribute('aria-current') ? '' : draft;
  if (preview instanceof SealedPreview) void preview.show(view.last, view.kind === 'group', shownDraft);
  showUnread(row, view);
  const title = titleOf(view);
  if (view.peer) fillPeer(row, view.peer);
  else if (title) showName(row, title);
  showTime(row, view.lastActivity);
}

/** Also of a conversation that this device does not know yet: the server wrote a date in UTC. */
export function showTime(row: HTMLElement, at: number): void {
  const time = row.querySelector('time');
  if (!time) return;
  if (at <= 0) {
    time.dataset.shown = '';
    return;
  }
  time.dateTime = new Date(at).toISOString();
  time.textContent = shortOf(at);
  time.dataset.shown = '';
}

export function fillPeer(row: HTMLElement, { name, verified }: PeerView): void {
  showName(row, name);
  const initials = row.querySelector('[data-initials]');
  if (initials) initials.textContent = initialsOf(name);
  row.querySelector('[data-verified-mark]')?.toggleAttribute('hidden', !verified);
}

/** How many are new, whether one of them names oneself, and whether one wants to hear of it. */
function showUnread(row: HTMLElement, { unread, mentions, notify }: ConversationView): void {
  row.classList.toggle('unread', unread > 0);
  row.toggleAttribute('data-muted', notify === 'none');
  row.querySelector('[data-muted-mark]')?.toggleAttribute('hidden', notify !== 'none');
  row.querySelector('[data-mention-mark]')?.toggleAttribute('hidden', mentions === 0);
  const count = row.querySelector<HTMLElement>('[data-unread]');
  if (!count) return;
  count.hidden = unread === 0;
  count.textContent = unread === 0 ? '' : new Intl.NumberFormat(locale()).format(unread);
  if (unread > 0) count.setAttribute('aria-label', plural(unread, '{n} unread', '{n} unread'));
}

function showName(row: HTMLElement, name: string): void {
  const place = row.querySelector('[data-peer-name]');
  if (place && place.textContent !== name) place.textContent = name;
}
