import { expect, test } from 'bun:test';
import { parseArguments } from './arguments.ts';
import { WrongUse } from './failures.ts';
import { duration, lifetime, wholeNumber } from './values.ts';

const HOME = ['--home', 'here'];

test('options may stand before and after the command', () => {
  const given = parseArguments(['--json', 'send', ...HOME, '--to', 'ben', 'Hello']);
  expect(given).toMatchObject({ command: 'send', home: 'here', json: true, rest: ['Hello'] });
  expect(given?.option('to')).toBe('ben');
  expect(given?.option('conversation')).toBeNull();
  expect(given?.isSet('read')).toBe(false);
});

test('a dash is standard input, and what follows two dashes is text', () => {
  expect(parseArguments(['send', ...HOME, '--to', 'ben', '-'])?.rest).toEqual(['-']);
  expect(parseArguments(['send', ...HOME, '--to', 'ben', '--', '--not an option'])?.rest).toEqual([
    '--not an option',
  ]);
});

test('help is help, wherever it stands', () => {
  for (const argv of [['--help'], ['-h'], ['send', '--help'], ['nonsense', '-h']])
    expect(parseArguments(argv)).toBeNull();
});

test('no option takes a secret', () => {
  for (const option of ['--password', '--recovery-code', '--cookie'])
    expect(() => parseArguments(['login', ...HOME, option, 'x'])).toThrow(WrongUse);
});

test('one command’s options are not another’s', () => {
  expect(() => parseArguments(['history', ...HOME, '--count', '1'])).toThrow(
    'history has no option --count.',
  );
  expect(() => parseArguments(['send', ...HOME, '--tow', 'ben'])).toThrow(/--tow/);
  expect(() => parseArguments(['toString', ...HOME])).toThrow('There is no command "toString".');
  expect(() => parseArguments(['send', '--to', 'ben'])).toThrow('send needs --home.');
  expect(() => parseArguments(['listen', ...HOME, 'more'])).toThrow(/more/);
});

test('times and numbers', () => {
  expect(['500ms', '10s', '10', '1.5m', '1h', '0', 'none'].map((text) => duration('timeout', text))).toEqual([
    500,
    10_000,
    10_000,
    90_000,
    3_600_000,
    0,
    null,
  ]);
  for (const wrong of ['', 's', '10 s', '-1s', '1d', '999h', 'NaN', '1e3s', 'toString'])
    expect(() => duration('timeout', wrong)).toThrow(WrongUse);
  expect(wholeNumber('count', '12')).toBe(12);
  for (const wrong of ['', '0', '-1', '1.5', '1e3', 'x', '99999999999999999999'])
    expect(() => wholeNumber('count', wrong)).toThrow(WrongUse);
});

test('one name for different things is what the command means by it', () => {
  expect(parseArguments(['search', '--home', 'd', '--on', 'today', 'ploy'])).toMatchObject({
    rest: ['ploy'],
  });
  expect(parseArguments(['search', '--home', 'd', '--on', 'today'])?.option('on')).toBe('today');
  expect(parseArguments(['backup', '--home', 'd', '--on'])?.isSet('on')).toBe(true);
});

test('an option that stands several times keeps its order, and a folder may be called like a command', () => {
  const given = parseArguments([
    '--home',
    'files',
    'send',
    '--to',
    'ben',
    '--file',
    'b',
    '--file',
    'a',
    'both',
  ]);
  expect(given?.options('file')).toEqual(['b', 'a']);
  expect(given?.rest).toEqual(['both']);
  expect(parseArguments(['send', ...HOME, '--to', 'ben', 'none'])?.options('file')).toEqual([]);
  expect(parseArguments(['download', ...HOME, 'x', '--file', '2'])?.option('file')).toBe('2');
});

test('how long a file stays', () => {
  expect(['30m', '12h', '7d', '2w', 'never'].map((text) => lifetime('expires', text))).toEqual([
    1_800_000,
    43_200_000,
    604_800_000,
    1_209_600_000,
    null,
  ]);
  for (const wrong of ['', '7', '0d', '-1d', '1.5d', '7 d', '1y', '999999d'])
    expect(() => lifetime('expires', wrong)).toThrow(WrongUse);
});
