/** The search of a person who does not exist, for the gallery: the box on every page, what was found on one. */

import { UNMARKED } from '../../../src/client/history.ts';
import type { Answer, FoundMessage } from '../../../src/client/search/history-search.ts';
import type { AccountId, BodyId, ConversationId, DeviceId } from '../../../src/contract/ids.ts';
import { draw } from '../../../src/island/draw.ts';
import { Filters } from '../../../src/island/search/filters.ts';
import { drawAnswer } from '../../../src/island/search/results.ts';
import { STYLE } from '../../../src/island/search/style.ts';
import { openSearchBox } from '../../../src/island/search.ts';

const account = (digit: string) => digit.repeat(32) as AccountId;
const group = { id: '1'.repeat(64) as ConversationId, kind: 'group', name: 'Deployment crew' } as const;
const direct = { id: '0'.repeat(64) as ConversationId, kind: 'direct', name: 'Mina Ito' } as const;
const person = (digit: string, name: string, username: string, isSelf = false) => ({
  account: account(digit),
  name,
  username,
  verified: false,
  isSelf,
  conversation: direct.id,
});
const PEOPLE = [person('3', 'Ada Kern', 'ada', true), person('c', 'Mina Ito', 'mina')];

function found(author: string, at: number, text: string, where: FoundMessage['conversation']): FoundMessage {
  return {
    author,
    username: '',
    conversation: where,
    message: {
      ...UNMARKED,
      id: '5'.repeat(32) as BodyId,
      conversation: where.id,
      order: '',
      sender: { account: account('c'), device: account('c') as string as DeviceId },
      mine: author === '',
      sentAt: at,
      kind: 'text',
      text,
      verified: true,
      status: null,
      reason: null,
      note: null,
      suite: 1,
    },
  };
}

const ANSWER: Answer = {
  terms: ['deploy'],
  unknown: [],
  people: [person('d', 'Dana Deployer', 'dana')],
  conversations: [group],
  messages: [
    found(
      'Mina Ito',
      Date.UTC(2026, 2, 12, 10, 24),
      'Redeployment at noon, both signatures check out.',
      direct,
    ),
    found('', Date.UTC(2026, 2, 9, 8, 2), 'We deploy on Friday, not before.', group),
    found(
      'Wilhelmina Konstantinopoulou-Papadimitriou',
      Date.UTC(2025, 1, 4, 17, 40),
      `${'A long report from the field with everything that was seen on the way. '.repeat(3)}Then they deployed the mast at https://sotto.example/a-very-long-address-without-any-place-to-break-it and left.`,
      group,
    ),
  ],
  total: 128,
  isBuilding: false,
};

/** @param isFound draws what was found in the place of the list */
export function showSearch(isFound: boolean): void {
  const place = document.querySelector<HTMLElement>('[data-search]');
  if (!place) return;
  if (!place.shadowRoot) openSearchBox(place);
  const input = place.shadowRoot?.querySelector('input');
  const list = document.querySelector<HTMLElement>('nav[data-conversations]');
  if (!isFound || !input || !list) return;
  input.value = 'deploy from:mina';
  const filters = new Filters(
    () => input.value,
    () => {},
  );
  filters.offer({ conversations: [direct, group], people: PEOPLE });
  const nothing = () => {};
  const nodes = drawAnswer(ANSWER, {
    message: nothing,
    person: nothing,
    conversation: nothing,
    more: nothing,
  });
  const host = draw('section', { 'aria-label': 'Search results', 'data-search-results': '' });
  const root = host.attachShadow({ mode: 'open' });
  root.adoptedStyleSheets = [STYLE];
  root.append(filters.bar, draw('div', { class: 'found' }, ...nodes));
  list.before(host);
  list.hidden = true;
  if (list.parentElement) list.parentElement.dataset.searching = '';
}
