import { expect, test } from 'bun:test';
import { displayName, displayText } from './display-text.ts';

test('nothing in a name turns a sentence around, ends it, or begins a line [R34]', () => {
  expect(displayText('Mina \u202eanoJ\u202c')).toBe('Mina anoJ');
  expect(displayText('Mina.\nJonas left.\u2028Tom left.')).toBe('Mina. Jonas left. Tom left.');
  expect(displayText('a\u0000\u001b[2J\u009bb\ud800\u2066c\u061c')).toBe('a[2Jbc');
  expect(displayText('Łukasz 李 👩‍🚀 مینا')).toBe('Łukasz 李 👩‍🚀 مینا');
});

test('a name has an end, and whoever has none is called by the username', () => {
  expect(displayName('m'.repeat(500), 'mina')).toBe('m'.repeat(64));
  expect(displayName(' \u200f\n', 'mina')).toBe('mina');
});
