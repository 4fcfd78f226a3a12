/** What was found, as a list that is gone through with the arrow keys. */
import { excerpt, type Piece } from '../../client/search/fold.ts';
import type { Answer, FoundMessage } from '../../client/search/history-search.ts';
import type { NamedConversation, NamedPerson } from '../../client/search/names.ts';
import type { Filter } from '../../client/search/query.ts';
import { plural, t } from '../../contract/words.ts';
import { draw } from '../draw.ts';
import { plainLines } from '../markdown/plain.ts';
import { initialsOf } from '../people.ts';
import { fullOf, momentOf, shortOf } from '../times.ts';

/** Of a message's text, in UTF-16 units. */
const EXCERPT = 150;
/** Further names are found by typing on. */
const MAX_NAMES = 5;
/** What is older is told with its year, in milliseconds. */
const YEAR_MS = 300 * 86_400_000;

/** What happens when one of them is chosen. */
export interface Choices {
  message(found: FoundMessage): void;
  person(person: NamedPerson): void;
  conversation(conversation: NamedConversation): void;
  more(): void;
}

/** Draws an answer; nothing found says what to do. */
export function drawAnswer(answer: Answer, choices: Choices): readonly Node[] {
  const [wrong] = answer.unknown;
  if (wrong) return [draw('p', { class: 'nothing' }, explain(wrong))];
  const { people, conversations, messages, total, terms } = answer;
  const parts: Node[] = [];
  if (people.length > 0)
    parts.push(
      heading(t('People')),
      listOf(people.slice(0, MAX_NAMES).map((person) => drawPerson(person, choices))),
    );
  if (conversations.length > 0)
    parts.push(
      heading(t('Groups')),
      listOf(conversations.slice(0, MAX_NAMES).map((each) => drawConversation(each, choices))),
    );
  if (total > 0)
    parts.push(heading(countOf(total)), listOf(messages.map((found) => drawMessage(found, terms, choices))));
  if (total > messages.length) {
    const more = draw('button', { type: 'button', class: 'more' }, t('Show more'));
    more.addEventListener('click', () => choices.more());
    parts.push(more);
  }
  if (parts.length === 0 && !answer.isBuilding)
    parts.push(
      draw('p', { class: 'nothing' }, draw('b', {}, t('Nothing found.'))),
      draw('p', { class: 'nothing' }, t('Try fewer words, a part of a word, or fewer filters.')),
    );
  return parts;
}

export const countOf = (total: number): string => plural(total, '{n} message', '{n} messages');

function heading(words: string): HTMLElement {
  return draw('h2', {}, words);
}

function listOf(items: readonly HTMLElement[]): HTMLElement {
  return draw('ul', {}, ...items.map((item) => draw('li', {}, item)));
}

function drawPerson(person: NamedPerson, choices: Choices): HTMLElement {
  const { account, name, username, conversation } = person;
  const words = draw('span', { class: 'words' }, draw('b', {}, name), draw('small', {}, `@${username}`));
  const place = conversation === null ? '/' : `/c/${conversation}`;
  return link(place, 'name', () => choices.person(person), avatar(account, initialsOf(name)), words);
}

function drawConversation(conversation: NamedConversation, choices: Choices): HTMLElement {
  const { id, name } = conversation;
  const words = draw('span', { class: 'words' }, draw('b', {}, name));
  return link(`/c/${id}`, 'name', () => choices.conversation(conversation), avatar(id, '#'), words);
}

function avatar(tint: string, letters: string): HTMLElement {
  return draw('span', { class: 'avatar', 'aria-hidden': 'true', 'data-peer': tint }, letters);
}

function drawMessage(found: FoundMessage, terms: readonly string[], choices: Choices): HTMLElement {
  const { message, author, conversation } = found;
  const { id, sentAt, mine, text, files } = message;
  const who = mine ? t('You') : author === '' ? t('Somebody') : author;
  const isOld = Date.now() - sentAt > YEAR_MS;
  const time = draw(
    'time',
    { datetime: new Date(sentAt).toISOString(), title: fullOf(sentAt) },
    isOld ? momentOf(sentAt) : shortOf(sentAt),
  );
  const where = conversation.name === '' || conversation.name === author ? '' : conversation.name;
  const names = files.map(({ name }) => name).join(', ');
  return link(
    `/c/${conversation.id}#${id}`,
    'message',
    () => choices.message(found),
    draw('span', { class: 'head' }, draw('b', {}, who), ' ', time),
    ...(where === '' ? [] : [draw('span', { class: 'where' }, where)]),
    ...(text === '' ? [] : [draw('span', { class: 'text', dir: 'auto' }, ...marked(excerptOf(text, terms)))]),
    ...(names === ''
      ? []
      : [draw('span', { class: 'text files', dir: 'auto' }, ...marked(excerpt(names, terms, EXCERPT)))]),
  );
}

const marked = (pieces: readonly Piece[]): readonly (Node | string)[] =>
  pieces.map((piece) => (piece.found ? draw('mark', {}, piece.text) : piece.text));

/** Without its marks, unless what was found stands in them or further on than is read. */
function excerptOf(text: string, terms: readonly string[]): readonly Piece[] {
  const plain = excerpt(plainLines(text).join(' '), terms, EXCERPT);
  return terms.length === 0 || plain.some(({ found }) => found) ? plain : excerpt(text, terms, EXCERPT);
}

/** With a modifier key it stays a link: another tab opens there. */
function link(
  href: string,
  look: string,
  choose: () => void,
  ...children: readonly (Node | string)[]
): HTMLElement {
  const element = draw('a', { href, class: `hit ${look}` }, ...children);
  element.addEventListener('click', (event) => {
    if (event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return;
    event.preventDefault();
    choose();
  });
  return element;
}

function explain({ name, value }: Filter): string {
  if (name === 'in')
    return t('There is no conversation called “{value}” on this device. Choose one above.', { value });
  if (name === 'from')
    return t('This device knows nobody called “{value}”. Choose somebody above.', { value });
  if (name === 'has') return t('Messages can have a link or a file: write has:link or has:file.');
  return t('“{value}” is no day. Write it like 2026-11-21, or choose one above.', { value });
}
