/** Certificates and keys in the data folder: DATA/tls, for nobody else on the machine. */
import {
  chmodSync,
  closeSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';
import type { Pair } from './certificate.ts';

const PRIVATE_FOLDER = 0o700;
const PRIVATE_FILE = 0o600;

export const tlsFolder = (data: string): string => join(data, 'tls');

/** NAME.crt and NAME.key; null when one of them is missing. */
export function readKept(folder: string, name: string): Pair | null {
  const cert = readText(join(folder, `${name}.crt`));
  const key = readText(join(folder, `${name}.key`));
  return cert === null || key === null ? null : { cert, key };
}

/** Replaces both. After a crash between them they do not fit, which `readKept`'s callers check. */
export function keep(folder: string, name: string, { cert, key }: Pair): void {
  keepText(folder, `${name}.key`, key);
  keepText(folder, `${name}.crt`, cert);
}

/** The file's text; null when there is none. */
export function readText(path: string): string | null {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return null;
    throw error;
  }
}

/** Writes it beside, syncs it, and puts it in place: whoever reads finds the old one or the new one. */
export function keepText(folder: string, name: string, text: string): void {
  mkdirSync(folder, { recursive: true, mode: PRIVATE_FOLDER });
  const beside = join(folder, `${name}.new`);
  const file = openSync(beside, 'w', PRIVATE_FILE);
  try {
    writeSync(file, text);
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
  chmodSync(beside, PRIVATE_FILE);
  renameSync(beside, join(folder, name));
}
