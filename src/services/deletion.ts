/**
 * The end of an account. What could let its person in, and what others could reach them by, goes in one transaction; what is large goes after it, in
 * pieces, and again after a crash. What stays is named in store/personal-data.ts: most of all the username, because the
 * transparency log has given it to this account for ever, and every client refuses it for another one.
 */
import type { Session, Sessions } from '../auth/sessions.ts';
import type { AccountId } from '../contract/ids.ts';
import { mayManage } from '../contract/permissions.ts';
import { sentence } from '../contract/words.ts';
import type { Ports } from '../deps.ts';
import { otherOwners } from '../store/accounts.ts';
import type { Tx } from '../store/db.ts';
import * as store from '../store/deletion.ts';
import { dropEnvelopesOf } from '../store/envelopes.ts';
import { deleteFile } from '../store/files.ts';
import { deletePersonalRows } from '../store/personal-data.ts';
import { deleteSessionsOf } from '../store/sessions.ts';
import type { Audit } from './audit.ts';
import type { BlobWrites } from './blob-writes.ts';
import type { Conversations } from './conversations.ts';
import type { Devices } from './devices.ts';
import { Refusal } from './refusal.ts';

export interface Deletion {
  /**
   * Deletes an account; `by` is its person, somebody who may manage them, or null for the server's own command line. NotFound for an
   * account that is not (any more) there, Forbidden for whom `by` may not delete, Conflict for the last owner. Resolves when
   * nobody can sign in any more and everything has gone; what could not be removed now is removed by `finish`.
   */
  delete(by: Session | null, account: AccountId): Promise<void>;
  /** Removes what is left of accounts that were deleted; run by a job. */
  finish(): Promise<void>;
}

/** For a while after its end, what was on its way when it ended is looked for again: milliseconds. */
const LOOK_AGAIN_MS = 24 * 3600 * 1000;
/** Rows with bytes, or files, in one transaction: messages must not wait behind them. */
const PIECE = 20;

export function createDeletion(
  { db, clock, log }: Pick<Ports, 'db' | 'clock' | 'log'>,
  deps: {
    readonly sessions: Pick<Sessions, 'ended'>;
    readonly devices: Pick<Devices, 'changed'>;
    readonly conversations: Pick<Conversations, 'forget'>;
    readonly audit: Pick<Audit, 'record'>;
    readonly bytes: Pick<BlobWrites, 'remove'>;
  },
): Deletion {
  return {
    async delete(by, account) {
      const { ids, notes } = await db.write(async (tx) => {
        await check(tx, by, account);
        if (!(await store.endAccount(tx, account, clock()))) throw nobody();
        const sessions = await deleteSessionsOf(tx, account);
        await deletePersonalRows(tx, account);
        const own = await store.deleteLonelyConversations(tx, account);
        await deps.audit.record(tx, {
          actor: by?.account ?? null,
          action: 'account.deleted',
          subject: account,
        });
        return { ids: sessions, notes: own };
      });
      deps.sessions.ended(account, ids);
      for (const id of notes) deps.conversations.forget(id);
      await deps.devices.changed(account);
      await erase(account).catch((error: unknown) => {
        log.error('account not erased yet', {
          account,
          reason: error instanceof Error ? error.message : String(error),
        });
      });
    },

    async finish() {
      for (const account of await store.accountsToErase(db, clock() - LOOK_AGAIN_MS)) await erase(account);
    },
  };

  async function check(tx: Tx, by: Session | null, account: AccountId): Promise<void> {
    const row = await store.livingAccount(tx, account);
    if (!row) throw nobody();
    if (by && by.account !== account && !mayManage(by.role, row.role))
      throw new Refusal('Forbidden', 'Your role in this workspace does not allow this.');
    if (row.role === 'owner' && (await otherOwners(tx, account)) === 0)
      throw new Refusal(
        'Conflict',
        sentence('{name} is the last owner. Make somebody else an owner first.', { name: row.name }),
      );
  }

  /** Everything that is not gone yet; what is gone already costs nothing. */
  async function erase(account: AccountId): Promise<void> {
    for (const device of await store.devicesEver(db, account))
      await db.write((tx) => dropEnvelopesOf(tx, device));
    await untilNone((tx) => store.deleteBackupPiece(tx, account, PIECE));
    await untilNone((tx) => store.deleteParcelPiece(tx, account, PIECE));
    await db.write((tx) => store.deleteSharing(tx, account));
    await eraseFiles(account);
    await db.write((tx) => store.noteErased(tx, account, clock()));
  }

  /** Files of the account, and what it had put into conversations of files of others. */
  async function eraseFiles(account: AccountId): Promise<void> {
    await db.write((tx) => store.deletePlacesOf(tx, account));
    for (;;) {
      const { files, blobs } = await db.write(async (tx) => {
        const found = await store.filesToErase(tx, account, PIECE);
        const keys: string[] = [];
        for (const row of found) {
          keys.push(...(await deleteFile(tx, row)));
          await deps.audit.record(tx, {
            actor: null,
            action: 'file.removed',
            subject: row.id,
            detail: { size: row.size, owner: row.owner },
          });
        }
        return { files: found.length, blobs: keys };
      });
      await deps.bytes.remove(blobs);
      if (files === 0) return;
    }
  }

  async function untilNone(piece: (tx: Tx) => Promise<number>): Promise<void> {
    while ((await db.write(piece)) > 0);
  }
}

const nobody = (): Refusal =>
  new Refusal('NotFound', 'There is nobody with this account here. They may have left.');
