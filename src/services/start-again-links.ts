/** Links to start again: who may make one for whom, and what it is good for. Tokens are kept as hashes only. */
import type { Session } from '../auth/sessions.ts';
import type { Role } from '../contract/accounts.ts';
import { toBase64 } from '../contract/bytes.ts';
import type { AccountId } from '../contract/ids.ts';
import { may, mayManage } from '../contract/permissions.ts';
import { START_AGAIN_MS } from '../contract/start-again.ts';
import { sentence } from '../contract/words.ts';
import type { Ports } from '../deps.ts';
import { accountById, accountNamed, everybody } from '../store/accounts.ts';
import type { Tx } from '../store/db.ts';
import * as store from '../store/start-again.ts';
import type { Audit } from './audit.ts';
import { Refusal } from './refusal.ts';

export interface NewStartAgain {
  /** Stands in the link's fragment; only its hash is kept. */
  readonly token: string;
  readonly account: AccountId;
  readonly username: string;
  readonly name: string;
  readonly expiresAt: number;
}

/** A link that can still be used, for the admins' list. */
export interface OpenStartAgain {
  readonly id: string;
  readonly account: AccountId;
  readonly username: string;
  readonly name: string;
  readonly role: Role;
  readonly expiresAt: number;
}

export interface StartAgainLinks {
  /**
   * A one-time link for an account; the one before is void. `by` is null for the command line of the server. NotFound,
   * Forbidden for an owner's account unless an owner asks, and for one's own; Conflict for a disabled one.
   */
  create(by: Session | null, username: string): Promise<NewStartAgain>;
  list(): Promise<readonly OpenStartAgain[]>;
  /** Takes a link back; NotFound for an unknown one. */
  revoke(id: string, by?: Session | null): Promise<void>;
  /** Whose account a token is for; Gone when it is for nobody's. */
  inspect(token: string): Promise<AccountId>;
  /** The same, using it up, in the transaction that starts the account again. */
  redeem(tx: Tx, token: string): Promise<AccountId>;
  /** Deletes what is over; run by a job. */
  expire(): Promise<void>;
}

export function createStartAgainLinks(
  { db, clock, random }: Pick<Ports, 'db' | 'clock' | 'random'>,
  audit: Pick<Audit, 'record'>,
): StartAgainLinks {
  return {
    async create(by, username) {
      const row = await accountNamed(db, username);
      if (!row)
        throw new Refusal('NotFound', sentence('There is nobody called {username} here.', { username }));
      if (by && row.id === by.account)
        throw new Refusal('Forbidden', 'You are signed in. Another admin can make this link for you.');
      if (by && !may(by.role, 'people.manage'))
        throw new Refusal('Forbidden', 'Only owners and admins may do this.');
      if (by && !mayManage(by.role, row.role))
        throw new Refusal('Forbidden', 'Only an owner can let another owner start again.');
      if (row.disabled !== 0)
        throw new Refusal(
          'Conflict',
          sentence('The account of {name} is disabled: nobody can start it again.', { name: row.name }),
        );
      const token = toBase64(random(32));
      const now = clock();
      const expiresAt = now + START_AGAIN_MS;
      await db.write(async (tx) => {
        await store.putStartAgain(tx, {
          id: digest(token),
          account: row.id,
          created_by: by?.account ?? null,
          created_at: now,
          expires_at: expiresAt,
        });
        await audit.record(tx, {
          actor: by?.account ?? null,
          action: 'restart.made',
          subject: row.id,
          detail: { expiresAt },
        });
      });
      return { token, account: row.id, username: row.username, name: row.name, expiresAt };
    },

    async list() {
      const [rows, people] = await Promise.all([store.openStartAgains(db, clock()), everybody(db)]);
      const byId = new Map(people.map((person) => [person.id, person]));
      return rows.flatMap(({ id, account, expires_at }) => {
        const person = byId.get(account);
        if (!person) return [];
        const { username, name, role } = person;
        return [{ id, account, username, name, role, expiresAt: expires_at }];
      });
    },

    async revoke(id, by = null) {
      await db.write(async (tx) => {
        const account = await store.deleteStartAgain(tx, id);
        if (!account) throw new Refusal('NotFound', 'There is no such link any more.');
        await audit.record(tx, {
          actor: by?.account ?? null,
          action: 'restart.revoked',
          subject: account,
        });
      });
    },

    async inspect(token) {
      const account = await store.openStartAgain(db, digest(token), clock());
      const row = account && (await accountById(db, account));
      if (row?.disabled !== 0) throw gone();
      return row.id;
    },

    async redeem(tx, token) {
      const account = await store.takeStartAgain(tx, digest(token), clock());
      if (!account) throw gone();
      return account;
    },

    async expire() {
      await db.write((tx) => store.expireStartAgains(tx, clock()));
    },
  };
}

const digest = (token: string): string => new Bun.CryptoHasher('sha256').update(token).digest('hex');

const gone = (): Refusal =>
  new Refusal('Gone', 'This link was used up, has expired or was taken back. Ask an admin for a new one.');
