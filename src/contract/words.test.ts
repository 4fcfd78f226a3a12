import { afterEach, expect, test } from 'bun:test';
import { counted, listed, locale, plural, say, sentence, setLanguage, shortKey, speak, t } from './words.ts';

const GERMAN = {
  Send: 'Senden',
  '{name} is writing…': '{name} schreibt …',
  '{n} person|{n} people': '{n} Person|{n} Personen',
};
afterEach(() => setLanguage('en'));

test('English is what the code says', () => {
  expect(t('Send')).toBe('Send');
  expect(t('{name} is writing…', { name: 'Mina' })).toBe('Mina is writing…');
  expect(plural(1, '{n} person', '{n} people')).toBe('1 person');
  expect(plural(1200, '{n} person', '{n} people')).toBe('1,200 people');
});

test('another language comes from its catalogue, with its own numbers', () => {
  setLanguage('de', GERMAN);
  expect(t('{name} is writing…', { name: 'Mina' })).toBe('Mina schreibt …');
  expect(plural(1200, '{n} person', '{n} people')).toBe('1.200 Personen');
  expect(t('Not translated yet')).toBe('Not translated yet');
});

test('a rendering has its own language, also when it throws', () => {
  expect(speak('de', GERMAN, () => t('Send'))).toBe('Senden');
  expect(() => speak('de', GERMAN, () => fail())).toThrow();
  expect(locale()).toBe('en-GB');
});

test('a value is written as it is, also when it looks like a place', () => {
  expect(t('{name} is writing…', { name: '{name} $& {n}' })).toBe('{name} $& {n} is writing…');
});

test('what is kept is put into words when it is read, with everything in it', () => {
  const kept = [
    sentence('Send'),
    sentence('{name} is writing…', { name: 'Mina' }),
    counted(3, '{n} person', '{n} people'),
    sentence('{who} on {day}', {
      who: { list: ['Ada', { say: counted(1, '{n} person', '{n} people') }, 'Mina'] },
      day: { day: Date.UTC(2026, 0, 5, 12) },
    }),
  ];
  expect(kept.map(say)).toEqual([
    'Send',
    'Mina is writing…',
    '3 people',
    'Ada, 1 person and Mina on 5 January 2026',
  ]);
  setLanguage('de', GERMAN);
  expect(kept.map(say)).toEqual([
    'Senden',
    'Mina schreibt …',
    '3 Personen',
    'Ada, 1 Person und Mina on 5. Januar 2026',
  ]);
});

test('what only looks like a kept sentence says nothing, and stops nobody', () => {
  for (const text of [
    '',
    '{',
    'null',
    '{"key":1}',
    '{"key":"{a}","values":{"a":{"day":1e300}}}',
    '{"key":"{a}","values":{"a":null}}',
  ])
    expect(say(`\u001f${text}`)).toBe('');
});

test('text that was kept by an older release, or that is none of ours, stays as it is', () => {
  setLanguage('de', GERMAN);
  for (const words of ['Mina named this group Harbour.', '', 'constructor', 'toString'])
    expect(say(words)).toBe(words);
});

test('a value never becomes a sentence by itself', () => {
  const typed = sentence('Send');
  const kept = sentence('{name} is writing…', { name: `\u001f{"key":"${typed}"}` });
  expect(say(kept)).toBe(`\u001f{"key":"${typed}"} is writing…`);
});

test('a catalogue by short keys says the same', () => {
  setLanguage('de', Object.fromEntries(Object.entries(GERMAN).map(([key, words]) => [shortKey(key), words])));
  expect(t('Send')).toBe('Senden');
  expect(plural(2, '{n} person', '{n} people')).toBe('2 Personen');
  expect(t('Not translated yet')).toBe('Not translated yet');
});

test('lists are joined as the language joins them', () => {
  expect(listed(['Ada', 'Ben', 'Mina'])).toBe('Ada, Ben and Mina');
  setLanguage('de');
  expect(listed(['Ada', 'Ben', 'Mina'])).toBe('Ada, Ben und Mina');
});

function fail(): never {
  throw new Error('no');
}
