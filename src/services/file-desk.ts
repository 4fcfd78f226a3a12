/** What every call about a file does: it looks for what its caller may see, and notes what was refused. */
import { chunksOf, type FileId, type FileRecord } from '../contract/files.ts';
import type { AccountId, ConversationId } from '../contract/ids.ts';
import type { Ports } from '../deps.ts';
import type { Db, Tx } from '../store/db.ts';
import * as store from '../store/files.ts';
import type { Audit } from './audit.ts';
import type { BlobWrites } from './blob-writes.ts';
import type { Recipients } from './recipients.ts';
import { Refusal } from './refusal.ts';

/** Who asks: an account, or somebody with its rights, by whom the audit calls them. */
export interface Asker {
  readonly account: AccountId;
  readonly actor?: string;
}
/** What else is stored in the same transaction. */
export type Also = (tx: Tx) => Promise<void>;

export interface FileParts {
  readonly audit: Audit;
  readonly bytes: BlobWrites;
  readonly devices: Pick<Recipients, 'identitiesOf'>;
}

export interface FileDesk {
  /** The account with who it is in groups. */
  asking(asker: Asker): Promise<store.Asking>;
  /** One's own that is not over. Throws NotFound. */
  own(from: Db | Tx, asker: Asker, id: FileId): Promise<store.FileRow>;
  /** One that may be fetched. Throws NotFound. */
  readable(from: Db | Tx, who: store.Asking, id: FileId): Promise<store.FileRow>;
  recordOf(from: Db | Tx, account: AccountId, row: store.FileRow): Promise<FileRecord>;
  /** Runs a call about a file; a refusal is noted with what was tried. */
  noting<T>(asker: Asker, tried: string, id: FileId, act: () => Promise<T>): Promise<T>;
  /** Deletes a file in the caller's transaction, and notes it; gives the blobs to remove after the commit. */
  deleteNoted(tx: Tx, asker: Asker, row: store.FileRow): ReturnType<typeof store.deleteFile>;
}

export const gone = (): Refusal => new Refusal('NotFound', 'There is no such file, or it is not for you.');
export const isOver = ({ expires_at }: store.FileRow, now: number): boolean =>
  expires_at !== null && expires_at <= now;
/** How the audit calls who asks. */
export const actorOf = ({ account, actor }: Asker): string => actor ?? account;

export function createFileDesk(
  { clock }: Pick<Ports, 'clock'>,
  { audit, devices }: Pick<FileParts, 'audit' | 'devices'>,
): FileDesk {
  return {
    async asking({ account }) {
      const identities = await devices.identitiesOf([account]);
      return { account, identity: identities.get(account) ?? null };
    },

    async own(from, { account }, id) {
      const row = await store.ownFile(from, account, id);
      if (row === null || isOver(row, clock())) throw gone();
      return row;
    },

    async readable(from, who, id) {
      const row = await store.fileFor(from, who, id, clock());
      if (row === null) throw gone();
      return row;
    },

    recordOf: async (from, account, row) =>
      viewFile(
        row,
        row.completed_at === null ? await store.chunkNumbers(from, row.id) : null,
        await store.placesFor(from, account, row.id),
      ),

    async noting(asker, tried, id, act) {
      try {
        return await act();
      } catch (error) {
        if (error instanceof Refusal && (error.kept.error === 'NotFound' || error.kept.error === 'TooLarge'))
          await audit.refused({
            actor: actorOf(asker),
            action: 'file.refused',
            subject: id,
            detail: { tried, answer: error.kept.error },
          });
        throw error;
      }
    },

    async deleteNoted(tx, asker, row) {
      const blobs = await store.deleteFile(tx, row);
      await audit.record(tx, {
        actor: actorOf(asker),
        action: 'file.removed',
        subject: row.id,
        detail: { size: row.size, owner: row.owner },
      });
      return blobs;
    },
  };
}

/** @param here numbers of the chunks that are here; null when all of them are */
export function viewFile(
  row: store.FileRow,
  here: readonly number[] | null,
  conversations: readonly ConversationId[],
): FileRecord {
  const known = new Set(here ?? []);
  const all = here === null ? [] : Array.from({ length: chunksOf(row.size) }, (_, n) => n);
  return {
    id: row.id,
    owner: row.owner,
    size: row.size,
    createdAt: row.created_at,
    completedAt: row.completed_at,
    expiresAt: row.expires_at,
    missing: all.filter((n) => !known.has(n)),
    conversations,
  };
}
