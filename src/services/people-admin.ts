/** What admins do with people: roles, and who is kept out. Each is audited in the transaction that does it. */
import type { Session, Sessions } from '../auth/sessions.ts';
import type { Role } from '../contract/accounts.ts';
import { mayManage, rolesToGive } from '../contract/permissions.ts';
import { sentence } from '../contract/words.ts';
import type { Ports } from '../deps.ts';
import * as store from '../store/accounts.ts';
import type { Tx } from '../store/db.ts';
import { deleteSessionsOf, sessionIdsOf } from '../store/sessions.ts';
import type { Audit } from './audit.ts';
import type { Mail } from './mail.ts';
import type { Recipients } from './recipients.ts';
import { Refusal } from './refusal.ts';

/** `by` is null for the command line of the server. */
export interface PeopleAdmin {
  /**
   * Gives somebody another role; what they have open follows at once. NotFound for an unknown username, Forbidden for whom
   * or what `by` may not, Conflict for the last owner.
   */
  setRole(username: string, role: Role, by?: Session | null): Promise<void>;
  /** Keeps somebody out, ending all their sessions, or lets them in again. As `setRole`. */
  setDisabled(username: string, disabled: boolean, by?: Session | null): Promise<void>;
}

export function createPeopleAdmin(
  { db, clock }: Pick<Ports, 'db' | 'clock'>,
  {
    sessions,
    recipients,
    audit,
    mail,
  }: {
    readonly sessions: Pick<Sessions, 'ended' | 'changed'>;
    readonly recipients: Pick<Recipients, 'forget'>;
    readonly audit: Pick<Audit, 'record'>;
    readonly mail: Pick<Mail, 'notify'>;
  },
): PeopleAdmin {
  return {
    async setRole(username, role, by = null) {
      const changed = await db.write(async (tx) => {
        const person = await managed(tx, username, by);
        if (by && !rolesToGive(by.role).includes(role))
          throw new Refusal('Forbidden', 'Only an owner can make somebody an owner.');
        if (person.role === role) return null;
        if (role !== 'owner') await keepAnOwner(tx, person);
        await store.setAccountRole(tx, person.id, role);
        await audit.record(tx, {
          actor: by?.account ?? null,
          action: 'account.role',
          subject: person.id,
          detail: { before: person.role, after: role },
        });
        await mail.notify(tx, person.id, { kind: 'role', role, at: clock() });
        return { account: person.id, ids: await sessionIdsOf(tx, person.id) };
      });
      if (changed) sessions.changed(changed.account, changed.ids);
    },

    async setDisabled(username, disabled, by = null) {
      const { account, ids } = await db.write(async (tx) => {
        const person = await managed(tx, username, by);
        if ((person.disabled !== 0) !== disabled) {
          if (disabled) await keepAnOwner(tx, person);
          await store.setAccountDisabled(tx, person.id, disabled);
          await audit.record(tx, {
            actor: by?.account ?? null,
            action: disabled ? 'account.disabled' : 'account.enabled',
            subject: person.id,
          });
        }
        return { account: person.id, ids: disabled ? await deleteSessionsOf(tx, person.id) : [] };
      });
      recipients.forget(account);
      sessions.ended(account, ids);
    },
  };
}

/** Whom `by` may manage. */
async function managed(tx: Tx, username: string, by: Session | null): Promise<store.PersonRow> {
  const person = await store.accountToManage(tx, username);
  if (!person || person.deleted_at !== null)
    throw new Refusal('NotFound', sentence('There is nobody called {username} here.', { username }));
  if (by?.account === person.id)
    throw new Refusal('Forbidden', 'Nobody changes their own account here: ask another admin.');
  if (by && !mayManage(by.role, person.role))
    throw new Refusal('Forbidden', 'Only an owner can change the account of an owner.');
  return person;
}

/** Without an owner nobody could make one again, except on the server's own command line. */
async function keepAnOwner(tx: Tx, person: store.PersonRow): Promise<void> {
  if (person.role !== 'owner' || person.disabled !== 0 || (await store.otherOwners(tx, person.id)) > 0)
    return;
  throw new Refusal(
    'Conflict',
    sentence('{name} is the last owner. Make somebody else an owner first.', { name: person.name }),
  );
}
