/** Goes back, in a data folder that nobody serves, to the database from before a newer release came. Files stay where they are. */
import { linkSync, renameSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { copyDatabase, DatabaseCopy, foldLog, syncPath } from '../../store/snapshot.ts';
import { BadBackup } from './bad-backup.ts';

export interface GoneBack {
  /** What stood there before, under its new name. */
  readonly replaced: string;
  /** Schema of what stands there now. */
  readonly schema: number;
}

/**
 * Throws BadBackup, and changes nothing, for a database that is damaged or too new, and while a server works there.
 * @param path `before-N.sqlite` in the data folder; @param settle as for a backup
 */
export async function goBack(
  path: string,
  newest: number,
  now: number,
  settle: (database: string) => Promise<void>,
): Promise<GoneBack> {
  const folder = dirname(path);
  const current = join(folder, 'sotto.sqlite');
  const next = join(folder, '.backup-0.sqlite');
  try {
    foldLog(current);
  } catch {
    throw new BadBackup(`Something works on ${folder}: stop the server first.`);
  }
  for (const suffix of ['', '-wal', '-shm']) rmSync(next + suffix, { force: true });
  const schema = lookAt(path, newest);
  try {
    copyDatabase(path, next);
    await settle(next);
    syncPath(next);
    const replaced = join(folder, `replaced-${now}.sqlite`);
    // A link first: at every moment there is a database under its name.
    linkSync(current, replaced);
    renameSync(next, current);
    syncPath(folder);
    return { replaced, schema };
  } finally {
    for (const suffix of ['', '-wal', '-shm']) rmSync(next + suffix, { force: true });
  }
}

function lookAt(path: string, newest: number): number {
  const copy = new DatabaseCopy(path);
  try {
    const [problem] = copy.problems();
    if (problem !== undefined) throw new BadBackup(`${path} is damaged: ${problem}.`);
    const schema = copy.schema();
    if (schema > newest)
      throw new BadBackup(
        `${path} has schema ${schema}, and this release knows ${newest}: use the release that you go back to.`,
      );
    return schema;
  } finally {
    copy.end();
  }
}
