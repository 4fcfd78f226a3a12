/**
 * The process ends after any step of what is done to files: a transaction, bytes kept or removed; or in the middle of keeping them.
 * Whatever was there stays whole, what is left over goes with the next run, and the same calls again come to the same end.
 */
import { afterAll, expect, test } from 'bun:test';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { addGroup, chunkOf, noiseOf } from '../../test/support/files.ts';
import { addPerson, randomBytes, type Someone } from '../../test/support/relay.ts';
import type { Blobs } from '../blobs/blobs.ts';
import { createDiskBlobs } from '../blobs/disk.ts';
import { CHUNK_BYTES, type FileId, fileId, sealedFileBytes } from '../contract/files.ts';
import type { ConversationId } from '../contract/ids.ts';
import { silent } from '../ops/log.ts';
import { createLocalHub } from '../realtime/local.ts';
import type { Db } from '../store/db.ts';
import { migrate } from '../store/migrate.ts';
import { openSqlite } from '../store/sqlite.ts';
import { createAudit } from './audit.ts';
import { createBlobWrites, ORPHAN_AGE_MS } from './blob-writes.ts';
import { createFileCleanup } from './file-cleanup.ts';
import { createFiles } from './files.ts';
import { createPolicies } from './policies.ts';
import { createRecipients } from './recipients.ts';
import { Refusal } from './refusal.ts';

/** Where there is one, a disk of memory: processes end here, and no power, so no step has to be on a real one. */
const memory = existsSync('/dev/shm') ? '/dev/shm' : tmpdir();
const root = mkdtempSync(join(memory, 'sotto-files-crash-'));
afterAll(() => rmSync(root, { recursive: true }));

class Killed extends Error {}

/** Ends the process at its nth step that changes anything: after it, with nobody told, or in the middle of it. */
class Plug {
  /** Of each step, whether there is a middle. */
  readonly steps: boolean[] = [];
  #isOver = false;
  constructor(
    private readonly at: number,
    private readonly when: 'middle' | 'after',
  ) {}

