/** Dots on avatars, words in headers, and what people say of themselves, wherever the page names somebody. */
import type { Presence } from '../../client/presence/types.ts';
import { type AccountId, isAccountId, isConversationId } from '../../contract/ids.ts';
import { plural } from '../../contract/words.ts';
import { engine, onEvent } from '../session.ts';
import { presenceWords } from './words.ts';

/** What holds an avatar of somebody, and where their own words go; those in lists are brief. */
const PLACES: readonly (readonly [selector: string, names: string, brief: boolean])[] = [
  ['nav[data-conversations] a[data-peer]:not([data-group])', '.row-name', true],
  ['.bar[data-peer]', 'h1', true],
  ['[data-readers] li[data-account]', '.reader-name', false],
  ['footer.me[data-account]', '.me-name', false],
];

/** Keeps them right, also of rows and panes that come later. */
export function watchPeople(presence: Presence): void {
  let planned = false;
  const paintSoon = () => {
    if (planned) return;
    planned = true;
    requestAnimationFrame(() => {
      planned = false;
      paint(presence);
    });
  };
  onEvent(({ type }) => {
    if (type === 'presence') paintSoon();
  });
  for (const place of document.querySelectorAll('nav[data-conversations], #main'))
    new MutationObserver(paintSoon).observe(place, { childList: true, subtree: true });
  paint(presence);
}

function paint(presence: Presence): void {
  for (const [selector, names, brief] of PLACES)
    for (const place of document.querySelectorAll<HTMLElement>(selector)) {
      const account = place.dataset.peer ?? place.dataset.account ?? '';
      if (isAccountId(account)) paintPerson(place, account, presence, { names, brief });
    }
  for (const line of document.querySelectorAll<HTMLElement>('[data-presence-of]')) {
    const account = line.dataset.presenceOf ?? '';
    if (isAccountId(account)) write(line, presenceWords(presence.of(account)));
  }
  void countHere(presence);
}

function paintPerson(
  place: HTMLElement,
  account: AccountId,
  presence: Presence,
  { names, brief }: { readonly names: string; readonly brief: boolean },
): void {
  const view = presence.of(account);
  const state = view?.state ?? 'offline';
  if (place.dataset.presence !== state) place.dataset.presence = state;
  // Not by colour alone: who listens to the page hears it after the name.
  const words = presenceWords(view);
  if (words === '') place.removeAttribute('aria-description');
  else if (place.localName === 'a' && place.getAttribute('aria-description') !== words)
    place.setAttribute('aria-description', words);
  const name = place.querySelector(names);
  if (!name || name.querySelector('sealed-status')) return;
  const status = document.createElement('sealed-status');
  status.dataset.account = account;
  if (brief) status.dataset.brief = '';
  name.append(status);
}

/** "3 here now", in the header of a group: those who read it, oneself among them. */
async function countHere(presence: Presence): Promise<void> {
  const place = document.querySelector<HTMLElement>('[data-here-now]');
  const id = place?.dataset.hereNow ?? '';
  if (!place || !isConversationId(id)) return;
  const view = (await (await engine).conversations()).find((each) => each.id === id);
  const here = (view?.members ?? []).filter((account) => presence.of(account)?.state === 'online').length;
  // Alone is nothing to tell.
  write(place, here < 2 ? '' : plural(here, '{n} here now', '{n} here now'));
}

function write(place: HTMLElement, words: string): void {
  if (place.textContent !== words) place.textContent = words;
}
