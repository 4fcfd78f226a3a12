/** Opens a data folder: the database in it, migrated, and the ports that services are made of. */
import { mkdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { createDiskBlobs } from '../blobs/disk.ts';
import type { Config } from '../config.ts';
import type { Ports } from '../deps.ts';
import type { Log } from '../ops/log.ts';
import { createLocalHub } from '../realtime/local.ts';
import { DbUnavailable } from '../store/db.ts';
import { migrate } from '../store/migrate.ts';
import { openSqlite } from '../store/sqlite.ts';
import { CommandFailed } from './failed.ts';

/** Creates the folder where it is missing; throws CommandFailed with a sentence when it cannot be used. */
export async function openData(config: Config, log: Log): Promise<Ports> {
  // Keys of sessions and hashes of secrets live here: nobody else on the machine reads them.
  process.umask(0o077);
  const folder = resolve(config.data);
  try {
    mkdirSync(folder, { recursive: true });
    const db = openSqlite(join(folder, 'sotto.sqlite'));
    const applied = await migrate(db);
    if (applied.length > 0) log.info('migrated', { versions: applied.join(' ') });
    return {
      config,
      db,
      blobs: createDiskBlobs(join(folder, 'blobs')),
      hub: createLocalHub(),
      log,
      clock: Date.now,
      random: (length) => crypto.getRandomValues(new Uint8Array(length)),
    };
  } catch (error) {
    if (error instanceof DbUnavailable || (error instanceof Error && 'code' in error))
      throw new CommandFailed(`The data folder ${folder} cannot be used: ${error.message}`);
    throw error;
  }
}
