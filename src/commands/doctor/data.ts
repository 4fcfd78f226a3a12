/** The data folder: whether it can be written, who else can read it, the disk under it, the database in it. Changes nothing. */
import { closeSync, existsSync, fsyncSync, openSync, rmSync, statfsSync, statSync, writeSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { inspectDatabase } from '../../store/inspect.ts';
import { MIGRATIONS } from '../../store/migrations.ts';
import { whyNotUsed } from '../../store/moves.ts';
import { isServed } from '../../store/serving-lock.ts';
import { type Finding, findings, reasonOf } from './finding.ts';

const GIB = 1024 ** 3;
/** Bytes: below the first no files are taken in, below the second it is time to look. */
const TOO_LITTLE = 256 * 1024 ** 2;
const LITTLE = GIB;
const say = findings('data folder');
const disk = findings('disk');

/**
 * @param isServing a Sotto answers at the port that was asked about
 * @param holdsDatabase false: it is elsewhere
 */
export function checkData(data: string, isServing: boolean, holdsDatabase = true): readonly Finding[] {
  const folder = resolve(data);
  const found = statSync(folder, { throwIfNoEntry: false });
  if (!found) {
    const parent = nearest(folder);
    return [writing(parent, `${folder} will be made at the first start.`), space(parent)];
  }
  if (!found.isDirectory()) return [say.error(`${folder} is a file.`, 'Give another folder with --data.')];
  return [
    writing(folder, `${folder} can be written.`),
    ...served(folder, isServing),
    ...privacy(folder),
    space(folder),
    ...(holdsDatabase ? database(folder) : []),
  ];
}

/** The folder, or the one above it that is there. */
function nearest(folder: string): string {
  return existsSync(folder) || dirname(folder) === folder ? folder : nearest(dirname(folder));
}

/** A server has it that was not found at the port. */
function served(folder: string, isServing: boolean): readonly Finding[] {
  if (isServing || !isServed(folder)) return [];
  return [
    say.warning(
      `A Sotto serves ${folder}, and not at this port.`,
      'Give doctor the flags that it was started with.',
    ),
  ];
}

/** Writes and syncs a file of its own. */
function writing(folder: string, good: string): Finding {
  const probe = join(folder, `.sotto-doctor-${process.pid}`);
  try {
    const file = openSync(probe, 'wx', 0o600);
    try {
      writeSync(file, 'probe');
      fsyncSync(file);
    } finally {
      closeSync(file);
      rmSync(probe, { force: true });
    }
    return say.ok(good);
  } catch (error) {
    const reason = reasonOf(error);
    if (reason === 'ENOSPC')
      return say.error(`The disk under ${folder} is full.`, 'Free some room: nothing can be stored.');
    if (reason === 'EROFS') return say.error(`${folder} is read-only.`, 'Mount it for writing.');
    return say.error(
      `${folder} cannot be written (${reason}).`,
      'Give it to the account that Sotto runs as: chown, or run doctor as that account.',
    );
  }
}

/** Keys and hashes lie there: nobody else on the machine should read them. */
function privacy(folder: string): readonly Finding[] {
  if (process.platform === 'win32') return [];
  const open = ['.', 'sotto.sqlite', 'tls', 'blobs']
    .map((name) => join(folder, name))
    .filter((path) => ((statSync(path, { throwIfNoEntry: false })?.mode ?? 0) & 0o077) !== 0);
  return open.length === 0
    ? []
    : [say.warning(`Others on this machine can read ${open.join(', ')}.`, `chmod -R go-rwx ${folder}`)];
}

function space(folder: string): Finding {
  const { bavail, bsize, blocks } = statfsSync(folder);
  const free = bavail * bsize;
  const said = `${(free / GIB).toFixed(1)} GiB of ${((blocks * bsize) / GIB).toFixed(1)} GiB are free.`;
  if (free < TOO_LITTLE) return disk.error(said, 'Free some room: below 256 MiB no files are taken in.');
  if (free < LITTLE) return disk.warning(said, 'Free some room before files and messages are refused.');
  return disk.ok(said);
}

function database(folder: string): readonly Finding[] {
  const of = findings('database');
  const path = join(folder, 'sotto.sqlite');
  if (!existsSync(path)) return [of.ok('There is none yet: it will be made at the first start.')];
  const { schema, problem, movedTo, movedFrom } = inspectDatabase(path);
  const newest = MIGRATIONS.at(-1)?.version ?? 0;
  if (problem !== null)
    return [of.error(`${path} is damaged: ${problem}.`, 'Restore a backup: sotto restore FILE --data DIR.')];
  if (schema > newest)
    return [
      of.error(
        `It was written by a newer Sotto (schema ${schema}; this release knows ${newest}).`,
        'Start the newer release.',
      ),
    ];
  const refused = whyNotUsed(movedTo, movedFrom, folder);
  if (refused !== null) return [of.error(refused, 'docs/scaling.md, "Moving".')];
  return [
    of.ok(
      schema === newest
        ? `Whole, schema ${schema}.`
        : `Whole; schema ${schema} becomes ${newest} at the next start.`,
    ),
  ];
}
