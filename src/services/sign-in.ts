/** Signing in. Whatever is wrong (the name, the secret, the account), the answer is the same and takes as long. */

import type {
  AuthenticationResponseJSON,
  PublicKeyCredentialRequestOptionsJSON,
} from '@simplewebauthn/server';
import { madeUpParameters, verifyRecoverySecret, verifySecret } from '../auth/password.ts';
import type { Caller, OpenedSession, Sessions } from '../auth/sessions.ts';
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
import { Refusal } from './refusal.ts';

export interface SignIn {
  /** Parameters of this person's password; stable made-up ones when there is none. */
  passwordParameters(username: string): Promise<PasswordParameters>;
  withPassword(username: string, secret: Uint8Array, caller: Caller): Promise<OpenedSession>;
  withRecovery(username: string, secret: Uint8Array, caller: Caller): Promise<OpenedSession>;
  passkeyOptions(): Promise<PublicKeyCredentialRequestOptionsJSON>;
  withPasskey(response: AuthenticationResponseJSON, caller: Caller): Promise<OpenedSession>;
}

const WRONG_PASSWORD = sentence('That username and password do not go together. Check both and try again.');
const WRONG_CODE = sentence('That username and recovery code do not go together. Check both and try again.');
const WRONG_PASSKEY = sentence(
  'This passkey does not open an account here. Use another one, or your password.',
);

export function createSignIn(
  ports: Ports,
  { sessions, webauthn }: { readonly sessions: Sessions; readonly webauthn: Webauthn },
): SignIn {
  const { db, clock, random } = ports;

  /** Opens a session for an account that is not disabled; refuses with the same words as for a wrong secret. */
  const enter = async (
    account: AccountId | null,
    sentence: string,
    caller: Caller,
    first: (tx: Tx) => Promise<boolean> = async () => true,
  ): Promise<OpenedSession> => {
    const row = account && (await accountById(db, account));
    if (row?.disabled !== 0) throw new Refusal('NotSignedIn', sentence);
    return db.write(async (tx) => {
      if (!(await first(tx))) throw new Refusal('NotSignedIn', sentence);
      return sessions.open(tx, row.id, null, caller);
    });
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
      const right = await verifySecret(secret, row?.secret_hash ?? null);
      return enter(row && right ? row.account : null, WRONG_PASSWORD, caller);
    },

    async withRecovery(username, secret, caller) {
      const row = await recoveryCodeOf(db, username);
      const right = verifyRecoverySecret(secret, row?.secret_hash ?? null);
      return enter(row && right ? row.account : null, WRONG_CODE, caller);
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
      if (!row || counter === null) throw new Refusal('NotSignedIn', WRONG_PASSKEY);
      return enter(row.account, WRONG_PASSKEY, caller, (tx) => advancePasskey(tx, row.id, counter, clock()));
    },
  };
}
