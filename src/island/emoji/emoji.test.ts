/** The table of emojis, what is found in it, and skin tones. */
import { expect, test } from 'bun:test';
import { speak } from '../../contract/words.ts';
import { groups } from './groups.ts';
import { loadTable, searchEmojis } from './table.ts';
import { tone } from './tone.ts';

const english = await loadTable();
const german = await speak('de', {}, loadTable);
const found = (table: typeof english, query: string) =>
  searchEmojis(table, query, 5).map(({ emoji }) => emoji);

test('every emoji has a name in both languages, and a group', () => {
  expect(english.length).toBeGreaterThan(1800);
  expect(german.map(({ emoji }) => emoji)).toEqual(english.map(({ emoji }) => emoji));
  for (const table of [english, german])
    expect(table.filter(({ name, words }) => name === '' || words.length === 0)).toEqual([]);
  expect(new Set(english.map(({ group }) => group)).size).toBe(groups().length);
  expect(new Set(english.map(({ emoji }) => emoji)).size).toBe(english.length);
});

test('words are those of the language, codes are the same everywhere', () => {
  expect(german[0]?.name).toBe('grinsendes Gesicht');
  expect(found(german, 'Rakete')[0]).toBe('🚀');
  expect(found(english, 'rocket')[0]).toBe('🚀');
  expect(found(german, 'rocket')).toContain('🚀');
});

test('what is called so comes first, then what begins so, then what is about it', () => {
  expect(found(english, 'tada')[0]).toBe('🎉');
  expect(found(english, '+1')[0]).toBe('👍');
  expect(found(english, 'red heart')[0]).toBe('❤️');
  expect(found(english, 'heart')).toContain('❤️');
  expect(found(english, 'hugging')).toContain('🤗');
  expect(found(english, 'qqqq')).toEqual([]);
  expect(found(english, '  ')).toEqual([]);
});

test('accents and capitals do not matter', () => {
  expect(found(german, 'LÄCHELN').length).toBeGreaterThan(0);
  expect(found(german, 'lacheln')).toEqual(found(german, 'LÄCHELN'));
});

test('a tone stands behind every person, and replaces the sign that makes a picture of a letter', () => {
  expect(tone('👋', 0)).toBe('👋');
  expect(tone('👋', 3)).toBe('👋🏽');
  expect(tone('☝️', 5)).toBe('☝🏿');
  expect(tone('👩‍🚀', 1)).toBe('👩🏻‍🚀');
  expect(tone('🧑‍🤝‍🧑', 2)).toBe('🧑🏼‍🤝‍🧑🏼');
  expect(english.find(({ emoji }) => emoji === '👋')?.hasTones).toBe(true);
  expect(english.find(({ emoji }) => emoji === '🚀')?.hasTones).toBe(false);
});
