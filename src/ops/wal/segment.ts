/**
 * Changes as bytes: length of a description (u32, big-endian), the description (JSON), then for each page its number (u32) and its bytes. Each
 * names the SHA-256 of the one before it, the first that of what the generation begins with.
 */
import { BadBackup } from '../backup/bad-backup.ts';
import type { Change, Position } from './cursor.ts';

export interface Segment extends Change {
  readonly index: number;
  /** Epoch milliseconds. */
  readonly at: number;
  /** SHA-256, hexadecimal. */
  readonly previous: string;
}

export const hashOf = (bytes: Uint8Array): string =>
  new Bun.CryptoHasher('sha256').update(bytes).digest('hex');

export function writeSegment({ pages, ...about }: Segment): Uint8Array {
  const description = new TextEncoder().encode(JSON.stringify({ ...about, pages: pages.size }));
  const bytes = new Uint8Array(4 + description.length + pages.size * (4 + about.pageSize));
  const view = new DataView(bytes.buffer);
  view.setUint32(0, description.length);
  bytes.set(description, 4);
  let at = 4 + description.length;
  for (const [page, contents] of pages) {
    view.setUint32(at, page);
    bytes.set(contents, at + 4);
    at += 4 + about.pageSize;
  }
  return bytes;
}

/** Throws BadBackup. */
export function readSegment(bytes: Uint8Array): Segment {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const begin = 4 + view.getUint32(0);
  const known: unknown = JSON.parse(new TextDecoder().decode(bytes.subarray(4, begin)));
  const pageSize = whole(known, 'pageSize');
  const count = whole(known, 'pages');
  if (bytes.length !== begin + count * (4 + pageSize)) throw damaged();
  const pages = new Map<number, Uint8Array>();
  for (let n = 0, at = begin; n < count; n++, at += 4 + pageSize)
    pages.set(view.getUint32(at), bytes.subarray(at + 4, at + 4 + pageSize));
  return {
    pageSize,
    pages,
    commit: whole(known, 'commit'),
    index: whole(known, 'index'),
    at: whole(known, 'at'),
    previous: text(known, 'previous'),
    to: readPosition(field(known, 'to')),
  };
}

export function readPosition(value: unknown): Position {
  const sum = field(value, 'sum');
  if (!Array.isArray(sum)) throw damaged();
  const [first, second]: readonly unknown[] = sum;
  if (typeof first !== 'number' || typeof second !== 'number') throw damaged();
  return {
    salt1: whole(value, 'salt1'),
    salt2: whole(value, 'salt2'),
    offset: whole(value, 'offset'),
    sum: [first, second],
  };
}

const damaged = () => new BadBackup('What was kept is damaged.');

const field = (value: unknown, name: string): unknown =>
  typeof value === 'object' && value !== null ? Reflect.get(value, name) : undefined;

export function whole(value: unknown, name: string): number {
  const found = field(value, name);
  if (typeof found !== 'number' || !Number.isSafeInteger(found) || found < 0) throw damaged();
  return found;
}

export function text(value: unknown, name: string): string {
  const found = field(value, name);
  if (typeof found !== 'string') throw damaged();
  return found;
}
