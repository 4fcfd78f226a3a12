import { expect, test } from 'bun:test';
import { ProgressLine, spanOf } from './progress.ts';

function lineOn(terminalWidth: number | null, json = false) {
  const said: string[] = [];
  let now = 0;
  const io = { terminalWidth, warn: async (text: string) => void said.push(text) };
  const line = new ProgressLine(io, json, () => now);
  return { said, line, pass: (ms: number) => (now += ms) };
}

test('spans in words', () => {
  expect([0.2, 59, 61, 3600, 9000].map(spanOf)).toEqual(['1 s', '59 s', '1 min', '1 h', '2.5 h']);
});

test('bytes, percent, rate and what is left, on one line of the terminal', () => {
  const { said, line, pass } = lineOn(80);
  line.show('tide.pdf', 0, 10_000_000);
  pass(1000);
  line.show('tide.pdf', 2_000_000, 10_000_000);
  expect(said.at(-1)).toStartWith('\rtide.pdf  20%  2 MB of 10 MB  2 MB/s  4 s left');
  for (const each of said) expect(each).toHaveLength(80);
  line.clear();
  expect(said.at(-1)).toBe(`\r${' '.repeat(79)}\r`);
});

test('it is not drawn more often than one can read, but always at the end', () => {
  const { said, line, pass } = lineOn(80);
  for (let done = 0; done <= 100; done++) {
    line.show('a', done, 100);
    pass(10);
  }
  expect(said.length).toBeLessThan(10);
  expect(said.at(-1)).toContain('100%');
});

test('a long name gives way to the figures, and commands no terminal', () => {
  const { said, line } = lineOn(40);
  line.show(`\u001b[2J${'harbour '.repeat(20)}`, 1, 2);
  expect(said[0]).toHaveLength(40);
  expect(said[0]).toContain('…  50%  1 byte of 2 bytes');
  expect(said[0]).not.toContain('\u001b');
});

test('nothing for programs', () => {
  for (const { said, line } of [lineOn(null), lineOn(80, true)]) {
    line.show('a', 1, 2);
    line.clear();
    expect(said).toEqual([]);
  }
});
