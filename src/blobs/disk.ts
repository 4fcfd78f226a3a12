/** Blobs as files of a folder, for this user alone: two levels of folders, 256 in all, so that a terabyte is some thousand files in each. */
import { mkdir, open, readdir, readFile, rename, stat, statfs, unlink } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { type BlobKey, type Blobs, BlobsUnavailable, checkKey, isBlobKey } from './blobs.ts';

const FOLDER_MODE = 0o700;
const FILE_MODE = 0o600;
/** Ends the name of a file that is being written. */
const PART = '.part';
/** Characters of a key that name the two folders: 16 of 16 each. */
const LEVELS = [1, 1] as const;
const DIGITS = '0123456789abcdef';

/** @param folder made with the first blob */
export function createDiskBlobs(folder: string): Blobs {
  const sync = sharedSyncs();
  let made: Promise<void> | null = null;

  return {
    put: (key, bytes) =>
      available(async () => {
        const path = pathOf(folder, key);
        try {
          made ??= makeFolders(folder);
          await made;
          // The name before the disk has the bytes: both then go with one turn of the disk's journal.
          await write(path, bytes);
          await sync(dirname(path));
        } catch (error) {
          // Somebody may have taken a folder away.
          made = null;
          for (const left of [path + PART, path]) await remove(left).catch(() => {});
          throw error;
        }
      }),

    get: (key) =>
      available(async () => {
        try {
          return new Uint8Array(await readFile(pathOf(folder, key)));
        } catch (error) {
          if (codeOf(error) === 'ENOENT') return null;
          throw error;
        }
      }),

    remove: (key) =>
      available(async () => {
        const path = pathOf(folder, key);
        await remove(path);
        await remove(path + PART);
      }),

    list: (after, limit) =>
      available(async () => {
        const keys: BlobKey[] = [];
        for (const first of await namesIn(folder, LEVELS[0], after)) {
          for (const second of await namesIn(join(folder, first), LEVELS[1], restOf(after, first))) {
            const names = (await entriesOf(join(folder, first, second))).map(
              (name) => first + second + name.replace(PART, ''),
            );
            keys.push(
              ...[...new Set(names)]
                .filter((key) => isBlobKey(key) && (after === null || key > after))
                .sort(),
            );
            if (keys.length >= limit) return keys.slice(0, limit);
          }
        }
        return keys;
      }),

    written: (key) =>
      available(async () => {
        const path = pathOf(folder, key);
        for (const each of [path, path + PART])
          try {
            return (await stat(each)).mtimeMs;
          } catch (error) {
            if (codeOf(error) !== 'ENOENT') throw error;
          }
        return null;
      }),

    direct: () => null,

    async free() {
      // Before the first blob, the folder above is on the same disk.
      for (const path of [folder, dirname(folder)])
        try {
          const { bavail, bsize } = await statfs(path);
          return bavail * bsize;
        } catch {}
      return null;
    },
  };
}

/** No key has a separator in it, so no path leaves the folder. */
function pathOf(folder: string, key: BlobKey): string {
  checkKey(key);
  const [first, second] = LEVELS;
  return join(folder, key.slice(0, first), key.slice(first, first + second), key.slice(first + second));
}

/** All of them at once, so that no blob has to wait for the entries of its folders. */
async function makeFolders(folder: string): Promise<void> {
  await mkdir(folder, { recursive: true, mode: FOLDER_MODE });
  const firsts = [...DIGITS].map((digit) => join(folder, digit));
  for (const first of firsts)
    for (const digit of DIGITS) await mkdir(join(first, digit), { recursive: true, mode: FOLDER_MODE });
  await Promise.all([dirname(folder), folder, ...firsts].map(syncFolder));
}

async function write(path: string, bytes: Uint8Array): Promise<void> {
  const file = await open(path + PART, 'wx', FILE_MODE);
  try {
    await file.writeFile(bytes);
    await rename(path + PART, path);
    await file.datasync();
  } finally {
    await file.close();
  }
}

/** Not `rm`, which looks at what it is first, while everybody waits. */
async function remove(path: string): Promise<void> {
  try {
    await unlink(path);
  } catch (error) {
    if (codeOf(error) !== 'ENOENT') throw error;
  }
}

/** Puts the entries of a folder on the disk; whoever asks while that runs shares the next time. */
function sharedSyncs(): (path: string) => Promise<void> {
  const running = new Map<string, Promise<void>>();
  const waiting = new Map<string, Promise<void>>();
  const begin = (path: string): Promise<void> => {
    const done = syncFolder(path).finally(() => running.delete(path));
    running.set(path, done);
    return done;
  };
  return (path) => {
    const before = running.get(path);
    if (before === undefined) return begin(path);
    const known = waiting.get(path);
    if (known !== undefined) return known;
    const after = () => {
      waiting.delete(path);
      return begin(path);
    };
    const next = before.then(after, after);
    waiting.set(path, next);
    return next;
  };
}

async function syncFolder(path: string): Promise<void> {
  const folder = await open(path, 'r');
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}

async function entriesOf(path: string): Promise<readonly string[]> {
  try {
    return await readdir(path);
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return [];
    throw error;
  }
}

/** Folders of this level, in order, that may hold a key after this one. */
async function namesIn(path: string, length: number, after: string | null): Promise<readonly string[]> {
  const names = (await entriesOf(path)).filter((name) => name.length === length && /^[0-9a-f]+$/.test(name));
  return names.filter((name) => after === null || name >= after.slice(0, length)).sort();
}

/** What follows of a key inside a folder; null when all of the folder comes after it. */
const restOf = (after: string | null, folder: string): string | null =>
  after?.startsWith(folder) ? after.slice(folder.length) : null;

const codeOf = (error: unknown): string =>
  error instanceof Error && 'code' in error ? String(error.code) : '';

/** A disk's own errors as BlobsUnavailable. */
async function available<T>(act: () => Promise<T>): Promise<T> {
  try {
    return await act();
  } catch (error) {
    const code = codeOf(error);
    throw code === '' ? error : new BlobsUnavailable(code, { cause: error });
  }
}
