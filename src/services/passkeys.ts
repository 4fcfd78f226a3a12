/** Passkeys of an account that exists: listed, added, renamed and removed, with the slots of the vault that they open. */
import type {
  PublicKeyCredentialCreationOptionsJSON,
  RegistrationResponseJSON,
} from '@simplewebauthn/server';
import type { OpenedSession, Session, Sessions } from '../auth/sessions.ts';
import type { Webauthn } from '../auth/webauthn.ts';
import type { AccountId } from '../contract/ids.ts';
import { MAX_PASSKEYS } from '../contract/limits.ts';
import { sentence } from '../contract/words.ts';
import type { Ports } from '../deps.ts';
import * as store from '../store/credentials.ts';
import type { Tx } from '../store/db.ts';
import { readSetting } from '../store/settings.ts';
import { deleteSlot, putSlot, slotsOf } from '../store/vaults.ts';
import type { Audit } from './audit.ts';
import type { Mail } from './mail.ts';
import { invalid, Refusal } from './refusal.ts';

export interface Passkey {
  /** Credential id, base64url. */
  readonly id: string;
  /** What its person calls it; empty until they do. */
  readonly name: string;
  /** Epoch milliseconds, as both. */
  readonly addedAt: number;
  readonly usedAt: number;
  /** Whether it opens the vault too. */
  readonly opensVault: boolean;
}

/** A way into the vault that stands, sealed by the client for this version of it. */
export interface NewSlot {
  readonly version: number;
  readonly record: Uint8Array;
}

export interface Passkeys {
  /** Oldest first. */
  list(account: AccountId): Promise<readonly Passkey[]>;
  /** Options to make another one. Conflict at an address without a name, or with MAX_PASSKEYS. */
  options(session: Session): Promise<PublicKeyCredentialCreationOptionsJSON>;
  /**
   * Adds the passkey that was made, and its slot when it opens the vault; the session goes on under another secret.
   * ValidationError, or Conflict when the vault is of another version.
   */
  add(
    session: Session,
    made: {
      readonly response: RegistrationResponseJSON;
      readonly name: string;
      readonly slot: NewSlot | null;
    },
  ): Promise<OpenedSession>;
  /** NotFound. */
  rename(session: Session, id: string, name: string): Promise<void>;
  /** NotFound, or Conflict for the last way in. */
  remove(session: Session, id: string): Promise<void>;
}

const ceremonyOf = ({ id }: Session): string => `add passkey ${id}`;
const GONE = sentence('You have no such passkey any more.');

export function createPasskeys(
  { db, clock }: Pick<Ports, 'db' | 'clock'>,
  deps: {
    readonly sessions: Sessions;
    readonly audit: Audit;
    readonly mail: Mail;
    readonly webauthn: Webauthn;
  },
): Passkeys {
  const { sessions, audit, mail, webauthn } = deps;

  const list: Passkeys['list'] = async (account) => {
    const [rows, slots] = await Promise.all([store.passkeysOf(db, account), slotsOf(db, account)]);
    const opening = new Set(slots.filter(({ kind }) => kind === 'prf').map(({ id }) => id));
    return rows.map((row) => ({
      id: row.id,
      name: row.name,
      addedAt: row.created_at,
      usedAt: row.last_used_at,
      opensVault: opening.has(row.id),
    }));
  };
  const tell = async (
    tx: Tx,
    account: AccountId,
    what: 'passkey.added' | 'passkey.removed',
    passkey: string,
  ) => {
    await audit.record(tx, { actor: account, action: what, subject: account, detail: { passkey } });
    await mail.notify(tx, account, { kind: 'security', what, at: clock() });
  };

  return {
    list,

    async options(session) {
      if (!webauthn.available)
        throw new Refusal(
          'Conflict',
          'Browsers refuse passkeys at this address: it has no name, or no https.',
        );
      const known = await list(session.account);
      if (known.length >= MAX_PASSKEYS)
        throw new Refusal(
          'Conflict',
          sentence('A person can have {n} passkeys. Remove one of yours first.', { n: MAX_PASSKEYS }),
        );
      const name = await readSetting(db, 'workspace_name');
      return webauthn.registrationOptions(
        session,
        name ? new TextDecoder().decode(name) : 'Sotto',
        ceremonyOf(session),
        known.map(({ id }) => id),
      );
    },

    async add(session, { response, name, slot }) {
      const { account } = session;
      const passkey = await webauthn.verifyRegistration(response, ceremonyOf(session));
      if (!passkey) throw invalid({ passkey: ['This passkey was not accepted. Make it again.'] });
      const now = clock();
      const opened = await db.write(async (tx) => {
        if ((await store.countWays(tx, account)).passkeys >= MAX_PASSKEYS)
          throw new Refusal(
            'Conflict',
            sentence('A person can have {n} passkeys. Remove one of yours first.', { n: MAX_PASSKEYS }),
          );
        const stored = await store.insertPasskey(tx, {
          id: passkey.id,
          account,
          public_key: passkey.publicKey,
          counter: passkey.counter,
          transports: passkey.transports.join(','),
          created_at: now,
          last_used_at: now,
          name,
        });
        if (!stored)
          throw invalid({ passkey: ['This passkey belongs to an account already. Make a new one.'] });
        if (
          slot &&
          !(await putSlot(tx, account, slot.version, { kind: 'prf', id: passkey.id, record: slot.record }))
        )
          throw new Refusal('Conflict', 'Your vault was changed elsewhere. Reload and try again.');
        await tell(tx, account, 'passkey.added', passkey.id);
        return sessions.confirm(tx, session, true);
      });
      sessions.moved(account, session.id);
      return opened;
    },

    async rename({ account }, id, name) {
      await db.write(async (tx) => {
        if (!(await store.renamePasskey(tx, account, id, name))) throw new Refusal('NotFound', GONE);
        await audit.record(tx, {
          actor: account,
          action: 'passkey.renamed',
          subject: account,
          detail: { passkey: id },
        });
      });
    },

    async remove({ account }, id) {
      await db.write(async (tx) => {
        if (!(await store.deletePasskey(tx, account, id))) throw new Refusal('NotFound', GONE);
        await deleteSlot(tx, account, 'prf', id);
        const left = await store.countWays(tx, account);
        if (left.passkeys + left.passwords === 0 || left.slots === 0)
          throw new Refusal(
            'Conflict',
            'This is your last way in. Set a password, or add another passkey, before you remove it.',
          );
        await tell(tx, account, 'passkey.removed', id);
      });
    },
  };
}
