/** Keys that a device has used up are gone from its disk, so that who takes the disk later opens nothing older [R14]. */
import { Database } from 'bun:sqlite';
import { afterAll, beforeAll, expect, test } from 'bun:test';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Pair } from '../support/pair.ts';

const PATIENCE_MS = 120_000;
/** Bytes of a record that count as the record: shorter than any key. */
const PIECE = 24;

let pair: Pair;
beforeAll(async () => {
  pair = await Pair.open();
}, PATIENCE_MS);
afterAll(() => pair.remove());

/** Records of the stores that hold secrets, as they are now. */
function secrets(home: string): Map<string, Uint8Array> {
  const database = new Database(join(pair.devices.home(home), 'device.sqlite'), { readonly: true });
  try {
    const found = new Map<string, Uint8Array>();
    for (const store of ['prekeys', 'sessions']) {
      const rows = database
        .query<{ key: string; value: Uint8Array }, []>(`SELECT key, value FROM "${store}"`)
        .all();
      for (const { key, value } of rows) found.set(`${store}/${key}`, value);
    }
    return found;
  } finally {
    database.close();
  }
}

/** Everything in the folder: the database, and what SQLite keeps beside it. */
function files(home: string): Buffer {
  const folder = pair.devices.home(home);
  return Buffer.concat(readdirSync(folder).map((name) => readFileSync(join(folder, name))));
}

/** Pieces of the records in `before` that stand in no record of `after`. */
function gone(before: ReadonlyMap<string, Uint8Array>, after: ReadonlyMap<string, Uint8Array>): Buffer[] {
  const kept = Buffer.concat([...after.values()]);
  return [...before.values()].flatMap((value) => {
    const pieces: Buffer[] = [];
    for (let at = 0; at + PIECE <= value.length; at += PIECE) {
      const piece = Buffer.from(value.subarray(at, at + PIECE));
      // Runs of one byte are no secret.
      if (new Set(piece).size > PIECE / 2 && !kept.includes(piece)) pieces.push(piece);
    }
    return pieces;
  });
}

test(
  'one-time keys and states of the ratchet are overwritten, not only forgotten',
  async () => {
    const fresh = secrets('ben');
    await pair.send('ada', 'ben', 'first');
    expect(await pair.hear('ben', 1)).toEqual(['first']);
    const begun = secrets('ben');
    expect([...fresh.keys()].filter((key) => !begun.has(key)).length).toBeGreaterThan(0);
    await pair.send('ben', 'ada', 'second');
    await pair.hear('ada', 1);
    await pair.send('ada', 'ben', 'third');
    await pair.hear('ben', 1);

    const now = secrets('ben');
    const pieces = [...gone(fresh, now), ...gone(begun, now)];
    expect(pieces.length).toBeGreaterThan(10);
    const disk = files('ben');
    expect([...now.values()].some((value) => disk.includes(value.subarray(0, PIECE)))).toBe(true);
    expect(pieces.filter((piece) => disk.includes(piece)).length).toBe(0);
  },
  PATIENCE_MS,
);
