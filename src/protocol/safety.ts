/**
 * Safety numbers (protocol/README 11): libsignal's displayable fingerprint over our identities, so that two people
 * compare 60 digits once, and both see the same ones.
 */
import { sha512 } from '@noble/hashes/sha2.js';
import { concat } from './codec.ts';
import { malformed } from './errors.ts';
import { fingerprint } from './identity.ts';
import { fixed, type RecordOf, record, u64 } from './record.ts';

const ITERATIONS = 5200;
/** The fingerprint's own version, as libsignal writes it. */
const VERSION = Uint8Array.of(0, 0);
/** Stands before the key as libsignal's 0x05 stands before a Curve25519 key: H of a hybrid key. */
const HYBRID_KEY = 0x02;
const GROUPS = 6;
const FINGERPRINT_BYTES = 32;

/** What one side of the comparison is. */
export interface Identity {
  /** Account id, 16 B. */
  readonly account: Uint8Array;
  /** Account key, 1,984 B. */
  readonly aik: Uint8Array;
}

/**
 * One side's 30 digits: SHA-512 over version || key || id || key, then 5,199 times over result || key; six groups of
 * five bytes, each modulo 100,000.
 * @param key as it is typed: 0x02 || 32 B for ours
 * @param id stable identifier of the owner
 */
export function halfNumber(key: Uint8Array, id: Uint8Array): string {
  return digitsOf(iterated(key, id));
}

function iterated(key: Uint8Array, id: Uint8Array): Uint8Array {
  let digest = sha512(concat(VERSION, key, id, key));
  for (let i = 1; i < ITERATIONS; i++) digest = sha512.create().update(digest).update(key).digest();
  return digest;
}

const digitsOf = (digest: Uint8Array): string =>
  Array.from({ length: GROUPS }, (_, group) =>
    String(
      digest.subarray(group * 5, group * 5 + 5).reduce((sum, byte) => sum * 256 + byte, 0) % 100_000,
    ).padStart(5, '0'),
  ).join('');

/** 60 digits for two halves, the same in either order. */
export const joinHalves = (one: string, other: string): string => (one < other ? one + other : other + one);

/** What two people compare: digits for the eye, and the same for a camera. */
export interface Safety {
  /** 60 digits, the same on both sides. */
  readonly digits: string;
  /** The first 32 B of what each side's digits are made of. */
  readonly mine: Uint8Array;
  readonly theirs: Uint8Array;
}

/** The safety number of two accounts. */
export async function safetyNumber(mine: Identity, theirs: Identity): Promise<Safety> {
  const [one, other] = [mine, theirs].map(({ account, aik }) =>
    iterated(concat(Uint8Array.of(HYBRID_KEY), fingerprint(aik)), account),
  );
  if (one === undefined || other === undefined) throw malformed('a comparison has two sides');
  return {
    digits: joinHalves(digitsOf(one), digitsOf(other)),
    mine: one.slice(0, FINGERPRINT_BYTES),
    theirs: other.slice(0, FINGERPRINT_BYTES),
  };
}

/** What the QR code of a comparison holds: both identities, and which transparency log its owner sees. */
const verificationRecord = record(23, 'verification', {
  /** 32 B: of the one who shows it, and of the one who scans it. */
  shower: fixed(FINGERPRINT_BYTES),
  scanner: fixed(FINGERPRINT_BYTES),
  ktSize: u64,
  /** 32 B. */
  ktRoot: fixed(32),
});
export type Verification = RecordOf<typeof verificationRecord>;

const PREFIX = 'SOTTO-VERIFY:';

/** The text of a QR code. It is no address: nothing opens by scanning it with another program. */
export const writeVerification = (verification: Verification): string =>
  PREFIX + verificationRecord.encode(verification).toBase64({ alphabet: 'base64url', omitPadding: true });

/** Reads the text of a QR code. @throws E_FORMAT for any other text */
export function readVerification(text: string): Verification {
  if (!text.startsWith(PREFIX)) throw malformed('no verification code');
  let encoded: Uint8Array;
  try {
    encoded = Uint8Array.fromBase64(text.slice(PREFIX.length), { alphabet: 'base64url' });
  } catch {
    throw malformed('no verification code');
  }
  return verificationRecord.decode(encoded);
}
