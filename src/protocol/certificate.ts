/**
 * Device certificates (protocol/README 3): the account says "this device is mine" and the device proves that it holds
 * the key [R25]. Wire: record || HSig "devcert" by the AIK (3,373 B) || HSig "pop" by the DIK over H(record) ||
 * account.
 */
import { concat } from './codec.ts';
import { malformed, ProtocolError, unauthentic } from './errors.ts';
import { equalBytes, hash } from './hash.ts';
import {
  SIGNATURE_BYTES,
  SIGNING_KEY_BYTES,
  type Signer,
  type SigningKeyPair,
  signHybrid,
  verifyHybrid,
} from './identity.ts';
import type { Crypto } from './ports.ts';
import { fixed, type RecordOf, record, u16List, u64 } from './record.ts';
import { SUITE_FLOOR } from './suite.ts';

/** A certificate is valid for so long, at most: 180 days in milliseconds. */
export const CERTIFICATE_LIFETIME_MS = 180 * 24 * 3_600_000;
/** Clocks may differ by so much (protocol/README 3): 24 hours in milliseconds. */
export const CLOCK_TOLERANCE_MS = 24 * 3_600_000;
const MAX_SUITES = 16;

export const certificateRecord = record(1, 'certificate', {
  /** 16 B. */
  account: fixed(16),
  /** 16 B, never reused. */
  device: fixed(16),
  /** DIK, 1,984 B. */
  signingKey: fixed(SIGNING_KEY_BYTES),
  /** DHK, X25519, 32 B. */
  agreementKey: fixed(32),
  /** Ascending. */
  suites: u16List(MAX_SUITES),
  /** Epoch ms. */
  created: u64,
  /** Epoch ms, at most 180 days after `created`. */
  expires: u64,
});
export type Certificate = RecordOf<typeof certificateRecord>;

export interface HashedCertificate {
  readonly certificate: Certificate;
  /** H of the record without signatures, 32 B. */
  readonly hash: Uint8Array;
}

/** What holds for every certificate, whoever signed it. */
function checkShape(certificate: Certificate): void {
  const { suites, created, expires } = certificate;
  if (suites.length === 0 || suites.some((id, i) => id <= (suites[i - 1] ?? 0)))
    throw malformed('a certificate whose suites do not ascend');
  if (expires <= created || expires - created > CERTIFICATE_LIFETIME_MS)
    throw malformed('a certificate for no time, or for more than 180 days');
}

/**
 * The account's half: record || HSig "devcert". The device adds its own with `proveDevice`.
 * @throws E_FORMAT for a lifetime above 180 days, or unsorted suites
 */
export async function certifyDevice(
  crypto: Crypto,
  aik: SigningKeyPair,
  certificate: Certificate,
): Promise<Uint8Array> {
  checkShape(certificate);
  const encoded = certificateRecord.encode(certificate);
  return concat(encoded, await signHybrid(crypto, aik, 'devcert', encoded));
}

/**
 * Adds the device's half to what `certifyDevice` gave, which makes the whole certificate.
 * @param dik pair of the certificate's `signingKey`
 * @throws E_FORMAT for another device's pair
 */
export async function proveDevice(crypto: Crypto, dik: Signer, certified: Uint8Array): Promise<Uint8Array> {
  const { certificate, hash } = decodeCertified(certified);
  if (!equalBytes(dik.publicKey, certificate.signingKey)) throw malformed('the pair of another device');
  const proof = await signHybrid(crypto, dik, 'pop', concat(hash, certificate.account));
  return concat(certified, proof);
}

/** Reads what `certifyDevice` gave and verifies nothing but its form. @throws E_FORMAT */
export function decodeCertified(certified: Uint8Array): HashedCertificate {
  const encoded = certified.subarray(0, Math.max(0, certified.length - SIGNATURE_BYTES));
  const certificate = certificateRecord.decode(encoded);
  checkShape(certificate);
  return { certificate, hash: hash(encoded) };
}

/**
 * Signs a certificate with both keys.
 * @param dik pair of `certificate.signingKey`
 * @throws E_FORMAT for a lifetime above 180 days, unsorted suites, or another device's pair
 */
export async function issueCertificate(
  crypto: Crypto,
  aik: SigningKeyPair,
  dik: Signer,
  certificate: Certificate,
): Promise<Uint8Array> {
  return proveDevice(crypto, dik, await certifyDevice(crypto, aik, certificate));
}

function split(signed: Uint8Array): readonly [encoded: Uint8Array, account: Uint8Array, device: Uint8Array] {
  const end = signed.length - 2 * SIGNATURE_BYTES;
  if (end <= 0) throw malformed('a certificate without its signatures');
  return [
    signed.subarray(0, end),
    signed.subarray(end, end + SIGNATURE_BYTES),
    signed.subarray(end + SIGNATURE_BYTES),
  ];
}

/** Reads a certificate and verifies nothing but its form. @throws E_FORMAT */
export function decodeCertificate(signed: Uint8Array): HashedCertificate {
  const [encoded] = split(signed);
  const certificate = certificateRecord.decode(encoded);
  checkShape(certificate);
  return { certificate, hash: hash(encoded) };
}

/**
 * Verifies a certificate: form, account, time, suites, then both signatures [R41].
 * @param expected.aik pinned account key, 1,984 B; `account` 16 B; `now` epoch ms; `verified` grows by what has verified, whose
 *   signatures are not looked at twice: for who reads many records of few signers
 * @throws E_FORMAT, E_AUTH (other account, or a signature that does not verify), E_STALE (expired, or from a future more
 *   than 24 h away), E_SUITE (nothing at or above the floor)
 */
export async function verifyCertificate(
  crypto: Pick<Crypto, 'provider'>,
  signed: Uint8Array,
  expected: {
    readonly aik: Uint8Array;
    readonly account: Uint8Array;
    readonly now: number;
    readonly verified?: Set<string> | undefined;
  },
): Promise<HashedCertificate> {
  const decoded = decodeCertificate(signed);
  const { certificate } = decoded;
  if (!equalBytes(certificate.account, expected.account)) throw unauthentic();
  if (certificate.expires <= expected.now) throw new ProtocolError('E_STALE', 'the certificate has expired');
  if (certificate.created > expected.now + CLOCK_TOLERANCE_MS)
    throw new ProtocolError('E_STALE', 'the certificate is from the future');
  if (!certificate.suites.some((id) => id >= SUITE_FLOOR))
    throw new ProtocolError('E_SUITE', 'the device has no suite at or above the floor');
  const seen = hash(concat(expected.aik, signed)).toHex();
  if (expected.verified?.has(seen) === true) return decoded;
  const [encoded, byAccount, byDevice] = split(signed);
  if (!(await verifyHybrid(crypto, expected.aik, 'devcert', encoded, byAccount))) throw unauthentic();
  const proof = concat(decoded.hash, certificate.account);
  if (!(await verifyHybrid(crypto, certificate.signingKey, 'pop', proof, byDevice))) throw unauthentic();
  expected.verified?.add(seen);
  return decoded;
}
