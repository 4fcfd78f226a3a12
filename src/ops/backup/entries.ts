/**
 * What a backup holds, one entry after the other: kind (one ASCII letter), length of the name (u8), name, length (u64), bytes.
 * `M` what was saved, JSON; `D` the database; `F` other files of the data folder; `B` bytes of files, by key; `E` the end, JSON.
 */
import { BadBackup } from './bad-backup.ts';
import type { SealedReader } from './sealed-reader.ts';
import type { SealedWriter } from './sealed-writer.ts';

const KINDS = ['M', 'D', 'F', 'B', 'E'] as const;
export type EntryKind = (typeof KINDS)[number];

export interface Entry {
  readonly kind: EntryKind;
  readonly name: string;
  /** Bytes. */
  readonly length: number;
}

/** The first entry. */
export interface Beginning {
  readonly release: string;
  /** The newest migration of the database. */
  readonly schema: number;
  /** Epoch milliseconds at which the database was as it is here. */
  readonly at: number;
}

/** The audit log: entries that are whole, hash of the newest of them, and the first that is not what was written. */
export interface AuditFound {
  readonly entries: number;
  readonly head: string;
  readonly broken: number | null;
}

/** The last entry. */
export interface Ending {
  /** Rows of every table. */
  readonly rows: Readonly<Record<string, number>>;
  readonly blobs: number;
  /** Sealed bytes of files. */
  readonly blobBytes: number;
  /** Keys that rows of the database name, and whose bytes the disk had lost or damaged before. */
  readonly missing: readonly string[];
  readonly audit: AuditFound;
}

export async function writeEntry(
  writer: SealedWriter,
  { kind, name, length }: Entry,
  pieces: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
): Promise<void> {
  const named = new TextEncoder().encode(name);
  const head = new Uint8Array(2 + named.length + 8);
  head[0] = kind.charCodeAt(0);
  head[1] = named.length;
  head.set(named, 2);
  new DataView(head.buffer).setBigUint64(2 + named.length, BigInt(length));
  await writer.write(head);
  let left = length;
  for await (const piece of pieces) {
    left -= piece.length;
    await writer.write(piece);
  }
  if (left !== 0) throw new BadBackup(`${name || kind} changed while it was saved. Make the backup again.`);
}

export const writeJson = (writer: SealedWriter, kind: EntryKind, value: object): Promise<void> => {
  const bytes = new TextEncoder().encode(JSON.stringify(value));
  return writeEntry(writer, { kind, name: '', length: bytes.length }, [bytes]);
};

/** The next entry; its bytes are to be read before the one after. */
export async function readEntry(reader: SealedReader): Promise<Entry> {
  const [letter = 0, nameLength = 0] = await reader.read(2);
  const kind = KINDS.find((each) => each.charCodeAt(0) === letter);
  if (kind === undefined)
    throw new BadBackup('This backup holds something that this release does not know: use a newer one.');
  const name = new TextDecoder().decode(await reader.read(nameLength));
  const length = Number(new DataView((await reader.read(8)).buffer).getBigUint64(0));
  if (!Number.isSafeInteger(length)) throw new BadBackup('This backup is damaged.');
  return { kind, name, length };
}

/** Bytes of JSON that are read at all. */
const MOST_JSON = 64 * 1024 * 1024;

export async function readJson(reader: SealedReader, { length }: Entry): Promise<unknown> {
  if (length > MOST_JSON) throw new BadBackup('This backup is damaged.');
  return JSON.parse(new TextDecoder().decode(await reader.read(length)));
}
