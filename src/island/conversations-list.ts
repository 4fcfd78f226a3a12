/** The list of conversations: previews, counts and order, from what this device holds. */
import type { ConversationView, PeerView } from '../client/engine-types.ts';
import { fillPeer, fillRow, showTime } from './conversation-row.ts';
import { listDrafts, onDraft } from './drafts.ts';
import { htmx } from './htmx.ts';
import { engine, onEvent } from './session.ts';

const views = new Map<string, ConversationView>();
const drafts = new Map<string, string>();

/** Keeps a `nav[data-conversations]` in step with the engine, until it leaves the document. */
export function openConversationsList(list: HTMLElement): void {
  const stop = onEvent((event) => {
    if (!list.isConnected) return stop();
    if (event.type === 'conversation') show(list, event.conversation);
    if (event.type === 'peer') showPeers(list, event.peer);
  });
  onDraft((conversation, text) => drafts.set(conversation, text));
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
  )) {
    const isOpen = row.pathname === location.pathname;
    if (isOpen === row.hasAttribute('aria-current')) continue;
    if (isOpen) row.setAttribute('aria-current', 'page');
    else row.removeAttribute('aria-current');
    const view = views.get(row.dataset.conversation ?? '');
    if (view) fillRow(row, view, drafts.get(view.id) ?? '');
  }
}

async function refresh(list: HTMLElement): Promise<void> {
  for (const row of list.querySelectorAll<HTMLElement>('a[data-activity]'))
    showTime(row, Number(row.dataset.activity));
  const [all, kept] = await Promise.all([(await engine).conversations(), listDrafts()]);
  for (const [conversation, text] of kept) if (!drafts.has(conversation)) drafts.set(conversation, text);
  for (const view of all) show(list, view);
}

function show(list: HTMLElement, view: ConversationView): void {
  views.set(view.id, view);
  const row = rowOf(list, view.id);
  if (!row) return;
  fillRow(row, view, drafts.get(view.id) ?? '');
  const moved = putAway(list, row, view.archived);
  if (!moved && Number(row.dataset.activity) === view.lastActivity) return;
  row.dataset.activity = String(view.lastActivity);
  place(row);
}

/** Moves a row between the list and what is archived, and says whether it did. */
function putAway(list: HTMLElement, row: HTMLElement, archived: boolean): boolean {
  const section = list.querySelector<HTMLElement>('[data-archived]');
  const target = list.querySelector(archived ? '[data-archived-rows]' : '[data-rows]');
  const item = row.closest('li') ?? row;
  if (!target || !section || item.parentElement === target) return false;
  target.append(item);
  const count = section.querySelectorAll('[data-archived-rows] > li').length;
  section.hidden = count === 0;
  const words = section.querySelector('[data-archived-count]');
  if (words) words.textContent = String(count);
  return true;
}

function showPeers(list: HTMLElement, peer: PeerView): void {
  for (const [id, view] of views) if (view.peer?.account === peer.account) views.set(id, { ...view, peer });
  for (const row of list.querySelectorAll<HTMLElement>(`a[data-peer="${CSS.escape(peer.account)}"]`))
    fillPeer(row, peer);
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
