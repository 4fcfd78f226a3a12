/** A database that has its schema already, of which a test's own is a copy: a third of the time that migrating takes. */
import { SQL } from 'bun';
import { migrate } from '../../src/store/migrate.ts';
import { MIGRATIONS } from '../../src/store/migrations.ts';
import { openPostgres } from '../../src/store/postgres.ts';

/** SQLSTATE. */
const DUPLICATE_DATABASE = '42P04';

let made: Promise<string> | null = null;

/** SQL that makes a database of this name, migrated. @param server address without a database */
export async function copyOfTemplate(server: string, name: string): Promise<string> {
  made ??= makeTemplate(server);
  return `CREATE DATABASE ${name} TEMPLATE ${await made} STRATEGY FILE_COPY`;
}

/** Gives its name. Several processes may begin at once: it has its name when it is done, and the first one counts. */
async function makeTemplate(server: string): Promise<string> {
  const admin = new SQL(`${server}/postgres`, { max: 1 });
  try {
    const hash = new Bun.CryptoHasher('sha256').update(JSON.stringify(MIGRATIONS)).digest('hex');
    const name = `sotto_template_${hash.slice(0, 32)}`;
    if ((await admin.unsafe(`SELECT 1 FROM pg_database WHERE datname = '${name}'`)).length > 0) return name;
    const draft = `sotto_draft_${crypto.randomUUID().replaceAll('-', '')}`;
    await admin.unsafe(`CREATE DATABASE ${draft}`);
    const db = openPostgres(`${server}/${draft}`, { readers: 1 });
    await migrate(db);
    await db.close();
    await admin.unsafe(`ALTER DATABASE ${draft} RENAME TO ${name}`).catch(async (error: unknown) => {
      if (!(error instanceof SQL.PostgresError) || error.errno !== DUPLICATE_DATABASE) throw error;
      await admin.unsafe(`DROP DATABASE ${draft}`);
    });
    return name;
  } finally {
    await admin.close();
  }
}
