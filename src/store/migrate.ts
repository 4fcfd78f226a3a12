/**
 * Brings a database to this release's schema: one transaction for each migration, the version stored with it. One that is new
 * gets all of them in one: each is a turn of the disk, and nothing is there that half of it could leave behind.
 */
import type { Db } from './db.ts';
import { MIGRATIONS, type Migration } from './migrations.ts';

/** The database was written by a newer release; an older one must not touch it. */
export class NewerSchema extends Error {
  override readonly name = 'NewerSchema';
}

interface Newest {
  readonly version: number | null;
}
const NEWEST = 'SELECT MAX(version) AS version FROM migrations';

/** From this migration on each says which releases work beside it. */
const SAYS_OLDEST = 19;

/**
 * Applies what is missing and gives the versions it applied. Throws NewerSchema when the database knows a migration
 * that this release does not, and that its code does not work with.
 */
export async function migrate(db: Db, migrations: readonly Migration[] = MIGRATIONS): Promise<number[]> {
  await db.write(async (tx) => {
    await tx.run('CREATE TABLE IF NOT EXISTS migrations (version BIGINT PRIMARY KEY, name TEXT NOT NULL)');
  });
  const [row] = await db.read<Newest>(NEWEST);
  const current = row?.version ?? 0;
  const newest = migrations.at(-1)?.version ?? 0;
  if (current > newest && !(await isFor(db, newest)))
    throw new NewerSchema(
      `This data folder was written by a newer Sotto (schema ${current}, this release knows ${newest}). Start the newer release, or restore a backup made by this one.`,
    );
  const missing = migrations.filter((migration) => migration.version > current);
  for (const together of current === 0 ? [missing] : missing.map((each) => [each]))
    await db.write(async (tx) => {
      // Another node may have been first.
      const done = (await tx.get<Newest>(NEWEST))?.version ?? 0;
      for (const { version, name, sql, oldest } of together) {
        if (version <= done) continue;
        for (const statement of statements(sql)) await tx.run(statement);
        await tx.run('INSERT INTO migrations (version, name) VALUES ($1, $2)', [version, name]);
        if (oldest !== undefined)
          await tx.run('UPDATE migrations SET oldest = $1 WHERE version = $2', [oldest, version]);
      }
    });
  return missing.map((migration) => migration.version);
}

/** Whether every migration after this one says that code which knows none of them goes on working. */
async function isFor(db: Db, schema: number): Promise<boolean> {
  if (schema < SAYS_OLDEST) return false;
  const against = await db.read(
    'SELECT version FROM migrations WHERE version > $1 AND (oldest IS NULL OR oldest > $2)',
    [schema, schema],
  );
  return against.length === 0;
}

/** The newest migration that a database has; 0 for one that is new. */
export async function schemaOf(db: Db): Promise<number> {
  try {
    const [row] = await db.read<Newest>(NEWEST);
    return row?.version ?? 0;
  } catch (error) {
    if (isWithoutTable(error)) return 0;
    throw error;
  }
}

/** SQLite says it in words, PostgreSQL by its SQLSTATE. */
const isWithoutTable = (error: unknown): boolean =>
  error instanceof Error &&
  (/no such table/.test(error.message) || ('errno' in error && error.errno === '42P01'));

/** Statements end with a semicolon at the end of a line; comment lines are dropped. */
function statements(sql: string): string[] {
  const code = sql
    .split('\n')
    .filter((line) => !line.trimStart().startsWith('--'))
    .join('\n');
  return code
    .split(/;\s*(?:\n|$)/)
    .map((statement) => statement.trim())
    .filter((statement) => statement !== '');
}
