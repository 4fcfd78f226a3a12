/** What every keeper of blobs does, as tests that any of them can run. */
import { afterAll, beforeAll, describe, expect, test } from 'bun:test';
import { existsSync, readdirSync, utimesSync } from 'node:fs';
import { join } from 'node:path';
import { type BlobKey, type Blobs, blobKey } from '../../src/blobs/blobs.ts';
import { CHUNK_BYTES, CHUNK_OVERHEAD_BYTES } from '../../src/contract/files.ts';
import { randomBytes } from './relay.ts';

/** As if everything that lies on the disk of this data folder had been written a day ago: nobody can be writing it now. */
export function makeBlobsOld(data: string): void {
  const folder = join(data, 'blobs');
  if (!existsSync(folder)) return;
  const then = Date.now() / 1000 - 24 * 3600;
  for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true }))
    if (entry.isFile()) utimesSync(join(entry.parentPath, entry.name), then, then);
}

/** @param open an empty one, and how it is taken away; `again` opens the same place, as after a restart */
export function describeBlobs(
  name: string,
  open: () => Promise<{ readonly blobs: Blobs; again(): Blobs; end(): Promise<void> }>,
): void {
  describe(name, () => {
    let place: Awaited<ReturnType<typeof open>>;
    let blobs: Blobs;
    beforeAll(async () => {
      place = await open();
      blobs = place.blobs;
    });
    afterAll(() => place.end());
    const newKey = () => blobKey(randomBytes(16));
    const all = async (limit: number): Promise<readonly BlobKey[]> => {
      const found: BlobKey[] = [];
      for (;;) {
        const page = await blobs.list(found.at(-1) ?? null, limit);
        expect(page.length).toBeLessThanOrEqual(limit);
        found.push(...page);
        if (page.length < limit) return found;
      }
    };

    test('nothing is there before anything was put', async () => {
      expect(await blobs.get(newKey())).toBeNull();
      expect(await blobs.list(null, 10)).toEqual([]);
      await blobs.remove(newKey());
    });

    test('bytes come back as they were put, from none to a whole chunk, also after a restart', async () => {
      for (const length of [0, 1, 16, CHUNK_BYTES + CHUNK_OVERHEAD_BYTES]) {
        const key = newKey();
        const bytes = new Uint8Array(length).map((_, at) => at * 31);
        await blobs.put(key, bytes);
        expect(await blobs.get(key)).toEqual(bytes);
        expect(await place.again().get(key)).toEqual(bytes);
      }
    });

    test('it says when bytes were put there', async () => {
      const key = newKey();
      expect(await blobs.written(key)).toBeNull();
      const before = Date.now();
      await blobs.put(key, randomBytes(10));
      // Some stores know whole seconds only, up or down.
      expect(await blobs.written(key)).toBeWithin(before - 1000, Date.now() + 1001);
    });

    test('what was removed is not there, and its neighbours are', async () => {
      const [some, other] = [newKey(), newKey()];
      await blobs.put(some, randomBytes(10));
      await blobs.put(other, randomBytes(20));
      await blobs.remove(some);
      expect(await blobs.get(some)).toBeNull();
      expect((await blobs.get(other))?.length).toBe(20);
      expect(await all(100)).not.toContain(some);
    });

    test('every key is listed once, in order, whatever the page', async () => {
      const keys = Array.from({ length: 40 }, newKey);
      await Promise.all(keys.map((key) => blobs.put(key, randomBytes(3))));
      const listed = await all(1000);
      expect(listed).toEqual([...listed].sort());
      for (const key of keys) expect(listed).toContain(key);
      for (const limit of [1, 7, 39]) expect(await all(limit)).toEqual(listed);
    });

    test('a key is 32 hexadecimal digits and nothing else', async () => {
      for (const key of ['', 'a', '../'.repeat(10), `${'a'.repeat(31)}/`, 'A'.repeat(32), 'a'.repeat(33)]) {
        await expect(blobs.put(key, new Uint8Array(1))).rejects.toThrow(TypeError);
        await expect(blobs.get(key)).rejects.toThrow(TypeError);
        await expect(blobs.remove(key)).rejects.toThrow(TypeError);
        await expect(blobs.written(key)).rejects.toThrow(TypeError);
      }
    });
  });
}
