/**
 * Hybrid signatures (PROTOCOL 1): Ed25519 and ML-DSA-65 over the same M, in this order, both of which must verify.
 *
 *   M = lp("sotto/2/sig/" + label) || H(edPk || mlPk) || H(message)
 */
import { concat, lp, utf8 } from './codec.ts';
import { malformed } from './errors.ts';
import { hash } from './hash.ts';
import type { Crypto } from './ports.ts';
import { ACTIVE_SUITE } from './suite.ts';

/** Ed25519 32 B || ML-DSA-65 1,952 B. */
export const SIGNING_KEY_BYTES = 1984;
/** Ed25519 seed 32 B || ML-DSA seed 32 B. */
export const SIGNING_SECRET_BYTES = 64;
/** Ed25519 64 B || ML-DSA-65 3,309 B. */
export const SIGNATURE_BYTES = 3373;

export interface SigningKeyPair {
  /** SIGNING_KEY_BYTES. */
  readonly publicKey: Uint8Array;
  /** SIGNING_SECRET_BYTES. */
  readonly secret: Uint8Array;
}

/** What a record is signed as; each label has one decoder. */
export type SignatureLabel =
  | 'devcert'
  | 'pop'
  | 'devlist'
  | 'spk'
  | 'otp'
  | 'msg'
  | 'resume'
  | 'roster'
  | 'kt-leaf'
  | 'kt-head'
  | 'backup';

/** A new pair from 64 random bytes. */
export async function createSigningKeyPair(crypto: Crypto): Promise<SigningKeyPair> {
  return signingKeyPairFromSecret(crypto, crypto.random(SIGNING_SECRET_BYTES));
}

/** The pair of a stored secret. @throws E_FORMAT for any other length */
export async function signingKeyPairFromSecret(crypto: Crypto, secret: Uint8Array): Promise<SigningKeyPair> {
  if (secret.length !== SIGNING_SECRET_BYTES) throw malformed('a signing secret has 64 bytes');
  const [ed, ml] = await Promise.all([
    crypto.provider.ed25519PublicKey(secret.subarray(0, 32)),
    crypto.provider.mlDsaPublicKey(ACTIVE_SUITE, secret.subarray(32)),
  ]);
  return { publicKey: concat(ed, ml), secret };
}

/** H(edPk || mlPk), 32 B: the short name of an identity. */
export const fingerprint = (publicKey: Uint8Array): Uint8Array => hash(publicKey);

/** The bytes that both algorithms sign. */
function signedBytes(publicKey: Uint8Array, label: SignatureLabel, message: Uint8Array): Uint8Array {
  return concat(lp(utf8(`sotto/2/sig/${label}`)), fingerprint(publicKey), hash(message));
}

/** HSig(label, message), SIGNATURE_BYTES. The ML-DSA half is hedged with randomness. */
export async function signHybrid(
  crypto: Crypto,
  pair: SigningKeyPair,
  label: SignatureLabel,
  message: Uint8Array,
): Promise<Uint8Array> {
  const signed = signedBytes(pair.publicKey, label, message);
  const [ed, ml] = await Promise.all([
    crypto.provider.ed25519Sign(pair.secret.subarray(0, 32), signed),
    crypto.provider.mlDsaSign(ACTIVE_SUITE, pair.secret.subarray(32), signed, utf8(label), crypto.random(32)),
  ]);
  return concat(ed, ml);
}

/** Whether both signatures are this key's over this message; false for every malformed input. */
export async function verifyHybrid(
  crypto: Pick<Crypto, 'provider'>,
  publicKey: Uint8Array,
  label: SignatureLabel,
  message: Uint8Array,
  signature: Uint8Array,
): Promise<boolean> {
  if (publicKey.length !== SIGNING_KEY_BYTES || signature.length !== SIGNATURE_BYTES) return false;
  const signed = signedBytes(publicKey, label, message);
  const { provider } = crypto;
  // The cheap one first: a forgery rarely reaches the other.
  if (!(await provider.ed25519Verify(publicKey.subarray(0, 32), signed, signature.subarray(0, 64))))
    return false;
  return provider.mlDsaVerify(
    ACTIVE_SUITE,
    publicKey.subarray(32),
    signed,
    utf8(label),
    signature.subarray(64),
  );
}
