/**
 * Files as the server keeps them: ciphertext, and who may fetch it. Everybody who asks stands in the query, so that a file of others
 * and none at all are the same answer. Bytes are written by `blob-writes.ts`; time takes files away in `file-cleanup.ts`.
 */
import {
  chunksOf,
  type FileId,
  type FileRecord,
  type FileUpload,
  type FileUsage,
  sealedChunkBytes,
  sealedFileBytes,
} from '../contract/files.ts';
import type { AccountId, ConversationId } from '../contract/ids.ts';
import type { Ports } from '../deps.ts';
import { concat } from '../protocol/codec.ts';
import type { Tx } from '../store/db.ts';
import * as lists from '../store/file-lists.ts';
import * as store from '../store/files.ts';
import type { Audit } from './audit.ts';
import type { BlobWrites } from './blob-writes.ts';
import { notFound as noConversation } from './conversations.ts';
import { checkQuota, checkSize } from './file-quota.ts';
import type { Policies } from './policies.ts';
import type { Recipients } from './recipients.ts';
import { invalid, Refusal } from './refusal.ts';

/** Who asks: an account, or somebody with its rights, by whom the audit calls them. */
export interface Asker {
  readonly account: AccountId;
  readonly actor?: string;
}
/** What else is stored in the same transaction. */
export type Also = (tx: Tx) => Promise<void>;

/** NotFound, in the same words, for whatever an account may not fetch or change. */
export interface Files {
  /** The same again answers what is there; Conflict for another size, TooLarge above a limit. */
  begin(asker: Asker, upload: FileUpload, also?: Also): Promise<FileRecord>;
  record(asker: Asker, id: FileId): Promise<FileRecord>;
  /** Bytes that chunk n must have, while the owner's upload goes on. */
  chunkBytes(asker: Asker, id: FileId, n: number): Promise<number>;
  /** The same bytes again are no error; other ones replace them, until the file is complete: then Conflict. */
  putChunk(asker: Asker, id: FileId, n: number, sealed: Uint8Array): Promise<void>;
  chunk(asker: Asker, id: FileId, n: number): Promise<Uint8Array<ArrayBuffer>>;
  /** SHA-256 of each chunk, 32 bytes each; Conflict while some are missing. */
  hashes(asker: Asker, id: FileId): Promise<Uint8Array<ArrayBuffer>>;
  /** Conflict while chunks are missing. */
  complete(asker: Asker, id: FileId, also?: Also): Promise<FileRecord>;
  remove(asker: Asker, id: FileId, also?: Also): Promise<void>;
  setExpiry(asker: Asker, id: FileId, expiresAt: number | null): Promise<FileRecord>;
  place(asker: Asker, id: FileId, conversation: ConversationId): Promise<void>;
  /** The file itself goes with its last place, unless it was begun as a private one. */
  unplace(asker: Asker, id: FileId, conversation: ConversationId): Promise<void>;
  usage(asker: Asker): Promise<FileUsage>;
}

/** Files that `usage` names, the newest. */
const LISTED_FILES = 1000;
const DAY_MS = 24 * 3600_000;

const gone = () => new Refusal('NotFound', 'There is no such file, or it is not for you.');
const notComplete = () => new Refusal('Conflict', 'Some of this file is not here yet. Send the rest first.');
const isOver = ({ expires_at }: store.FileRow, now: number) => expires_at !== null && expires_at <= now;

