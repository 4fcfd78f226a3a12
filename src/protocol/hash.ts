/** Hashing and key derivation (protocol/README 1). Always noble: synchronous, and the same everywhere. */
import { hmac } from '@noble/hashes/hmac.js';
import { sha256 as nobleSha256 } from '@noble/hashes/sha2.js';
import { sha3_256, sha3_512 } from '@noble/hashes/sha3.js';
import { concat, lp, u16be, utf8 } from './codec.ts';
import { malformed } from './errors.ts';
import { ACTIVE_SUITE, type HashName, suiteOf } from './suite.ts';

const HASHES = { 'SHA-256': nobleSha256, 'SHA3-256': sha3_256, 'SHA3-512': sha3_512 } as const;

/** H over the concatenation: SHA3-256, 32 B (FIPS 202). */
export const hash = (...parts: readonly Uint8Array[]): Uint8Array => sha3_256(concat(...parts));
/** SHA-256 over the concatenation, 32 B (FIPS 180-4). */
export const sha256 = (...parts: readonly Uint8Array[]): Uint8Array => nobleSha256(concat(...parts));
/** H of a suite: 32 B for all of them. */
export const suiteHash = (suite: number, ...parts: readonly Uint8Array[]): Uint8Array =>
  HASHES[suiteOf(suite).hash](concat(...parts));

/** HMAC keyed with HashLen zeros, the salt of most derivations: computed once. */
const UNSALTED = new Map<HashName, ReturnType<typeof hmac.create>>();

function unsalted(name: HashName) {
  const known = UNSALTED.get(name) ?? hmac.create(HASHES[name], new Uint8Array(HASHES[name].outputLen));
  UNSALTED.set(name, known);
  return known.clone();
}

const salted = (name: HashName, salt: Uint8Array) =>
  salt.length === 0 ? unsalted(name) : hmac.create(HASHES[name], salt);

/** HKDF-Extract (RFC 5869, 2.2), which is HMAC with the salt as its key: HashLen bytes. */
export const hkdfExtract = (name: HashName, salt: Uint8Array, ikm: Uint8Array): Uint8Array =>
  salted(name, salt).update(ikm).digest();

interface Expansion {
  readonly info: Uint8Array;
  readonly length: number;
}

/** HKDF (RFC 5869) with several expansions of one extract. @throws E_FORMAT above 255 * HashLen bytes */
function hkdfEach(
  name: HashName,
  ikm: Uint8Array,
  salt: Uint8Array,
  expansions: readonly Expansion[],
): readonly Uint8Array[] {
  const { outputLen } = HASHES[name];
  if (
    expansions.some(({ length }) => !Number.isSafeInteger(length) || length < 0 || length > 255 * outputLen)
  )
    throw malformed('more bytes than HKDF gives');
  // Its state is overwritten for every block: making one costs as much as hashing one.
  const worker = salted(name, salt);
  const key = worker.update(ikm).digest();
  const keyed = hmac.create(HASHES[name], key);
  const outputs = expansions.map(({ info, length }) => {
    const output = new Uint8Array(length);
    let block = new Uint8Array();
    for (let at = 0; at < length; at += outputLen) {
      const mac = keyed._cloneInto(worker).update(block).update(info);
      wipe(block);
      block = mac.update(Uint8Array.of(at / outputLen + 1)).digest();
      output.set(block.subarray(0, length - at), at);
    }
    wipe(block);
    return output;
  });
  keyed.destroy();
  worker.destroy();
  wipe(key);
  return outputs;
}

/**
 * HKDF (RFC 5869) with any of our hashes. An empty salt is HashLen zeros, as the RFC says.
 * @throws E_FORMAT above 255 * HashLen bytes
 */
export function hkdfBytes(
  name: HashName,
  ikm: Uint8Array,
  salt: Uint8Array,
  info: Uint8Array,
  length: number,
): Uint8Array {
  const [output = new Uint8Array()] = hkdfEach(name, ikm, salt, [{ info, length }]);
  return output;
}

/** What a derivation starts from. */
interface KdfSource {
  /** The active one when left out. */
  readonly suite?: number;
  readonly ikm: Uint8Array;
  /** Empty for none. */
  readonly salt: Uint8Array;
}
/** What it is for. */
interface KdfPurpose {
  readonly label: string;
  readonly context: Uint8Array;
  /** Bytes wanted. */
  readonly length: number;
}
export type KdfInput = KdfSource & KdfPurpose;

/** KDF = HKDF(ikm, salt, info = lp("sotto/2/" + label) || u16be(suite) || lp(context), length). */
export function kdf(input: KdfInput): Uint8Array {
  const [output = new Uint8Array()] = kdfEach(input, [input]);
  return output;
}

/** KDF of one secret for several purposes: the same bytes as one after another, in two thirds of the time. */
export function kdfEach(
  { suite = ACTIVE_SUITE, ikm, salt }: KdfSource,
  purposes: readonly KdfPurpose[],
): readonly Uint8Array[] {
  const expansions = purposes.map(({ label, context, length }) => ({
    info: concat(lp(utf8(`sotto/2/${label}`)), u16be(suite), lp(context)),
    length,
  }));
  return hkdfEach(suiteOf(suite).kdfHash, ikm, salt, expansions);
}

/** Whether two byte strings are equal, in time that depends on their lengths only. */
export function equalBytes(a: Uint8Array, b: Uint8Array): boolean {
  if (a.length !== b.length) return false;
  let difference = 0;
  for (let i = 0; i < a.length; i++) difference |= (a[i] ?? 0) ^ (b[i] ?? 0);
  return difference === 0;
}

/** Bytewise order: below 0, 0, above 0. */
export function compareBytes(a: Uint8Array, b: Uint8Array): number {
  const shared = Math.min(a.length, b.length);
  for (let i = 0; i < shared; i++) {
    const difference = (a[i] ?? 0) - (b[i] ?? 0);
    if (difference !== 0) return difference;
  }
  return a.length - b.length;
}

/** Overwrites secrets with zeros, as far as the language lets us. */
export function wipe(...secrets: readonly Uint8Array[]): void {
  for (const secret of secrets) secret.fill(0);
}
