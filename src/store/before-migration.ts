/**
 * The database as it was before it was brought to a newer schema: `before-N.sqlite` in the data folder, N the schema that came. With it an older
 * release can be gone back to (docs/backup.md). Those of the latest two schemas are kept.
 */
import { existsSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { copyDatabase, DatabaseCopy, syncPath } from './snapshot.ts';

const NAME = /^before-(\d{1,6})\.sqlite$/;
const KEPT = 2;

/** Takes one unless it is there. Throws DbUnavailable. @param current schema of the database; @param newest the one that comes */
export function keepBefore(folder: string, current: number, newest: number): void {
  if (current === 0 || current >= newest) return;
  const path = join(folder, `before-${newest}.sqlite`);
  // A migration that was cut off half way is gone on with: what was before all of it counts.
  if (existsSync(path) && schemaOf(path) < current) return;
  const partial = `${path}.part`;
  rmSync(partial, { force: true });
  copyDatabase(join(folder, 'sotto.sqlite'), partial);
  syncPath(partial);
  renameSync(partial, path);
  syncPath(folder);
  for (const version of versionsIn(folder).slice(KEPT)) rmSync(join(folder, `before-${version}.sqlite`));
}

/** The one that a release which knows schemas up to `known` can go back to; null when there is none. */
export function olderDatabase(folder: string, known: number): string | null {
  const paths = versionsIn(folder).map((version) => join(folder, `before-${version}.sqlite`));
  return paths.find((path) => schemaOf(path) <= known) ?? null;
}

export const isOlderDatabase = (name: string): boolean => NAME.test(name);

/** Newest first. */
function versionsIn(folder: string): readonly number[] {
  const found = readdirSync(folder).flatMap((name) => {
    const [, version] = NAME.exec(name) ?? [];
    return version === undefined ? [] : [Number(version)];
  });
  return found.sort((a, b) => b - a);
}

function schemaOf(path: string): number {
  const copy = new DatabaseCopy(path);
  try {
    return copy.schema();
  } finally {
    copy.end();
  }
}
