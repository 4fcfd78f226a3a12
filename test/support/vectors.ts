/** Known answers that nobody here wrote, kept beside the repository: a clone elsewhere has no such folder. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const FOLDER = join(import.meta.dir, '../../../shared/vectors');

/** Whether the vectors are here; says so when they are not. */
export function haveVectors(): boolean {
  const here = existsSync(FOLDER);
  if (!here) console.log('known answers skipped: there is no ../shared/vectors beside this repository');
  return here;
}

/** One file of known answers. */
export function loadVectors<T>(name: string): T {
  return JSON.parse(readFileSync(join(FOLDER, name), 'utf8'));
}

export const hex = (text: string): Uint8Array<ArrayBuffer> => Uint8Array.fromHex(text);

/** Wycheproof's frame around its cases. */
export interface Wycheproof<Group, Case> {
  readonly numberOfTests: number;
  readonly testGroups: readonly (Group & { readonly tests: readonly (Case & WycheproofCase)[] })[];
}
export interface WycheproofCase {
  readonly tcId: number;
  readonly flags?: readonly string[];
  readonly result: 'valid' | 'invalid' | 'acceptable';
}
/** NIST's frame around its cases. */
export interface Acvp<Group, Case> {
  readonly testGroups: readonly (Group & {
    readonly parameterSet: string;
    readonly tests: readonly (Case & { readonly tcId: number })[];
  })[];
}
