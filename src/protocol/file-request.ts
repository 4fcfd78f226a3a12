/**
 * Links by which people without an account seal files to a member (protocol/README 7). The link's key opens the sealed offer: title, who asks,
 * and one-off public keys. It is also a hash over all of that, so that nobody, not even somebody else who has the link and the server
 * together, can put other keys in their place. What is handed in opens with the member's private halves alone, under this request.
 */
import { concat } from './codec.ts';
import { COMMITTING_OVERHEAD, openCommitting, sealCommitting } from './committing.ts';
import { KEM_CIPHERTEXT_BYTES } from './envelope.ts';
import { malformed, unauthentic } from './errors.ts';
import { checkManifest, type FileManifest, manifestRecord } from './file-manifest.ts';
import { equalBytes, hash, kdf, kdfEach, wipe } from './hash.ts';
import { pad } from './padding.ts';
import type { Crypto } from './ports.ts';
import { bytes, fixed, record, text } from './record.ts';
import { LINK_KEY_BYTES, MAX_SHARE_BYTES, manifestOfFile } from './share.ts';
import { ACTIVE_SUITE } from './suite.ts';

/** FIPS 203: an encapsulation key of ML-KEM-768. */
const KEM_PUBLIC_BYTES = 1184;
const EMPTY = new Uint8Array();
export const FILE_REQUEST_LIMITS = { titleBytes: 400, nameBytes: 512 } as const;

const offerRecord = record(106, 'file request offer', {
  id: fixed(16),
  /** Random, 32 B: without it the link's key could be computed by whoever guesses the rest. */
  nonce: fixed(32),
  title: text(FILE_REQUEST_LIMITS.titleBytes),
  /** Who asks, as they call themselves. */
  name: text(FILE_REQUEST_LIMITS.nameBytes),
  agreementKey: fixed(32),
  kemKey: fixed(KEM_PUBLIC_BYTES),
});
const linkContext = record(107, 'file request context', { id: fixed(16) });
const handInContext = record(108, 'hand-in context', {
  id: fixed(16),
  file: fixed(16),
  /** H of the encoded offer, 32 B. */
  offer: fixed(32),
  ephemeral: fixed(32),
  ciphertext: fixed(KEM_CIPHERTEXT_BYTES),
});
const handInRecord = record(109, 'hand-in', {
  ephemeral: fixed(32),
  ciphertext: fixed(KEM_CIPHERTEXT_BYTES),
  box: bytes(MAX_SHARE_BYTES),
});
/** Bytes of a sealed offer and of a sealed manifest, at most. */
export const MAX_OFFER_BYTES = 2560 + COMMITTING_OVERHEAD;
export const MAX_HAND_IN_BYTES = MAX_SHARE_BYTES + KEM_CIPHERTEXT_BYTES + 64;

export interface FileRequestWords {
  readonly title: string;
  readonly name: string;
}
/** What a visitor seals to. */
export interface FileRequestTarget extends FileRequestWords {
  /** 16 B. */
  readonly id: Uint8Array;
  readonly agreementKey: Uint8Array;
  readonly kemKey: Uint8Array;
  /** H of the encoded offer, 32 B. */
  readonly hash: Uint8Array;
}
/** What the member's devices keep: all else comes from it. */
export interface FileRequestSecret {
  /** 16 B. */
  readonly id: Uint8Array;
  /** 32 random bytes, used for one request. */
  readonly seed: Uint8Array;
}

/** X25519 32 B, ML-KEM seed 64 B, nonce of the offer 32 B. */
function secretsOf({ id, seed }: FileRequestSecret) {
  if (seed.length !== 32) throw malformed('a seed of another length');
  const all = kdf({
    ikm: seed,
    salt: EMPTY,
    label: 'file-request-keys',
    context: linkContext.encode({ id }),
    length: 128,
  });
  return { agreement: all.slice(0, 32), kem: all.slice(32, 96), nonce: all.slice(96) };
}

const linkKeyOf = (nonce: Uint8Array, offer: Uint8Array): Uint8Array =>
  kdf({ ikm: nonce, salt: EMPTY, label: 'file-request-link', context: hash(offer), length: LINK_KEY_BYTES });

async function offerOf(
  { provider }: Pick<Crypto, 'provider'>,
  secret: FileRequestSecret,
  words: FileRequestWords,
) {
  const { agreement, kem, nonce } = secretsOf(secret);
  const agreementKey = await provider.x25519PublicKey(agreement);
  const { publicKey: kemKey } = await provider.mlKemKeyPair(ACTIVE_SUITE, kem);
  wipe(agreement, kem);
  const { title, name } = words;
  const encoded = offerRecord.encode({ id: secret.id, nonce, title, name, agreementKey, kemKey });
  return { encoded, linkKey: linkKeyOf(nonce, encoded) };
}

