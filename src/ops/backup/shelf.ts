/** The folder of backups that the server makes by itself: their names tell when, and only the newest stay. */
import { rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { namesIn, PART, syncFolder } from './durable.ts';

export interface Kept {
  readonly name: string;
  /** Epoch milliseconds at which it was begun. */
  readonly at: number;
  /** Bytes. */
  readonly size: number;
}

const NAME = /^sotto-(\d{4})(\d\d)(\d\d)-(\d\d)(\d\d)(\d\d)\.backup$/;

/** `sotto-20260131-235959.backup`, in UTC. */
export const backupName = (at: number): string =>
  `sotto-${new Date(at).toISOString().slice(0, 19).replace(/[-:]/g, '').replace('T', '-')}.backup`;

/** Newest first. What others put there is not listed. Throws what the disk says, also when there is no such folder. */
export async function listBackups(folder: string): Promise<readonly Kept[]> {
  await stat(folder);
  const found: Kept[] = [];
  for (const name of await namesIn(folder)) {
    const [, ...digits] = NAME.exec(name) ?? [];
    if (digits.length === 0) continue;
    const [year = 0, month = 1, day = 1, hour = 0, minute = 0, second = 0] = digits.map(Number);
    const { size } = await stat(join(folder, name));
    found.push({ name, at: Date.UTC(year, month - 1, day, hour, minute, second), size });
  }
  return found.reverse();
}

/** Removes all but the newest `keep`, and what was cut off. */
export async function thinBackups(folder: string, keep: number): Promise<void> {
  for (const { name } of (await listBackups(folder)).slice(keep))
    await rm(join(folder, name), { force: true });
  for (const name of await namesIn(folder))
    if (name.endsWith(PART) && NAME.test(name.slice(0, -PART.length)))
      await rm(join(folder, name), { force: true });
  await syncFolder(folder);
}
