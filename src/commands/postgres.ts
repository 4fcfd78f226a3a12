/** Opens the PostgreSQL database that DATABASE_URL names, brought to this release's schema. */
import type { Log } from '../ops/log.ts';
import { type Db, DbUnavailable } from '../store/db.ts';
import { migrate, NewerSchema } from '../store/migrate.ts';
import { MOVED_AWAY, whyNotOpened } from '../store/moves.ts';
import { openPostgres } from '../store/postgres.ts';
import { othersAtWork } from '../store/postgres-others.ts';
import { stateOf } from '../store/postgres-pool.ts';
import { CommandFailed } from './failed.ts';

/** Milliseconds for one migration: a large table takes its time. */
const MIGRATION_MS = 3600_000;
/** Milliseconds between two tries to reach it. */
const RETRY_MS = 500;
/** What this is tested with is 15; nothing older than this is looked after by its makers for long. */
const OLDEST = 14;

/** What a database has to be. */
export interface PostgresFacts {
  /** 15 for 15.4. */
  readonly version: number;
  readonly encoding: string;
  /** A standby takes no writes. */
  readonly standby: boolean;
}

/**
 * Throws CommandFailed with a sentence that holds no password; PostgreSQL itself may name the user in it.
 * @param wait milliseconds to go on trying while the server is away: it may be starting, or failing over
 */
export async function openPostgresData(address: string, log: Log, wait: number): Promise<Db> {
  const place = placeOf(address);
  const db = openPostgres(address, { readers: 1, limit: MIGRATION_MS });
  try {
    const wrong = misfit(await reached(db, place, log, wait), place);
    if (wrong !== null) throw new CommandFailed(wrong);
    const refused = await whyNotOpened(db, `PostgreSQL at ${place}`, 'DATABASE_URL');
    if (refused !== null) throw new CommandFailed(refused);
    const applied = await migrate(db);
    if (applied.length > 0) log.info('migrated', { versions: applied.join(' ') });
  } catch (error) {
    if (error instanceof CommandFailed || error instanceof NewerSchema) throw error;
    throw new CommandFailed(refusalOf(error, place));
  } finally {
    await db.close();
  }
  return openPostgres(address, { fence: MOVED_AWAY, clock: Date.now });
}

/** Where it is, for sentences: host, port and name. */
export function placeOf(address: string): string {
  const { hostname, port, pathname } = new URL(address);
  return `${hostname}:${port === '' ? 5432 : port}${pathname}`;
}

/** Throws DbUnavailable, and what the server says of the address. */
export async function factsOf(db: Db): Promise<PostgresFacts> {
  const [row] = await db.read<{ version: number; encoding: string; standby: number }>(
    `SELECT CAST(current_setting('server_version_num') AS BIGINT) AS version,
       current_setting('server_encoding') AS encoding, pg_is_in_recovery() AS standby`,
  );
  return {
    version: Math.floor((row?.version ?? 0) / 10_000),
    encoding: row?.encoding ?? '',
    standby: row?.standby === 1,
  };
}

/** Why a database cannot be used, in a sentence; null for one that can. */
export function misfit({ version, encoding }: PostgresFacts, place: string): string | null {
  if (version < OLDEST) return `PostgreSQL at ${place} is ${version}: Sotto needs ${OLDEST} or newer.`;
  if (encoding !== 'UTF8')
    return `The database ${place} stores ${encoding}: make one with CREATE DATABASE … ENCODING 'UTF8' TEMPLATE template0.`;
  return null;
}

/** What went wrong, in a sentence with what to do. */
export function refusalOf(error: unknown, place: string): string {
  const said = error instanceof Error ? error.message : String(error);
  switch (stateOf(error)) {
    case '28P01':
    case '28000':
      return `PostgreSQL at ${place} does not let the user of DATABASE_URL in (${said}).`;
    case '3D000':
      return `PostgreSQL has no database ${place}: create it, and give it to the user of DATABASE_URL.`;
    case '42501':
      return `The user of DATABASE_URL may not do everything in ${place} (${said}): give it the database with ALTER DATABASE … OWNER TO.`;
    default:
      return error instanceof DbUnavailable
        ? `The database at ${place} cannot be reached (${said}): see whether it runs, and whether DATABASE_URL is right.`
        : `The database at ${place} cannot be used: ${said}`;
  }
}

/** Throws CommandFailed with what to end while anybody else is connected. @param own name of the connections that ask */
export async function checkNobodyElse(db: Db, own: string, label: string): Promise<void> {
  const found = await othersAtWork(db, own);
  if (found.length > 0)
    throw new CommandFailed(
      `Somebody is at work on ${label} (${found.map(({ name, n }) => `${n} connections of ${name}`).join(', ')}): end every node and every other command first.`,
    );
}

async function reached(db: Db, place: string, log: Log, wait: number): Promise<PostgresFacts> {
  const until = Date.now() + wait;
  for (let told = false; ; told = true) {
    try {
      const facts = await factsOf(db);
      if (facts.standby) throw new DbUnavailable('it is a standby, which takes no writes');
      return facts;
    } catch (error) {
      if (!(error instanceof DbUnavailable) || Date.now() >= until) throw error;
      if (!told) log.warn('waiting for the database', { place, reason: error.message });
      await Bun.sleep(RETRY_MS);
    }
  }
}
