/**
 * A place that wants to become a device asks (protocol/README 10, "Approving a device"; R38): its public keys, under a
 * hash that a person carries to one of their devices by hand or by camera. The server hands the request on, and cannot
 * change a byte of it: the code is 100 bits of the hash, and only what has the code's hash is ever signed for.
 */
import { inGroups, readCrockford, toCrockford } from './crockford.ts';
import { malformed } from './errors.ts';
import { equalBytes, hash } from './hash.ts';
import { SIGNING_KEY_BYTES } from './identity.ts';
import { fixed, type RecordOf, record, text, u16List, u64 } from './record.ts';

const MAX_SUITES = 16;
/** FIPS 203: an encapsulation key of ML-KEM-768. */
const KEM_PUBLIC_BYTES = 1184;

export const linkRequestRecord = record(18, 'link request', {
  /** Id that the device will have, 16 B. */
  device: fixed(16),
  /** DIK, 1,984 B, and DHK, 32 B. */
  signingKey: fixed(SIGNING_KEY_BYTES),
  agreementKey: fixed(32),
  /** Ascending. */
  suites: u16List(MAX_SUITES),
  /** For the answer alone, used once: X25519 32 B and ML-KEM-768 1,184 B. */
  transferKey: fixed(32),
  transferKem: fixed(KEM_PUBLIC_BYTES),
  /** What the place says it is, such as "Firefox on Linux". */
  agent: text(64),
  /** Epoch ms, by the clock of the place. */
  created: u64,
});
export type LinkRequest = RecordOf<typeof linkRequestRecord>;

/** Bytes of a request, at most. */
export const MAX_LINK_REQUEST_BYTES = 3600;
/** Characters of a code: 100 bits. The first of them are the finder. */
const LINK_CODE_CHARACTERS = 20;
/** By so many characters the server finds a request; the others it need not be told. */
const LINK_FINDER_CHARACTERS = 5;
const LINK_TEXT = 'SOTTO-LINK:';

/** H of the encoded request, 32 B: its name everywhere. */
export const linkHash = (request: Uint8Array): Uint8Array => hash(request);

const codeOf = (hashed: Uint8Array): string =>
  toCrockford(hashed.subarray(0, 13)).slice(0, LINK_CODE_CHARACTERS);

/** The code of a hash as it is shown: four groups of five. */
export const linkCode = (hashed: Uint8Array): string => inGroups(codeOf(hashed), 5);
/** By what the server finds the request of this hash. */
export const linkFinder = (hashed: Uint8Array): string => codeOf(hashed).slice(0, LINK_FINDER_CHARACTERS);
/** What stands in the QR code: the whole hash. No address, so that no camera app opens it. */
export const linkText = (hashed: Uint8Array): string => LINK_TEXT + hashed.toHex().toUpperCase();

/** What a person brought from the new device. */
export interface LinkCode {
  readonly finder: string;
  /** Whether this request, and no other, is meant. */
  matches(request: Uint8Array): boolean;
}

/** Reads a code as it was typed, or the text of the QR code. @throws E_FORMAT for anything else */
export function readLinkCode(given: string): LinkCode {
  const trimmed = given.trim();
  if (trimmed.toUpperCase().startsWith(LINK_TEXT)) {
    const digits = trimmed.slice(LINK_TEXT.length);
    if (!/^[0-9A-Fa-f]{64}$/.test(digits)) throw malformed('a hash has 64 digits');
    const wanted = Uint8Array.fromHex(digits);
    return { finder: linkFinder(wanted), matches: (request) => equalBytes(linkHash(request), wanted) };
  }
  const code = readCrockford(trimmed);
  if (code.length !== LINK_CODE_CHARACTERS) throw malformed('a code has 20 characters');
  return {
    finder: code.slice(0, LINK_FINDER_CHARACTERS),
    matches: (request) => codeOf(linkHash(request)) === code,
  };
}
