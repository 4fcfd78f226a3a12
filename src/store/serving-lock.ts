/**
 * One server at a time for a data folder: a second one would clean up files that the first is taking in. The lock is SQLite's own on a
 * file beside the database, so it ends with the process, however that ends.
 */
import { Database } from 'bun:sqlite';
import { existsSync } from 'node:fs';
import { join } from 'node:path';

const NAME = 'serving.lock';

/** Whether a server serves this folder now. Makes nothing. */
export function isServed(folder: string): boolean {
  if (!existsSync(join(folder, NAME))) return false;
  const release = lockServing(folder);
  release?.();
  return release === null;
}

/** Gives what ends it; null when another process serves this folder. */
export function lockServing(folder: string): (() => void) | null {
  const file = new Database(join(folder, NAME), { create: true });
  try {
    file.exec('PRAGMA busy_timeout=0; BEGIN EXCLUSIVE');
    return () => file.close();
  } catch (error) {
    file.close();
    if (error instanceof Error && 'code' in error && error.code === 'SQLITE_BUSY') return null;
    throw error;
  }
}
