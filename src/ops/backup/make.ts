/** Makes a backup of a data folder, whether or not a server works on it, and reads it back before it has its name. */
import { existsSync } from 'node:fs';
import { rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Blobs } from '../../blobs/blobs.ts';
import type { Db } from '../../store/db.ts';
import { copyDatabase, DatabaseCopy } from '../../store/snapshot.ts';
import { BadBackup } from './bad-backup.ts';
import { namesIn, piecesOf, writeWhole } from './durable.ts';
import { type Beginning, type Ending, writeEntry, writeJson } from './entries.ts';
import { type Cost, makeHeader } from './header.ts';
import { withLease } from './lease.ts';
import { type Contents, checkBackup, isHashOf, type VerifyAudit } from './read.ts';
import { SealedWriter } from './sealed-writer.ts';

export interface Making {
  /** The data folder. */
  readonly data: string;
  readonly out: string;
  readonly passphrase: string;
  /** Of guessing the passphrase; what docs/backup.md says when left out. */
  readonly cost?: Cost;
  readonly release: string;
  readonly db: Db;
  readonly blobs: Blobs;
  readonly clock: () => number;
  readonly random: (length: number) => Uint8Array;
  readonly verifyAudit: VerifyAudit;
}

/** Blobs that are looked up together. */
const PAGE = 500;
/** The database as it was saved: plain, beside the one that it was copied from, until the backup is there. */
const COPY = /^\.backup-\d+\.sqlite/;
/** Folders of the data folder that belong to it besides, with names of files in them. */
export const OTHER_FILES = /^tls\/[A-Za-z0-9][A-Za-z0-9._-]{0,99}$/;

/** Gives what the finished file holds, as it was read back. Throws BadBackup; nothing half is left. */
export async function makeBackup(making: Making): Promise<Contents> {
  const { data, out, db, clock } = making;
  if (existsSync(out))
    throw new BadBackup(`${out} is there already: a backup never takes the place of another file.`);
  return withLease(db, clock, async () => {
    // What a crash left of an earlier one.
    for (const name of await namesIn(data)) if (COPY.test(name)) await rm(join(data, name), { force: true });
    const copy = join(data, `.backup-${process.pid}.sqlite`);
    const again = join(data, `.backup-${process.pid}.sqlite-check`);
    try {
      const at = clock();
      copyDatabase(join(data, 'sotto.sqlite'), copy);
      const header = await makeHeader(making.passphrase, making.random, making.cost);
      return await writeWhole(
        out,
        async (file) => {
          const writer = await SealedWriter.begin(file, header);
          await writeAll(writer, making, copy, at);
          await writer.end();
        },
        (partial) => checkBackup(partial, making.passphrase, again, making.verifyAudit),
      );
    } finally {
      await rm(copy, { force: true });
    }
  });
}

async function writeAll(writer: SealedWriter, making: Making, copy: string, at: number): Promise<void> {
  const database = new DatabaseCopy(copy);
  try {
    const beginning: Beginning = { release: making.release, schema: database.schema(), at };
    await writeJson(writer, 'M', beginning);
    await writeEntry(writer, { kind: 'D', name: '', length: (await stat(copy)).size }, piecesOf(copy));
    for (const folder of ['tls'])
      for (const name of (await namesIn(join(making.data, folder))).map((each) => `${folder}/${each}`)) {
        const path = join(making.data, name);
        const found = await stat(path);
        if (!OTHER_FILES.test(name) || !found.isFile()) continue;
        await writeEntry(writer, { kind: 'F', name, length: found.size }, piecesOf(path));
      }
    const written = await writeBlobs(writer, making.blobs, database);
    const audit = await making.verifyAudit(database);
    const ending: Ending = { rows: database.rows(), ...written, audit };
    await writeJson(writer, 'E', ending);
  } finally {
    await database.close();
  }
}

/** Every blob that the copy names. */
async function writeBlobs(
  writer: SealedWriter,
  blobs: Blobs,
  database: DatabaseCopy,
): Promise<Pick<Ending, 'blobs' | 'blobBytes' | 'missing'>> {
  const missing: string[] = [];
  let count = 0;
  let sum = 0;
  for (let after = ''; ; ) {
    const page = database.chunks(after, PAGE);
    for (const { blob, sha256 } of page) {
      const bytes = await blobs.get(blob);
      // What the disk has lost must not keep all the rest from being saved.
      if (bytes === null || !isHashOf(bytes, sha256)) missing.push(blob);
      else {
        await writeEntry(writer, { kind: 'B', name: blob, length: bytes.length }, [bytes]);
        count++;
        sum += bytes.length;
      }
    }
    const last = page.at(-1);
    if (last === undefined || page.length < PAGE) return { blobs: count, blobBytes: sum, missing };
    after = last.blob;
  }
}
