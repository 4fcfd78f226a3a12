/** The database that DATABASE_URL names: whether it can be reached, written and used. Changes nothing. */
import type { Config } from '../../config.ts';
import type { Db } from '../../store/db.ts';
import { schemaOf } from '../../store/migrate.ts';
import { MIGRATIONS } from '../../store/migrations.ts';
import { whyNotOpened } from '../../store/moves.ts';
import { openPostgres } from '../../store/postgres.ts';
import { timeOf } from '../../store/postgres-clock.ts';
import { factsOf, misfit, placeOf, refusalOf } from '../postgres.ts';
import { type Finding, findings } from './finding.ts';
import { apart } from './reach.ts';

const say = findings('database');
/** Of a node, with the one that writes. */
const CONNECTIONS = 9;

/** Nothing where the database is in the data folder. */
export async function checkDatabase({ database }: Pick<Config, 'database'>): Promise<readonly Finding[]> {
  if (database === null) return [];
  const place = placeOf(database);
  const db = openPostgres(database, { readers: 1 });
  try {
    return await look(db, place, new URL(database).hostname);
  } catch (error) {
    return [say.error(refusalOf(error, place), 'docs/scaling.md says what it has to be.')];
  } finally {
    await db.close();
  }
}

async function look(db: Db, place: string, host: string): Promise<readonly Finding[]> {
  const facts = await factsOf(db);
  const wrong = misfit(facts, place);
  if (wrong !== null) return [say.error(wrong, 'docs/scaling.md says what it has to be.')];
  if (facts.standby)
    return [say.error(`${place} is a standby, which takes no writes.`, 'Name the server that writes.')];
  const refused = await whyNotOpened(db, `PostgreSQL at ${place}`, 'DATABASE_URL');
  if (refused !== null) return [say.error(refused, 'docs/scaling.md, "Moving".')];
  return [
    schema(await schemaOf(db), place, facts.version),
    ...(await rights(db)),
    ...apart(await timeOf(db), Date.now(), 'the database'),
    ...(await secrecy(db, host)),
    ...(await room(db)),
  ];
}

function schema(found: number, place: string, version: number): Finding {
  const newest = MIGRATIONS.at(-1)?.version ?? 0;
  const at = `PostgreSQL ${version} at ${place}`;
  if (found > newest)
    return say.warning(
      `${at} was written by a newer Sotto (schema ${found}; this release knows ${newest}).`,
      'Start the newer release on this node too.',
    );
  return say.ok(
    found === newest
      ? `${at}, schema ${found}.`
      : `${at}; schema ${found} becomes ${newest} at the next start.`,
  );
}

async function rights(db: Db): Promise<readonly Finding[]> {
  const [row] = await db.read<{ may: number }>(
    "SELECT has_schema_privilege(current_schema(), 'CREATE') AS may",
  );
  return row?.may === 1
    ? []
    : [
        say.error(
          'The user of DATABASE_URL may make no tables.',
          'Give it the database: ALTER DATABASE … OWNER TO.',
        ),
      ];
}

async function secrecy(db: Db, host: string): Promise<readonly Finding[]> {
  if (/^(?:localhost|127\..*|\[::1\])$/.test(host)) return [];
  const [row] = await db.read<{ ssl: number }>('SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()');
  return row?.ssl === 1
    ? []
    : [
        say.warning(
          `What goes to ${host} is not encrypted.`,
          'Add ?sslmode=verify-full to DATABASE_URL, unless that network is yours alone.',
        ),
      ];
}

async function room(db: Db): Promise<readonly Finding[]> {
  const [row] = await db.read<{ most: number; used: number }>(
    `SELECT CAST(current_setting('max_connections') AS BIGINT) AS most,
       (SELECT COUNT(*) FROM pg_stat_activity WHERE backend_type = 'client backend') AS used`,
  );
  const [most, used] = [row?.most ?? 0, row?.used ?? 0];
  return most - used < CONNECTIONS
    ? [
        say.warning(
          `${used} of ${most} connections are taken; a node takes up to ${CONNECTIONS}.`,
          'Raise max_connections of PostgreSQL.',
        ),
      ]
    : [];
}
