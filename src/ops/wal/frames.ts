/**
 * SQLite's write-ahead log as its file format describes it: a header of 32 bytes, then frames of 24 bytes and a page. Each frame carries
 * the salts of the header, and a checksum over everything before it, so that what was not written whole, or belongs to an earlier log, ends it.
 */

export const HEADER_BYTES = 32;
export const FRAME_HEADER_BYTES = 24;
const MAGIC = 0x377f0682;

/** Of this machine. */
const IS_LITTLE = new Uint8Array(new Uint32Array([1]).buffer)[0] === 1;

/** Both halves of a checksum. */
export type Sum = readonly [number, number];

export interface LogHeader {
  readonly pageSize: number;
  readonly salt1: number;
  readonly salt2: number;
  readonly sum: Sum;
  /** Of the words in checksums. */
  readonly isBigEndian: boolean;
}

export interface Frame {
  /** From 1. */
  readonly page: number;
  /** Pages of the database after this transaction; 0: it goes on. */
  readonly commit: number;
  readonly sum: Sum;
  readonly bytes: Uint8Array;
}

/** Null: no header, or one that is being written. */
export function readLogHeader(bytes: Uint8Array): LogHeader | null {
  if (bytes.length < HEADER_BYTES) return null;
  const view = new DataView(bytes.buffer, bytes.byteOffset);
  const magic = view.getUint32(0);
  if (magic !== MAGIC && magic !== MAGIC + 1) return null;
  const isBigEndian = magic === MAGIC + 1;
  const sum = checksum([0, 0], bytes.subarray(0, 24), isBigEndian);
  if (sum[0] !== view.getUint32(24) || sum[1] !== view.getUint32(28)) return null;
  const pageSize = view.getUint32(8);
  return { pageSize, salt1: view.getUint32(16), salt2: view.getUint32(20), sum, isBigEndian };
}

/** Null: this is not the next frame of this log. @param before checksum of all that stands before it */
export function readFrame(bytes: Uint8Array, header: LogHeader, before: Sum): Frame | null {
  if (bytes.length < FRAME_HEADER_BYTES + header.pageSize) return null;
  const view = new DataView(bytes.buffer, bytes.byteOffset);
  if (view.getUint32(8) !== header.salt1 || view.getUint32(12) !== header.salt2) return null;
  const page = bytes.subarray(FRAME_HEADER_BYTES, FRAME_HEADER_BYTES + header.pageSize);
  const half = checksum(before, bytes.subarray(0, 8), header.isBigEndian);
  const sum = checksum(half, page, header.isBigEndian);
  if (sum[0] !== view.getUint32(16) || sum[1] !== view.getUint32(20)) return null;
  return { page: view.getUint32(0), commit: view.getUint32(4), sum, bytes: page };
}

/** @param bytes a multiple of eight of them */
function checksum([first, second]: Sum, bytes: Uint8Array, isBigEndian: boolean): Sum {
  let [a, b] = [first, second];
  // Four times as fast, and what every machine of today writes.
  if (!isBigEndian && IS_LITTLE && bytes.byteOffset % 4 === 0) {
    const words = new Int32Array(bytes.buffer, bytes.byteOffset, bytes.length / 4);
    for (let n = 0; n + 1 < words.length; n += 2) {
      a = (a + (words[n] ?? 0) + b) | 0;
      b = (b + (words[n + 1] ?? 0) + a) | 0;
    }
    return [a >>> 0, b >>> 0];
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  for (let at = 0; at < bytes.length; at += 8) {
    a = (a + view.getUint32(at, !isBigEndian) + b) | 0;
    b = (b + view.getUint32(at + 4, !isBigEndian) + a) | 0;
  }
  return [a >>> 0, b >>> 0];
}
