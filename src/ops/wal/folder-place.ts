/** A folder of this machine. It has to be there: a disk that is not mounted is said, instead of filling the one below. */
import { mkdir, open, readdir, readFile, rename, rm, rmdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { PART, syncFolder } from '../backup/durable.ts';
import { type Place, PlaceUnavailable } from './place.ts';

const FOLDER_MODE = 0o700;
const FILE_MODE = 0o600;

export function createFolderPlace(path: string): Place {
  const made = new Set<string>();

  const make = async (folder: string): Promise<void> => {
    if (made.has(folder)) return;
    await stat(path);
    await mkdir(join(path, folder), { recursive: true, mode: FOLDER_MODE });
    await syncFolder(path);
    made.add(folder);
  };

  return {
    words: path,
    put: (folder, name, parts) =>
      told(path, async () => {
        await make(folder);
        const target = join(path, folder, name);
        const partial = target + PART;
        await rm(partial, { force: true });
        try {
          const file = await open(partial, 'wx', FILE_MODE);
          try {
            await file.writev([...parts]);
            await file.sync();
          } finally {
            await file.close();
          }
          await rename(partial, target);
        } catch (error) {
          made.delete(folder);
          await rm(partial, { force: true }).catch(() => {});
          throw error;
        }
        await syncFolder(join(path, folder));
      }),
    get: (folder, name) => told(path, () => orNull(readFile(join(path, folder, name)))),
    folders: () =>
      told(path, async () => {
        const entries = await readdir(path, { withFileTypes: true });
        return entries.flatMap((entry) => (entry.isDirectory() ? [entry.name] : [])).sort();
      }),
    names: (folder) =>
      told(path, async () =>
        ((await orNull(readdir(join(path, folder)))) ?? []).filter((name) => !name.endsWith(PART)).sort(),
      ),
    remove: (folder, name) => told(path, () => rm(join(path, folder, name), { force: true })),
    removeFolder: (folder) =>
      told(path, async () => {
        made.delete(folder);
        for (const name of (await orNull(readdir(join(path, folder)))) ?? [])
          await rm(join(path, folder, name), { force: true });
        await orNull(rmdir(join(path, folder)));
        await syncFolder(path);
      }),
  };
}

const codeOf = (error: unknown): string =>
  error instanceof Error && 'code' in error ? String(error.code) : '';

async function orNull<T>(work: Promise<T>): Promise<T | null> {
  try {
    return await work;
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return null;
    throw error;
  }
}

async function told<T>(path: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    const code = codeOf(error);
    if (code === '') throw error;
    throw new PlaceUnavailable(
      code === 'ENOENT' ? `There is no folder ${path}.` : `${path} cannot be used (${code}).`,
      { cause: error },
    );
  }
}
