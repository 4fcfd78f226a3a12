/**
 * Puts a backup into an empty data folder. Everything is written and verified in a folder inside of it first, on the same disk even
 * where the data folder is a volume of its own; that folder is there until the last file has its place, and no server starts beside it.
 */
import { existsSync } from 'node:fs';
import { mkdir, readdir, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Blobs } from '../../blobs/blobs.ts';
import { BadBackup } from './bad-backup.ts';
import { syncFolder, writePieces } from './durable.ts';
import { OTHER_FILES } from './make.ts';
import { type Contents, readBackup, type VerifyAudit } from './read.ts';

/** Stands in a data folder while it is not whole. */
export const RESTORING = '.restoring';

export interface Restoring {
  readonly path: string;
  readonly passphrase: string;
  /** The data folder: not there, empty, or what an earlier restore left that was cut off. */
  readonly data: string;
  /** The newest schema that this release knows. */
  readonly newest: number;
  /** Where bytes of files go: into this folder, or elsewhere. */
  readonly blobsIn: (folder: string) => Blobs | Promise<Blobs>;
  readonly verifyAudit: VerifyAudit;
  /** Makes the database at this path one that can go on, and closes it. */
  readonly settle: (database: string, contents: Contents) => Promise<void>;
}

/** Throws BadBackup, and leaves the folder as it was. */
export const restoreBackup = (restoring: Restoring): Promise<Contents> =>
  restoreInto(restoring.data, async (place) => {
    const contents = await fill(restoring, place);
    await restoring.settle(join(place, 'sotto.sqlite'), contents);
    return contents;
  });

/**
 * Fills a data folder that is empty, not there, or was left by a restore that was cut off.
 * @param fill puts `sotto.sqlite`, `blobs` and `tls` into the folder that it is given; when it throws, nothing is left
 */
export async function restoreInto<T>(data: string, fill: (place: string) => Promise<T>): Promise<T> {
  const place = join(data, RESTORING);
  const wasThere = existsSync(data);
  await mkdir(data, { recursive: true, mode: 0o700 });
  const found = await readdir(data);
  if (found.length > 0 && !found.includes(RESTORING))
    throw new BadBackup(`${data} is not empty: a backup is restored into a folder of its own.`);
  // What was moved by a restore that was cut off is in the backup still.
  for (const name of found) await rm(join(data, name), { recursive: true });
  try {
    await mkdir(place, { mode: 0o700 });
    await syncFolder(data);
    const filled = await fill(place);
    // The database last: without it, nothing else is anything.
    for (const name of ['blobs', 'tls', 'sotto.sqlite'])
      if (existsSync(join(place, name))) await rename(join(place, name), join(data, name));
    await syncFolder(place);
    await syncFolder(data);
    await rm(place, { recursive: true });
    await syncFolder(data);
    return filled;
  } catch (error) {
    for (const name of await readdir(data)) await rm(join(data, name), { recursive: true });
    if (!wasThere) await rm(data, { recursive: true });
    throw error;
  }
}

async function fill(
  { path, passphrase, newest, blobsIn, verifyAudit }: Restoring,
  place: string,
): Promise<Contents> {
  const blobs = await blobsIn(join(place, 'blobs'));
  const database = join(place, 'sotto.sqlite');
  const contents = await readBackup(
    path,
    passphrase,
    {
      begin({ schema, release }) {
        if (schema > newest)
          throw new BadBackup(
            `This backup was made by a newer Sotto (${release}, schema ${schema}; this release knows ${newest}). Restore it with that one.`,
          );
      },
      database,
      async file(name, bytes) {
        if (!OTHER_FILES.test(name))
          throw new BadBackup('This backup has a file that does not belong into it.');
        await mkdir(dirname(join(place, name)), { recursive: true, mode: 0o700 });
        await writePieces(join(place, name), bytes);
      },
      blob: (key, bytes) => blobs.put(key, bytes),
    },
    verifyAudit,
  );
  if (existsSync(join(place, 'tls'))) await syncFolder(join(place, 'tls'));
  return contents;
}
