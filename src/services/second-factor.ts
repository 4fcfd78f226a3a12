/** The second factor beside a password: codes of an authenticator app, and backup codes for when that is gone. */
import type { Caller, OpenedSession, Session, Sessions } from '../auth/sessions.ts';
import {
  createBackupCodes,
  hashBackupCode,
  readTypedCode,
  stepOfCode,
  TOTP_SECRET_BYTES,
  totpUri,
} from '../auth/totp.ts';
import type { Webauthn } from '../auth/webauthn.ts';
import type { AuditAction } from '../contract/audit.ts';
import type { AccountId } from '../contract/ids.ts';
import { sentence } from '../contract/words.ts';
import type { Ports } from '../deps.ts';
import { passkeysOf } from '../store/credentials.ts';
import type { Tx } from '../store/db.ts';
import * as store from '../store/second-factors.ts';
import { readSetting } from '../store/settings.ts';
import type { Audit } from './audit.ts';
import type { Guesses } from './guesses.ts';
import type { Mail } from './mail.ts';
import { invalid, Refusal } from './refusal.ts';

export interface SecondFactorStatus {
  /** When it was turned on, epoch milliseconds; null while it is off. */
  readonly since: number | null;
  /** Backup codes that were not used yet. */
  readonly codes: number;
}

/** What goes into an authenticator app. */
export interface SecondFactorOffer {
  /** otpauth: address, for a QR code. */
  readonly uri: string;
  /** The secret in Base32, for typing. */
  readonly text: string;
}

export interface SecondFactor {
  /**
   * Before anything that changes how the person signs in. SecondFactorRequired for a session that should have shown a passkey or a
   * code and has not, though its person has one: whoever only knows a password must not set up one of their own.
   */
  checkShown(session: Session): Promise<void>;
  status(account: AccountId): Promise<SecondFactorStatus>;
  /** A new secret that waits for its first code. Conflict while the second factor is on. */
  begin(session: Session): Promise<SecondFactorOffer>;
  /** The secret that waits, for a page that is shown once more; null when none does. */
  offer(session: Session): Promise<SecondFactorOffer | null>;
  /** Turns it on by its first code: gives the backup codes, and the session under another secret. ValidationError for a wrong code. */
  confirm(
    session: Session,
    code: string,
  ): Promise<{ readonly codes: readonly string[]; readonly opened: OpenedSession }>;
  /** Turns it off. Conflict when it is off already. */
  disable(session: Session): Promise<void>;
  /** New backup codes in place of all that were there. Conflict while it is off. */
  codes(session: Session): Promise<readonly string[]>;
  /**
   * Checks a code and uses it up. ValidationError for a wrong one, RateLimitExceeded after many.
   * @param subject what the audit is told it was for: the account
   */
  check(account: AccountId, code: string, caller: Caller): Promise<void>;
  /** An admin, or the command line (null), takes somebody's second factor away. NotFound when there is none. */
  reset(by: Session | null, account: AccountId): Promise<void>;
}

const WRONG = sentence(
  'This code is not right. Codes change every 30 seconds and work once: wait for the next one.',
);

