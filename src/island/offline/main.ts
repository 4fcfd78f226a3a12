/**
 * Fills the page that no server has written: the list and the open conversation, from what this browser keeps. From there
 * on it is a page like any other, and works on when the server is back.
 */
import type { ConversationView, Engine } from '../../client/engine-types.ts';
import { PLACEHOLDERS } from '../../contract/offline.ts';
import { t } from '../../contract/words.ts';
import { markCurrentRow } from '../conversations-list.ts';
import { htmx } from '../htmx.ts';
import { initialsOf } from '../people.ts';
import { isNotes, titleOf } from '../title.ts';
import { returnWhenBack } from './return.ts';

/** Draws the page of this address for whoever this engine is of; `mount` brings its marks to life. */
export async function drawOffline(
  { self, conversations }: Engine,
  mount: (root: Element) => void,
): Promise<void> {
  document.body.dataset.account = self.account;
  document.body.dataset.device = self.device;
  const me = document.querySelector<HTMLElement>('.me');
  if (me) {
    me.dataset.account = self.account;
    write(me, '[data-initials]', initialsOf(self.name));
    write(me, '.me-name b', self.name);
    write(me, '.me-name small', `@${self.username}`);
  }
  const known = await conversations();
  const rows = document.querySelector('[data-rows]');
  // Newest first, as the server draws them.
  for (const view of known.toSorted((a, b) => b.lastActivity - a.lastActivity))
    rows?.append(clone(`offline-row-${templateOf(view)}`, view));
  if (rows) htmx.process(rows);
  const isUseful = drawPane(known);
  mount(document.body);
  markCurrentRow();
  returnWhenBack(isUseful ? self.account : null);
}

/** Nobody's keys are open here, and to open them the server is needed. */
export function drawLocked(): void {
  document.querySelector('.app')?.setAttribute('data-locked', '');
  show(clone('offline-locked', null));
  returnWhenBack(null);
}

/** False for a page that only the server can draw. */
function drawPane(known: readonly ConversationView[]): boolean {
  const [, id] = /^\/c\/([0-9a-f]+)$/.exec(location.pathname) ?? [];
  const view = known.find((each) => each.id === id);
  if (view) {
    show(clone(`offline-${templateOf(view)}`, view));
    document.title = `${nameOf(view)} · ${document.title}`;
    return true;
  }
  const isStart = location.pathname === '/';
  show(clone(isStart ? 'offline-welcome' : 'offline-absent', null));
  return isStart;
}

function show(pane: DocumentFragment): void {
  const main = document.querySelector('#main');
  for (const child of [...(main?.children ?? [])]) if (child.localName !== 'template') child.remove();
  main?.append(pane);
  main?.querySelector('[data-try-again]')?.addEventListener('click', () => location.reload());
}

const nameOf = (view: ConversationView): string => titleOf(view) ?? t('Group');
const templateOf = (view: ConversationView): string => (isNotes(view) ? 'notes' : view.kind);

/** A copy of a template in which the placeholders are this conversation's. */
function clone(template: string, view: ConversationView | null): DocumentFragment {
  const source = document.querySelector<HTMLTemplateElement>(`template#${template}`);
  if (!source) throw new Error(`the page has no template ${template}`);
  const copy = document.importNode(source.content, true);
  if (view) fill(copy, view);
  return copy;
}

function fill(copy: DocumentFragment, view: ConversationView): void {
  const name = nameOf(view);
  const attributes: readonly (readonly [string, string])[] = [
    [PLACEHOLDERS.conversation, view.id],
    [PLACEHOLDERS.account, view.peer?.account ?? (isNotes(view) ? view.members[0] : null) ?? view.id],
  ];
  for (const element of copy.querySelectorAll('*'))
    for (const attribute of [...element.attributes])
      for (const [placeholder, value] of attributes)
        if (attribute.value.includes(placeholder))
          attribute.value = attribute.value.replaceAll(placeholder, value);
  const texts = document.createTreeWalker(copy, NodeFilter.SHOW_TEXT);
  for (let text = texts.nextNode(); text; text = texts.nextNode())
    if (text.nodeValue?.includes(PLACEHOLDERS.name))
      text.nodeValue = text.nodeValue.replaceAll(PLACEHOLDERS.name, name);
  for (const initials of copy.querySelectorAll('[data-initials]')) initials.textContent = initialsOf(name);
  const row = copy.querySelector<HTMLElement>('[data-activity]');
  if (row) row.dataset.activity = String(view.lastActivity);
  if (view.kind === 'group')
    for (const place of copy.querySelectorAll('[data-group-name], [data-peer-name]'))
      place.textContent = name;
}

function write(place: HTMLElement, selector: string, words: string): void {
  const target = place.querySelector(selector);
  if (target) target.textContent = words;
}
