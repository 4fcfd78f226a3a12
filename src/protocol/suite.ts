/**
 * The suites (protocol/README 2): one integer selects every algorithm. The strings of the API, of message details and
 * of exports are derived from it and compared; they never select anything.
 */
import { ProtocolError } from './errors.ts';

export type HashName = 'SHA-256' | 'SHA3-256' | 'SHA3-512';
export type KemName = 'ML-KEM-768' | 'ML-KEM-1024';
export type DsaName = 'ML-DSA-65' | 'ML-DSA-87';

export interface Suite {
  readonly id: number;
  /** `active` is used live, `export` only decodes exports, `reserved` is refused everywhere for now. */
  readonly status: 'active' | 'export' | 'reserved';
  readonly cryptoVersion: string;
  readonly encryptionAlgorithm: string;
  readonly kdfAlgorithm: string;
  readonly signatures: readonly string[];
  /** H: records, transcripts. Suite 3 hardens the KDF and keeps H. */
  readonly hash: HashName;
  readonly kdfHash: HashName;
  readonly kem: KemName | null;
  readonly dsa: DsaName | null;
}

export const SUITES: readonly Suite[] = [
  {
    id: 1,
    status: 'export',
    cryptoVersion: 'v1',
    encryptionAlgorithm: 'ECDH-AES256-GCM (X25519)',
    kdfAlgorithm: 'HKDF-SHA256',
    signatures: ['Ed25519'],
    hash: 'SHA-256',
    kdfHash: 'SHA-256',
    kem: null,
    dsa: null,
  },
  {
    id: 2,
    status: 'active',
    cryptoVersion: 'v2',
    encryptionAlgorithm: 'X25519-ML-KEM-768-AES256-GCM',
    kdfAlgorithm: 'HKDF-SHA3-256',
    signatures: ['Ed25519', 'ML-DSA-65'],
    hash: 'SHA3-256',
    kdfHash: 'SHA3-256',
    kem: 'ML-KEM-768',
    dsa: 'ML-DSA-65',
  },
  {
    id: 3,
    status: 'reserved',
    cryptoVersion: 'v3',
    encryptionAlgorithm: 'X25519-ML-KEM-1024-AES256-GCM',
    kdfAlgorithm: 'HKDF-SHA3-512',
    signatures: ['Ed25519', 'ML-DSA-87'],
    hash: 'SHA3-256',
    kdfHash: 'SHA3-512',
    kem: 'ML-KEM-1024',
    dsa: 'ML-DSA-87',
  },
];

/** What is sent today. */
export const ACTIVE_SUITE = 2;
/** Nothing below is ever sent or received live. */
export const SUITE_FLOOR = 2;

/** The row of a suite. @throws E_SUITE for an unknown one */
export function suiteOf(id: number): Suite {
  const suite = SUITES.find((row) => row.id === id);
  if (!suite) throw new ProtocolError('E_SUITE', `suite ${id} is unknown to this release`);
  return suite;
}

/** Whether a suite may carry live messages. */
export const isLive = (id: number): boolean =>
  id >= SUITE_FLOOR && SUITES.some((row) => row.id === id && row.status === 'active');

/** The row of a suite that may carry live messages. @throws E_SUITE for one that is unknown, reserved or below the floor */
export function liveSuite(id: number): Suite {
  const suite = suiteOf(id);
  if (!isLive(id)) throw new ProtocolError('E_SUITE', `suite ${id} is not used for live messages`);
  return suite;
}

/**
 * The row of a suite that an archive may hold: those that live messages have, and older ones, which are read and never
 * spoken. @throws E_SUITE for one that is unknown or reserved
 */
export function archivedSuite(id: number): Suite {
  const suite = suiteOf(id);
  if (suite.status === 'reserved') throw new ProtocolError('E_SUITE', `suite ${id} is reserved`);
  return suite;
}

/**
 * The highest suite that both sides have. @param pinned the highest one ever seen from this peer, 0 for none
 * @throws E_SUITE when there is none, or when it is below what the peer once had [R36]
 */
export function negotiate(mine: readonly number[], theirs: readonly number[], pinned: number): number {
  const common = mine.filter((id) => theirs.includes(id) && isLive(id));
  const best = common.reduce((high, id) => Math.max(high, id), 0);
  if (best === 0) throw new ProtocolError('E_SUITE', 'no common suite at or above the floor');
  const highest = theirs.reduce((high, id) => Math.max(high, id), 0);
  if (highest < pinned)
    throw new ProtocolError('E_SUITE', `the peer had suite ${pinned} before and names lower ones now`);
  return best;
}

/** The strings of a suite, as the API, message details and exports show them. */
export function describeSuite(id: number): {
  readonly crypto_version: string;
  readonly encryption_algorithm: string;
  readonly kdf_algorithm: string;
  readonly signatures: readonly string[];
} {
  const { cryptoVersion, encryptionAlgorithm, kdfAlgorithm, signatures } = suiteOf(id);
  return {
    crypto_version: cryptoVersion,
    encryption_algorithm: encryptionAlgorithm,
    kdf_algorithm: kdfAlgorithm,
    signatures,
  };
}
