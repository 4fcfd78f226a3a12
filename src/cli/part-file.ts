/** A file on its way to the disk, under a name of its own until all of it is there. */
import { constants } from 'node:fs';
import { type FileHandle, link, open, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { FileSource } from '../client/files/ports.ts';
import { Failed } from './failures.ts';

/** Bytes of a name, at most: what file systems take. */
const MAX_NAME_BYTES = 255;
const MODE = 0o600;
/** Other files of one name that a folder may have, before one is asked to look after it. */
const MOST_COPIES = 10_000;
/** What file systems say that have no hard links. */
const NO_LINKS = new Set(['EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS', 'EMLINK']);
const utf8 = new TextEncoder();

/** `tide.pdf.ID.part`: two files of one name are two parts, and what is gone on with is the right one. */
export function partName(name: string, id: string): string {
  const long = `${name}.${id}.part`;
  return utf8.encode(long).length > MAX_NAME_BYTES ? `${id}.part` : long;
}

/** `tide.pdf`, `tide (1).pdf`, ... */
export function copyName(name: string, n: number): string {
  if (n === 0) return name;
  const dot = name.lastIndexOf('.');
  const ending = dot > 0 && name.length - dot <= 16 ? name.slice(dot) : '';
  const stem = [...name.slice(0, name.length - ending.length)];
  const copy = () => `${stem.join('')} (${n})${ending}`;
  while (stem.length > 0 && utf8.encode(copy()).length > MAX_NAME_BYTES) stem.pop();
  return copy();
}

export class PartFile {
  private constructor(
    readonly path: string,
    private readonly file: FileHandle,
  ) {}

  /** Opens what is there, or makes it, 0600. @throws Failed when somebody else has put something in its place */
  static async open(path: string): Promise<PartFile> {
    const flags = constants.O_RDWR | constants.O_CREAT | constants.O_NOFOLLOW | constants.O_NONBLOCK;
    const file = await open(path, flags, MODE).catch((error: unknown) => {
      throw codeOf(error) === 'ELOOP' ? notOurs(path) : error;
    });
    const found = await file.stat();
    const owner = process.getuid?.();
    if (!found.isFile() || (owner !== undefined && found.uid !== owner) || found.nlink > 1) {
      await file.close();
      throw notOurs(path);
    }
    await file.chmod(MODE);
    return new PartFile(path, file);
  }

  /** What it holds. */
  async source(): Promise<FileSource> {
    const { size } = await this.file.stat();
    return {
      size,
      read: async (from, to) => {
        const bytes = new Uint8Array(to - from);
        const { bytesRead } = await this.file.read(bytes, 0, bytes.length, from);
        return bytes.subarray(0, bytesRead);
      },
    };
  }

  /** Forgets what lies behind. */
  cut(size: number): Promise<void> {
    return this.file.truncate(size);
  }

  async write(bytes: Uint8Array, at: number): Promise<void> {
    for (let done = 0; done < bytes.length; ) {
      const { bytesWritten } = await this.file.write(bytes, done, bytes.length - done, at + done);
      done += bytesWritten;
    }
  }

  /** Puts it on the disk, without losing what it holds. */
  async close(): Promise<void> {
    await this.file.sync().finally(() => this.file.close());
  }

  /** Gives it its name in a folder, or the next one that nothing there has; after `close`. */
  async finish(folder: string, name: string): Promise<string> {
    for (let n = 0; n < MOST_COPIES; n++) {
      const path = join(folder, copyName(name, n));
      if (await this.take(path)) return path;
    }
    throw new Failed(`${folder} has ${MOST_COPIES} files called ${name}: name another folder.`);
  }

  /** False when something has that name: nothing is overwritten, whoever comes at the same time. */
  private async take(path: string): Promise<boolean> {
    try {
      await link(this.path, path);
    } catch (error) {
      if (codeOf(error) === 'EEXIST') return false;
      if (!NO_LINKS.has(codeOf(error))) throw error;
      return this.takeByRenaming(path);
    }
    await rm(this.path, { force: true });
    return true;
  }

  private async takeByRenaming(path: string): Promise<boolean> {
    try {
      await (await open(path, 'wx', MODE)).close();
    } catch (error) {
      if (codeOf(error) === 'EEXIST') return false;
      throw error;
    }
    await rename(this.path, path);
    return true;
  }
}

const notOurs = (path: string) =>
  new Failed(`${path} is not a file that this command has made: remove it, or name another folder.`);

const codeOf = (error: unknown): string =>
  error instanceof Error && 'code' in error ? String(error.code) : '';
