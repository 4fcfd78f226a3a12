import { expect, test } from 'bun:test';
import { type Entry, matching } from './entries.ts';

const entry = (name: string, detail = '', usedAt = 0): Entry => ({
  id: name,
  name,
  detail,
  unread: 0,
  tint: '',
  icon: '',
  usedAt,
  go: () => {},
});
const names = (entries: readonly Entry[]) => entries.map(({ name }) => name);

test('with nothing typed: the last used first, the rest as it came', () => {
  const all = [entry('Settings'), entry('Ola', '@ola', 5), entry('Release', '3 people', 9), entry('Admin')];
  expect(names(matching(all, ''))).toEqual(['Release', 'Ola', 'Settings', 'Admin']);
});

test('what begins with it, then a word that does, then anywhere', () => {
  const all = [
    entry('Programme', '', 9),
    entry('Mina Grüning', '@mina'),
    entry('Grünau', '', 1),
    entry('Gruppe', '', 5),
    entry('Ola', '@gru'),
    entry('Nobody'),
  ];
  expect(names(matching(all, 'gru'))).toEqual(['Gruppe', 'Grünau', 'Mina Grüning', 'Ola']);
  expect(names(matching(all, ' GRÜ '))).toEqual(['Gruppe', 'Grünau', 'Mina Grüning', 'Ola']);
  expect(names(matching(all, 'gram'))).toEqual(['Programme']);
  expect(names(matching(all, '@mi'))).toEqual(['Mina Grüning']);
  expect(matching(all, 'xyz')).toEqual([]);
});

test('a long list is cut', () => {
  const all = Array.from({ length: 300 }, (_, index) => entry(`Person ${index}`, '', index));
  expect(names(matching(all, 'person'))).toHaveLength(40);
  expect(names(matching(all, 'person'))[0]).toBe('Person 299');
});
