/** The set-up link and invites: who may make an account here. Tokens are kept as hashes only. */

import { timingSafeEqual } from 'node:crypto';
import type { Session } from '../auth/sessions.ts';
import type { Role } from '../contract/accounts.ts';
import { toBase64 } from '../contract/bytes.ts';
import type { AccountId } from '../contract/ids.ts';
import { may, rolesToGive } from '../contract/permissions.ts';
import { sentence } from '../contract/words.ts';
import type { Ports } from '../deps.ts';
import { concat } from '../protocol/codec.ts';
import { hasOwner, ownerExists } from '../store/accounts.ts';
import type { Tx } from '../store/db.ts';
import * as store from '../store/invites.ts';
import { dropSetting, putSetting, readSetting, setting } from '../store/settings.ts';
import type { Audit } from './audit.ts';
import type { Policies } from './policies.ts';
import { invalid, Refusal } from './refusal.ts';

export interface Invitation {
  readonly kind: 'setup' | 'invite';
  readonly role: Role;
}

export interface InviteTerms {
  readonly role: Role;
  readonly uses: number;
  /** Milliseconds from now. */
  readonly expiresIn: number;
}

export interface NewInvite {
  /** Stands in the link's fragment; only its hash is kept. */
  readonly token: string;
  readonly role: Role;
  readonly uses: number;
  readonly expiresAt: number;
}

/** An invite that can still be used, for the admin's list. */
export interface OpenInvite {
  readonly id: string;
  readonly role: Role;
  readonly usesLeft: number;
  readonly expiresAt: number;
  readonly createdBy: AccountId | null;
  readonly createdAt: number;
}

/** Stands for a token where none is needed. */
export const OPEN_TOKEN = '';

export interface Invites {
  /**
   * A new one-time set-up token; those before are void, unless it is `besides` those that other nodes have just printed: the newest
   * MAX_SETUP_TOKENS hold then. Conflict once an owner exists.
   */
  createSetupToken(besides?: 'besides'): Promise<string>;
  /** `by` is null for the command line of the server. Forbidden when the role is above the inviter's. */
  create(by: Session | null, terms?: Partial<InviteTerms>): Promise<NewInvite>;
  list(): Promise<readonly OpenInvite[]>;
  /** Takes an invite back; NotFound for an unknown one. */
  revoke(id: string, by?: Session | null): Promise<void>;
  /** What a token is good for; Gone when it is for nothing. OPEN_TOKEN makes members where the policy lets anybody in. */
  inspect(token: string): Promise<Invitation>;
  /** The same, counting the use, in the transaction that makes the account. */
  redeem(tx: Tx, token: string, account: AccountId): Promise<Invitation>;
}

export const MAX_INVITE_USES = 1000;
/** As many as nodes begin together: each prints one. */
export const MAX_SETUP_TOKENS = 9;
const DIGEST_BYTES = 32;
/** Invites that wait, of everybody together. */
export const MAX_OPEN_INVITES = 500;
const DAY_MS = 24 * 3600 * 1000;
export const MAX_INVITE_MS = 365 * DAY_MS;
const DEFAULTS: InviteTerms = { role: 'member', uses: 1, expiresIn: 7 * DAY_MS };

