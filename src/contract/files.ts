/**
 * Files as the server keeps them: chunks of ciphertext under ids, who may fetch them, and for how long. Names, types and keys stand
 * in sealed messages (protocol/file.ts) and never come here.
 */
import type { AccountId, ConversationId } from './ids.ts';

declare const brand: unique symbol;
/** 16 random bytes in hexadecimal, chosen by the device that uploads. */
export type FileId = string & { readonly [brand]: 'file' };
export const isFileId = (value: string): value is FileId => /^[0-9a-f]{32}$/.test(value);
/** The id that 16 bytes stand for. */
export const fileId = (bytes: Uint8Array): FileId => bytes.toHex() as FileId;

/** Bytes of a file in one chunk; only the last one has fewer. */
export const CHUNK_BYTES = 1024 * 1024;
/** Bytes that sealing adds to a chunk. */
export const CHUNK_OVERHEAD_BYTES = 16;
/** Bytes of a file, at most: 2 GiB. */
export const MAX_FILE_BYTES = 2 * 1024 * 1024 * 1024;
/** Chunks of a file, at most. */
export const MAX_CHUNKS = MAX_FILE_BYTES / CHUNK_BYTES;
/** Files of one message, at most. */
export const MAX_FILES_PER_MESSAGE = 10;
/** How a chunk travels: as its bytes. */
export const CHUNK_MEDIA_TYPE = 'application/octet-stream';
/** An upload that nobody goes on with is deleted after so long, in milliseconds: 7 days. */
export const UPLOAD_RETENTION_MS = 7 * 24 * 3600_000;
/** Chunks that follow each other and come in one request, at most: one answer, and one commit, for all of them. */
export const MAX_RUN_CHUNKS = 8;
/** Bytes of such a request, at most. */
export const MAX_RUN_BYTES = MAX_RUN_CHUNKS * (CHUNK_BYTES + CHUNK_OVERHEAD_BYTES);
/** Requests for chunks of one file that a client has under way at the same time. */
export const PARALLEL_CHUNKS = 4;
/** Runs that a device holds in memory at most: those on their way, and two that are made ready. */
export const RUNS_IN_HAND = PARALLEL_CHUNKS + 2;

/** On the answer of a file's hashes: the origin from which its chunks can be fetched as well (`DirectChunks`). */
export const DIRECT_HEADER = 'sotto-direct';
/** Addresses given at once, at most. */
export const MOST_DIRECT = 8;
/** Milliseconds for which such an address is good. */
export const DIRECT_MS = 60_000;
/** Where chunks lie, from the one that was asked about on; none where they come through this server alone. */
export interface DirectChunks {
  readonly urls: readonly string[];
}

/** Chunks of a file of so many bytes; one, empty but for its tag, of none. */
export const chunksOf = (size: number): number => Math.max(1, Math.ceil(size / CHUNK_BYTES));
/** Bytes of chunk n as it is stored. */
export const sealedChunkBytes = (size: number, n: number): number =>
  Math.min(CHUNK_BYTES, size - n * CHUNK_BYTES) + CHUNK_OVERHEAD_BYTES;
/** Bytes of all of them. */
export const sealedFileBytes = (size: number): number => size + chunksOf(size) * CHUNK_OVERHEAD_BYTES;

/** POST PATHS.files. The same again by the same account answers what is there. */
export interface FileUpload {
  readonly id: FileId;
  /** Bytes of the file. */
  readonly size: number;
  /** Whose members may fetch it besides its owner; null for a file of one's own. */
  readonly conversation: ConversationId | null;
  /** Epoch milliseconds; null for as long as the policy says. */
  readonly expiresAt: number | null;
}

/** What the server says of a file to those who may fetch it. */
export interface FileRecord {
  readonly id: FileId;
  readonly owner: AccountId;
  readonly size: number;
  readonly createdAt: number;
  /** Null as long as chunks are missing or it was not finished. */
  readonly completedAt: number | null;
  /** Null for one that stays. */
  readonly expiresAt: number | null;
  /** Numbers of the chunks that are not here yet, in order; empty when it is complete. */
  readonly missing: readonly number[];
  /** Conversations that it belongs to, of those that the one who asks is in. */
  readonly conversations: readonly ConversationId[];
}

/** PUT fileExpiryPath(id), by its owner. */
export interface FileExpiryRequest {
  readonly expiresAt: number | null;
}

/** GET PATHS.files: what one's own files take, and what there may be; bytes of ciphertext. */
export interface FileUsage {
  readonly used: number;
  readonly limit: number;
  readonly workspaceUsed: number;
  readonly workspaceLimit: number;
  /** Bytes of one file, at most, by policy. */
  readonly maxFileBytes: number;
  /** A file without an expiry of its own is deleted after so many days; null for never. */
  readonly defaultExpiryDays: number | null;
  /** Of one's own, newest first, 1,000 at most. */
  readonly files: readonly FileRecord[];
}
