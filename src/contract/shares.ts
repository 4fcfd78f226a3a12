/**
 * Links for people without an account. A share (`/s/ID#key`) lets whoever has the link fetch one file; a file request (`/r/ID#key`)
 * lets them seal files to a member. The key stands in the fragment and never reaches the server.
 */
import type { Base64 } from './bytes.ts';
import type { FileId } from './files.ts';

declare const brand: unique symbol;
/** 16 random bytes in hexadecimal, chosen by the device that makes the link. */
export type ShareId = string & { readonly [brand]: 'share' };
export type FileRequestId = string & { readonly [brand]: 'file request' };
const HEX_16 = /^[0-9a-f]{32}$/;
export const isShareId = (value: string): value is ShareId => HEX_16.test(value);
export const isFileRequestId = (value: string): value is FileRequestId => HEX_16.test(value);
export const shareId = (bytes: Uint8Array): ShareId => bytes.toHex() as ShareId;
export const fileRequestId = (bytes: Uint8Array): FileRequestId => bytes.toHex() as FileRequestId;

/** Bytes of a sealed manifest, at most. */
export const MAX_SEALED_MANIFEST_BYTES = 64 * 1024;
/** Bytes of a file request's sealed offer, with some to spare; the exact figure is that of protocol/file-request.ts. */
export const MAX_OFFER_BYTES = 2640;
/** Links of one account at a time. */
export const MAX_SHARES = 500;
export const MAX_FILE_REQUESTS = 100;
/** Wrong passwords for one link before it rests, and how long, in milliseconds. */
export const SHARE_GUESSES = 10;
export const SHARE_REST_MS = 15 * 60_000;
/** The same for all addresses together: somebody who asks from many of them stops everybody, so the figure is high. */
export const SHARE_GUESSES_OF_ALL = 200;
/** How long a link may last, in milliseconds: a year. */
export const MAX_LINK_MS = 366 * 24 * 3600_000;
/** Files of one request, at most. */
export const MAX_REQUEST_FILES = 100;
/** What was handed in waits so long after its request is over, in milliseconds: 30 days. */
export const HANDED_IN_MS = 30 * 24 * 3600_000;
/** What a visitor is given after the password (or without one) lets them fetch for so long, in milliseconds; handing in, after the last chunk. */
export const SHARE_VISIT_MS = 12 * 3600_000;

/** How a link's password is hashed in the browser (Argon2id); memory in KiB. */
export interface SharePassword {
  /** 16 bytes. */
  readonly salt: Base64;
  readonly memory: number;
  readonly passes: number;
  readonly lanes: number;
}

/** POST PATHS.shares -> 201 ShareRecord. Only a file's owner and its recipients make links to it. */
export interface ShareRequest {
  readonly id: ShareId;
  readonly file: FileId;
  /** The file's manifest sealed under the link's key and, with a password, under that too. */
  readonly manifest: Base64;
  /** With the proof that a visitor will show (32 bytes; the server keeps its hash); null for a link without a password. */
  readonly password: (SharePassword & { readonly proof: Base64 }) | null;
  /** Epoch milliseconds. */
  readonly expiresAt: number;
  /** Visits that fetch it, at most; null for any number. */
  readonly downloads: number | null;
}

/** GET PATHS.shares -> ShareRecord[]: one's own links. DELETE sharePath(id) ends one. */
export interface ShareRecord {
  readonly id: ShareId;
  readonly file: FileId;
  readonly createdAt: number;
  readonly expiresAt: number;
  readonly hasPassword: boolean;
  readonly downloads: number | null;
  /** Visits so far. */
  readonly used: number;
}

/** GET shareOfferPath(id), without a session: what a visitor needs to know before the visit. Gone and unknown links answer alike, 404. */
export interface ShareOffer {
  readonly password: SharePassword | null;
  /** Bytes of the file. */
  readonly size: number;
  readonly expiresAt: number;
}
/** POST shareVisitPath(id) ShareVisitRequest -> ShareVisit. Counts as one download. 403 for a wrong proof, 429 while the link rests. */
export interface ShareVisitRequest {
  /** 32 bytes, null without a password. */
  readonly proof: Base64 | null;
}
export interface ShareVisit {
  /** Lets its bearer fetch this file's chunks and hashes, as `sotto-visit`. */
  readonly visit: string;
  readonly file: FileId;
  readonly manifest: Base64;
}
/** The header that carries a visit. */
export const VISIT_HEADER = 'sotto-visit';

/** POST PATHS.fileRequests -> 201 FileRequestRecord. */
export interface FileRequestRequest {
  readonly id: FileRequestId;
  /** The request's public keys and title, sealed under the link's key: a visitor opens them, the server does not. */
  readonly offer: Base64;
  readonly expiresAt: number;
  /** Files that it takes, at most. */
  readonly files: number;
  /** Bytes of each, at most. */
  readonly maxFileBytes: number;
}
/** GET PATHS.fileRequests -> FileRequestRecord[]. DELETE fileRequestPath(id) ends one. */
export interface FileRequestRecord {
  readonly id: FileRequestId;
  readonly createdAt: number;
  readonly expiresAt: number;
  readonly files: number;
  readonly maxFileBytes: number;
  /** What was handed in and not taken yet: sealed to the request's keys. */
  readonly received: readonly FileRequestEntry[];
}
export interface FileRequestEntry {
  readonly file: FileId;
  readonly size: number;
  readonly receivedAt: number;
  /** The file's manifest, sealed to the request's public keys. */
  readonly manifest: Base64;
}

/** GET fileRequestOfferPath(id), without a session. */
export interface FileRequestOffer {
  readonly offer: Base64;
  readonly expiresAt: number;
  readonly maxFileBytes: number;
  readonly filesLeft: number;
}
/**
 * POST fileRequestUploadsPath(id) -> 201 HandIn, without a session; its chunks go where a member's go, with `sotto-visit`; then
 * POST fileRequestUploadPath(id, file) HandInRequest -> -.
 */
export interface HandInStart {
  readonly file: FileId;
  readonly size: number;
}
export interface HandIn {
  readonly visit: string;
}
export interface HandInRequest {
  readonly manifest: Base64;
}
