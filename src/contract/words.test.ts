import { afterEach, expect, test } from 'bun:test';
import { locale, plural, setLanguage, speak, t } from './words.ts';

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
  expect(locale()).toBe('en');
});

test('a value is written as it is, also when it looks like a place', () => {
  expect(t('{name} is writing…', { name: '{name} $& {n}' })).toBe('{name} $& {n} is writing…');
});

function fail(): never {
  throw new Error('no');
}
