import { afterAll, expect, test } from 'bun:test';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { FileSource } from '../client/files/ports.ts';
import {
  bytesOf,
  exifSegment,
  exifTiff,
  jpegOf,
  jpegSegment,
  LATITUDE,
  XMP,
} from '../client/testing/photos.ts';
import { newFile, sourceOf } from './new-files.ts';

const folder = mkdtempSync(join(tmpdir(), 'sotto-new-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const fileOf = (name: string, bytes: Uint8Array) => {
  writeFileSync(join(folder, name), bytes);
  return join(folder, name);
};
const all = async (source: FileSource | null) => source?.read(0, source.size) ?? new Uint8Array();
const latin = (bytes: Uint8Array) => new TextDecoder('latin1').decode(bytes);
const plain = { keepLocation: false, expiresAt: null, replaces: null };

test('type and first words are those of the bytes, whatever the name says', async () => {
  const text = await newFile(fileOf('note.png', bytesOf('High at nine')), null, plain);
  expect([text.name, text.type, text.preview?.type]).toEqual(['note.png', 'text/plain', 'text/plain']);
  expect(latin(text.preview?.bytes ?? new Uint8Array())).toBe('High at nine');
  const other = await newFile(fileOf('page.txt', bytesOf('<script>1</script>')), 'other.txt', plain);
  expect([other.name, other.type, other.preview]).toEqual(['other.txt', '', null]);
});

test('where a photo was taken stays here, also when another process goes on with it [R33]', async () => {
  const photo = jpegOf(
    exifSegment(exifTiff(6)),
    jpegSegment(0xe1, bytesOf(`http://ns.adobe.com/xap/1.0/\0${XMP}`)),
  );
  expect(latin(photo)).toContain(LATITUDE);
  const path = fileOf('home.jpg', photo);
  const sent = await newFile(path, null, plain);
  const bytes = await all(sent.source);
  expect(sent.type).toBe('image/jpeg');
  expect(latin(bytes)).not.toContain(LATITUDE);
  expect(await all(await sourceOf(sent.hint ?? ''))).toEqual(bytes);

  const kept = await newFile(path, null, { ...plain, keepLocation: true });
  expect(await all(kept.source)).toEqual(photo);
  expect(await all(await sourceOf(kept.hint ?? ''))).toEqual(photo);
});

test('a photo that cannot be read, and says something of a camera, is not sent unasked', async () => {
  const broken = bytesOf(`II*\0${'\0'.repeat(4)}GPSLatitude ${LATITUDE}`);
  const path = fileOf('raw.tif', broken);
  await expect(newFile(path, null, plain)).rejects.toThrow(/nothing was sent.*--keep-location/);
  expect(await all((await newFile(path, null, { ...plain, keepLocation: true })).source)).toEqual(broken);
});
