/**
 * What a file says of a message's encryption and signatures. Words are compared with the suite; they never select it
 * (protocol/README 2, R36).
 */
import { conversationId } from '../../contract/bytes.ts';
import type { ConversationId } from '../../contract/ids.ts';
import { concat } from '../../protocol/codec.ts';
import { isProtocolError } from '../../protocol/errors.ts';
import { splitSignature } from '../../protocol/identity.ts';
import { type BodyHeader, openArchived } from '../../protocol/message.ts';
import { SUITES, type Suite } from '../../protocol/suite.ts';
import type { Original } from '../originals.ts';
import { UNKNOWN_SUITE } from './export-records.ts';
import { isExtra } from './extras.ts';
import type { Fields } from './import-fields.ts';

export interface FiledOriginal {
  /** Of the original; without one, the suite of these names, for a person to see; UNKNOWN_SUITE for none. */
  readonly suite: number;
  /** The names are this release's own: an export makes them again. */
  readonly isNamed: boolean;
  /** Null where there is none, or one that contradicts the names. */
  readonly original: Original | null;
  /** That the original was said in. */
  readonly conversation: ConversationId | null;
  /** Of suite 1 alone, 32 B. */
  readonly signingKey: Uint8Array | null;
}

const MOST_WORDS = 256;
/** Signatures of one message, at most. */
const MOST_SIGNATURES = 8;

interface Names {
  readonly version: string;
  readonly encryption: string;
  readonly kdf: string;
}

interface FiledSignature {
  readonly algorithm: string;
  readonly value: Uint8Array | null;
}

/** @throws ImportProblem */
export function readOriginalFields(fields: Fields): FiledOriginal {
  const names: Names = {
    version: fields.text('crypto_version', MOST_WORDS, ''),
    encryption: fields.text('encryption_algorithm', MOST_WORDS, ''),
    kdf: fields.text('kdf_algorithm', MOST_WORDS, ''),
  };
  const signatures = fields.list('signatures', MOST_SIGNATURES).map((each) => readSignature(fields, each));
  const parts = fields.nested('original');
  const key = fields.has('signing_key') ? fields.bytes('signing_key') : null;
  const named = SUITES.find((suite) => isCalled(suite, names)) ?? null;
  const suite = named?.id ?? UNKNOWN_SUITE;
  const bare = { suite, isNamed: named !== null, original: null, conversation: null, signingKey: null };
  if (parts === null) return bare;
  const header = fields.bytes('original', parts.get('header'));
  const content = fields.bytes('original', parts.get('content'));
  const isComplete =
    named !== null && named.signatures.join() === signatures.map(({ algorithm }) => algorithm).join();
  const values = signatures.flatMap(({ value }) => (value === null ? [] : [value]));
  if (!isComplete || values.length !== signatures.length) return bare;
  const original = { header, content, signature: concat(...values) };
  const said = headerOf(original);
  if (said === null || said.suite !== suite) return bare;
  return { ...bare, original, conversation: conversationId(said.conversation), signingKey: key };
}

function readSignature(fields: Fields, value: unknown): FiledSignature {
  if (typeof value === 'string') return { algorithm: value, value: null };
  if (!isExtra(value) || typeof value.algorithm !== 'string')
    return fields.fail('signatures', 'algorithm, value');
  return { algorithm: value.algorithm, value: fields.bytes('signatures', value.value) };
}

/** Suite 1 was called without its curve, too. */
const isCalled = (suite: Suite, { version, encryption, kdf }: Names): boolean =>
  suite.status !== 'reserved' &&
  version === suite.cryptoVersion &&
  kdf === suite.kdfAlgorithm &&
  (encryption === suite.encryptionAlgorithm || `${encryption} (X25519)` === suite.encryptionAlgorithm);

/** Null for what is no original of a message. */
function headerOf(original: Original): BodyHeader | null {
  try {
    const { header } = openArchived(original);
    splitSignature(original.signature, header.suite);
    return header;
  } catch (error) {
    if (isProtocolError(error)) return null;
    throw error;
  }
}
