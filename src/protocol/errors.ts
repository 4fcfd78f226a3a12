/** Everything that the protocol refuses, by code. A message says what was wrong, never key material or plaintext. */

/** Codes of protocol/README 13, and E_FORMAT for bytes that are no record at all. */
export type ErrorCode =
  | 'E_FORMAT' // not a well-formed record: wrong type, length, tag, or bytes left over
  | 'E_AUTH' // any decryption or verification that failed; one code, one shape
  | 'E_SUITE' // no common suite, or one below the floor or the pinned one
  | 'E_KT' // the transparency log shows two views
  | 'E_ROSTER' // membership or device lists that do not verify, fork or go back
  | 'E_REPLAY' // a message or first contact that was opened before
  | 'E_SKIP' // further ahead than skipped keys are kept for
  | 'E_CLONE' // the same ratchet step with other bytes: the peer's state was copied
  | 'E_EQUIV' // the same sequence number with another content
  | 'E_STALE' // expired, or unanswered for too long
  | 'E_LIMIT'; // above (or, for passwords, below) a named limit

/** What a refusal carries in every copy of this file. */
const MARK = Symbol.for('sotto.ProtocolError');

export class ProtocolError extends Error {
  override readonly name = 'ProtocolError';
  readonly [MARK] = true;

  /**
   * Also what another copy of this class has made: noble's primitives come to the browser in a bundle of their own, and a
   * refusal of theirs must not pass for a mistake of ours.
   */
  static override [Symbol.hasInstance](value: unknown): boolean {
    // biome-ignore lint/complexity/noThisInStatic: the classes that extend this one inherit the question
    if (this !== ProtocolError) return Function.prototype[Symbol.hasInstance].call(this, value);
    return value instanceof Error && MARK in value;
  }

  constructor(
    readonly code: ErrorCode,
    reason?: string,
  ) {
    super(reason === undefined ? code : `${code}: ${reason}`);
  }
}

/** Whether something that was caught is a refusal of the protocol, and not a mistake of ours. */
export const isProtocolError = (error: unknown): error is ProtocolError => error instanceof ProtocolError;

/** The one shape of every failed decryption and verification [R9]. */
export const unauthentic = (): ProtocolError => new ProtocolError('E_AUTH', 'cannot be authenticated');
/** Bytes that are no record. */
export const malformed = (what: string): ProtocolError => new ProtocolError('E_FORMAT', what);
