/** Signing in. Whatever is wrong (the name, the secret, the account), the answer is the same and takes as long. */

import type {
  AuthenticationResponseJSON,
  PublicKeyCredentialRequestOptionsJSON,
} from '@simplewebauthn/server';
import { madeUpParameters, verifyRecoverySecret, verifySecret } from '../auth/password.ts';
import type { Caller, Entry, OpenedSession, Sessions, Way } from '../auth/sessions.ts';
import { Tickets } from '../auth/tickets.ts';
import type { Webauthn } from '../auth/webauthn.ts';
import type { PasswordParameters } from '../contract/accounts.ts';
import { toBase64 } from '../contract/bytes.ts';
import type { AccountId } from '../contract/ids.ts';
import { sentence } from '../contract/words.ts';
import type { Ports } from '../deps.ts';
import { accountById } from '../store/accounts.ts';
import { advancePasskey, passkeyById, passwordOf, recoveryCodeOf } from '../store/credentials.ts';
import type { Tx } from '../store/db.ts';
import { settingOr } from '../store/settings.ts';
import type { Audit } from './audit.ts';
import type { Guesses } from './guesses.ts';
import { Refusal } from './refusal.ts';
import type { SecondFactor } from './second-factor.ts';

/** A session, or the ticket with which the second factor opens one. */
export type Opening = OpenedSession | { readonly ticket: string };

export interface SignIn {
  /** Parameters of this person's password; stable made-up ones when there is none. */
  passwordParameters(username: string): Promise<PasswordParameters>;
  withPassword(username: string, secret: Uint8Array, caller: Caller): Promise<Opening>;
  withRecovery(username: string, secret: Uint8Array, caller: Caller): Promise<Opening>;
  /** Goes on from a ticket. Gone when it is over, ValidationError for a wrong code. */
  withCode(ticket: string, code: string, caller: Caller): Promise<OpenedSession>;
  passkeyOptions(): Promise<PublicKeyCredentialRequestOptionsJSON>;
  withPasskey(response: AuthenticationResponseJSON, caller: Caller): Promise<OpenedSession>;
}

const WRONG_PASSWORD = sentence('That username and password do not go together. Check both and try again.');
const WRONG_CODE = sentence('That username and recovery code do not go together. Check both and try again.');
const WRONG_PASSKEY = sentence(
  'This passkey does not open an account here. Use another one, or your password.',
);
const TOO_LATE = sentence('That took too long, or too many codes were wrong. Sign in once more.');

export function createSignIn(
  ports: Ports,
  deps: {
    readonly sessions: Sessions;
    readonly webauthn: Webauthn;
    readonly secondFactor: SecondFactor;
    readonly guesses: Guesses;
    readonly audit: Audit;
  },
): SignIn {
  const { db, clock, random } = ports;
  const { sessions, webauthn, secondFactor, guesses, audit } = deps;
  const tickets = new Tickets(ports);

  /**
   * Says no in the words of the way. Who is not here is not noted: names are no business of the audit. Nobody waits for the note, which
   * would tell by its time who is here.
   */
  const refuse = (account: AccountId | null, way: Way, words: string, { address }: Caller) => {
    if (account !== null)
      void audit.refused({
        actor: null,
        action: 'session.refused',
        subject: account,
        detail: { way, address },
      });
    return new Refusal('NotSignedIn', words);
  };
  const isOpen = async (account: AccountId) => (await accountById(db, account))?.disabled === 0;

  /** Opens a session for an account that is not disabled; refuses with the same words as for a wrong secret. */
  const enter = async (
    account: AccountId,
    entry: Entry,
    words: string,
    caller: Caller,
    first: (tx: Tx) => Promise<boolean> = async () => true,
  ): Promise<OpenedSession> => {
    if (!(await isOpen(account))) throw refuse(account, entry.way, words, caller);
    const opened = await db.write(async (tx) =>
      (await first(tx)) ? sessions.open(tx, account, null, caller, entry) : null,
    );
    if (opened === null) throw refuse(account, entry.way, words, caller);
    return opened;
  };

  /** A secret, and a second factor where there is one. */
  const withSecret = async (
    way: 'password' | 'recovery',
    username: string,
    row: { readonly account: AccountId } | null,
    isRight: () => boolean | Promise<boolean>,
    caller: Caller,
  ): Promise<Opening> => {
    const words = way === 'password' ? WRONG_PASSWORD : WRONG_CODE;
    const account = row?.account ?? null;
    const guess = await guesses.begin(username, account, caller);
    const right = await isRight();
    if (account === null || !right || !(await isOpen(account))) throw refuse(account, way, words, caller);
    await guess.right();
    if ((await secondFactor.status(account)).since !== null)
      return { ticket: await tickets.issue({ account, way }) };
    return enter(account, { way, strong: false }, words, caller);
  };

  return {
    async passwordParameters(username) {
      const [row, secret] = await Promise.all([
        passwordOf(db, username),
        settingOr(db, 'server_secret', random(32)),
      ]);
      if (!row) return madeUpParameters(secret, username);
      return { salt: toBase64(row.salt), memory: row.memory, passes: row.passes, lanes: row.lanes };
    },

    async withPassword(username, secret, caller) {
      const row = await passwordOf(db, username);
      return withSecret(
        'password',
        username,
        row,
        () => verifySecret(secret, row?.secret_hash ?? null),
        caller,
      );
    },

    async withRecovery(username, secret, caller) {
      const row = await recoveryCodeOf(db, username);
      return withSecret(
        'recovery',
        username,
        row,
        () => verifyRecoverySecret(secret, row?.secret_hash ?? null),
        caller,
      );
    },

    async withCode(text, code, caller) {
      const ticket = await tickets.try(text);
      if (ticket === null) throw new Refusal('Gone', TOO_LATE);
      await secondFactor.check(ticket.account, code, caller);
      if (!(await tickets.use(text))) throw new Refusal('Gone', TOO_LATE);
      return enter(ticket.account, { way: ticket.way, strong: true }, WRONG_PASSWORD, caller);
    },

    async passkeyOptions() {
      if (!webauthn.available)
        throw new Refusal(
          'Conflict',
          'Browsers refuse passkeys at this address: it has no name, or no https. Use your password.',
        );
      return webauthn.signInOptions();
    },

    async withPasskey(response, caller) {
      const row = await passkeyById(db, response.id);
      const counter = await webauthn.verifySignIn(response, row);
      if (!row || counter === null) throw refuse(row?.account ?? null, 'passkey', WRONG_PASSKEY, caller);
      const advance = (tx: Tx) => advancePasskey(tx, row.id, counter, clock());
      return enter(row.account, { way: 'passkey', strong: true }, WRONG_PASSKEY, caller, advance);
    },
  };
}