const offerPurpose = (id: Uint8Array, key: Uint8Array) => ({
  key,
  label: 'file-request',
  associated: linkContext.encode({ id }),
});

/** The sealed offer for the server, and the link's key, 32 B. The same secret and words give the same key. */
export async function sealFileRequest(
  crypto: Crypto,
  secret: FileRequestSecret,
  words: FileRequestWords,
): Promise<{ readonly offer: Uint8Array; readonly linkKey: Uint8Array }> {
  const { encoded, linkKey } = await offerOf(crypto, secret, words);
  return { offer: await sealCommitting(crypto, offerPurpose(secret.id, linkKey), encoded), linkKey };
}

/**
 * Opens an offer, for a visitor.
 * @param link its id, 16 B, and key, 32 B, as they stand in the address
 * @throws E_AUTH for another link, and for an offer that this link was not made for, whoever sealed it
 */
export async function openFileRequest(
  crypto: Pick<Crypto, 'provider'>,
  link: { readonly id: Uint8Array; readonly key: Uint8Array },
  sealed: Uint8Array,
): Promise<FileRequestTarget> {
  const encoded = await openCommitting(crypto, offerPurpose(link.id, link.key), sealed);
  const { id, nonce, title, name, agreementKey, kemKey } = offerRecord.decode(encoded);
  if (!equalBytes(id, link.id) || !equalBytes(linkKeyOf(nonce, encoded), link.key)) throw unauthentic();
  return { id, title, name, agreementKey, kemKey, hash: hash(encoded) };
}

const boxPurpose = (agreed: Uint8Array, shared: Uint8Array, context: Uint8Array) => {
  const ikm = concat(new Uint8Array(32).fill(0xff), agreed, shared);
  const [key = EMPTY] = kdfEach({ ikm, salt: EMPTY }, [{ label: 'hand-in', context, length: 32 }]);
  wipe(ikm, agreed, shared);
  return { key, label: 'hand-in-box', associated: context };
};

/** Seals a handed-in file's manifest to the request. @throws E_AUTH for keys that are none */
export async function sealHandIn(
  crypto: Crypto,
  target: FileRequestTarget,
  manifest: FileManifest,
): Promise<Uint8Array> {
  const { provider, random } = crypto;
  const secret = random(32);
  const ephemeral = await provider.x25519PublicKey(secret);
  const { ciphertext, sharedSecret } = await provider.mlKemEncapsulate(
    ACTIVE_SUITE,
    target.kemKey,
    random(32),
  );
  const context = handInContext.encode({
    id: target.id,
    file: manifest.id,
    offer: target.hash,
    ephemeral,
    ciphertext,
  });
  const purpose = boxPurpose(await provider.x25519(secret, target.agreementKey), sharedSecret, context);
  const plaintext = pad(manifestRecord.encode(checkManifest(manifest)));
  const box = await sealCommitting(crypto, purpose, plaintext);
  wipe(secret, purpose.key, plaintext);
  return handInRecord.encode({ ephemeral, ciphertext, box });
}

/**
 * Opens what was handed in, on one of the member's devices.
 * @param words those of the offer, which the box belongs to
 * @param entry the file's id as the server gives it, 16 B, and the sealed manifest
 * @throws E_FORMAT, and E_AUTH for another request, file, offer or key
 */
export async function openHandIn(
  crypto: Pick<Crypto, 'provider'>,
  secret: FileRequestSecret,
  words: FileRequestWords,
  entry: { readonly file: Uint8Array; readonly sealed: Uint8Array },
): Promise<FileManifest> {
  const { provider } = crypto;
  const { ephemeral, ciphertext, box } = handInRecord.decode(entry.sealed);
  const { encoded } = await offerOf(crypto, secret, words);
  const { agreement, kem } = secretsOf(secret);
  const context = handInContext.encode({
    id: secret.id,
    file: entry.file,
    offer: hash(encoded),
    ephemeral,
    ciphertext,
  });
  const purpose = boxPurpose(
    await provider.x25519(agreement, ephemeral),
    await provider.mlKemDecapsulate(ACTIVE_SUITE, kem, ciphertext),
    context,
  );
  wipe(agreement, kem);
  try {
    return manifestOfFile(entry.file, await openCommitting(crypto, purpose, box));
  } finally {
    wipe(purpose.key);
  }
}