export function createFiles(
  { db, clock }: Pick<Ports, 'db' | 'clock'>,
  deps: {
    readonly audit: Audit;
    readonly bytes: BlobWrites;
    readonly devices: Pick<Recipients, 'identitiesOf'>;
    readonly policies: Pick<Policies, 'read'>;
  },
): Files {
  const { audit, bytes, devices, policies } = deps;
  const by = ({ account, actor }: Asker): string => actor ?? account;
  const asking = async ({ account }: Asker): Promise<store.Asking> => {
    const identities = await devices.identitiesOf([account]);
    return { account, identity: identities.get(account) ?? null };
  };

  /** One's own that is not over. */
  const own = async (tx: Tx | Ports['db'], { account }: Asker, id: FileId): Promise<store.FileRow> => {
    const row = await store.ownFile(tx, account, id);
    if (row === null || isOver(row, clock())) throw gone();
    return row;
  };
  const readable = async (tx: Tx | Ports['db'], who: store.Asking, id: FileId): Promise<store.FileRow> => {
    const row = await store.fileFor(tx, who, id, clock());
    if (row === null) throw gone();
    return row;
  };
  const recordOf = async (
    from: Tx | Ports['db'],
    account: AccountId,
    row: store.FileRow,
  ): Promise<FileRecord> =>
    view(
      row,
      row.completed_at === null ? await store.chunkNumbers(from, row.id) : null,
      await store.placesFor(from, account, row.id),
    );
  /** A refusal is noted with what was tried. */
  const noting = async <T>(asker: Asker, tried: string, id: FileId, act: () => Promise<T>): Promise<T> => {
    try {
      return await act();
    } catch (error) {
      if (error instanceof Refusal && (error.kept.error === 'NotFound' || error.kept.error === 'TooLarge'))
        await audit.refused({
          actor: by(asker),
          action: 'file.refused',
          subject: id,
          detail: { tried, answer: error.kept.error },
        });
      throw error;
    }
  };

  return {
    begin: (asker, { id, size, conversation, expiresAt }, also) =>
      noting(asker, 'begin', id, async () => {
        const [who, policy] = await Promise.all([asking(asker), policies.read()]);
        const { account } = asker;
        const now = clock();
        const stored = sealedFileBytes(size);
        checkExpiry(expiresAt, now);
        if ((await store.ownFile(db, account, id)) === null) {
          checkSize(policy, size);
          await bytes.checkRoom(stored);
        }
        return db.write(async (tx) => {
          const known = await store.ownFile(tx, account, id);
          if (known === null ? await store.isTaken(tx, id) : isOver(known, now)) throw gone();
          if (known !== null) {
            if (known.size !== size) throw new Refusal('Conflict', 'Another file of yours has this id.');
            return recordOf(tx, account, known);
          }
          if (conversation !== null && !(await store.mayWrite(tx, who, conversation))) throw noConversation();
          await checkQuota(tx, policy, account, size);
          const row: store.FileRow = {
            id,
            owner: account,
            size,
            stored,
            is_private: conversation === null ? 1 : 0,
            created_at: now,
            touched_at: now,
            completed_at: null,
            expires_at: expiresAt ?? (policy.fileDays === null ? null : now + policy.fileDays * DAY_MS),
          };
          await store.insertFile(tx, row);
          if (conversation !== null) await store.insertPlace(tx, { file: id, conversation, account }, now);
          await audit.record(tx, {
            actor: by(asker),
            action: 'file.begun',
            subject: id,
            detail: { size, conversation, owner: account },
          });
          await also?.(tx);
          return recordOf(tx, account, row);
        });
      }),

    record: (asker, id) =>
      noting(asker, 'look', id, async () =>
        recordOf(db, asker.account, await readable(db, await asking(asker), id)),
      ),

    chunkBytes: (asker, id, n) =>
      noting(asker, 'put', id, async () => {
        const { size } = await own(db, asker, id);
        if (n >= chunksOf(size)) throw gone();
        return sealedChunkBytes(size, n);
      }),

    putChunk: (asker, id, n, sealed) =>
      noting(asker, 'put', id, async () => {
        const { size, completed_at } = await own(db, asker, id);
        if (n >= chunksOf(size)) throw gone();
        const length = sealedChunkBytes(size, n);
        if (sealed.length !== length)
          throw new Refusal('ValidationError', 'This part of the file has another length than it must have.');
        const sha256 = new Uint8Array(new Bun.CryptoHasher('sha256').update(sealed).digest());
        const isSame = (chunk: store.ChunkRow | null) =>
          chunk !== null && Buffer.compare(chunk.sha256, sha256) === 0;
        if (isSame(await store.chunkOf(db, id, n))) return;
        if (completed_at !== null) throw complete();
        await bytes.checkRoom(length);
        const replaced = await bytes.write(sealed, (blob) =>
          db.write(async (tx) => {
            const row = await own(tx, asker, id);
            const before = await store.chunkOf(tx, id, n);
            if (isSame(before)) return [blob];
            if (row.completed_at !== null) throw complete();
            await store.putChunk(tx, id, { n, blob, size: length, sha256 }, clock());
            return before === null ? [] : [before.blob];
          }),
        );
        await bytes.remove(replaced);
      }),

    chunk: (asker, id, n) =>
      noting(asker, 'fetch', id, async () => {
        const blob = await store.chunkFor(db, await asking(asker), id, n, clock());
        if (blob === null) throw gone();
        await audit.recordHourly({ actor: by(asker), action: 'file.fetched', subject: id });
        const sealed = await bytes.read(blob);
        // Removed meanwhile, or lost from the disk.
        if (sealed === null) throw gone();
        return sealed;
      }),

    hashes: (asker, id) =>
      noting(asker, 'fetch', id, async () => {
        const row = await readable(db, await asking(asker), id);
        if (row.completed_at === null) throw notComplete();
        await audit.recordHourly({ actor: by(asker), action: 'file.fetched', subject: id });
        return new Uint8Array(concat(...(await store.chunkHashes(db, id))));
      }),

    complete: (asker, id, also) =>
      noting(asker, 'complete', id, () =>
        db.write(async (tx) => {
          const row = await own(tx, asker, id);
          if (row.completed_at === null) {
            const here = await store.chunkNumbers(tx, id);
            if (here.length < chunksOf(row.size)) throw notComplete();
            await store.completeFile(tx, id, clock());
            await audit.record(tx, {
              actor: by(asker),
              action: 'file.completed',
              subject: id,
              detail: { size: row.size },
            });
          }
          await also?.(tx);
          return recordOf(tx, asker.account, await own(tx, asker, id));
        }),
      ),

    remove: (asker, id, also) =>
      noting(asker, 'remove', id, async () => {
        const blobs = await db.write(async (tx) => {
          const row = await own(tx, asker, id);
          await also?.(tx);
          return deleteNoted(tx, asker, row);
        });
        await bytes.remove(blobs);
      }),

    setExpiry: (asker, id, expiresAt) =>
      noting(asker, 'expiry', id, async () => {
        checkExpiry(expiresAt, clock());
        return db.write(async (tx) => {
          const row = await own(tx, asker, id);
          await store.setFileExpiry(tx, id, expiresAt);
          await audit.record(tx, {
            actor: by(asker),
            action: 'file.expiry',
            subject: id,
            detail: { expiresAt },
          });
          return recordOf(tx, asker.account, { ...row, expires_at: expiresAt });
        });
      }),

    place: (asker, id, conversation) =>
      noting(asker, 'place', id, async () => {
        const who = await asking(asker);
        await db.write(async (tx) => {
          await readable(tx, who, id);
          if (!(await store.mayWrite(tx, who, conversation))) throw gone();
          const added = await store.insertPlace(
            tx,
            { file: id, conversation, account: asker.account },
            clock(),
          );
          if (added)
            await audit.record(tx, {
              actor: by(asker),
              action: 'file.placed',
              subject: id,
              detail: { conversation },
            });
        });
      }),

    unplace: (asker, id, conversation) =>
      noting(asker, 'unplace', id, async () => {
        const blobs = await db.write(async (tx) => {
          const row = await store.deletePlace(tx, asker.account, id, conversation);
          if (row === null) throw gone();
          await audit.record(tx, {
            actor: by(asker),
            action: 'file.unplaced',
            subject: id,
            detail: { conversation },
          });
          const stays = row.is_private === 1 || (await store.hasPlace(tx, id));
          return stays ? [] : deleteNoted(tx, asker, row);
        });
        await bytes.remove(blobs);
      }),

    async usage({ account }) {
      const [own, all, policy, rows, places] = await Promise.all([
        lists.totalOf(db, account),
        lists.totalOfAll(db),
        policies.read(),
        lists.filesOf(db, account, clock(), LISTED_FILES),
        lists.placesOf(db, account),
      ]);
      const placed = Map.groupBy(places, ({ file }) => file);
      const files = rows.map(async (row) =>
        view(
          row,
          row.completed_at === null ? await store.chunkNumbers(db, row.id) : null,
          (placed.get(row.id) ?? []).map(({ conversation }) => conversation),
        ),
      );
      return {
        used: own.bytes,
        limit: policy.accountFileBytes,
        workspaceUsed: all.bytes,
        workspaceLimit: policy.workspaceFileBytes,
        maxFileBytes: policy.maxFileBytes,
        defaultExpiryDays: policy.fileDays,
        files: await Promise.all(files),
      };
    },
  };

  async function deleteNoted(tx: Tx, asker: Asker, row: store.FileRow) {
    const blobs = await store.deleteFile(tx, row);
    await audit.record(tx, {
      actor: by(asker),
      action: 'file.removed',
      subject: row.id,
      detail: { size: row.size, owner: row.owner },
    });
    return blobs;
  }
}

const complete = () =>
  new Refusal(
    'Conflict',
    'This file is complete: what is in it does not change. Send a new version as a new file.',
  );

function checkExpiry(expiresAt: number | null, now: number): void {
  if (expiresAt !== null && expiresAt <= now)
    throw invalid({ expiresAt: ['Choose a time that is not over yet.'] });
}

/** @param here numbers of the chunks that are here; null when all of them are */
function view(
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
