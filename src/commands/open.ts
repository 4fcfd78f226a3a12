/** Opens a data folder: the database in it, or the one that stands for it, migrated, and the ports that services are made of. */
import { existsSync, mkdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { Config } from '../config.ts';
import type { Ports } from '../deps.ts';
import { RESTORING } from '../ops/backup/restore.ts';
import type { Log } from '../ops/log.ts';
import { createOps, watchPorts } from '../ops/ops.ts';
import type { Tracing } from '../ops/tracing.ts';
import type { Hub } from '../realtime/hub.ts';
import { createLocalHub } from '../realtime/local.ts';
import { keepBefore, olderDatabase } from '../store/before-migration.ts';
import { type Db, DbUnavailable } from '../store/db.ts';
import { migrate, NewerSchema, schemaOf } from '../store/migrate.ts';
import { MIGRATIONS } from '../store/migrations.ts';
import { whyNotOpened } from '../store/moves.ts';
import { openSqlite, type SqliteDb } from '../store/sqlite.ts';
import { openBlobs } from './blobs.ts';
import { CommandFailed } from './failed.ts';

export interface OpenPorts extends Ports {
  /** The database in the folder, for what is done with its file; null: it is elsewhere. */
  readonly sqlite: SqliteDb | null;
}

/**
 * Creates the folder where it is missing; throws CommandFailed with a sentence when it cannot be used.
 * @param wait milliseconds to go on trying while a database of another machine is away
 * @param hubOf the way to other nodes, for what serves
 */
export async function openData(
  config: Config,
  log: Log,
  tracing: Tracing | null = null,
  wait = 0,
  hubOf: (config: Config, db: Db, log: Log) => Promise<Hub> = async () => createLocalHub(),
): Promise<OpenPorts> {
  // Keys of sessions and hashes of secrets live here: nobody else on the machine reads them.
  process.umask(0o077);
  const folder = resolve(config.data);
  if (existsSync(join(folder, RESTORING)))
    throw new CommandFailed(`A restore into ${folder} was cut off: run sotto restore once more.`);
  try {
    mkdirSync(folder, { recursive: true });
    const { db, sqlite } = await openDatabase(config, folder, log, wait);
    const ports = {
      config,
      db,
      blobs: await openBlobs(config, folder),
      hub: await hubOf(config, db, log),
      log,
      clock: Date.now,
      random: (length: number) => crypto.getRandomValues(new Uint8Array(length)),
    };
    return { ...watchPorts(ports, createOps(log, ports.clock, tracing)), sqlite };
  } catch (error) {
    if (error instanceof CommandFailed) throw error;
    if (error instanceof DbUnavailable || (error instanceof Error && 'code' in error))
      throw new CommandFailed(`The data folder ${folder} cannot be used: ${error.message}`);
    throw error;
  }
}

async function openDatabase(
  config: Config,
  folder: string,
  log: Log,
  wait: number,
): Promise<{ readonly db: Db; readonly sqlite: SqliteDb | null }> {
  // Whoever has a small server never loads the other engine.
  if (config.database !== null) {
    const { openPostgresData } = await import('./postgres.ts');
    return { db: await openPostgresData(config.database, log, wait), sqlite: null };
  }
  const db = openSqlite(join(folder, 'sotto.sqlite'), { keepsLog: config.wal !== null });
  const refused = await whyNotOpened(db, folder);
  if (refused !== null) {
    await db.close();
    throw new CommandFailed(refused);
  }
  const applied = await bringUp(db, folder);
  if (applied.length > 0) log.info('migrated', { versions: applied.join(' ') });
  return { db, sqlite: db };
}

/** Migrates, and keeps the database as it was. Closes it when this release cannot use it. */
async function bringUp(db: Db, folder: string): Promise<readonly number[]> {
  const newest = MIGRATIONS.at(-1)?.version ?? 0;
  try {
    keepBefore(folder, await schemaOf(db), newest);
    return await migrate(db);
  } catch (error) {
    await db.close();
    const older = error instanceof NewerSchema ? olderDatabase(folder, newest) : null;
    if (older === null) throw error;
    throw new NewerSchema(
      `This data folder was written by a newer Sotto. Start the newer release; or go back to the time before it came with: sotto restore ${older} --data ${folder} (docs/backup.md says what that means).`,
    );
  }
}
