import { afterAll, expect, test } from 'bun:test';
import { mkdirSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describeBlobs } from '../../test/support/blobs.ts';
import { BlobsUnavailable, blobKey } from './blobs.ts';
import { createDiskBlobs } from './disk.ts';

const root = mkdtempSync(join(tmpdir(), 'sotto-blobs-'));
afterAll(() => rmSync(root, { recursive: true }));
let folders = 0;
const newFolder = () => join(root, String(++folders));

describeBlobs('blobs on the disk', async () => {
  const folder = newFolder();
  return { blobs: createDiskBlobs(folder), again: () => createDiskBlobs(folder), end: async () => {} };
});

const bytes = new Uint8Array([1, 2, 3]);
const key = blobKey(new Uint8Array(16).fill(0xab));

test('files and folders are for this user alone, and no folder holds many', async () => {
  const folder = newFolder();
  await createDiskBlobs(folder).put(key, bytes);
  const path = join(folder, 'a', 'b');
  const [name = ''] = readdirSync(path);
  expect(statSync(join(path, name)).mode & 0o777).toBe(0o600);
  for (const each of [folder, join(folder, 'a'), path]) expect(statSync(each).mode & 0o777).toBe(0o700);
});

test('what was cut off while it was written is not given out, is listed, and can be removed', async () => {
  const folder = newFolder();
  const blobs = createDiskBlobs(folder);
  const path = join(folder, 'a', 'b');
  mkdirSync(path, { recursive: true });
  writeFileSync(join(path, `${key.slice(2)}.part`), bytes);
  expect(await blobs.get(key)).toBeNull();
  expect(await blobs.list(null, 10)).toEqual([key]);
  await blobs.remove(key);
  expect(await blobs.list(null, 10)).toEqual([]);
  expect(readdirSync(path)).toEqual([]);
});

test('files that are none of ours are left alone', async () => {
  const folder = newFolder();
  const blobs = createDiskBlobs(folder);
  await blobs.put(key, bytes);
  for (const path of ['lost+found', 'a/x', 'zz/a']) mkdirSync(join(folder, path), { recursive: true });
  writeFileSync(join(folder, 'a/b/README'), 'x');
  writeFileSync(join(folder, 'readme'), 'x');
  expect(await blobs.list(null, 10)).toEqual([key]);
});

test('a folder that cannot be used is said to be unavailable, and nothing half is there', async () => {
  const folder = newFolder();
  mkdirSync(folder);
  // A file stands where the first folder must be.
  writeFileSync(join(folder, 'a'), 'x');
  const blobs = createDiskBlobs(folder);
  await expect(blobs.put(key, bytes)).rejects.toThrow(BlobsUnavailable);
  rmSync(join(folder, 'a'));
  await blobs.put(key, bytes);
  expect(await blobs.get(key)).toEqual(bytes);
});

test('a disk that takes no more refuses the whole of it, and takes it when there is room', async () => {
  const folder = newFolder();
  // A limit of the system's on the size of files, in units of 1 KiB: the write itself fails, as on a full disk.
  const child = Bun.spawnSync([
    'bash',
    '-c',
    `ulimit -f 64; exec "$0" "$@"`,
    process.execPath,
    join(import.meta.dir, '../../test/support/put-blob.ts'),
    folder,
    key,
    String(1024 * 1024),
  ]);
  expect(child.stdout.toString()).toBe('BlobsUnavailable\n');
  const blobs = createDiskBlobs(folder);
  expect(await blobs.list(null, 10)).toEqual([]);
  await blobs.put(key, bytes);
  expect(await blobs.list(null, 10)).toEqual([key]);
});

test('it says how much room there is', async () => {
  const folder = newFolder();
  const blobs = createDiskBlobs(folder);
  expect(await blobs.free()).toBeGreaterThan(0);
  await blobs.put(key, bytes);
  expect(await blobs.free()).toBeGreaterThan(0);
  expect(await createDiskBlobs(join(folder, 'no', 'where')).free()).toBeNull();
});
