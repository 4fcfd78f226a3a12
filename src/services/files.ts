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
  sealedFileBytes,
} from '../contract/files.ts';
import type { Ports } from '../deps.ts';
import * as lists from '../store/file-lists.ts';
import * as store from '../store/files.ts';
import { notFound as noConversation } from './conversations.ts';
import { createFileChunks, type FileChunks, notComplete } from './file-chunks.ts';
import {
  type Also,
  type Asker,
  actorOf,
  createFileDesk,
  type FileParts,
  gone,
  isOver,
  viewFile,
} from './file-desk.ts';
import { createFileDirect, type FileDirect } from './file-direct.ts';
import { createFilePlaces, type FilePlaces } from './file-places.ts';
import { checkQuota, checkSize } from './file-quota.ts';
import type { Policies } from './policies.ts';
import { invalid, Refusal } from './refusal.ts';

/** Files that `usage` names, the newest. */
const LISTED_FILES = 1000;
const DAY_MS = 24 * 3600_000;

/** NotFound, in the same words, for whatever an account may not fetch or change. */
export interface Files extends FileChunks, FileDirect, FilePlaces {
  /** The same again answers what is there; Conflict for another size, TooLarge above a limit. */
  begin(asker: Asker, upload: FileUpload, also?: Also): Promise<FileRecord>;
  record(asker: Asker, id: FileId): Promise<FileRecord>;
  /** Conflict while chunks are missing. */
  complete(asker: Asker, id: FileId, also?: Also): Promise<FileRecord>;
  remove(asker: Asker, id: FileId, also?: Also): Promise<void>;
  setExpiry(asker: Asker, id: FileId, expiresAt: number | null): Promise<FileRecord>;
  usage(asker: Asker): Promise<FileUsage>;
}

export function createFiles(
  ports: Pick<Ports, 'db' | 'clock'>,
  parts: FileParts & { readonly policies: Pick<Policies, 'read'> },
): Files {
  const { db, clock } = ports;
  const { audit, bytes, policies } = parts;
  const desk = createFileDesk(ports, parts);
  const { asking, own, readable, recordOf, noting, deleteNoted } = desk;

  return {
    ...createFileChunks(ports, { ...parts, ...desk }),
    ...createFileDirect(ports, { ...parts, ...desk }),
    ...createFilePlaces(ports, { ...parts, ...desk }),

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
            actor: actorOf(asker),
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

    complete: (asker, id, also) =>
      noting(asker, 'complete', id, () =>
        db.write(async (tx) => {
          const row = await own(tx, asker, id);
          if (row.completed_at === null) {
            const here = await store.chunkNumbers(tx, id);
            if (here.length < chunksOf(row.size)) throw notComplete();
            await store.completeFile(tx, id, clock());
            await audit.record(tx, {
              actor: actorOf(asker),
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
            actor: actorOf(asker),
            action: 'file.expiry',
            subject: id,
            detail: { expiresAt },
          });
          return recordOf(tx, asker.account, { ...row, expires_at: expiresAt });
        });
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
        viewFile(
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
}

function checkExpiry(expiresAt: number | null, now: number): void {
  if (expiresAt !== null && expiresAt <= now)
    throw invalid({ expiresAt: ['Choose a time that is not over yet.'] });
}
