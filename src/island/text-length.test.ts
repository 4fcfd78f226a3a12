/** Room in a message. */
import { expect, test } from 'bun:test';
import { judgeLength, MAX_TEXT_BYTES } from './text-length.ts';

test('most texts need no word', () => {
  expect(judgeLength('Masts on Monday.')).toEqual({ isTooLong: false, sentence: '' });
  expect(judgeLength('a'.repeat(60 * 1024)).sentence).toBe('');
});

test('near the limit the room is counted in bytes, not in letters', () => {
  expect(judgeLength('a'.repeat(MAX_TEXT_BYTES - 1)).sentence).toBe('Room for 1 more byte.');
  expect(judgeLength('ä'.repeat(31 * 1024)).sentence).toBe('Room for 1,024 more bytes.');
});

test('a text that is too long says so', () => {
  expect(judgeLength('a'.repeat(MAX_TEXT_BYTES)).isTooLong).toBe(false);
  expect(judgeLength('a'.repeat(MAX_TEXT_BYTES + 1))).toEqual({
    isTooLong: true,
    sentence: 'This message is longer than 63 KiB. Send it in two parts.',
  });
});