export function createSecondFactor(
  ports: Pick<Ports, 'db' | 'clock' | 'random'>,
  deps: {
    readonly sessions: Sessions;
    readonly audit: Audit;
    readonly mail: Mail;
    readonly guesses: Guesses;
    readonly webauthn: Pick<Webauthn, 'available'>;
  },
): SecondFactor {
  const { db, clock, random } = ports;
  const { sessions, audit, mail, guesses, webauthn } = deps;

  /** A row of the audit, and mail to the person. */
  const tell = async (tx: Tx, actor: string | null, account: AccountId, what: AuditAction) => {
    await audit.record(tx, { actor, action: what, subject: account });
    await mail.notify(tx, account, { kind: 'security', what, at: clock() });
  };
  const offerOf = async (session: Session, secret: Uint8Array) => {
    const name = await readSetting(db, 'workspace_name');
    return totpUri(secret, session.username, name ? new TextDecoder().decode(name) : 'Sotto');
  };
  const newCodes = async (tx: Tx, account: AccountId) => {
    const codes = createBackupCodes(random);
    await store.replaceBackupCodes(tx, account, codes.map(hashBackupCode));
    await audit.record(tx, { actor: account, action: 'backup-codes.made', subject: account });
    return codes;
  };

  return {
    async checkShown({ account, weak }) {
      if (!weak) return;
      const [row, passkeys] = await Promise.all([
        store.secondFactorOf(db, account),
        webauthn.available ? passkeysOf(db, account) : [],
      ]);
      if ((row !== null && row.confirmed_at > 0) || passkeys.length > 0)
        throw new Refusal(
          'SecondFactorRequired',
          'You have a passkey or a second factor: show it first, on the page for that in Settings, under Security.',
        );
    },

    async status(account) {
      const row = await store.secondFactorOf(db, account);
      if (row === null || row.confirmed_at === 0) return { since: null, codes: 0 };
      return { since: row.confirmed_at, codes: await store.countBackupCodes(db, account) };
    },

    async begin(session) {
      const secret = random(TOTP_SECRET_BYTES);
      if (!(await db.write((tx) => store.proposeSecondFactor(tx, session.account, secret))))
        throw new Refusal(
          'Conflict',
          'Your second factor is on already. Turn it off before you set up another.',
        );
      return offerOf(session, secret);
    },

    async offer(session) {
      const row = await store.secondFactorOf(db, session.account);
      return row === null || row.confirmed_at > 0 ? null : offerOf(session, row.secret);
    },

    async confirm(session, typed) {
      const { account } = session;
      const row = await store.secondFactorOf(db, account);
      if (row === null || row.confirmed_at > 0)
        throw new Refusal('Conflict', 'There is nothing to confirm. Begin again in Settings.');
      const code = readTypedCode(typed);
      const step = code?.kind === 'totp' ? await stepOfCode(row.secret, code.digits, clock()) : null;
      if (step === null) throw invalid({ code: [WRONG] });
      const confirmed = await db.write(async (tx) => {
        if (!(await store.confirmSecondFactor(tx, row, step, clock())))
          throw new Refusal('Conflict', 'There is nothing to confirm. Begin again in Settings.');
        await tell(tx, account, account, 'second-factor.on');
        return { codes: await newCodes(tx, account), opened: await sessions.confirm(tx, session, true) };
      });
      sessions.moved(account, session.id);
      return confirmed;
    },

    async disable({ account }) {
      await db.write(async (tx) => {
        if (!(await store.deleteSecondFactor(tx, account)))
          throw new Refusal('Conflict', 'Your second factor is off already.');
        await tell(tx, account, account, 'second-factor.off');
      });
    },

    async codes({ account }) {
      const row = await store.secondFactorOf(db, account);
      if (row === null || row.confirmed_at === 0)
        throw new Refusal('Conflict', 'Your second factor is off: backup codes go with it.');
      return db.write((tx) => newCodes(tx, account));
    },

    async check(account, typed, caller) {
      const row = await store.secondFactorOf(db, account);
      const code = readTypedCode(typed);
      const guess = await guesses.begin(`code ${account}`, account, caller);
      const isRight = await use();
      if (isRight) return guess.right();
      await audit.refused({
        actor: null,
        action: 'second-factor.refused',
        subject: account,
        detail: { address: caller.address },
      });
      throw invalid({ code: [WRONG] });

      async function use(): Promise<boolean> {
        if (row === null || row.confirmed_at === 0 || code === null) return false;
        if (code.kind === 'totp') {
          const step = await stepOfCode(row.secret, code.digits, clock());
          return step !== null && db.write((tx) => store.useStep(tx, account, step));
        }
        return db.write(async (tx) => {
          if (!(await store.useBackupCode(tx, account, code.hash))) return false;
          await tell(tx, account, account, 'backup-code.used');
          return true;
        });
      }
    },

    async reset(by, account) {
      await db.write(async (tx) => {
        if (!(await store.deleteSecondFactor(tx, account)))
          throw new Refusal('NotFound', 'This person has no second factor.');
        await tell(tx, by?.account ?? null, account, 'second-factor.reset');
      });
    },
  };
}
