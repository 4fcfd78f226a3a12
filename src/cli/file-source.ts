/** Files of the disk as the client reads them when it sends them, found again by another process after one was killed. */
import type { Stats } from 'node:fs';
import { open, realpath, stat } from 'node:fs/promises';
import { basename } from 'node:path';
import type { FileSource } from '../client/files/ports.ts';
import { MAX_FILE_BYTES } from '../contract/files.ts';
import { SpareBytes } from '../contract/spare-bytes.ts';
import { Failed, fileProblem } from './failures.ts';

/** Reads at a time that find memory at hand. */
const MAX_SPARE = 8;

/** What is kept of a file whose upload is not done: where it is, and what tells it from another one in its place. */
export interface FileHint {
  /** Absolute, without symbolic links. */
  readonly path: string;
  readonly size: number;
  /** Of its last change, epoch milliseconds. */
  readonly mtime: number;
  /** The place where a photo was taken is left out. */
  readonly stripped: boolean;
}

export interface PathSource extends FileSource {
  readonly hint: FileHint;
  /** Of the path, as the person sees it. */
  readonly name: string;
}

/**
 * The file at a path. It is opened for each read, so nothing has to be closed, and what was changed meanwhile is not sent.
 * @throws Failed for what cannot be read, no file, or one that is too large
 */
export async function openSource(path: string, stripped = false): Promise<PathSource> {
  const real = await realpath(path).catch((error: unknown) => {
    throw fileProblem(error, path);
  });
  const found = await stat(real);
  if (!found.isFile()) throw new Failed(`${path} is no file: name one, or pack a folder first.`);
  if (found.size > MAX_FILE_BYTES)
    throw new Failed(`${path} is larger than 2 GiB: send it in parts, such as with "split".`);
  const source = sourceAt({ path: real, size: found.size, mtime: found.mtimeMs, stripped });
  // Whether it may be read is said now, and not when half of a message is there.
  await source.read(0, Math.min(1, found.size));
  return { ...source, name: basename(path) };
}

/** What a hint speaks of; null when nothing is there any more. Reading throws Failed when it was changed. */
export async function findSource(hint: string): Promise<FileSource | null> {
  const known = readHint(hint);
  if (known === null) return null;
  const found = await stat(known.path).catch(() => null);
  if (found === null) return null;
  checkSame(known, found);
  return sourceAt(known);
}

export const writeHint = ({ path, size, mtime, stripped }: FileHint): string =>
  JSON.stringify({ path, size, mtime, stripped });

/** Null for what is no hint of the command line. */
export function readHint(text: string): FileHint | null {
  try {
    const read: unknown = JSON.parse(text);
    if (typeof read !== 'object' || read === null) return null;
    const { path, size, mtime, stripped } = read as Record<string, unknown>;
    if (typeof path !== 'string' || typeof size !== 'number' || typeof mtime !== 'number') return null;
    return { path, size, mtime, stripped: stripped === true };
  } catch {
    return null;
  }
}

function sourceAt(hint: FileHint): Omit<PathSource, 'name'> {
  const { path, size } = hint;
  const spare = new SpareBytes(MAX_SPARE);
  return {
    hint,
    size,
    giveBack: (bytes) => spare.giveBack(bytes),
    async read(from, to) {
      const file = await open(path, 'r').catch((error: unknown) => {
        throw fileProblem(error, path);
      });
      try {
        checkSame(hint, await file.stat());
        const bytes = spare.take(to - from);
        for (let at = 0; at < bytes.length; ) {
          const { bytesRead } = await file.read(bytes, at, bytes.length - at, from + at);
          if (bytesRead === 0) throw changed(path);
          at += bytesRead;
        }
        return bytes;
      } finally {
        await file.close();
      }
    },
  };
}

/** A chunk is sealed with one key, for these bytes and no other ones. */
function checkSame({ path, size, mtime }: FileHint, found: Stats): void {
  if (found.size !== size || found.mtimeMs !== mtime) throw changed(path);
}

const changed = (path: string) =>
  new Failed(`${path} was changed since its upload began: send it again, as it is now.`);
