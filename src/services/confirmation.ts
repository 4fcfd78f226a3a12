/** Showing once more who one is, in a session that stands: what cannot be taken back wants it a moment ago. */
import type {
  AuthenticationResponseJSON,
  PublicKeyCredentialRequestOptionsJSON,
} from '@simplewebauthn/server';
import { verifyRecoverySecret, verifySecret } from '../auth/password.ts';
import type { Caller, OpenedSession, Session, Sessions } from '../auth/sessions.ts';
import type { Webauthn } from '../auth/webauthn.ts';
import { sentence } from '../contract/words.ts';
import type { Ports } from '../deps.ts';
import { advancePasskey, passkeyById, passkeysOf, passwordOf, recoveryCodeOf } from '../store/credentials.ts';
import type { Tx } from '../store/db.ts';
import type { Audit } from './audit.ts';
import type { Guesses } from './guesses.ts';
import { invalid, Refusal } from './refusal.ts';
import type { SecondFactor } from './second-factor.ts';

/**
 * Each gives the session under another secret; ValidationError beside the field for what is wrong. While a second factor is on, a password
 * and a recovery code confirm nothing: they show that the vault can be opened.
 */
export interface Confirmation {
  withPassword(session: Session, secret: Uint8Array, caller: Caller): Promise<OpenedSession>;
  withRecovery(session: Session, secret: Uint8Array, caller: Caller): Promise<OpenedSession>;
  /** A code of the authenticator app, or a backup code. */
  withCode(session: Session, code: string, caller: Caller): Promise<OpenedSession>;
  /** Options for the passkeys of this account. Conflict when it has none, or the address has no name. */
  passkeyOptions(session: Session): Promise<PublicKeyCredentialRequestOptionsJSON>;
  withPasskey(session: Session, response: AuthenticationResponseJSON): Promise<OpenedSession>;
}

const WRONG_PASSWORD = sentence('This is not your password. Try again.');
const WRONG_RECOVERY = sentence('This is not your recovery code. Check it and try again.');
const WRONG_PASSKEY = sentence('This passkey is not one of yours here. Use another one, or your password.');

const ceremonyOf = ({ id }: Session): string => `confirm ${id}`;

export function createConfirmation(
  { db, clock }: Pick<Ports, 'db' | 'clock'>,
  deps: {
    readonly sessions: Sessions;
    readonly audit: Audit;
    readonly webauthn: Webauthn;
    readonly secondFactor: SecondFactor;
    readonly guesses: Guesses;
  },
): Confirmation {
  const { sessions, audit, webauthn, secondFactor, guesses } = deps;

  const confirm = async (
    session: Session,
    way: 'password' | 'recovery' | 'code' | 'passkey',
    strong: boolean,
    first: (tx: Tx) => Promise<boolean> = async () => true,
  ): Promise<OpenedSession> => {
    const { account } = session;
    // Beside a second factor a password alone is not enough, as when signing in: it opens the vault, and nothing is fresh by it.
    const isEnough = strong || (await secondFactor.status(account)).since === null;
    const opened = await db.write(async (tx) => {
      if (!(await first(tx))) throw invalid({ passkey: [WRONG_PASSKEY] });
      const moved = await sessions.confirm(tx, session, strong, isEnough ? clock() : session.verifiedAt);
      const subject = moved.session.id;
      await audit.record(tx, { actor: account, action: 'session.verified', subject, detail: { way } });
      return moved;
    });
    sessions.moved(account, session.id);
    return opened;
  };
  /** Counted with the tries to sign in: whoever has taken over a session does not guess here for nothing. */
  const guess = async (session: Session, caller: Caller, isRight: () => boolean | Promise<boolean>) => {
    const tried = await guesses.begin(session.username, session.account, caller);
    if (!(await isRight())) return false;
    await tried.right();
    return true;
  };

  return {
    async withPassword(session, secret, caller) {
      const row = await passwordOf(db, session.username);
      const right = () => verifySecret(secret, row?.secret_hash ?? null);
      if (!(await guess(session, caller, right))) throw invalid({ password: [WRONG_PASSWORD] });
      return confirm(session, 'password', false);
    },

    async withRecovery(session, secret, caller) {
      const row = await recoveryCodeOf(db, session.username);
      const right = () => verifyRecoverySecret(secret, row?.secret_hash ?? null);
      if (!(await guess(session, caller, right))) throw invalid({ recovery: [WRONG_RECOVERY] });
      return confirm(session, 'recovery', false);
    },

    async withCode(session, code, caller) {
      await secondFactor.check(session.account, code, caller);
      return confirm(session, 'code', true);
    },

    async passkeyOptions(session) {
      const known = webauthn.available ? await passkeysOf(db, session.account) : [];
      if (known.length === 0)
        throw new Refusal('Conflict', 'You have no passkey that works at this address. Use your password.');
      return webauthn.signInOptions({
        ceremony: ceremonyOf(session),
        credentials: known.map(({ id }) => id),
      });
    },

    async withPasskey(session, response) {
      const row = await passkeyById(db, response.id);
      const own = row?.account === session.account ? row : null;
      const counter = await webauthn.verifySignIn(response, own, ceremonyOf(session));
      if (!own || counter === null) throw invalid({ passkey: [WRONG_PASSKEY] });
      return confirm(session, 'passkey', true, (tx) => advancePasskey(tx, own.id, counter, clock()));
    },
  };
}
