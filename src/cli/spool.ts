/** What comes from standard input, kept until it is sent: its size is not known before its end, and a killed send goes on with it. */
import { randomUUID } from 'node:crypto';
import { rmSync } from 'node:fs';
import { chmod, mkdir, open, readdir, rename, rm, stat, utimes } from 'node:fs/promises';
import { join } from 'node:path';
import { MAX_FILE_BYTES } from '../contract/files.ts';
import { Failed, fileProblem } from './failures.ts';

const FOLDER = 'sending';
/** While it is being written, and until its message is about to be made. */
const NEW = '.new';
/** What no upload names any more is removed; what was made just now may be named in a moment. */
const FRESH_MS = 60_000;
/** Nobody has written to it for so long: the command that did was killed. */
const LEFT_BEHIND_MS = 3600_000;

/** Writes everything that comes to a file of the device's folder, 0600; gives its path. */
export async function spool(home: string, input: AsyncIterable<Uint8Array>): Promise<string> {
  const folder = join(home, FOLDER);
  const path = join(folder, randomUUID() + NEW);
  let size = 0;
  try {
    await mkdir(folder, { recursive: true, mode: 0o700 });
    await chmod(folder, 0o700);
    const file = await open(path, 'wx', 0o600);
    try {
      for await (const bytes of input) {
        size += bytes.length;
        if (size > MAX_FILE_BYTES) throw new Failed('Standard input is longer than 2 GiB: send it in parts.');
        await file.write(bytes);
      }
      await file.sync();
    } finally {
      await file.close();
    }
    return path;
  } catch (error) {
    await rm(path, { force: true });
    throw fileProblem(error, path);
  }
}

/** To be called just before it is put into a message; gives the path under which it stays until that is sent. */
export async function settleSpool(path: string): Promise<string> {
  const settled = path.slice(0, -NEW.length);
  const now = new Date();
  await utimes(path, now, now);
  await rename(path, settled);
  return settled;
}

/** It was sent, or will not be. */
export const removeSpooled = (path: string): Promise<void> => rm(path, { force: true });

/** Removes what is sent, and what nobody will send. @param wanted gives the paths that uploads still name */
export async function sweepSpool(home: string, wanted: () => Promise<readonly string[]>): Promise<void> {
  const folder = join(home, FOLDER);
  const names = await readdir(folder).catch(() => []);
  if (names.length === 0) return;
  const named = new Set(await wanted());
  for (const name of names) {
    const path = join(folder, name);
    if (named.has(path)) continue;
    const age = await stat(path).then(
      ({ mtimeMs }) => Date.now() - mtimeMs,
      () => 0,
    );
    if (age > (name.endsWith(NEW) ? LEFT_BEHIND_MS : FRESH_MS)) await removeSpooled(path);
  }
}

/** Everything, sent or not: of a device that is none any more. */
export const removeSpool = (home: string): void =>
  rmSync(join(home, FOLDER), { recursive: true, force: true });
