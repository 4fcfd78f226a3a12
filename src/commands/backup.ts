/** `sotto backup`, `restore` and `check`: everything that the server has, in one encrypted file, and back. */
import { existsSync, mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { outside } from '../config/outside.ts';
import { ConfigError, parseCommandConfig } from '../config.ts';
import { RELEASE } from '../contract/release.ts';
import { bytesWritten } from '../contract/words.ts';
import type { Ports } from '../deps.ts';
import { BadBackup } from '../ops/backup/bad-backup.ts';
import { goBack } from '../ops/backup/go-back.ts';
import { makeBackup } from '../ops/backup/make.ts';
import { type Contents, checkBackup, type VerifyAudit } from '../ops/backup/read.ts';
import { restoreBackup } from '../ops/backup/restore.ts';
import { silent } from '../ops/log.ts';
import { PlaceUnavailable } from '../ops/wal/place.ts';
import { createAudit } from '../services/audit.ts';
import { type BackupResult, keepResult } from '../services/backup-results.ts';
import { isOlderDatabase } from '../store/before-migration.ts';
import { MIGRATIONS } from '../store/migrations.ts';
import { openBlobs } from './blobs.ts';
import { CommandFailed } from './failed.ts';
import { openData } from './open.ts';
import { backupPassphrase } from './passphrase.ts';
import { settleFile } from './settle.ts';
import { BACKUP_USAGE } from './usage.ts';

type Env = Readonly<Record<string, string | undefined>>;

const OPTIONS = {
  out: { type: 'string' },
  data: { type: 'string' },
  json: { type: 'boolean' },
  // The server's own, which keeps the result itself.
  scheduled: { type: 'boolean' },
} as const;

/** Of a database that has tools of its own. */
const ELSEWHERE =
  'The database is in PostgreSQL: save it with its own tools, and the files where they are (docs/recovery.md); or copy all of it into a folder with sotto move, and back that up.';

export const verifyAudit: VerifyAudit = (db) => createAudit({ db, clock: Date.now, log: silent }).verify();

/** Gives the exit code. Throws CommandFailed. */
export async function backup(args: readonly string[], env: Env): Promise<number> {
  const { values, positionals } = parse(args);
  if (!values.out || positionals.length > 0) throw wrongUse('backup takes --out FILE.');
  const out = resolve(values.out);
  if (!existsSync(dirname(out))) throw new CommandFailed(`There is no folder ${dirname(out)}.`);
  const config = parseCommandConfig(values.data ? ['--data', values.data] : [], env);
  if (config.database !== null) throw new CommandFailed(ELSEWHERE);
  const data = resolve(config.data);
  if (!existsSync(join(data, 'sotto.sqlite')))
    throw new CommandFailed(`There is no Sotto in ${data}: name its folder with --data.`);
  const passphrase = await backupPassphrase(env, true);
  const ports = await openData(config, silent);
  const began = Date.now();
  try {
    const contents = await run(() =>
      makeBackup({ ...ports, data, out, passphrase, release: RELEASE, verifyAudit }),
    );
    if (!values.scheduled) await note(ports, { ok: true, ...resultOf(contents, out, began) });
    print(values.json === true, 'backup', contents, out);
    return 0;
  } catch (error) {
    if (!values.scheduled && error instanceof CommandFailed)
      await note(ports, {
        ok: false,
        file: out,
        at: Date.now(),
        took: Date.now() - began,
        reason: error.message,
      }).catch(() => {});
    throw error;
  } finally {
    await ports.db.close();
  }
}

/** Gives the exit code. Throws CommandFailed with the first thing that is wrong. */
export async function check(args: readonly string[], env: Env): Promise<number> {
  const { values, positionals } = parse(args);
  const [path, ...rest] = positionals;
  if (!path || rest.length > 0) throw wrongUse('check takes one file.');
  const passphrase = await backupPassphrase(env, false);
  const folder = mkdtempSync(join(tmpdir(), 'sotto-check-'));
  try {
    const contents = await run(() =>
      checkBackup(path, passphrase, join(folder, 'sotto.sqlite'), verifyAudit),
    );
    if (contents.audit.broken !== null)
      throw new CommandFailed(
        `The audit log was broken at entry ${contents.audit.broken} when this backup was made; all the rest is whole.`,
      );
    print(values.json === true, 'checked', contents, path);
    return 0;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Gives the exit code. Throws CommandFailed; the folder is as it was then. */
export async function restore(args: readonly string[], env: Env): Promise<number> {
  if (args.some((arg) => /^--(at|list|recovered)\b/.test(arg)))
    return (await import('./restore-at.ts')).restoreAt(args, env);
  const { values, positionals } = parse(args);
  const [path, ...rest] = positionals;
  if (!path || !values.data || rest.length > 0) throw wrongUse('restore takes one file, and --data DIR.');
  process.umask(0o077);
  const newest = MIGRATIONS.at(-1)?.version ?? 0;
  const data = resolve(values.data);
  if (isOlderDatabase(basename(path))) {
    if (dirname(resolve(path)) !== data)
      throw wrongUse(`${basename(path)} is gone back to in its own data folder.`);
    const { replaced, schema } = await run(() =>
      goBack(resolve(path), newest, Date.now(), (database) =>
        settleFile(database, Math.round(statSync(path).mtimeMs), 'before'),
      ),
    );
    console.log(
      values.json
        ? JSON.stringify({ event: 'restored', path: data, schema, replaced })
        : `Gone back to ${path}. What was there is ${replaced}; files that were sent since are removed by the next clean-up.`,
    );
    return 0;
  }
  if (statSync(path, { throwIfNoEntry: false })?.isDirectory())
    throw wrongUse(
      `${path} is a folder, and a backup one file; what --wal-to keeps is restored with --at TIME.`,
    );
  const passphrase = await backupPassphrase(env, false);
  const contents = await run(() =>
    restoreBackup({
      path,
      passphrase,
      data,
      newest,
      blobsIn: (folder) => openBlobs(outside(env), dirname(folder)),
      verifyAudit,
      settle: (database, { at, release }) => settleFile(database, at, release),
    }),
  );
  print(values.json === true, 'restored', contents, data);
  return 0;
}

const resultOf = ({ at, size, blobs, missing }: Contents, file: string, began: number) => ({
  file,
  at,
  took: Date.now() - began,
  size,
  blobs,
  missing: missing.length,
});

async function note(ports: Ports, result: BackupResult): Promise<void> {
  await keepResult(ports, createAudit(ports), null, result);
}

/** What people can do something about, as the command's own failure. */
export async function run<T>(act: () => Promise<T>): Promise<T> {
  try {
    return await act();
  } catch (error) {
    if (error instanceof BadBackup || error instanceof PlaceUnavailable)
      throw new CommandFailed(error.message);
    // A disk that is full, or may not be written.
    if (
      error instanceof Error &&
      ('code' in error || error.name === 'DbUnavailable' || error.name === 'BlobsUnavailable')
    )
      throw new CommandFailed(`It could not be written: ${error.message}`);
    throw error;
  }
}

const DONE = {
  backup: 'Backed up and read back',
  checked: 'Whole',
  restored: 'Restored',
} as const;

function print(json: boolean, event: keyof typeof DONE, contents: Contents, path: string): void {
  const { at, release, schema, size, blobs, blobBytes, missing, audit } = contents;
  const made = new Date(at).toISOString();
  if (json) {
    const { accounts = 0, conversations = 0 } = contents.rows;
    const known = { path, made, at, release, schema, size, accounts, conversations, blobs, blobBytes };
    console.log(JSON.stringify({ event, ...known, missing: missing.length, audit }));
  } else {
    console.log(
      `${DONE[event]}: ${path}, ${bytesWritten(size)}, as it was at ${made}: ${contents.rows.accounts ?? 0} accounts, ${blobs} parts of files.`,
    );
    if (event === 'backup')
      console.log(
        'It holds the server’s secrets, and opens with the passphrase alone: keep both, in two places.',
      );
    if (event === 'restored')
      console.log(
        'Everybody signs in again. What people see whose devices know more than this backup: docs/backup.md.',
      );
  }
  if (missing.length > 0)
    console.error(
      `${missing.length} parts of files were lost on the disk before this backup was made, and are not in it.`,
    );
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({ args: [...args], options: OPTIONS, strict: true, allowPositionals: true });
  } catch (error) {
    throw error instanceof ConfigError
      ? error
      : wrongUse(error instanceof Error ? error.message : String(error));
  }
}

const wrongUse = (sentence: string) => new CommandFailed(`${sentence}\n\n${BACKUP_USAGE}`, 2);
