/** The password of an account that exists: set, or replaced by another, with the slot of the vault that it opens. */
import { hashSecret } from '../auth/password.ts';
import type { OpenedSession, Session, Sessions } from '../auth/sessions.ts';
import type { AccountId } from '../contract/ids.ts';
import type { Ports } from '../deps.ts';
import { hasPassword, replacePassword } from '../store/credentials.ts';
import { putSlot } from '../store/vaults.ts';
import type { Audit } from './audit.ts';
import type { Mail } from './mail.ts';
import type { NewSlot } from './passkeys.ts';
import { Refusal } from './refusal.ts';
import { checkPassword, type NewPassword, passwordRow } from './ways.ts';

export interface Passwords {
  isSet(account: AccountId): Promise<boolean>;
  /**
   * Sets the password and its slot. Every other session ends, and this one goes on under another secret. ValidationError for
   * parameters that are too weak, Conflict when the vault is of another version.
   */
  change(session: Session, password: NewPassword, slot: NewSlot): Promise<OpenedSession>;
}

export function createPasswords(
  { db, clock }: Pick<Ports, 'db' | 'clock'>,
  { sessions, audit, mail }: { readonly sessions: Sessions; readonly audit: Audit; readonly mail: Mail },
): Passwords {
  return {
    isSet: (account) => hasPassword(db, account),

    async change(session, password, slot) {
      checkPassword(password);
      const { account } = session;
      const row = passwordRow(account, { given: password, hash: await hashSecret(password.secret) });
      const { opened, over } = await db.write(async (tx) => {
        if (!(await putSlot(tx, account, slot.version, { kind: 'password', id: '', record: slot.record })))
          throw new Refusal('Conflict', 'Your vault was changed elsewhere. Reload and try again.');
        await replacePassword(tx, row);
        const others = await sessions.dropOthers(tx, account, session.id);
        await audit.record(tx, { actor: account, action: 'password.changed', subject: account });
        await mail.notify(tx, account, { kind: 'security', what: 'password.changed', at: clock() });
        return { over: others, opened: await sessions.confirm(tx, session, false) };
      });
      sessions.ended(account, over);
      sessions.moved(account, session.id);
      return opened;
    },
  };
}
