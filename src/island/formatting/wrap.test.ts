/** Formatting what is selected, `[` and `]` standing for the ends of the selection. */
import { expect, test } from 'bun:test';
import { type Format, format } from './wrap.ts';

function after(marked: string, kind: Format): string {
  const from = marked.indexOf('[');
  const to = marked.indexOf(']') - 1;
  const text = marked.replace('[', '').replace(']', '');
  const made = format({ text, from, to }, kind);
  const whole = text.slice(0, made.from) + made.text + text.slice(made.to);
  return `${whole.slice(0, made.start)}[${whole.slice(made.start, made.end)}]${whole.slice(made.end)}`;
}

test('signs stand around the selection, which stays selected', () => {
  expect(after('a [b] c', 'bold')).toBe('a **[b]** c');
  expect(after('a [b] c', 'italic')).toBe('a _[b]_ c');
  expect(after('a [b] c', 'strike')).toBe('a ~~[b]~~ c');
  expect(after('a [b] c', 'code')).toBe('a `[b]` c');
  expect(after('a []', 'bold')).toBe('a **[]**');
});

test('the same key again takes them away, inside the selection or around it', () => {
  expect(after('a **[b]** c', 'bold')).toBe('a [b] c');
  expect(after('a [**b**] c', 'bold')).toBe('a [b] c');
});

test('several lines of code become a block', () => {
  expect(after('[one\ntwo]', 'code')).toBe('```\n[one\ntwo]\n```\n');
  expect(after('see [one\ntwo] there', 'code')).toBe('see \n```\n[one\ntwo]\n```\n there');
});

test('lines become a list, another kind of list, and lines again', () => {
  expect(after('x\n[one\ntwo]\ny', 'bullets')).toBe('x\n[- one\n- two]\ny');
  expect(after('[- one\n- two]', 'numbers')).toBe('[1. one\n2. two]');
  expect(after('[1. one\n2. two]', 'quote')).toBe('[> one\n> two]');
  expect(after('[> one\n> two]', 'quote')).toBe('[one\ntwo]');
  expect(after('on[]e', 'bullets')).toBe('- one[]');
});

test('a link waits for its address', () => {
  const made = format({ text: 'see docs', from: 4, to: 8 }, 'link');
  expect(made.text).toBe('[docs](https://)');
  expect(`see ${made.text}`.slice(made.start, made.end)).toBe('https://');
});
