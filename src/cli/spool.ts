/** What comes from standard input, kept until it is sent: its size is not known before its end, and a killed send goes on with it. */
import { randomUUID } from 'node:crypto';
import { rmSync } from 'node:fs';
import { chmod, mkdir, open, readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { MAX_FILE_BYTES } from '../contract/files.ts';
import { fileProblem } from './commands/export.ts';
import { Failed } from './failures.ts';

const FOLDER = 'sending';
/** One that no upload names, and that nobody has written to for so long, was left behind by a command that was killed. */
const LEFT_BEHIND_MS = 3600_000;

/** Writes everything that comes to a file of the device's folder, 0600; gives its path. */
export async function spool(home: string, input: AsyncIterable<Uint8Array>): Promise<string> {
  const folder = join(home, FOLDER);
  const path = join(folder, randomUUID());
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

/** Removes what is sent, and what nobody will send. @param wanted paths that uploads still name */
export async function sweepSpool(home: string, wanted: ReadonlySet<string>): Promise<void> {
  const folder = join(home, FOLDER);
  for (const name of await readdir(folder).catch(() => [])) {
    const path = join(folder, name);
    if (wanted.has(path)) continue;
    const found = await stat(path).catch(() => null);
    if (found !== null && Date.now() - found.mtimeMs > LEFT_BEHIND_MS) await rm(path, { force: true });
  }
}

/** Everything, sent or not: of a device that is none any more. */
export const removeSpool = (home: string): void =>
  rmSync(join(home, FOLDER), { recursive: true, force: true });
