/** The encrypted backup of a history, as the server keeps it: sealed segments, and a sealed manifest that names them. */
import type { Base64 } from './bytes.ts';

/** 16 random bytes that name a segment, as 32 hex characters. */
declare const brand: unique symbol;
export type SegmentId = string & { readonly [brand]: 'segment' };
export const isSegmentId = (value: string): value is SegmentId => /^[0-9a-f]{32}$/.test(value);
/** The id that 16 bytes stand for. */
export const segmentId = (bytes: Uint8Array): SegmentId => bytes.toHex() as SegmentId;

/** How a segment travels: as its bytes. */
export const SEGMENT_MEDIA_TYPE = 'application/octet-stream';

/** Bytes of a sealed segment, at most. */
export const MAX_SEGMENT_BYTES = 1024 * 1024;
/** Segments of one backup, at most. */
export const MAX_SEGMENTS = 2048;
/** Bytes of a sealed manifest, at most. */
export const MAX_MANIFEST_BYTES = 288 * 1024;
/** Bytes of everything that is kept for one account: a million short messages without signatures, or 250,000 with them. */
export const MAX_BACKUP_BYTES = 1_000_000_000;
/** Segments that no manifest names are forgotten after so long, in milliseconds: whoever stored them was cut off. */
export const UNNAMED_SEGMENT_MS = 3600_000;

/** What the server holds for the session's account. */
export interface BackupRecord {
  /** Grows by one with every manifest; 0 before the first. */
  readonly version: number;
  /** Sealed; null when there is none. */
  readonly manifest: Base64 | null;
  /** Bytes of its segments, and the most that there may be. */
  readonly bytes: number;
  readonly limit: number;
  /** A device has turned it off; nothing is taken until one turns it on. */
  readonly off: boolean;
}

/** The next manifest. 409 when `version` is not the next one, or a segment is not here. */
export interface BackupUpdate {
  readonly version: number;
  readonly manifest: Base64;
  /** Every segment that it names, 16 bytes each, one after the other: the server deletes the others. */
  readonly segments: Base64;
  /** Turns on what was turned off. */
  readonly on: boolean;
}
