/**
 * What a database says of a move (`sotto move`), so that a team never goes on in two places: the one that is left says where everything went,
 * from the beginning of the move on, and the one that is filled says that it is not whole until all of it was verified.
 */
import type { Db, Tx } from './db.ts';
import { schemaOf } from './migrate.ts';
import { dropSetting, putSetting, readSetting } from './settings.ts';

/** In the database that is left. */
export interface MovedAway {
  /** Random, of this move: hexadecimal. */
  readonly id: string;
  /** As people are told it: a folder, or an address without a password. */
  readonly to: string;
  /** Epoch milliseconds. */
  readonly begun: number;
  /** Null while it is underway, or was cut off. */
  readonly done: number | null;
}

/** In the database that is filled. */
export interface MovedHere {
  readonly id: string;
  readonly from: string;
  readonly begun: number;
  readonly done: number | null;
  /** How far each table is; one that is not named was not begun. */
  readonly tables: Readonly<Record<string, TableProgress>>;
  /** How far the bytes of files are; null: not begun. */
  readonly blobs: BlobProgress | null;
}

/** `true`: all of it is here. Else the key of the last row that is, column by column. */
export type TableProgress = true | readonly KeyPart[];
/** Bytes as hexadecimal. */
export type KeyPart = string | number | { readonly bytes: string };

export interface BlobProgress {
  /** Where they go; somewhere else they begin anew. */
  readonly place: string;
  /** The last key that was looked at. */
  readonly after: string;
}

/** Rows of `settings` that belong to one database and never move with it. */
export const MOVE_SETTINGS = ['moved_to', 'moved_from'] as const;

export async function movedAway(db: Db): Promise<MovedAway | null> {
  return parsed<MovedAway>(await readSetting(db, 'moved_to'));
}

export async function movedHere(db: Db): Promise<MovedHere | null> {
  return parsed<MovedHere>(await readSetting(db, 'moved_from'));
}

export const markAway = (tx: Tx, mark: MovedAway): Promise<void> => putSetting(tx, 'moved_to', bytesOf(mark));
export const markHere = (tx: Tx, mark: MovedHere): Promise<void> =>
  putSetting(tx, 'moved_from', bytesOf(mark));
/** A row says that this database is being left, or was: for nodes that were cut off while it happened, and were not asked to end. */
export const MOVED_AWAY = "SELECT 1 AS moved FROM settings WHERE key = 'moved_to'";
export const unmarkAway = (tx: Tx): Promise<void> => dropSetting(tx, 'moved_to');

/**
 * Why nothing may be done with this database; null: it may.
 * @param place as people are told it
 * @param named how a command names it: an address may have a password in it
 */
export async function whyNotOpened(db: Db, place: string, named = place): Promise<string | null> {
  if ((await schemaOf(db)) === 0) return null;
  return whyNotUsed(await readSetting(db, 'moved_to'), await readSetting(db, 'moved_from'), place, named);
}

/** The same of what was read already. */
export function whyNotUsed(
  movedTo: Uint8Array | null,
  movedFrom: Uint8Array | null,
  place: string,
  named = place,
): string | null {
  const here = parsed<MovedHere>(movedFrom);
  if (here !== null && here.done === null)
    return `The move from ${here.from} to ${place} was not finished: run the same sotto move once more.`;
  const away = parsed<MovedAway>(movedTo);
  if (away === null) return null;
  const back = `If it is to be used again all the same: sotto move --undo ${named}`;
  if (away.done === null)
    return `A move from ${place} to ${away.to} was begun and not finished: run the same sotto move once more. ${back}`;
  const on = new Date(away.done).toISOString();
  return `${place} was moved to ${away.to} on ${on}: this team goes on there. ${back} (docs/scaling.md says what that means).`;
}

const bytesOf = (mark: MovedAway | MovedHere): Uint8Array => new TextEncoder().encode(JSON.stringify(mark));

/** Written by this file alone: what is stored has its shape. */
function parsed<T>(stored: Uint8Array | null): T | null {
  return stored === null ? null : (JSON.parse(new TextDecoder().decode(stored)) as T);
}
