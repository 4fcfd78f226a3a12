/** The database as it was at a time: the copy that a generation begins with, and the segments after it. Nothing is taken that does not open. */
import { type FileHandle, open } from 'node:fs/promises';
import { BadBackup } from '../backup/bad-backup.ts';
import { type Header, openHeader } from '../backup/header.ts';
import { type Begun, readBegun } from './begun.ts';
import { chainOf } from './chain.ts';
import { keptGenerations } from './kept.ts';
import { BEGUN_NAME, FILES_NAME, KEY_NAME, pieceName } from './names.ts';
import type { Place } from './place.ts';
import { openObject } from './sealed-object.ts';
import { hashOf, readSegment } from './segment.ts';

export interface Rebuilt {
  /** Epoch milliseconds: everything that was committed before is there, and nothing that was committed after the time that was asked for. */
  readonly at: number;
  readonly generation: string;
  readonly release: string;
  readonly segments: number;
  /** Bytes of the database. */
  readonly size: number;
  /** Why it is older than was asked for; null: it is not. */
  readonly stopped: string | null;
  /** Other files of the data folder, by their names. */
  readonly files: Readonly<Record<string, Uint8Array>>;
}

/**
 * Writes the newest state that is not after `at` to `out`, a file that is not there. Throws BadBackup when nothing is kept of so early a
 * time, for another passphrase, and when the copy is damaged.
 */
export async function rebuild(place: Place, passphrase: string, at: number, out: string): Promise<Rebuilt> {
  const kept = await keptGenerations(place);
  const chosen = kept.find(({ from }) => from <= at);
  const oldest = kept.at(-1);
  if (oldest === undefined) throw new BadBackup(`Nothing is kept in ${place.words}.`);
  if (chosen === undefined)
    throw new BadBackup(`What is kept goes back to ${new Date(oldest.from).toISOString()}, and no further.`);
  const source = await Source.open(place, chosen.name, passphrase);
  const file = await open(out, 'wx', 0o600);
  try {
    const { bytes, begun } = await source.begun();
    await writeCopy(source, begun, file);
    const { reached, segments, stopped } = await apply(source, hashOf(bytes), at, file);
    await file.sync();
    const { size } = await file.stat();
    return {
      at: reached ?? begun.at,
      generation: chosen.name,
      release: begun.release,
      segments,
      size,
      stopped,
      files: await source.files(),
    };
  } finally {
    await file.close();
  }
}

class Source {
  private constructor(
    readonly place: Place,
    readonly name: string,
    private readonly header: Header,
  ) {}

  static async open(place: Place, name: string, passphrase: string): Promise<Source> {
    const key = await place.get(name, KEY_NAME);
    if (key === null) throw new BadBackup(`${name} has no ${KEY_NAME}: it cannot be opened.`);
    return new Source(place, name, await openHeader(key, passphrase));
  }

  /** Throws BadBackup when it is not there, or not as it was kept. */
  async read(object: string): Promise<Uint8Array> {
    const sealed = await this.place.get(this.name, object);
    if (sealed === null) throw new BadBackup(`${object} is missing.`);
    try {
      return openObject(this.header, object, sealed);
    } catch {
      throw new BadBackup(`${object} is damaged.`);
    }
  }

  /** Null for what is damaged, or not there. */
  readWhole(object: string): Promise<Uint8Array | null> {
    return this.read(object).catch((error: unknown) => {
      if (error instanceof BadBackup) return null;
      throw error;
    });
  }

  async begun(): Promise<{ readonly bytes: Uint8Array; readonly begun: Begun }> {
    const bytes = await this.read(BEGUN_NAME);
    return { bytes, begun: readBegun(bytes) };
  }

  async files(): Promise<Readonly<Record<string, Uint8Array>>> {
    const known: unknown = JSON.parse(new TextDecoder().decode(await this.read(FILES_NAME)));
    if (typeof known !== 'object' || known === null) throw new BadBackup(`${FILES_NAME} is damaged.`);
    return Object.fromEntries(
      Object.entries(known).map(([name, base64]) => [name, Uint8Array.fromBase64(String(base64))]),
    );
  }
}

async function writeCopy(source: Source, { pieces, size, sha256 }: Begun, file: FileHandle): Promise<void> {
  const hasher = new Bun.CryptoHasher('sha256');
  let end = 0;
  for (let n = 0; n < pieces; n++) {
    const piece = await source.read(pieceName(n));
    hasher.update(piece);
    await writeAt(file, piece, end);
    end += piece.length;
  }
  if (end !== size || hasher.digest('hex') !== sha256)
    throw new BadBackup(`The copy of the database in ${source.name} is not the one that was kept.`);
}

/** Applies segments in their order, up to `at`, until one is not there, or not what was kept. */
async function apply(
  source: Source,
  begun: string,
  at: number,
  file: FileHandle,
): Promise<{ readonly reached: number | null; readonly segments: number; readonly stopped: string | null }> {
  const read = (name: string) => source.readWhole(name);
  const kept = await chainOf(await source.place.names(source.name), at, read);
  let previous = begun;
  let reached: number | null = null;
  let segments = 0;
  const end = (stopped: string | null) => ({ reached, segments, stopped });
  for (const { name, index, at: time } of kept) {
    if (index !== segments + 1) return end(`Segment ${segments + 1} of ${source.name} is missing.`);
    const bytes = await read(name);
    if (bytes === null) return end(`Segment ${index} of ${source.name} is damaged.`);
    const segment = readSegment(bytes);
    if (segment.previous !== previous || segment.index !== index)
      return end(`Segment ${index} of ${source.name} does not follow the one before it.`);
    for (const [page, contents] of segment.pages)
      await writeAt(file, contents, (page - 1) * segment.pageSize);
    await file.truncate(segment.commit * segment.pageSize);
    previous = hashOf(bytes);
    [reached, segments] = [time, index];
  }
  return end(null);
}

async function writeAt(file: FileHandle, bytes: Uint8Array, at: number): Promise<void> {
  for (let done = 0; done < bytes.length; ) {
    const { bytesWritten } = await file.write(bytes, done, bytes.length - done, at + done);
    done += bytesWritten;
  }
}
