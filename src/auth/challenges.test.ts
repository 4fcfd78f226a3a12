import { expect, test } from 'bun:test';
import { toBase64 } from '../contract/bytes.ts';
import { Challenges } from './challenges.ts';

const random = (length: number) => crypto.getRandomValues(new Uint8Array(length));

test('a challenge is good once, for its ceremony, for five minutes', () => {
  let now = 0;
  const challenges = new Challenges(() => now, random);
  const once = toBase64(challenges.issue('sign-in'));
  expect(challenges.take(once, 'sign-in')).toBe(true);
  expect(challenges.take(once, 'sign-in')).toBe(false);
  const other = toBase64(challenges.issue('register x'));
  expect(challenges.take(other, 'sign-in')).toBe(false);
  // A wrong try uses it up.
  expect(challenges.take(other, 'register x')).toBe(false);
  const late = toBase64(challenges.issue('sign-in'));
  now += 5 * 60_000;
  expect(challenges.take(late, 'sign-in')).toBe(false);
  expect(challenges.take('never given', 'sign-in')).toBe(false);
});

test('ten thousand can be open; then the oldest goes', () => {
  const challenges = new Challenges(() => 0, random);
  const all = Array.from({ length: 10_001 }, () => toBase64(challenges.issue('sign-in')));
  expect(challenges.take(all[0] ?? '', 'sign-in')).toBe(false);
  expect(challenges.take(all[1] ?? '', 'sign-in')).toBe(true);
  expect(challenges.take(all.at(-1) ?? '', 'sign-in')).toBe(true);
});
