import { expect, test } from 'bun:test';
import { FILE_LIMITS, type FileManifest, filePayload, MAX_MESSAGE_FILES } from './file-manifest.ts';

const filled = (length: number, byte: number) => new Uint8Array(length).fill(byte);
const manifest = (change: Partial<FileManifest> = {}): FileManifest => ({
  id: filled(16, 1),
  key: filled(32, 2),
  name: 'Plan für März.pdf',
  type: 'application/pdf',
  size: 3_000_000,
  root: filled(32, 3),
  commitment: filled(32, 4),
  series: filled(16, 1),
  version: 1,
  previewType: 'image/webp',
  preview: filled(900, 5),
  width: 320,
  height: null,
  duration: null,
  expiresAt: 1_790_000_000_000,
  ...change,
});
const message = (files: readonly FileManifest[], timer: number | null = null) => ({
  text: '',
  replyTo: null,
  timer,
  files,
});

test('a message names its files in order, with or without words', () => {
  const said = message(
    [manifest(), manifest({ id: filled(16, 9), preview: null, previewType: '', size: 0 })],
    60,
  );
  expect(filePayload.decode(filePayload.encode(said))).toEqual(said);
});

test('no file, one twice or too many are no message [R33]', () => {
  const many = Array.from({ length: MAX_MESSAGE_FILES + 1 }, (_, at) =>
    manifest({ id: filled(16, at), preview: null }),
  );
  for (const files of [[], [manifest(), manifest({ name: 'again' })], many])
    expect(() => filePayload.encode(message(files))).toThrow('E_FORMAT');
  expect(filePayload.decode(filePayload.encode(message(many.slice(1)))).files).toHaveLength(
    MAX_MESSAGE_FILES,
  );
});

test('what no file can be is refused, when it is written and when it is read [R33]', () => {
  for (const change of [
    { name: '' },
    { version: 0 },
    { size: 2 ** 41 },
    { name: 'x'.repeat(FILE_LIMITS.nameBytes + 1) },
    { preview: filled(FILE_LIMITS.previewBytes + 1, 1) },
    { key: filled(31, 1) },
  ])
    expect(() => filePayload.encode(message([manifest(change)]))).toThrow('E_FORMAT');
  expect(() => filePayload.encode(message([manifest()], 0))).toThrow('E_FORMAT');
});
