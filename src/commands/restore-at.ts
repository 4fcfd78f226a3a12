/** `sotto restore --at` and `--list`: back to a moment, by the log that was kept since. */
import { existsSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import type { Blobs } from '../blobs/blobs.ts';
import { createDiskBlobs } from '../blobs/disk.ts';
import { outside } from '../config/outside.ts';
import { logPlace } from '../config/wal.ts';
import { BadBackup } from '../ops/backup/bad-backup.ts';
import { syncFolder } from '../ops/backup/durable.ts';
import { OTHER_FILES } from '../ops/backup/make.ts';
import { restoreInto } from '../ops/backup/restore.ts';
import { findBlobs } from '../ops/wal/find-blobs.ts';
import { keptGenerations } from '../ops/wal/kept.ts';
import { openPlace } from '../ops/wal/open-place.ts';
import type { Place } from '../ops/wal/place.ts';
import { rebuild } from '../ops/wal/rebuild.ts';
import { MIGRATIONS } from '../store/migrations.ts';
import { DatabaseCopy, foldLog } from '../store/snapshot.ts';
import { run, verifyAudit } from './backup.ts';
import { openBlobs } from './blobs.ts';
import { CommandFailed } from './failed.ts';
import { backupPassphrase } from './passphrase.ts';
import { momentOf } from './restore/moment.ts';
import { markRecovered } from './restore/recovered.ts';
import { printRestored, type Restored } from './restore/told.ts';
import { settleFile } from './settle.ts';
import { BACKUP_USAGE } from './usage.ts';

type Env = Readonly<Record<string, string | undefined>>;

const OPTIONS = {
  at: { type: 'string' },
  list: { type: 'boolean' },
  recovered: { type: 'boolean' },
  data: { type: 'string' },
  blobs: { type: 'string' },
  json: { type: 'boolean' },
} as const;

/** Gives the exit code. Throws CommandFailed; then no folder has changed. */
export async function restoreAt(args: readonly string[], env: Env): Promise<number> {
  const { values, positionals } = parse(args);
  const isJson = values.json === true;
  if (values.recovered) {
    if (positionals.length > 0 || values.at || values.list)
      throw wrongUse('restore --recovered takes --data DIR or DATABASE_URL, and nothing else.');
    return markRecovered(values.data, env, isJson);
  }
  const [from, ...rest] = positionals;
  if (!from || rest.length > 0)
    throw wrongUse('restore --at and --list take one folder, or s3://bucket/prefix.');
  const place = await openPlace(logPlace(from, 'restore', env));
  if (values.list) return list(place, isJson);
  if (!values.data) throw wrongUse('restore --at takes --data DIR, a folder that is empty or not there.');
  const at = await run(() => momentOf(values.at ?? '', place));
  const passphrase = await backupPassphrase(env, false);
  process.umask(0o077);
  const data = resolve(values.data);
  const kept = await run(() =>
    restoreInto(data, (folder) => fill(place, passphrase, at, folder, values.blobs ?? null, env)),
  );
  printRestored(kept, { data, at, isJson });
  return 0;
}

/** @param folder that becomes the data folder */
async function fill(
  place: Place,
  passphrase: string,
  at: number,
  folder: string,
  from: string | null,
  env: Env,
): Promise<Restored> {
  const database = join(folder, 'sotto.sqlite');
  const { files, ...rebuilt } = await rebuild(place, passphrase, at, database);
  foldLog(database);
  for (const [name, bytes] of Object.entries(files)) {
    if (!OTHER_FILES.test(name))
      throw new BadBackup('What was kept has a file that does not belong into it.');
    await mkdir(dirname(join(folder, name)), { recursive: true, mode: 0o700 });
    await writeFile(join(folder, name), bytes, { mode: 0o600, flag: 'wx' });
    await syncFolder(dirname(join(folder, name)));
  }
  const { audit, blobs } = await examine(database, folder, from, env);
  await settleFile(database, rebuilt.at, rebuilt.release);
  return { ...rebuilt, audit, blobs };
}

/** Throws BadBackup for a database that is damaged or too new. */
async function examine(database: string, folder: string, from: string | null, env: Env) {
  const copy = new DatabaseCopy(database);
  try {
    const [problem] = copy.problems();
    if (problem !== undefined) throw new BadBackup(`The database that was kept is damaged: ${problem}.`);
    const newest = MIGRATIONS.at(-1)?.version ?? 0;
    if (copy.schema() > newest)
      throw new BadBackup(
        `This was kept by a newer Sotto (schema ${copy.schema()}; this release knows ${newest}). Restore it with that one.`,
      );
    const config = outside(env, true);
    const target = await openBlobs(config, folder);
    const source = from === null ? null : blobsOf(from);
    const blobs = await findBlobs(copy, target, config.s3 === null ? source : target);
    return { audit: await verifyAudit(copy), blobs };
  } finally {
    await copy.close();
  }
}

/** Of a data folder, or the folder of blobs in one. */
function blobsOf(path: string): Blobs {
  const inside = join(path, 'blobs');
  const folder = basename(resolve(path)) !== 'blobs' && existsSync(inside) ? inside : path;
  if (!existsSync(folder)) throw new CommandFailed(`There is no folder ${path} (--blobs).`, 2);
  return createDiskBlobs(folder);
}

async function list(place: Place, isJson: boolean): Promise<number> {
  const generations = await run(() => keptGenerations(place));
  if (generations.length === 0) throw new CommandFailed(`Nothing is kept in ${place.words}.`);
  for (const { from, to, segments } of generations.toReversed()) {
    const span = { from: new Date(from).toISOString(), to: new Date(to).toISOString(), segments };
    console.log(
      isJson
        ? JSON.stringify({ event: 'kept', ...span })
        : `from ${span.from} to ${span.to} (${segments} segments)`,
    );
  }
  return 0;
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({ args: [...args], options: OPTIONS, strict: true, allowPositionals: true });
  } catch (error) {
    throw wrongUse(error instanceof Error ? error.message : String(error));
  }
}

const wrongUse = (sentence: string) => new CommandFailed(`${sentence}\n\n${BACKUP_USAGE}`, 2);
