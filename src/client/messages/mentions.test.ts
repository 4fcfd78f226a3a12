import { describe, expect, test } from 'bun:test';
import fc from 'fast-check';
import { findMentions, mentionBefore, names } from './mentions.ts';

const named = (text: string) => findMentions(text).map(({ username }) => username);

describe('a name in a text', () => {
  test('stands by itself: at the beginning, in brackets, before punctuation, in any case', () => {
    expect(named('@mina, did (@Jonas) ask @tom.b?')).toEqual(['mina', 'jonas', 'tom.b']);
    expect(named('Ask @mina.')).toEqual(['mina']);
    expect(named('Ask @mina. Then go.')).toEqual(['mina']);
    expect(named('@mina!\n@jonas')).toEqual(['mina', 'jonas']);
    expect(named('„@mina“ – @everyone…')).toEqual(['mina', 'everyone']);
  });

  test('is no part of an address, of a word, or of a longer name', () => {
    expect(named('mail mina@jonas.example')).toEqual([]);
    expect(named('https://example.org/@mina')).toEqual([]);
    expect(named('née@mina @@mina @mina@jonas')).toEqual([]);
    expect(named('@minaé @mina_x @mina.x')).toEqual(['mina_x', 'mina.x']);
    expect(named(`@${'a'.repeat(32)} @${'b'.repeat(33)}`)).toEqual(['a'.repeat(32)]);
    expect(named('@-mina @.mina @')).toEqual([]);
  });

  test('counts in no code', () => {
    expect(named('`@mina` and ``x ` @mina`` but @jonas')).toEqual(['jonas']);
    expect(named('```\n@mina\n```\n@jonas')).toEqual(['jonas']);
    expect(named('~~~ts\n@mina\n```\n@mina\n~~~\n@jonas')).toEqual(['jonas']);
    expect(named('@jonas\n````\n@mina\n```\n@mina')).toEqual(['jonas']);
    expect(named('` @jonas')).toEqual(['jonas']);
    expect(named('`` @jonas `')).toEqual(['jonas']);
  });

  test('is found where it stands', () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom('@', 'a', '.', ' ', '`', '\n', 'é', '~') }), (text) => {
        for (const { start, end, username } of findMentions(text))
          expect(text.slice(start, end).toLowerCase()).toBe(`@${username}`);
      }),
    );
  });
});

test('somebody is named by their own name, and by that of everybody', () => {
  expect(names('hello @Mina', 'mina')).toBe(true);
  expect(names('hello @everyone', 'mina')).toBe(true);
  expect(names('hello @minas', 'mina')).toBe(false);
});

test('a name that is being typed is known up to the caret', () => {
  expect(mentionBefore('ask @mi', 7)).toEqual({ start: 4, typed: 'mi' });
  expect(mentionBefore('ask @', 5)).toEqual({ start: 4, typed: '' });
  expect(mentionBefore('ask @mina now', 7)).toEqual({ start: 4, typed: 'mi' });
  expect(mentionBefore('ask mina@', 9)).toBeNull();
  expect(mentionBefore('ask @mina ', 10)).toBeNull();
  expect(mentionBefore('```\n@mi', 7)).toBeNull();
});

test('what is made to be slow is not', () => {
  // By the work and not by the clock: whatever grows with the square of these would not end within the time of a test.
  for (const unit of ['`a ', '@a`', '``` ', '@', '`@a', '@a.', '```\n', '@a`` '])
    expect(findMentions(unit.repeat(30_000)).length).toBeLessThanOrEqual(30_000);
}, 10_000);
