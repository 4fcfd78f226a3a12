/**
 * Safety numbers (PROTOCOL 8): libsignal's displayable fingerprint over our identities, so that two people compare 60
 * digits once, and both see the same ones.
 */
import { sha512 } from '@noble/hashes/sha2.js';
import { concat } from './codec.ts';
import { fingerprint } from './identity.ts';

const ITERATIONS = 5200;
/** The fingerprint's own version, as libsignal writes it. */
const VERSION = Uint8Array.of(0, 0);
/** Stands before the key as libsignal's 0x05 stands before a Curve25519 key: H of a hybrid key. */
const HYBRID_KEY = 0x02;
const GROUPS = 6;

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
  let digest = sha512(concat(VERSION, key, id, key));
  for (let i = 1; i < ITERATIONS; i++) digest = sha512.create().update(digest).update(key).digest();
  return Array.from({ length: GROUPS }, (_, group) =>
    String(
      digest.subarray(group * 5, group * 5 + 5).reduce((sum, byte) => sum * 256 + byte, 0) % 100_000,
    ).padStart(5, '0'),
  ).join('');
}

/** 60 digits for two halves, the same in either order. */
export const joinHalves = (one: string, other: string): string => (one < other ? one + other : other + one);

/** The safety number of two accounts, 60 digits; the same on both sides. */
export async function safetyNumber(mine: Identity, theirs: Identity): Promise<string> {
  const half = ({ account, aik }: Identity) =>
    halfNumber(concat(Uint8Array.of(HYBRID_KEY), fingerprint(aik)), account);
  return joinHalves(half(mine), half(theirs));
}
