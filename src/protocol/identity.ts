/**
 * Hybrid signatures (protocol/README 1, HSig): Ed25519 and ML-DSA over the same bytes, and both must verify. A suite
 * without ML-DSA (suite 1, exports) signs with Ed25519 alone by the same construction.
 */
import { concat, lp, utf8 } from './codec.ts';
import { malformed } from './errors.ts';
import { equalBytes, suiteHash } from './hash.ts';
import type { Crypto } from './ports.ts';
import type { SecretKey } from './provider.ts';
import { ACTIVE_SUITE, type DsaName, suiteOf } from './suite.ts';

/** What a signature may be for. The label stands in the signed bytes and in ML-DSA's context [R3, R42]. */
export type SignatureLabel =
  | 'devcert' // a device certificate, by the account
  | 'pop' // proof of possession, by the device
  | 'devlist' // a device list, by the account
  | 'spk' // a signed prekey, by the device
  | 'otp' // the root of a batch of one-time prekeys, by the device
  | 'msg' // a class 1 message, by the device
  | 'roster' // a roster event, by an admin's device
  | 'resume' // a server's challenge, by the device
  | 'kt-leaf' // a leaf of the transparency log, by the account
  | 'kt-head' // a head of the transparency log, by the log
  | 'backup'; // a history backup, by the device

const ED_PUBLIC = 32;
const ED_SIGNATURE = 64;
/** FIPS 204, table 2: bytes of the public key and of the signature. */
const DSA_SIZES: Readonly<Record<DsaName, { readonly publicKey: number; readonly signature: number }>> = {
  'ML-DSA-65': { publicKey: 1952, signature: 3309 },
  'ML-DSA-87': { publicKey: 2592, signature: 4627 },
};

/** Bytes of a suite's signing public key, secret and signature. @throws E_SUITE for an unknown suite */
export function signingSizes(suite: number): {
  readonly publicKey: number;
  readonly secret: number;
  readonly signature: number;
} {
  const { dsa } = suiteOf(suite);
  if (dsa === null) return { publicKey: ED_PUBLIC, secret: 32, signature: ED_SIGNATURE };
  const { publicKey, signature } = DSA_SIZES[dsa];
  return { publicKey: ED_PUBLIC + publicKey, secret: 64, signature: ED_SIGNATURE + signature };
}

/** 1,984: Ed25519 public key 32 || ML-DSA-65 public key 1,952. */
export const SIGNING_KEY_BYTES = signingSizes(ACTIVE_SUITE).publicKey;
/** 64: Ed25519 seed 32 || ML-DSA seed 32. */
export const SIGNING_SECRET_BYTES = signingSizes(ACTIVE_SUITE).secret;
/** 3,373: Ed25519 signature 64 || ML-DSA-65 signature 3,309. */
export const SIGNATURE_BYTES = signingSizes(ACTIVE_SUITE).signature;

/** The two secrets of a signing key. */
export interface SigningSecrets {
  /** Ed25519. */
  readonly classical: SecretKey;
  /** ML-DSA. */
  readonly lattice: SecretKey;
}
/** Whatever can sign: a pair in memory, or one whose secrets the provider has prepared or the platform keeps. */
export interface Signer {
  /** Ed25519 32 B || ML-DSA 1,952 B. */
  readonly publicKey: Uint8Array;
  readonly secret: Uint8Array | SigningSecrets;
}
export interface SigningKeyPair extends Signer {
  /** Ed25519 seed 32 B || ML-DSA seed 32 B. */
  readonly secret: Uint8Array;
}

/** A new pair from 64 bytes of the random source [R14]. */
export function createSigningKeyPair(crypto: Crypto, suite = ACTIVE_SUITE): Promise<SigningKeyPair> {
  return signingKeyPairFromSecret(crypto, crypto.random(signingSizes(suite).secret), suite);
}

/** The pair of a stored secret (64 B). @throws E_FORMAT for another length */
export async function signingKeyPairFromSecret(
  crypto: Crypto,
  secret: Uint8Array,
  suite = ACTIVE_SUITE,
): Promise<SigningKeyPair> {
  if (secret.length !== signingSizes(suite).secret) throw malformed('a signing secret of another length');
  const classical = await crypto.provider.ed25519PublicKey(secret.subarray(0, 32));
  if (suiteOf(suite).dsa === null) return { publicKey: classical, secret };
  const lattice = await crypto.provider.mlDsaPublicKey(suite, secret.subarray(32));
  return { publicKey: concat(classical, lattice), secret };
}

/** Keys whose fingerprints are remembered: every signature of a device asks for the same one. */
const MOST_REMEMBERED = 256;
const remembered = new Map<string, { readonly publicKey: Uint8Array; readonly fingerprint: Uint8Array }>();

