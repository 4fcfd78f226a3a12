import { describe, expect, test } from 'bun:test';
import fc from 'fast-check';
import { excerpt, findTerms, foldText } from './fold.ts';

const marked = (text: string, ...typed: string[]) =>
  findTerms(text, typed.map(foldText)).map(({ from, to }) => text.slice(from, to));

describe('folding', () => {
  test.each([
    ['Größe', 'grosse'],
    ['TOMÁS  Rey\n', 'tomas rey'],
    ['Łódź', 'lodz'],
    ['Ærø', 'aero'],
    ['İstanbul', 'istanbul'],
    ['ΟΔΟΣ', 'οδοσ'],
    ['ﬁle', 'file'],
    ['Ｆｕｌｌ', 'full'],
    ['soft\u00adhyphen', 'softhyphen'],
  ])('%s is %s', (text, folded) => expect(foldText(text)).toBe(folded));

  test('scripts whose marks are letters keep them', () => {
    expect(foldText('हिन्दी')).not.toBe(foldText('हनद'));
    expect(foldText('ที่')).not.toBe(foldText('ท'));
  });

  test('is the same when it is done twice, and never holds a line break', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', maxLength: 40 }), (text) => {
        const once = foldText(text);
        return foldText(once) === once && !once.includes('\n');
      }),
    );
  });
});

describe('finding words in a text as it was written', () => {
  test('in the middle, in any case, with marks, several times', () => {
    expect(marked('Redeployment, DEPLOYED', 'ploy')).toEqual(['ploy', 'PLOY']);
    expect(marked('Tomás und TOMAS', 'tomas')).toEqual(['Tomás', 'TOMAS']);
    expect(marked('die Straße', 'strasse')).toEqual(['Straße']);
    expect(marked('明日の会議です', '会議')).toEqual(['会議']);
    expect(marked('two\n  lines', 'two lines')).toEqual(['two\n  lines']);
  });

  test('what overlaps is one', () => expect(marked('banana', 'ana', 'nan')).toEqual(['anan']));
  test('what is not there is not marked', () => expect(marked('banana', 'x', '')).toEqual([]));

  test('every place says the word, folded', () => {
    const words = fc.string({ unit: fc.constantFrom(...'aéßÉ b\u0301漢😀\n'), maxLength: 12 });
    fc.assert(
      fc.property(words, words, words, (before, word, after) => {
        const term = foldText(word);
        const text = before + word + after;
        const places = findTerms(text, [term]);
        for (const { from, to } of places)
          expect(foldText(text.slice(from, to))).toContain(term.replace(/^ | $/g, ''));
      }),
    );
  });
});

describe('an excerpt', () => {
  test('is the whole of a short text', () =>
    expect(excerpt('a short one', ['short'], 100)).toEqual([
      { text: 'a ', found: false },
      { text: 'short', found: true },
      { text: ' one', found: false },
    ]));

  test('of a long text begins a little before the word', () => {
    const pieces = excerpt(`${'filler '.repeat(100)}needle ${'more '.repeat(100)}`, ['needle'], 120);
    expect(pieces[0]?.text).toBe('… ');
    expect(pieces.some(({ text, found }) => found && text === 'needle')).toBe(true);
    expect(pieces.map(({ text }) => text).join('').length).toBeLessThan(200);
  });
});

test('a message of nothing but marks is folded in no time', () => {
  const marks = `a${'\u0323\u0301'.repeat(16_000)}b`;
  const start = performance.now();
  expect(foldText(marks)).toBe('ab');
  expect(findTerms(marks, ['b'])).toHaveLength(1);
  expect(performance.now() - start).toBeLessThan(1000);
});