  async step<T>(act: () => Promise<T>, half: (() => Promise<unknown>) | null = null): Promise<T> {
    await this.read(async () => {});
    // Another step, side by side with this one, was the last.
    if (this.#isOver) throw new Killed();
    this.steps.push(half !== null);
    const isLast = this.steps.length === this.at;
    if (isLast) this.#isOver = true;
    if (isLast && this.when === 'middle') {
      await half?.();
      throw new Killed();
    }
    const result = await act();
    if (isLast) throw new Killed();
    return result;
  }

  async read<T>(act: () => Promise<T>): Promise<T> {
    if (this.#isOver) throw new Killed();
    return act();
  }
}

function openPlace(folder: string, clock: () => number, plug: Plug) {
  const db = openSqlite(join(folder, 'sotto.sqlite'));
  const disk = createDiskBlobs(join(folder, 'blobs'));
  const plugged: Db = {
    read: (sql, params) => plug.read(() => db.read(sql, params)),
    write: (change) => plug.step(() => db.write(change)),
    close: () => db.close(),
  };
  const blobs: Blobs = {
    // Half of the bytes are there when the process ends in the middle.
    put: (key, bytes) =>
      plug.step(
        () => disk.put(key, bytes),
        () =>
          Bun.write(
            join(folder, 'blobs', key.slice(0, 1), key.slice(1, 2), `${key.slice(2)}.part`),
            bytes.slice(9),
          ),
      ),
    get: (key) => plug.read(() => disk.get(key)),
    remove: (key) => plug.step(() => disk.remove(key)),
    list: (after, limit) => plug.read(() => disk.list(after, limit)),
    written: (key) => plug.read(() => disk.written(key)),
    direct: () => null,
    free: () => disk.free(),
  };
  const ports = { db: plugged, blobs, clock, log: silent, random: randomBytes };
  const audit = createAudit(ports);
  const hub = createLocalHub();
  const bytes = createBlobWrites(ports);
  const devices = createRecipients({ db, hub, clock });
  const policies = createPolicies({ db, hub });
  return {
    db,
    disk,
    audit,
    files: createFiles(ports, { audit, bytes, devices, policies }),
    cleanup: createFileCleanup(ports, { audit, bytes }),
  };
}
type Place = ReturnType<typeof openPlace>;

interface Story {
  readonly mina: Someone;
  readonly group: ConversationId;
  readonly stays: FileId;
  readonly goes: FileId;
}
const SIZE = CHUNK_BYTES + 100;
const [chunks, others] = [noiseOf(SIZE), noiseOf(SIZE)];
const chunk = (from: readonly Uint8Array<ArrayBuffer>[], n: number) => from[n] ?? new Uint8Array();

/** One file that is sent twice in part and stays, one that goes with its place, and a run of the clean-up. */
async function tell({ files, cleanup }: Pick<Place, 'files' | 'cleanup'>, story: Story): Promise<void> {
  const { mina, group, stays, goes } = story;
  const upload = { size: SIZE, conversation: group, expiresAt: null };
  /** What is gone, or complete, already was done before the crash. */
  const again = async (act: () => Promise<unknown>) => {
    try {
      await act();
    } catch (error) {
      if (!(error instanceof Refusal) || !['NotFound', 'Conflict'].includes(error.kept.error)) throw error;
    }
  };
  await files.begin(mina, { id: stays, ...upload });
  await again(() => files.putChunks(mina, stays, 0, [chunkOf(chunk(others, 0))]));
  await again(() => files.putChunks(mina, stays, 1, [chunkOf(chunk(chunks, 1))]));
  await again(() => files.putChunks(mina, stays, 0, [chunkOf(chunk(chunks, 0))]));
  await again(() => files.complete(mina, stays));
  await files.begin(mina, { id: goes, ...upload });
  await again(() => files.putChunks(mina, goes, 0, [chunkOf(chunk(chunks, 0)), chunkOf(chunk(chunks, 1))]));
  await again(() => files.unplace(mina, goes, group));
  await cleanup.run();
}

/** Every row has its bytes, and a complete file all of its chunks. */
async function checkRows({ db, disk }: Place): Promise<readonly string[]> {
  const rows = await db.read<{ blob: string; size: number; sha256: Uint8Array }>(
    'SELECT blob, size, sha256 FROM file_chunks',
  );
  for (const { blob, size, sha256 } of rows) {
    const bytes = await disk.get(blob);
    expect(bytes?.length).toBe(size);
    expect(new Bun.CryptoHasher('sha256').update(bytes ?? '').digest('hex')).toBe(
      Buffer.from(sha256).toString('hex'),
    );
  }
  const half = await db.read(
    `SELECT id FROM files WHERE completed_at IS NOT NULL
     AND (SELECT COUNT(*) FROM file_chunks WHERE file = id) <> 2`,
  );
  expect(half).toEqual([]);
  const totals = await db.read(
    `SELECT account FROM file_totals t WHERE bytes <> (SELECT COALESCE(SUM(stored), 0) FROM files WHERE owner = t.account)
     OR files <> (SELECT COUNT(*) FROM files WHERE owner = t.account)`,
  );
  expect(totals).toEqual([]);
  return rows.map(({ blob }) => blob).sort();
}

async function begin(name: string) {
  const folder = join(root, name);
  const clock = Date.now;
  await Bun.write(join(folder, 'x'), '');
  const db = openSqlite(join(folder, 'sotto.sqlite'));
  await migrate(db);
  const mina = await addPerson(db, clock());
  const group = await addGroup(db, clock(), [mina]);
  await db.close();
  return {
    folder,
    clock,
    story: { mina, group, stays: fileId(randomBytes(16)), goes: fileId(randomBytes(16)) },
  };
}

async function stepsOf(): Promise<readonly boolean[]> {
  const { folder, clock, story } = await begin('whole');
  const plug = new Plug(Number.POSITIVE_INFINITY, 'after');
  const place = openPlace(folder, clock, plug);
  await tell(place, story);
  await place.db.close();
  return plug.steps;
}

test('the process may end after any step, and in the middle of keeping bytes', async () => {
  const steps = await stepsOf();
  expect(steps.length).toBeGreaterThan(15);
  expect(steps.filter((hasMiddle) => hasMiddle).length).toBe(5);
  for (const [before, hasMiddle] of steps.entries())
    for (const when of hasMiddle ? (['middle', 'after'] as const) : (['after'] as const)) {
      const at = before + 1;
      const { folder, clock, story } = await begin(`${at}-${when}`);
      const plug = new Plug(at, when);
      const dying = openPlace(folder, clock, plug);
      await expect(tell(dying, story)).rejects.toThrow(Killed);
      expect(plug.steps.length).toBe(at);
      await dying.db.close();

      // A new process over the same folder, when nobody can be writing any more what was begun then.
      const later = () => clock() + ORPHAN_AGE_MS;
      const place = openPlace(folder, later, new Plug(Number.POSITIVE_INFINITY, 'after'));
      await checkRows(place);
      await place.cleanup.run();
      expect(await place.disk.list(null, 1000)).toEqual(await checkRows(place));

      await tell(place, story);
      expect(await place.disk.list(null, 1000)).toEqual(await checkRows(place));
      const usage = await place.files.usage(story.mina);
      expect(usage.used).toBe(sealedFileBytes(SIZE));
      expect(usage.files.map(({ id, missing }) => ({ id, missing }))).toEqual([
        { id: story.stays, missing: [] },
      ]);
      for (const [n, sealed] of chunks.entries())
        expect(Buffer.compare(await place.files.chunk(story.mina, story.stays, n), sealed)).toBe(0);
      expect((await place.audit.verify()).broken).toBeNull();
      await place.db.close();
      rmSync(folder, { recursive: true });
    }
});