/** The same signer for many signatures: its secrets are made ready once. */
export async function prepareSigner(
  { provider }: Pick<Crypto, 'provider'>,
  { publicKey, secret }: SigningKeyPair,
  suite = ACTIVE_SUITE,
): Promise<Signer> {
  const { prepare } = provider;
  const { dsa } = suiteOf(suite);
  if (!prepare || dsa === null) return { publicKey, secret };
  const classical = await prepare('Ed25519', secret.subarray(0, 32));
  return { publicKey, secret: { classical, lattice: await prepare(dsa, secret.subarray(32)) } };
}

/** H(edPk || mlPk), 32 B: the short name of a signing key. */
export function fingerprint(publicKey: Uint8Array, suite = ACTIVE_SUITE): Uint8Array {
  const place = `${suite} ${publicKey.subarray(0, ED_PUBLIC).toHex()}`;
  const known = remembered.get(place);
  if (known && equalBytes(known.publicKey, publicKey)) return known.fingerprint.slice();
  if (remembered.size >= MOST_REMEMBERED) remembered.clear();
  const made = suiteHash(suite, publicKey);
  remembered.set(place, { publicKey: publicKey.slice(), fingerprint: made });
  return made.slice();
}

/** M = lp("sotto/2/sig/" + label) || H(edPk || mlPk) || H(m). */
function signedBytes(
  suite: number,
  publicKey: Uint8Array,
  label: SignatureLabel,
  message: Uint8Array,
): Uint8Array {
  return concat(lp(utf8(`sotto/2/sig/${label}`)), fingerprint(publicKey, suite), suiteHash(suite, message));
}

/**
 * HSig(label, message): Ed25519(M) || ML-DSA(M, context = label), 3,373 B. ML-DSA is hedged with 32 bytes of the random
 * source, so two signatures over the same message differ.
 */
export async function signHybrid(
  crypto: Crypto,
  pair: Signer,
  label: SignatureLabel,
  message: Uint8Array,
  suite = ACTIVE_SUITE,
): Promise<Uint8Array> {
  const { provider, random } = crypto;
  const signed = signedBytes(suite, pair.publicKey, label, message);
  const secrets = partsOf(pair.secret);
  const classical = await provider.ed25519Sign(secrets.classical, signed);
  if (suiteOf(suite).dsa === null) return classical;
  const lattice = await provider.mlDsaSign(suite, secrets.lattice, signed, utf8(label), random(32));
  return concat(classical, lattice);
}

const partsOf = (secret: Signer['secret']): SigningSecrets =>
  secret instanceof Uint8Array ? { classical: secret.subarray(0, 32), lattice: secret.subarray(32) } : secret;

/**
 * Whether both signatures verify, in their order and with nothing missing or added [R36]. Lengths are checked before any
 * arithmetic [R41]; false for every malformed input.
 */
export async function verifyHybrid(
  crypto: Pick<Crypto, 'provider'>,
  publicKey: Uint8Array,
  label: SignatureLabel,
  message: Uint8Array,
  signature: Uint8Array,
  suite = ACTIVE_SUITE,
): Promise<boolean> {
  for (const check of signatureChecks(crypto, publicKey, label, message, signature, suite))
    if (!(await check())) return false;
  return true;
}

/**
 * Each signature for itself, in the order of the suite's list, for a person to see; whether a message counts is verifyHybrid's
 * answer alone. All false for every malformed input.
 */
export async function verifyEach(
  ...[crypto, publicKey, label, message, signature, suite = ACTIVE_SUITE]: Parameters<typeof verifyHybrid>
): Promise<readonly boolean[]> {
  const verdicts: boolean[] = [];
  for (const check of signatureChecks(crypto, publicKey, label, message, signature, suite))
    verdicts.push(await check());
  return verdicts;
}

/** The signatures of a suite in their order, each by its algorithm's name. @throws E_FORMAT for another length */
export function splitSignature(
  signature: Uint8Array,
  suite: number,
): readonly { readonly algorithm: string; readonly value: Uint8Array }[] {
  if (signature.length !== signingSizes(suite).signature) throw malformed('signatures of another length');
  return suiteOf(suite).signatures.map((algorithm, i) => ({
    algorithm,
    value: i === 0 ? signature.subarray(0, ED_SIGNATURE) : signature.subarray(ED_SIGNATURE),
  }));
}

function signatureChecks(
  { provider }: Pick<Crypto, 'provider'>,
  publicKey: Uint8Array,
  label: SignatureLabel,
  message: Uint8Array,
  signature: Uint8Array,
  suite: number,
): readonly (() => Promise<boolean>)[] {
  const sizes = signingSizes(suite);
  const { dsa, signatures } = suiteOf(suite);
  if (publicKey.length !== sizes.publicKey || signature.length !== sizes.signature)
    return signatures.map(() => async () => false);
  const signed = signedBytes(suite, publicKey, label, message);
  const classical = publicKey.subarray(0, ED_PUBLIC);
  const first = () => provider.ed25519Verify(classical, signed, signature.subarray(0, ED_SIGNATURE));
  if (dsa === null) return [first];
  const lattice = publicKey.subarray(ED_PUBLIC);
  return [
    first,
    () => provider.mlDsaVerify(suite, lattice, signed, utf8(label), signature.subarray(ED_SIGNATURE)),
  ];
}
