/** Files that a crash leaves whole or not there: written under another name, put on the disk, renamed. */
import { type FileHandle, open, readdir, rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';

/** Ends the name of a file that is being written. */
export const PART = '.part';
const FILE_MODE = 0o600;

/** Puts the entries of a folder on the disk. */
export async function syncFolder(path: string): Promise<void> {
  const folder = await open(path, 'r');
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}

/** Writes pieces to a new file of this user's alone, on the disk when it resolves. Its folder's entry is not. */
export async function writePieces(path: string, pieces: AsyncIterable<Uint8Array>): Promise<void> {
  const file = await open(path, 'wx', FILE_MODE);
  try {
    let end = 0;
    for await (const piece of pieces)
      for (let at = 0; at < piece.length; ) {
        const { bytesWritten } = await file.write(piece, at, piece.length - at, end);
        at += bytesWritten;
        end += bytesWritten;
      }
    await file.sync();
  } finally {
    await file.close();
  }
}

/** Fills `path` + PART by `fill`, checks it by `check`, and gives it its name; nothing is left when either throws. */
export async function writeWhole<T>(
  path: string,
  fill: (file: FileHandle) => Promise<void>,
  check: (partial: string) => Promise<T>,
): Promise<T> {
  const partial = path + PART;
  try {
    // What was cut off, or a link that somebody left there to have another file written over: neither is written to.
    await rm(partial, { force: true });
    const file = await open(partial, 'wx', FILE_MODE);
    await fill(file).finally(() => file.close());
    const found = await check(partial);
    await rename(partial, path);
    await syncFolder(dirname(path));
    return found;
  } catch (error) {
    await rm(partial, { force: true });
    throw error;
  }
}

/** Bytes of a file, a mebibyte at a time. */
export async function* piecesOf(path: string): AsyncGenerator<Uint8Array> {
  const file = await open(path, 'r');
  try {
    const buffer = new Uint8Array(1024 * 1024);
    for (let at = 0; ; ) {
      const { bytesRead } = await file.read(buffer, 0, buffer.length, at);
      if (bytesRead === 0) return;
      at += bytesRead;
      yield buffer.subarray(0, bytesRead);
    }
  } finally {
    await file.close();
  }
}

/** Names in a folder, in order; none where there is no folder. */
export async function namesIn(path: string): Promise<readonly string[]> {
  try {
    return (await readdir(path)).sort();
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return [];
    throw error;
  }
}
