/**
 * Files (protocol/README 7): chunks of 1 MiB, each under a key and a place of its own, so that one that is swapped, moved, cut off or added does
 * not open; and a Merkle root over the SHA-256 of each as it is stored, so that everybody gets the same ones.
 */
import { concat, u64be } from './codec.ts';
import { malformed, unauthentic } from './errors.ts';
import { equalBytes, kdf, sha256, wipe } from './hash.ts';
import { leafHash, root } from './merkle.ts';
import type { Provider } from './provider.ts';

/** Bytes of a file in one chunk; only the last one has fewer. */
export const FILE_CHUNK_BYTES = 1024 * 1024;
/** Bytes that sealing adds to each. */
export const FILE_CHUNK_OVERHEAD = 16;
/** Bytes of a file, at most: what 32 bits of chunks hold would be more than anybody keeps. */
export const MAX_MANIFEST_FILE_BYTES = 2 ** 40;

/** What seals a file: both 32 and 16 random bytes, used for one file and never again. */
export interface FileSecret {
  /** 32 B. */
  readonly key: Uint8Array;
  /** 16 B. */
  readonly id: Uint8Array;
}

/** Chunks of a file of `size` bytes: one, of nothing, for an empty file. */
export const fileChunks = (size: number): number => Math.max(1, Math.ceil(size / FILE_CHUNK_BYTES));
/** Bytes of chunk `index` before it is sealed. */
export const fileChunkLength = (size: number, index: number): number =>
  Math.max(0, Math.min(FILE_CHUNK_BYTES, size - index * FILE_CHUNK_BYTES));

/** KDF(fileKey, "", "com", fileId, 32): a key that opens this file opens no other text in its place [R22]. */
export const fileCommitment = ({ key, id }: FileSecret): Uint8Array =>
  kdf({ ikm: key, salt: new Uint8Array(), label: 'com', context: id, length: 32 });

/** What seals, and what opens: a worker has no other part of a provider. */
export interface Sealer {
  readonly provider: Pick<Provider, 'aesGcmSeal'>;
}
export interface Opener {
  readonly provider: Pick<Provider, 'aesGcmOpen'>;
}

const chunkKey = ({ key }: FileSecret, index: number): Uint8Array =>
  kdf({ ikm: key, salt: new Uint8Array(), label: 'chunk', context: u64be(index), length: 32 });
const lastByte = (isLast: boolean) => Uint8Array.of(isLast ? 1 : 0);
/** u88be(index) || last. */
const chunkNonce = (index: number, isLast: boolean): Uint8Array =>
  concat(new Uint8Array(3), u64be(index), lastByte(isLast));
const chunkPlace = ({ id }: FileSecret, index: number, isLast: boolean): Uint8Array =>
  concat(id, u64be(index), lastByte(isLast));

/** Seals chunk `index` of a file of `size` bytes; 16 B longer. @throws E_FORMAT for a chunk of another length */
export async function sealFileChunk(
  { provider }: Sealer,
  secret: FileSecret,
  { size, index }: { readonly size: number; readonly index: number },
  plaintext: Uint8Array,
  room?: Uint8Array,
): Promise<Uint8Array> {
  if (plaintext.length !== fileChunkLength(size, index)) throw malformed('a chunk of another length');
  const isLast = index === fileChunks(size) - 1;
  const key = chunkKey(secret, index);
  try {
    return await provider.aesGcmSeal(
      key,
      chunkNonce(index, isLast),
      plaintext,
      chunkPlace(secret, index, isLast),
      room,
    );
  } finally {
    wipe(key);
  }
}

/** Opens it. @throws E_AUTH for whatever is not this chunk of this file, another length included */
export async function openFileChunk(
  { provider }: Opener,
  secret: FileSecret,
  { size, index }: { readonly size: number; readonly index: number },
  sealed: Uint8Array,
): Promise<Uint8Array> {
  const chunks = fileChunks(size);
  if (index < 0 || index >= chunks) throw unauthentic();
  if (sealed.length !== fileChunkLength(size, index) + FILE_CHUNK_OVERHEAD) throw unauthentic();
  const isLast = index === chunks - 1;
  const key = chunkKey(secret, index);
  try {
    return await provider.aesGcmOpen(
      key,
      chunkNonce(index, isLast),
      sealed,
      chunkPlace(secret, index, isLast),
    );
  } finally {
    wipe(key);
  }
}

/**
 * The root that a manifest carries, 32 B: RFC 6962 over the SHA-256 of each sealed chunk, in order.
 * @param hashes 32 B each
 */
export const fileRoot = (hashes: readonly Uint8Array[]): Uint8Array =>
  root(
    sha256,
    hashes.map((hash) => leafHash(sha256, hash)),
  );

/**
 * The hashes of a file's chunks, after they have been held against its manifest: what the server lists is not believed before.
 * @param listed 32 B for each chunk, in order
 * @throws E_AUTH when they are not those of this file, or its key is not the one that was committed to
 */
export function checkedHashes(
  file: FileSecret & { readonly size: number; readonly root: Uint8Array; readonly commitment: Uint8Array },
  listed: Uint8Array,
): readonly Uint8Array[] {
  const chunks = fileChunks(file.size);
  if (listed.length !== chunks * 32) throw unauthentic();
  const hashes = Array.from({ length: chunks }, (_, index) => listed.slice(index * 32, (index + 1) * 32));
  if (!equalBytes(fileRoot(hashes), file.root)) throw unauthentic();
  if (!equalBytes(fileCommitment(file), file.commitment)) throw unauthentic();
  return hashes;
}
