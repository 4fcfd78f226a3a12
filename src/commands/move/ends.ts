/** What `--from` and `--to` name, opened: a data folder, or a PostgreSQL database with the files that its servers use. */
import { existsSync, mkdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { Blobs } from '../../blobs/blobs.ts';
import { createDiskBlobs } from '../../blobs/disk.ts';
import { createS3Blobs } from '../../blobs/s3.ts';
import type { S3Place } from '../../config/outside.ts';
import { RESTORING } from '../../ops/backup/restore.ts';
import type { End } from '../../ops/move/end.ts';
import { openPostgres } from '../../store/postgres.ts';
import { lockServing } from '../../store/serving-lock.ts';
import { openSqlite } from '../../store/sqlite.ts';
import { CommandFailed } from '../failed.ts';
import { checkNobodyElse, factsOf, placeOf as hostAndName, misfit, refusalOf } from '../postgres.ts';

/** An end as it was typed; an address may have come out of a variable, with its password. */
export type Place =
  | { readonly kind: 'folder'; readonly folder: string; readonly label: string }
  | { readonly kind: 'database'; readonly url: string; readonly label: string };

/** Where bytes of files lie. */
export interface BlobPlace {
  readonly blobs: Blobs;
  readonly name: string;
}

/** Milliseconds for all of a move: a database of terabytes takes hours. */
const LIMIT_MS = 7 * 24 * 3600_000;
const VARIABLE = /^[A-Z][A-Z0-9_]*$/;

/** Throws CommandFailed for what cannot be meant. @param flag for the sentence */
export function placeOf(
  flag: string,
  text: string,
  env: Readonly<Record<string, string | undefined>>,
): Place {
  let address = text;
  if (VARIABLE.test(text) && !existsSync(text)) {
    address = env[text] ?? '';
    if (address === '') throw new CommandFailed(`${flag} ${text}: there is no variable ${text}.`, 2);
  }
  if (!/^[a-z]+:\/\//i.test(address)) {
    const folder = resolve(address);
    return { kind: 'folder', folder, label: folder };
  }
  const url = URL.parse(address);
  if (!url || !['postgres:', 'postgresql:'].includes(url.protocol) || url.hostname === '')
    throw new CommandFailed(
      address === text
        ? `${flag} takes a folder, the name of a variable such as DATABASE_URL, or an address such as postgres://user@host/name.`
        : `${text} is no address such as postgres://user:password@host/name; special characters of the password are written as %23 and so on.`,
      2,
    );
  return { kind: 'database', url: address, label: `PostgreSQL at ${hostAndName(address)}` };
}

export const blobsOfS3 = (place: S3Place): BlobPlace => ({
  blobs: createS3Blobs(place),
  name: `s3://${place.bucket}${place.endpoint === null ? '' : ` at ${new URL(place.endpoint).host}`}`,
});

export const blobsOfFolder = (folder: string): BlobPlace => {
  const name = join(resolve(folder), 'blobs');
  return { blobs: createDiskBlobs(name), name };
};

/** Throws CommandFailed with a sentence when it cannot be used. */
export async function openEnd(
  place: Place,
  { blobs, name }: BlobPlace,
  isSource: boolean,
  random: (length: number) => Uint8Array,
): Promise<End> {
  const files = { label: place.label, blobs, blobPlace: name };
  if (place.kind === 'database') return { ...files, ...(await databaseEnd(place.url, place.label, random)) };
  return { ...files, ...folderEnd(place.folder, isSource) };
}

type Opened = Pick<End, 'db' | 'checkQuiet' | 'close'>;

function folderEnd(folder: string, isSource: boolean): Opened {
  const path = join(folder, 'sotto.sqlite');
  if (isSource && !existsSync(path)) throw new CommandFailed(`There is no team in ${folder}.`);
  if (existsSync(join(folder, RESTORING)))
    throw new CommandFailed(`A restore into ${folder} was cut off: run sotto restore once more.`);
  mkdirSync(folder, { recursive: true });
  const unlock = lockServing(folder);
  if (unlock === null)
    throw new CommandFailed(`A server is at work on ${folder}, or another move: end it first.`);
  try {
    const db = openSqlite(path);
    const close = async () => {
      await db.close();
      unlock();
    };
    // Nobody else has it: the lock is held.
    return { db, checkQuiet: async () => {}, close };
  } catch (error) {
    unlock();
    throw error;
  }
}

async function databaseEnd(
  url: string,
  label: string,
  random: (length: number) => Uint8Array,
): Promise<Opened> {
  const name = `sotto move ${random(4).toHex()}`;
  const db = openPostgres(url, { readers: 2, limit: LIMIT_MS, name });
  try {
    const facts = await factsOf(db);
    const wrong = facts.standby
      ? `${label} is a standby, which takes no writes.`
      : misfit(facts, hostAndName(url));
    if (wrong !== null) throw new CommandFailed(wrong);
  } catch (error) {
    await db.close();
    throw error instanceof CommandFailed ? error : new CommandFailed(refusalOf(error, hostAndName(url)));
  }
  return {
    db,
    checkQuiet: () => checkNobodyElse(db, name, label),
    close: () => db.close(),
  };
}
