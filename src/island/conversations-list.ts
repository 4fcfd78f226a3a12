/** The list of conversations: previews, counts and order, from what this device holds. */
import type { ConversationView, PeerView } from '../client/engine-types.ts';
import { htmx } from './htmx.ts';
import { initialsOf } from './people.ts';
import { SealedPreview } from './sealed-preview.ts';
import { engine, onEvent } from './session.ts';
import { shortOf } from './times.ts';

/** Keeps a `nav[data-conversations]` in step with the engine, until it leaves the document. */
export function openConversationsList(list: HTMLElement): void {
  const stop = onEvent((event) => {
    if (!list.isConnected) return stop();
    if (event.type === 'conversation') show(list, event.conversation);
    if (event.type === 'peer') showPeers(list, event.peer);
  });
  void refresh(list);
}

/** Moves a row that came over the socket into every list of the page; one that is there already is kept. */
export function adoptRow(row: HTMLAnchorElement): void {
  const item = row.closest('li') ?? row;
  for (const list of document.querySelectorAll<HTMLElement>('nav[data-conversations]')) {
    if (rowOf(list, row.dataset.conversation ?? '')) continue;
    list.querySelector('[data-rows]')?.prepend(item);
    htmx.process(item);
    void refresh(list);
    return;
  }
  item.remove();
}

/** After a swap of the main pane the list stays: the row of the page that is open now is marked. */
export function markCurrentRow(): void {
  for (const row of document.querySelectorAll<HTMLAnchorElement>(
    'nav[data-conversations] a[data-conversation]',
  ))
    if (row.pathname === location.pathname) row.setAttribute('aria-current', 'page');
    else row.removeAttribute('aria-current');
}

async function refresh(list: HTMLElement): Promise<void> {
  for (const row of list.querySelectorAll<HTMLElement>('a[data-activity]'))
    showTime(row, Number(row.dataset.activity));
  for (const view of await (await engine).conversations()) show(list, view);
}

function show(list: HTMLElement, view: ConversationView): void {
  const row = rowOf(list, view.id);
  if (!row) return;
  const preview = row.querySelector('sealed-preview');
  if (preview instanceof SealedPreview) void preview.show(view.last, view.kind === 'group');
  showUnread(row, view.unread);
  if (view.peer) showPeer(row, view.peer);
  else if (view.name) showName(row, view.name);
  showTime(row, view.lastActivity);
  if (Number(row.dataset.activity) === view.lastActivity) return;
  row.dataset.activity = String(view.lastActivity);
  place(row);
}

/** Also of a conversation that this device does not know yet: the server wrote a date in UTC. */
function showTime(row: HTMLElement, at: number): void {
  const time = row.querySelector('time');
  if (!time || at <= 0) return;
  time.dateTime = new Date(at).toISOString();
  time.textContent = shortOf(at);
}

function showUnread(row: HTMLElement, unread: number): void {
  const count = row.querySelector<HTMLElement>('[data-unread]');
  row.classList.toggle('unread', unread > 0);
  if (!count) return;
  count.hidden = unread === 0;
  count.textContent = unread === 0 ? '' : String(unread);
  if (unread > 0) count.setAttribute('aria-label', `${unread} unread`);
}

function showPeers(list: HTMLElement, peer: PeerView): void {
  for (const row of list.querySelectorAll<HTMLElement>(`a[data-peer="${CSS.escape(peer.account)}"]`))
    showPeer(row, peer);
}

function showName(row: HTMLElement, name: string): void {
  const place = row.querySelector('[data-peer-name]');
  if (place && place.textContent !== name) place.textContent = name;
}

function showPeer(row: HTMLElement, { name, verified }: { name: string; verified: boolean }): void {
  showName(row, name);
  const initials = row.querySelector('[data-initials]');
  if (initials) initials.textContent = initialsOf(name);
  row.querySelector('[data-verified-mark]')?.toggleAttribute('hidden', !verified);
}

/** Newest first: moves the row before the first one that is older. */
function place(row: HTMLElement): void {
  const item = row.closest('li') ?? row;
  const siblings = [...(item.parentElement?.children ?? [])].filter((other) => other !== item);
  const older = siblings.find((other) => activityOf(other) < activityOf(item));
  const target = older ?? null;
  if (item.nextElementSibling === target) return;
  item.parentElement?.insertBefore(item, target);
}

function activityOf(item: Element): number {
  const row = item.matches('[data-activity]') ? item : item.querySelector('[data-activity]');
  return row instanceof HTMLElement ? Number(row.dataset.activity) : 0;
}

function rowOf(list: HTMLElement, conversation: string): HTMLElement | null {
  return list.querySelector<HTMLElement>(`a[data-conversation="${CSS.escape(conversation)}"]`);
}
