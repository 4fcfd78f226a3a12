/**
 * History outside a device (protocol/README 10, "History outside a device"): entries, one for each thing that is kept,
 * and the sealed blobs that carry them. A backup's segment and a parcel between devices are both such a blob; only key
 * and label differ. What an entry's value says is the client's (client/archive); kinds that a release does not know are
 * carried along unread.
 */
import { Reader, Writer } from './codec.ts';
import { openCommitting, sealCommitting } from './committing.ts';
import { MAX_CONTENT_BYTES } from './content.ts';
import { malformed, ProtocolError } from './errors.ts';
import { pad, unpad } from './padding.ts';
import type { Crypto } from './ports.ts';
import { bytes, fixed, type RecordOf, record, text } from './record.ts';

/** Bytes of a sealed blob, at most: 1 MiB. */
const MAX_BLOB_BYTES = 1024 * 1024;
/** Bytes of its entries, at most: the largest padded length that fits, less the mark that ends them. */
export const MAX_BLOB_CONTENT_BYTES = 15 * 65_536 - 1;
/** Bytes of one entry's value, at most: the longest text in JSON, with as many reactions as there may be. */
const MAX_VALUE_BYTES = MAX_BLOB_CONTENT_BYTES - 1024;
/** Signatures of every suite fit. */
const MAX_SIGNATURE_BYTES = 8 * 1024;

const entryRecord = record(95, 'archive entry', {
  kind: text(16),
  id: bytes(64),
  value: bytes(MAX_VALUE_BYTES),
});
/** One thing that is kept: `kind` and `id` name it, and a later entry of the same name stands for it. */
export type ArchiveEntry = RecordOf<typeof entryRecord>;

/** A message of class 1 as its sender signed it: everything that proves who said it. */
export const originalRecord = record(96, 'archived original', {
  /** Body header, as it was sealed. */
  header: bytes(256),
  content: bytes(MAX_CONTENT_BYTES),
  signature: bytes(MAX_SIGNATURE_BYTES),
});
export type ArchivedOriginal = RecordOf<typeof originalRecord>;

const placeRecord = record(97, 'blob place', { account: fixed(16), id: bytes(32) });

/** Which blob, under which key: it opens as no other [R10]. */
export interface BlobPlace {
  /** 32 B. */
  readonly key: Uint8Array;
  /** What it is for: `backup-segment`, `backup-manifest`, `parcel`. */
  readonly label: string;
  /** Whose history it is, 16 B. */
  readonly account: Uint8Array;
  /** The blob's own name, up to 32 B. */
  readonly id: Uint8Array;
}

const purposeOf = ({ key, label, account, id }: BlobPlace) => ({
  key,
  label,
  associated: placeRecord.encode({ account, id }),
});

/** Bytes that this entry takes in a blob. */
export const entryLength = (encoded: Uint8Array): number => 4 + encoded.length;

/** An entry as it stands in a blob. @throws E_FORMAT when it is too long */
export const encodeEntry = (entry: ArchiveEntry): Uint8Array => entryRecord.encode(entry);

/** Entries one after the other: lp(entry) .. */
export function joinEntries(encoded: readonly Uint8Array[]): Uint8Array {
  return encoded.reduce((writer, entry) => writer.lp(entry), new Writer()).finish();
}

/** The entries of a blob, as they were encoded. @throws E_FORMAT */
export function splitEntries(joined: Uint8Array): readonly ArchiveEntry[] {
  const reader = new Reader(joined);
  const entries: ArchiveEntry[] = [];
  while (reader.left > 0) entries.push(entryRecord.decode(reader.lp(MAX_BLOB_CONTENT_BYTES)));
  return entries;
}

/**
 * Seals bytes as a blob. Its length says only in which step of an eighth the content's length lies [R7].
 * @throws E_LIMIT for more than MAX_BLOB_CONTENT_BYTES
 */
export function sealBlob(crypto: Crypto, place: BlobPlace, content: Uint8Array): Promise<Uint8Array> {
  if (content.length > MAX_BLOB_CONTENT_BYTES)
    throw new ProtocolError('E_LIMIT', `a blob of ${content.length} bytes`);
  return sealCommitting(crypto, purposeOf(place), pad(content));
}

/** Opens a blob. @throws E_AUTH for another key, label, account or name; E_FORMAT, E_LIMIT before that for a length that none has */
export async function openBlob(
  crypto: Pick<Crypto, 'provider'>,
  place: BlobPlace,
  sealed: Uint8Array,
): Promise<Uint8Array> {
  if (sealed.length > MAX_BLOB_BYTES) throw malformed('a blob that is too long');
  return unpad(await openCommitting(crypto, purposeOf(place), sealed));
}
