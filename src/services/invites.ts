/** The set-up link and invites: who may make an account here. */
import type { Session } from '../auth/sessions.ts';
import type { Role } from '../contract/accounts.ts';
import type { AccountId } from '../contract/ids.ts';
import type { Tx } from '../store/db.ts';

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

export interface Invites {
  /** A new one-time set-up token; the one before is void. Conflict once an owner exists. */
  createSetupToken(): Promise<string>;
  /** `by` is null for the command line of the server. Forbidden when the role is above the inviter's. */
  create(by: Session | null, terms?: Partial<InviteTerms>): Promise<NewInvite>;
  list(): Promise<readonly OpenInvite[]>;
  /** Takes an invite back; NotFound for an unknown one. */
  revoke(id: string): Promise<void>;
  /** What a token is good for; Gone when it is for nothing. */
  inspect(token: string): Promise<Invitation>;
  /** The same, counting the use, in the transaction that makes the account. */
  redeem(tx: Tx, token: string): Promise<Invitation>;
}
