/** When something is offered while one writes, and whom. */
import { expect, test } from 'bun:test';
import { matchPeople } from './people.ts';
import { findTrigger } from './trigger.ts';

const atEnd = (text: string) => findTrigger(text, text.length);

test('a name is asked for by @ at the start of a word', () => {
  expect(atEnd('@')).toEqual({ kind: 'person', from: 0, query: '', closed: false });
  expect(atEnd('Thanks @mi')).toEqual({ kind: 'person', from: 7, query: 'mi', closed: false });
  expect(atEnd('(@mi')?.from).toBe(1);
  expect(atEnd('mina@harbour')).toBeNull();
  expect(atEnd('@mina ')).toBeNull();
  expect(findTrigger('@mina is here', 3)).toMatchObject({ query: 'mi' });
});

test('an emoji is asked for by two letters after a colon, and meant by a second colon', () => {
  expect(atEnd('Yes :ta')).toEqual({ kind: 'emoji', from: 4, query: 'ta', closed: false });
  expect(atEnd('🎉:ta')?.from).toBe(2);
  expect(atEnd(':tada:')).toEqual({ kind: 'emoji', from: 0, query: 'tada', closed: true });
  for (const text of [':t', 'at 10:42', 'https:', 'note:this', ': ta']) expect(atEnd(text)).toBeNull();
});

test('inside code nothing is offered', () => {
  for (const text of ['`@mi', '```\n@mi', '```\n:tada', '`:ta']) expect(atEnd(text)).toBeNull();
  expect(atEnd('`done` :ta')).not.toBeNull();
  expect(atEnd('```\ndone\n```\n:ta')).not.toBeNull();
});

test('people are found by username and by every word of their name, without accents', () => {
  const people = [
    { username: 'tomas', name: 'Tomás Rey' },
    { username: 'ola', name: 'Ola Berg' },
    { username: 'reyna', name: 'Ana Marín' },
  ];
  const names = (query: string, limit = 8) =>
    matchPeople(people, query, limit).map(({ username }) => username);
  expect(names('tomá')).toEqual(['tomas']);
  expect(names('marin')).toEqual(['reyna']);
  expect(names('rey')).toEqual(['reyna', 'tomas']);
  expect(names('er')).toEqual(['ola']);
  expect(names('', 2)).toHaveLength(2);
  expect(names('x')).toEqual([]);
});
