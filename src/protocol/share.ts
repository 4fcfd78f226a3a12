/**
 * Links to one file for people without an account (protocol/README 7): the file's manifest, sealed under a key that stands in the link's
 * fragment. With a password the seal needs both, and the proof that lets a visitor ask for it is derived from both: the server,
 * which keeps the proof's hash and never has the link, can neither open the manifest nor try passwords on what it keeps.
 */
import { concat } from './codec.ts';
import { COMMITTING_OVERHEAD, openCommitting, sealCommitting } from './committing.ts';
import { malformed, unauthentic } from './errors.ts';
import { checkManifest, type FileManifest, manifestRecord } from './file-manifest.ts';
import { kdfEach, wipe } from './hash.ts';
import { pad, unpad } from './padding.ts';
import type { Crypto } from './ports.ts';
import { fixed, flag, record } from './record.ts';

/** Bytes of a link's key, and of what a password and a proof become. */
export const LINK_KEY_BYTES = 32;
/** Bytes of a sealed manifest, at most: the largest manifest, padded. */
export const MAX_SHARE_BYTES = 28 * 1024 + COMMITTING_OVERHEAD;

const shareContext = record(105, 'share context', {
  id: fixed(16),
  /** A password is needed as well. */
  protected: flag,
});

export interface ShareSecret {
  /** The link's, 16 B: it stands in the address. */
  readonly id: Uint8Array;
  /** 32 B, of the fragment. */
  readonly key: Uint8Array;
  /** Argon2id of the password (password.ts), 32 B; null for a link without one. */
  readonly password: Uint8Array | null;
}

/** `key` opens the manifest and never leaves who has the link; `proof` is shown to the server. 32 B each. */
export interface ShareKeys {
  readonly key: Uint8Array;
  readonly proof: Uint8Array;
}

function shareKeys({ id, key, password }: ShareSecret): ShareKeys & { readonly context: Uint8Array } {
  if (key.length !== LINK_KEY_BYTES) throw malformed('a link key of another length');
  if (password !== null && password.length !== 32) throw malformed('a password key of another length');
  const context = shareContext.encode({ id, protected: password !== null });
  const ikm = concat(key, password ?? new Uint8Array());
  const [sealing = new Uint8Array(), proof = new Uint8Array()] = kdfEach({ ikm, salt: new Uint8Array() }, [
    { label: 'share', context, length: 32 },
    { label: 'share-proof', context, length: 32 },
  ]);
  wipe(ikm);
  return { key: sealing, proof, context };
}

/** What a visitor shows for the password, 32 B. @throws E_FORMAT for keys of another length */
export function shareProof(secret: ShareSecret): Uint8Array {
  const { key, proof } = shareKeys(secret);
  wipe(key);
  return proof;
}

/** Seals a file's manifest for whoever has the link; its length says only which step of an eighth it lies in. */
export async function sealShare(
  crypto: Crypto,
  secret: ShareSecret,
  manifest: FileManifest,
): Promise<Uint8Array> {
  const { key, context } = shareKeys(secret);
  const plaintext = pad(manifestRecord.encode(checkManifest(manifest)));
  try {
    return await sealCommitting(crypto, { key, label: 'share-box', associated: context }, plaintext);
  } finally {
    wipe(key, plaintext);
  }
}

/**
 * Opens it.
 * @param file the id that the server gives, 16 B
 * @throws E_AUTH for another link, key, password or file; E_FORMAT for what no Sotto seals
 */
export async function openShare(
  crypto: Pick<Crypto, 'provider'>,
  secret: ShareSecret,
  { file, sealed }: { readonly file: Uint8Array; readonly sealed: Uint8Array },
): Promise<FileManifest> {
  const { key, context } = shareKeys(secret);
  try {
    const plaintext = await openCommitting(crypto, { key, label: 'share-box', associated: context }, sealed);
    return manifestOfFile(file, plaintext);
  } finally {
    wipe(key);
  }
}

/** The manifest in a padded box, which is about this file. @throws E_AUTH, E_FORMAT */
export function manifestOfFile(file: Uint8Array, padded: Uint8Array): FileManifest {
  const manifest = checkManifest(manifestRecord.decode(unpad(padded)));
  if (manifest.id.toHex() !== file.toHex()) throw unauthentic();
  return manifest;
}
