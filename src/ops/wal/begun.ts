/** What a generation begins with: the database as it was, in pieces, and the other files of the data folder. */
import { open, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { namesIn } from '../backup/durable.ts';
import type { Header } from '../backup/header.ts';
import { OTHER_FILES } from '../backup/make.ts';
import type { Position } from './cursor.ts';
import { BEGUN_NAME, FILES_NAME, KEY_NAME, pieceName } from './names.ts';
import type { Place } from './place.ts';
import { sealObject } from './sealed-object.ts';
import { hashOf, readPosition, text, whole } from './segment.ts';

export interface Begun {
  readonly release: string;
  /** Epoch milliseconds at which the database was as it is in the pieces. */
  readonly at: number;
  /** Bytes of the database, pieces that they are in, and their SHA-256 (hexadecimal). */
  readonly size: number;
  readonly pieces: number;
  readonly sha256: string;
  /** Of the log; null: it was empty. */
  readonly position: Position | null;
}

/** Bytes of the database in one piece. */
const PIECE_BYTES = 8 * 1024 * 1024;

export interface Beginning {
  readonly place: Place;
  /** Of the generation. */
  readonly name: string;
  readonly header: Header;
  readonly random: (length: number) => Uint8Array;
  readonly signal: AbortSignal;
}

/**
 * Keeps all of it, the description last. The database's file must not be written to meanwhile: what is written waits in its log.
 * Gives the hash that the first segment names. Throws PlaceUnavailable.
 * @param data the data folder
 */
export async function keepBegun(
  { place, name, header, random, signal }: Beginning,
  data: string,
  about: Pick<Begun, 'release' | 'at' | 'position'>,
): Promise<string> {
  const keep = (object: string, bytes: Uint8Array) =>
    place.put(name, object, sealObject(header, object, bytes, random));
  await place.put(name, KEY_NAME, [header.bytes]);
  await keep(FILES_NAME, encode(await otherFiles(data)));
  const hasher = new Bun.CryptoHasher('sha256');
  let pieces = 0;
  let size = 0;
  for await (const piece of piecesOf(join(data, 'sotto.sqlite'))) {
    signal.throwIfAborted();
    hasher.update(piece);
    size += piece.length;
    await keep(pieceName(pieces++), piece);
  }
  const begun: Begun = { ...about, size, pieces, sha256: hasher.digest('hex') };
  const bytes = encode(begun);
  await keep(BEGUN_NAME, bytes);
  return hashOf(bytes);
}

/** Throws BadBackup. */
export function readBegun(bytes: Uint8Array): Begun {
  const known: unknown = JSON.parse(new TextDecoder().decode(bytes));
  const position: unknown =
    typeof known === 'object' && known !== null ? Reflect.get(known, 'position') : null;
  return {
    release: text(known, 'release'),
    at: whole(known, 'at'),
    size: whole(known, 'size'),
    pieces: whole(known, 'pieces'),
    sha256: text(known, 'sha256'),
    position: position === null ? null : readPosition(position),
  };
}

const encode = (value: object): Uint8Array => new TextEncoder().encode(JSON.stringify(value));

/** By their names, in base64. */
async function otherFiles(data: string): Promise<Readonly<Record<string, string>>> {
  const found: Record<string, string> = {};
  for (const each of await namesIn(join(data, 'tls'))) {
    const name = `tls/${each}`;
    const path = join(data, name);
    if (OTHER_FILES.test(name) && (await stat(path)).isFile())
      found[name] = (await readFile(path)).toBase64();
  }
  return found;
}

async function* piecesOf(path: string): AsyncGenerator<Uint8Array> {
  const file = await open(path, 'r');
  try {
    for (let at = 0; ; ) {
      const piece = new Uint8Array(PIECE_BYTES);
      const { bytesRead } = await file.read(piece, 0, piece.length, at);
      if (bytesRead === 0) return;
      at += bytesRead;
      yield piece.subarray(0, bytesRead);
    }
  } finally {
    await file.close();
  }
}
