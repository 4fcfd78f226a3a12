/** How a command ends when it does not do what it was asked. */
import { SQLiteError } from 'bun:sqlite';

/** Exit code 1: the sentence goes to standard error. */
export class Failed extends Error {
  override readonly name = 'Failed';
}

/** Exit code 2: the sentence and the usage go to standard error. */
export class WrongUse extends Error {
  override readonly name = 'WrongUse';
}

/** The sentence for whatever ended a command. */
export function sentenceOf(error: unknown): string {
  if (error instanceof SQLiteError) {
    for (const [code, sentence] of DISK) if (error.code?.startsWith(code) === true) return sentence;
  }
  return error instanceof Error ? error.message : String(error);
}

/** By the beginning of SQLite's code: extended codes are longer. */
const DISK: readonly (readonly [code: string, sentence: string])[] = [
  [
    'SQLITE_FULL',
    'The disk is full, so this was not kept; nothing that was kept before is lost. Make room and run the command again.',
  ],
  [
    'SQLITE_CORRUPT',
    'The database of this device is damaged: put back a copy of its folder, or log in into an empty one to make a new device and remove this one with "sotto client devices".',
  ],
  [
    'SQLITE_IOERR',
    'The disk does not read or write the folder of this device; nothing that was kept before is changed. Look at the disk and run the command again.',
  ],
  [
    'SQLITE_READONLY',
    'The folder of this device cannot be written: give its owner the right to, and run the command again.',
  ],
];

/** What a person can do about a file that the system refuses. */
export function fileProblem(error: unknown, path: string): unknown {
  const code = error instanceof Error && 'code' in error ? error.code : null;
  if (code === 'ENOENT') return new Failed(`There is no such file or folder: ${path}.`);
  if (code === 'EACCES' || code === 'EPERM') return new Failed(`The system does not let you use ${path}.`);
  if (code === 'EISDIR') return new Failed(`${path} is a folder: name a file in it.`);
  if (code === 'ENOSPC') return new Failed(`The disk is full, so ${path} was not written.`);
  return error;
}
