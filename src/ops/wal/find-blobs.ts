/** Bytes of files for a database that was put back: what it names and what is still there. */
import type { Blobs } from '../../blobs/blobs.ts';
import type { DatabaseCopy, SavedChunk } from '../../store/snapshot.ts';
import { isHashOf } from '../backup/read.ts';

export interface BlobsFound {
  readonly found: number;
  readonly missing: number;
}

/** Chunks and keys that are looked at together. */
const PAGE = 500;

/**
 * Counts, and copies what lies elsewhere. @param target where the server looks for them; @param source null: they are nowhere; the same as
 * `target`: they stay where they are
 */
export async function findBlobs(
  database: DatabaseCopy,
  target: Blobs,
  source: Blobs | null,
): Promise<BlobsFound> {
  const has = source === target ? stays(target) : copies(target, source);
  let found = 0;
  let missing = 0;
  for (let after = ''; ; ) {
    const page = database.chunks(after, PAGE);
    for (const chunk of page) (await has(chunk)) ? found++ : missing++;
    after = page.at(-1)?.blob ?? '';
    if (page.length < PAGE) return { found, missing };
  }
}

const copies =
  (target: Blobs, source: Blobs | null) =>
  async ({ blob, sha256 }: SavedChunk): Promise<boolean> => {
    const bytes = source && (await source.get(blob));
    if (!bytes || !isHashOf(bytes, sha256)) return false;
    await target.put(blob, bytes);
    return true;
  };

/** Goes through the keys once, since chunks come in the order of theirs. */
function stays(blobs: Blobs): (chunk: SavedChunk) => Promise<boolean> {
  let keys: readonly string[] | null = null;
  let at = 0;
  return async ({ blob }) => {
    for (;;) {
      if (keys === null || at === keys.length) {
        if (keys !== null && keys.length < PAGE) return false;
        keys = await blobs.list(keys?.at(-1) ?? null, PAGE);
        at = 0;
        if (keys.length === 0) return false;
      }
      const key = keys[at] ?? '';
      if (key >= blob) return key === blob;
      at++;
    }
  };
}
