/** `sotto restore --recovered`: for a database that something else has put back, PostgreSQL's own recovery or a snapshot of a disk. */
import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { type Config, parseCommandConfig } from '../../config.ts';
import { RELEASE } from '../../contract/release.ts';
import { silent } from '../../ops/log.ts';
import { DbUnavailable } from '../../store/db.ts';
import { newestAuditAt } from '../../store/figures.ts';
import { openPostgres } from '../../store/postgres.ts';
import { isServed } from '../../store/serving-lock.ts';
import { run, verifyAudit } from '../backup.ts';
import { CommandFailed } from '../failed.ts';
import { openData } from '../open.ts';
import { checkNobodyElse, placeOf } from '../postgres.ts';
import { settle } from '../settle.ts';
import { AFTERWARDS, sayAudit } from './told.ts';

type Env = Readonly<Record<string, string | undefined>>;

/** Gives the exit code. Throws CommandFailed; then nothing has changed. */
export async function markRecovered(data: string | undefined, env: Env, isJson: boolean): Promise<number> {
  const config = parseCommandConfig(data ? ['--data', data] : [], env);
  if (config.database === null && !existsSync(join(config.data, 'sotto.sqlite')))
    throw new CommandFailed(`There is no Sotto in ${resolve(config.data)}: name its folder with --data.`);
  await checkQuiet(config);
  const ports = await openData(config, silent);
  try {
    const audit = await verifyAudit(ports.db);
    const from = await newestAuditAt(ports.db);
    await run(() => settle(ports.db, from, RELEASE));
    if (isJson) console.log(JSON.stringify({ event: 'recovered', at: new Date(from).toISOString(), audit }));
    else
      console.log(
        `Ready to be served again: what was noted last is of ${new Date(from).toISOString()}. ${AFTERWARDS}`,
      );
    sayAudit(audit.broken);
    return 0;
  } finally {
    await ports.hub.close();
    await ports.db.close();
  }
}

/** Throws CommandFailed while somebody works on the database: what is taken away would be missed by them. */
async function checkQuiet({ database, data }: Config): Promise<void> {
  if (database === null) {
    if (isServed(resolve(data))) throw new CommandFailed(`A Sotto serves ${resolve(data)}: end it first.`);
    return;
  }
  const name = 'sotto restore';
  const db = openPostgres(database, { readers: 1, name });
  try {
    await checkNobodyElse(db, name, `PostgreSQL at ${placeOf(database)}`);
  } catch (error) {
    // Opening it says why.
    if (!(error instanceof DbUnavailable)) throw error;
  } finally {
    await db.close();
  }
}
