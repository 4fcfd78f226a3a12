/** Why enrolling failed, in a sentence for the person and a code for the form. */

import type { SignedIn } from '../../contract/accounts.ts';
import { say, t } from '../../contract/words.ts';

export type EnrolErrorCode =
  | 'offline' // no answer from the server
  | 'wrong-password'
  | 'wrong-recovery-code'
  | 'wrong-passkey'
  | 'needs-vault-key' // signed in, but only a passphrase or a recovery code opens the vault
  | 'needs-code' // a second factor, and nobody to ask for it
  | 'needs-password' // a passkey without PRF cannot be the only way into a vault
  | 'weak-password'
  | 'weak-parameters' // the server asks for less Argon2id than the floor [R16]
  | 'identity-mismatch' // the server's directory and the vault disagree
  | 'damaged-vault'
  | 'device-limit'
  | 'not-this-account' // the storage belongs to somebody else
  | 'link-used' // an invite or a set-up link that is used up or expired
  | 'invalid' // see `fields`
  | 'conflict'
  | 'rate-limited' // see `retryAfter`
  | 'refused'; // anything else the server says no to, in its own words

export class EnrolError extends Error {
  override readonly name = 'EnrolError';
  /** Field name to sentences, for forms. */
  readonly fields: Readonly<Record<string, readonly string[]>>;
  /** Seconds until another try makes sense, or null. */
  readonly retryAfter: number | null;

  /** @param message one sentence that a person understands and that says what to do next, plain or kept */
  constructor(
    readonly code: EnrolErrorCode,
    message: string,
    more: {
      readonly fields?: Readonly<Record<string, readonly string[]>>;
      readonly retryAfter?: number;
      readonly cause?: unknown;
    } = {},
  ) {
    super(say(message), more.cause === undefined ? {} : { cause: more.cause });
    this.fields = more.fields ?? {};
    this.retryAfter = more.retryAfter ?? null;
  }
}

/** A passkey signed in, but without PRF only a passphrase or the recovery code opens the vault. */
export class NeedsVaultKey extends EnrolError {
  constructor(readonly signedIn: SignedIn) {
    super(
      'needs-vault-key',
      t(
        'You are signed in. This passkey cannot unlock your messages: enter your passphrase or your recovery code.',
      ),
    );
  }
}
