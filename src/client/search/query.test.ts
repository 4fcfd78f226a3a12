import { describe, expect, test } from 'bun:test';
import { parseQuery, readDays, withFilter, writeFilter } from './query.ts';

describe('what was typed', () => {
  test('words are folded, a phrase in quotes is one, each counts once', () =>
    expect(parseQuery('  Größe  "two  words" größe').terms).toEqual(['grosse', 'two words']));

  test('filters, with quotes and in any case', () =>
    expect(parseQuery('IN:"Harbour Lab" ploy from:mina before:2026-01-01 has:link')).toEqual({
      terms: ['ploy'],
      filters: [
        { name: 'in', value: 'Harbour Lab' },
        { name: 'from', value: 'mina' },
        { name: 'before', value: '2026-01-01' },
        { name: 'has', value: 'link' },
      ],
    }));

  test('a filter that is still being typed is none, and no word either', () =>
    expect(parseQuery('from: in:"')).toEqual({ terms: [], filters: [] }));

  test('other words with a colon are words', () =>
    expect(parseQuery('https://sotto.example re:plan').terms).toEqual(['https://sotto.example', 're:plan']));

  test('a phrase without its second quote goes to the end', () =>
    expect(parseQuery('"two words').terms).toEqual(['two words']));

  test('what is written is read again', () => {
    for (const filter of [
      { name: 'in', value: 'Harbour Lab' },
      { name: 'from', value: 'mina' },
    ] as const)
      expect(parseQuery(writeFilter(filter)).filters).toEqual([filter]);
  });
});

test('a filter is set, changed and taken away without touching the words', () => {
  expect(withFilter('ploy', 'in', 'Harbour Lab')).toBe('ploy in:"Harbour Lab"');
  expect(withFilter('in:"Harbour Lab" ploy', 'in', 'Release')).toBe('ploy in:Release');
  expect(withFilter('a IN:"Harbour Lab" "b  c" d', 'in', null)).toBe('a "b c" d');
  expect(withFilter('x before:2026', 'on', 'today', ['on', 'before', 'after'])).toBe('x on:today');
});

describe('days', () => {
  const now = new Date(2026, 10, 21, 14, 30).getTime();
  const stretch = (value: string) => {
    const days = readDays(value, now);
    return days && [new Date(days.from), new Date(days.until)];
  };
  test.each([
    ['2026-03-05', new Date(2026, 2, 5), new Date(2026, 2, 6)],
    ['5.3.2026', new Date(2026, 2, 5), new Date(2026, 2, 6)],
    ['2026-12', new Date(2026, 11, 1), new Date(2027, 0, 1)],
    ['2025', new Date(2025, 0, 1), new Date(2026, 0, 1)],
    ['today', new Date(2026, 10, 21), new Date(2026, 10, 22)],
    ['yesterday', new Date(2026, 10, 20), new Date(2026, 10, 21)],
  ])('%s', (value, from, until) => expect(stretch(value)).toEqual([from, until]));

  test.each(['2026-02-30', '2026-13', 'soon', '12', ''])('"%s" is no day', (value) =>
    expect(stretch(value)).toBeNull(),
  );
});
