import { expect, test } from 'bun:test';
import { concat } from '../../protocol/codec.ts';
import { filePayload, MAX_MESSAGE_FILES } from '../../protocol/file-manifest.ts';
import { fitPreviews, previewBudget } from './preview-budget.ts';
import { TEXT_HEAD_CHARACTERS, textHead } from './text-head.ts';

const utf8 = (text: string) => new TextEncoder().encode(text);

test('the first characters of a text, its lines and nothing that turns or hides it', () => {
  expect(textHead(utf8('\ufefftitle\r\n\tpoint\rend\u202e\u0007\u2028'))).toBe('title\n\tpoint\nend');
  const long = textHead(utf8('🌍'.repeat(1000)));
  expect([...long].length).toBe(TEXT_HEAD_CHARACTERS);
  expect(long.isWellFormed()).toBe(true);
  expect(textHead(concat(utf8('half '), Uint8Array.of(0xe2, 0x82)))).toBe('half ');
  expect(textHead(new Uint8Array())).toBe('');
});

test('previews of so many files as a message takes leave room for its words', () => {
  for (let files = 1; files <= MAX_MESSAGE_FILES; files++) {
    const budget = previewBudget(files);
    expect(budget).toBeGreaterThan(4000);
    const payload = filePayload.encode({
      text: '',
      replyTo: new Uint8Array(16),
      timer: 1,
      files: Array.from({ length: files }, (_, n) => ({
        id: new Uint8Array(16).fill(n),
        key: new Uint8Array(32),
        name: 'n'.repeat(255),
        type: 't'.repeat(64),
        size: 1,
        root: new Uint8Array(32),
        commitment: new Uint8Array(32),
        series: new Uint8Array(16),
        version: 1,
        previewType: 't'.repeat(64),
        preview: new Uint8Array(budget),
        width: 1,
        height: 1,
        duration: 1,
        expiresAt: 1,
      })),
    });
    expect(payload.length).toBeLessThan(49 * 1024);
  }
});

test('previews are the better ones as long as there is room for all of them', () => {
  const preview = (size: number) => ({ type: 'image/webp', bytes: new Uint8Array(size) });
  const picture = {
    preview: preview(previewBudget(1)),
    smallPreview: preview(previewBudget(MAX_MESSAGE_FILES)),
  };
  const none = { preview: null, smallPreview: null };
  expect(fitPreviews([picture, none])).toEqual([picture.preview, null]);
  const many = fitPreviews([picture, picture, none]);
  expect(many).toEqual([picture.smallPreview, picture.smallPreview, null]);
  expect(fitPreviews([])).toEqual([]);
});
