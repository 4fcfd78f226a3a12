/**
 * The manifest of a history backup (protocol/README 10, "History outside a device"): which segments there are, in their
 * order, signed by the device that made it and sealed like them. Versions only grow; each names the root of the one
 * before. The server sees its length.
 */
import { type BlobPlace, openBlob, sealBlob } from './archive.ts';
import { verifyCertificate } from './certificate.ts';
import { concat, Reader, u64be, Writer } from './codec.ts';
import { malformed, unauthentic } from './errors.ts';
import { equalBytes, hash } from './hash.ts';
import { SIGNATURE_BYTES, type Signer, signHybrid, verifyHybrid } from './identity.ts';
import { leafHash, root } from './merkle.ts';
import type { Crypto } from './ports.ts';
import { bytes, fixed, flag, type RecordOf, record, u32, u64 } from './record.ts';

/** Segments of one backup, at most. */
const MAX_MANIFEST_SEGMENTS = 2048;
/** A certificate with both signatures: 8.9 KB. */
const MAX_CERTIFICATE_BYTES = 10 * 1024;
const MAX_ROWS_BYTES = MAX_MANIFEST_SEGMENTS * 96;

const segmentRecord = record(98, 'backup segment', {
  id: fixed(16),
  /** H of the sealed bytes, 32 B. */
  hash: fixed(32),
  /** Sealed bytes. */
  size: u32,
  /** Entries in it. */
  entries: u32,
  /** Originals alone, which wait until everything else is restored. */
  originals: flag,
});
export type BackupSegment = RecordOf<typeof segmentRecord>;

const manifestRecord = record(99, 'backup manifest', {
  account: fixed(16),
  /** From 1. */
  version: u64,
  /** Root of the version before, zeros for the first. */
  previous: fixed(32),
  /** Merkle root over the segments (record 98) in order. */
  root: fixed(32),
  segments: bytes(MAX_ROWS_BYTES),
  /** Messages that a restore gives. */
  messages: u32,
  /** Epoch milliseconds. */
  created: u64,
  /** Of the device that signs: its certificate, so that one that is gone by now can still be checked. */
  certificate: bytes(MAX_CERTIFICATE_BYTES),
});

export interface Manifest {
  readonly version: number;
  /** 32 B. */
  readonly previous: Uint8Array;
  /** 32 B: names the whole manifest among those of its version. */
  readonly root: Uint8Array;
  readonly segments: readonly BackupSegment[];
  readonly messages: number;
  readonly created: number;
}

/** Whose backup, and its key from the vault (32 B). */
export interface BackupKey {
  /** 16 B. */
  readonly account: Uint8Array;
  readonly key: Uint8Array;
}

/** Where a segment is sealed. */
export const segmentPlace = ({ account, key }: BackupKey, id: Uint8Array): BlobPlace => ({
  key,
  account,
  label: 'backup-segment',
  id,
});
const manifestPlace = ({ account, key }: BackupKey, version: number): BlobPlace => ({
  key,
  account,
  label: 'backup-manifest',
  id: u64be(version),
});

/** What stands for a segment in a manifest. */
export const segmentHash = (sealed: Uint8Array): Uint8Array => hash(sealed);

/** Root over segments in their order: another one for any other list, 32 B. */
function manifestRoot(segments: readonly BackupSegment[]): Uint8Array {
  return root(
    hash,
    segments.map((segment) => leafHash(hash, segmentRecord.encode(segment))),
  );
}

/**
 * Signs and seals the next manifest.
 * @param made.certificate signed certificate of the device that `signer` is
 * @throws E_FORMAT for too many segments
 */
export async function sealManifest(
  crypto: Crypto,
  owner: BackupKey,
  signer: Signer,
  made: Omit<Manifest, 'root'> & { readonly certificate: Uint8Array },
): Promise<{ readonly sealed: Uint8Array; readonly root: Uint8Array }> {
  if (made.segments.length > MAX_MANIFEST_SEGMENTS) throw malformed('more segments than a backup has');
  const rows = made.segments.reduce((writer, row) => writer.lp(segmentRecord.encode(row)), new Writer());
  const top = manifestRoot(made.segments);
  const { account } = owner;
  const encoded = manifestRecord.encode({ ...made, account, root: top, segments: rows.finish() });
  const signature = await signHybrid(crypto, signer, 'backup', encoded);
  const sealed = await sealBlob(crypto, manifestPlace(owner, made.version), concat(encoded, signature));
  return { sealed, root: top };
}

/**
 * Opens a manifest and verifies it: seal, form, root, the certificate under the account's key, the device's signature. A
 * certificate that has run out since, or a device that was removed since, signed it all the same.
 * @param expected.aik the account's public key, 1,984 B
 * @throws E_AUTH, E_FORMAT, E_STALE, E_SUITE
 */
export async function openManifest(
  crypto: Pick<Crypto, 'provider'>,
  owner: BackupKey,
  expected: { readonly version: number; readonly aik: Uint8Array },
  sealed: Uint8Array,
): Promise<Manifest> {
  const signed = await openBlob(crypto, manifestPlace(owner, expected.version), sealed);
  const end = signed.length - SIGNATURE_BYTES;
  if (end <= 0) throw malformed('a manifest without its signature');
  const encoded = signed.subarray(0, end);
  const { account, certificate, segments: joined, ...manifest } = manifestRecord.decode(encoded);
  if (manifest.version !== expected.version || !equalBytes(account, owner.account)) throw unauthentic();
  const segments = readSegments(joined);
  if (!equalBytes(manifestRoot(segments), manifest.root)) throw unauthentic();
  const { certificate: device } = await verifyCertificate(crypto, certificate, {
    aik: expected.aik,
    account,
    now: manifest.created,
  });
  if (!(await verifyHybrid(crypto, device.signingKey, 'backup', encoded, signed.subarray(end))))
    throw unauthentic();
  return { ...manifest, segments };
}

function readSegments(joined: Uint8Array): readonly BackupSegment[] {
  const reader = new Reader(joined);
  const segments: BackupSegment[] = [];
  while (reader.left > 0) segments.push(segmentRecord.decode(reader.lp(MAX_ROWS_BYTES)));
  const names = new Set(segments.map(({ id }) => id.toHex()));
  if (names.size !== segments.length) throw malformed('a segment that is named twice');
  return segments;
}