export function createInvites(
  { db, clock, random }: Pick<Ports, 'db' | 'clock' | 'random'>,
  { audit, policies }: { readonly audit: Pick<Audit, 'record'>; readonly policies: Pick<Policies, 'read'> },
): Invites {
  const openly = async (hasOwner: boolean): Promise<Invitation> => {
    if (hasOwner && (await policies.read()).registration === 'open')
      return { kind: 'invite', role: 'member' };
    throw new Refusal('Gone', 'Accounts are made by invite here. Ask an admin of this workspace for one.');
  };

  return {
    async createSetupToken(besides) {
      const token = toBase64(random(32));
      await db.write(async (tx) => {
        if (await ownerExists(tx))
          throw new Refusal(
            'Conflict',
            'This workspace has an owner already. Make an invite with the role owner instead.',
          );
        const others = besides ? ((await setting(tx, 'setup_token')) ?? new Uint8Array()) : new Uint8Array();
        const kept = others.subarray(0, (MAX_SETUP_TOKENS - 1) * DIGEST_BYTES);
        await putSetting(tx, 'setup_token', concat(digest(token), kept));
        await audit.record(tx, { actor: null, action: 'setup-link.made', subject: '' });
      });
      return token;
    },

    async create(by, terms = {}) {
      const { role, uses, expiresIn } = { ...DEFAULTS, ...terms };
      check(uses, expiresIn);
      if (by && !may(by.role, 'invites.make'))
        throw new Refusal('Forbidden', 'Only owners and admins may do this.');
      if (by && !rolesToGive(by.role).includes(role))
        throw new Refusal('Forbidden', 'Only an owner can invite another owner.');
      if (!(await hasOwner(db)))
        throw new Refusal('Conflict', 'This workspace has no owner yet. Open the set-up link first.');
      const token = toBase64(random(32));
      const now = clock();
      const expiresAt = now + expiresIn;
      const id = digest(token).toString('hex');
      const actor = by?.account ?? null;
      await db.write(async (tx) => {
        if ((await store.countOpenInvites(tx, now)) >= MAX_OPEN_INVITES)
          throw new Refusal(
            'Conflict',
            sentence('There are {n} open invites, which is the most. Take some back first.', {
              n: MAX_OPEN_INVITES,
            }),
          );
        await store.insertInvite(tx, {
          id,
          role,
          uses_left: uses,
          expires_at: expiresAt,
          created_by: actor,
          created_at: now,
        });
        await audit.record(tx, {
          actor,
          action: 'invite.made',
          subject: id,
          detail: { role, uses, expiresAt },
        });
      });
      return { token, role, uses, expiresAt };
    },

    async list() {
      const rows = await store.openInvites(db, clock());
      return rows.map((row) => ({
        id: row.id,
        role: row.role,
        usesLeft: row.uses_left,
        expiresAt: row.expires_at,
        createdBy: row.created_by,
        createdAt: row.created_at,
      }));
    },

    async revoke(id, by = null) {
      await db.write(async (tx) => {
        if (!(await store.deleteInvite(tx, id)))
          throw new Refusal('NotFound', 'There is no such invite any more.');
        await audit.record(tx, { actor: by?.account ?? null, action: 'invite.revoked', subject: id });
      });
    },

    async inspect(token) {
      if (token === OPEN_TOKEN) return openly(await hasOwner(db));
      const hash = digest(token);
      if (isAmong(await readSetting(db, 'setup_token'), hash)) {
        if (await hasOwner(db)) throw gone();
        return { kind: 'setup', role: 'owner' };
      }
      const role = await store.openInvite(db, hash.toString('hex'), clock());
      if (!role) throw gone();
      return { kind: 'invite', role };
    },

    async redeem(tx, token, account) {
      if (token === OPEN_TOKEN) return openly(await ownerExists(tx));
      const hash = digest(token);
      if (isAmong(await setting(tx, 'setup_token'), hash)) {
        await dropSetting(tx, 'setup_token');
        if (await ownerExists(tx)) throw gone();
        return { kind: 'setup', role: 'owner' };
      }
      const id = hash.toString('hex');
      const role = await store.takeInvite(tx, id, clock());
      if (!role) throw gone();
      await audit.record(tx, { actor: account, action: 'invite.used', subject: id, detail: { role } });
      return { kind: 'invite', role };
    },
  };
}

function check(uses: number, expiresIn: number): void {
  const fields: Record<string, readonly string[]> = {};
  if (!Number.isInteger(uses) || uses < 1 || uses > MAX_INVITE_USES)
    fields.uses = [sentence('An invite can be used 1 to {n} times.', { n: MAX_INVITE_USES })];
  if (!Number.isInteger(expiresIn) || expiresIn < 1 || expiresIn > MAX_INVITE_MS)
    fields.expiresIn = ['An invite lasts a year at most.'];
  if (Object.keys(fields).length > 0) throw invalid(fields);
}

const digest = (token: string): Buffer => new Bun.CryptoHasher('sha256').update(token).digest();

/** Whether a hash is one of those that are stored one after another. */
function isAmong(stored: Uint8Array | null, hash: Uint8Array): boolean {
  for (let at = 0; stored !== null && at < stored.length; at += DIGEST_BYTES)
    if (timingSafeEqual(stored.subarray(at, at + DIGEST_BYTES), hash)) return true;
  return false;
}

const gone = (): Refusal =>
  new Refusal('Gone', 'This link was used up, has expired or was taken back. Ask for a new one.');
