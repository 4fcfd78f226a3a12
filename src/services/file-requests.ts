/**
 * Links by which somebody without an account hands files to a member. Whoever has one stores sealed files that count for the member, as
 * many and as large as the request says; what they are called and hold, the server does not learn.
 */
import type { Session } from '../auth/sessions.ts';
import { toBase64 } from '../contract/bytes.ts';
import type { FileId } from '../contract/files.ts';
import type { AccountId } from '../contract/ids.ts';
import {
  type FileRequestId,
  type FileRequestOffer,
  type FileRequestRecord,
  HANDED_IN_MS,
  MAX_FILE_REQUESTS,
  SHARE_VISIT_MS,
} from '../contract/shares.ts';
import { sentence } from '../contract/words.ts';
import type { Ports } from '../deps.ts';
import type { Tx } from '../store/db.ts';
import * as store from '../store/file-requests.ts';
import { endVisitsOf } from '../store/visits.ts';
import type { Audit } from './audit.ts';
import type { Files } from './files.ts';
import { Refusal } from './refusal.ts';
import { beginVisit, visitFinder, visitorName } from './visits.ts';

type Owner = Pick<Session, 'account'>;

export interface NewFileRequest {
  readonly id: FileRequestId;
  readonly offer: Uint8Array;
  readonly expiresAt: number;
  readonly files: number;
  readonly maxFileBytes: number;
}

export interface FileRequests {
  create(session: Owner, request: NewFileRequest): Promise<FileRequestRecord>;
  list(session: Owner): Promise<readonly FileRequestRecord[]>;
  /** Ends a request, its visits, and what was handed in and not taken. NotFound for another account's. */
  revoke(session: Owner, id: FileRequestId): Promise<void>;
  /** What was handed in has been taken, or is not wanted: it does not wait any more. The file itself is the account's. */
  take(session: Owner, id: FileRequestId, file: FileId): Promise<void>;

  offer(id: FileRequestId): Promise<FileRequestOffer>;
  /** Begins to hand in a file, and gives the token of the visit. The same file again, while it is on its way, gives another one. */
  begin(id: FileRequestId, file: { readonly file: FileId; readonly size: number }): Promise<string>;
  /** Every chunk is there, and this is its manifest. NotFound for whoever has no visit that began it. */
  finish(
    id: FileRequestId,
    handedIn: { readonly file: FileId; readonly token: string; readonly manifest: Uint8Array },
  ): Promise<void>;
  /** Ends what has been over for long, and uploads that nobody finished; run by a job. */
  expire(): Promise<void>;
}

const gone = () =>
  new Refusal(
    'NotFound',
    'This link does not lead anywhere any more. Ask whoever gave it to you for a new one.',
  );
const isNotFound = (error: unknown): boolean => error instanceof Refusal && error.kept.error === 'NotFound';

export function createFileRequests(
  { db, clock, random }: Pick<Ports, 'db' | 'clock' | 'random'>,
  {
    files,
    audit,
  }: {
    readonly files: Pick<Files, 'begin' | 'complete' | 'remove'>;
    readonly audit: Pick<Audit, 'record' | 'refused'>;
  },
): FileRequests {
  const opened = async (id: FileRequestId) => {
    const request = await store.openFileRequest(db, id, clock());
    if (request === null) throw gone();
    return request;
  };
  const findVisit = visitFinder({ db, clock });
  const removeFiles = async (account: AccountId, ids: readonly FileId[]) => {
    for (const id of ids)
      await files.remove({ account }, id).catch((error) => {
        if (!isNotFound(error)) throw error;
      });
  };

  const requests: FileRequests = {
    async create({ account }, { id, offer, expiresAt, files: most, maxFileBytes }) {
      const row = {
        id,
        account,
        offer,
        created_at: clock(),
        expires_at: expiresAt,
        files: most,
        max_file_bytes: maxFileBytes,
      };
      await db.write(async (tx) => {
        if ((await store.countFileRequests(tx, account)) >= MAX_FILE_REQUESTS)
          throw new Refusal(
            'Conflict',
            sentence('You have {n} file requests already. End one that is not needed any more.', {
              n: MAX_FILE_REQUESTS,
            }),
          );
        if (!(await store.insertFileRequest(tx, row)))
          throw new Refusal('Conflict', 'There is a file request of this id already.');
        await audit.record(tx, { actor: account, action: 'request.made', subject: id });
      });
      return recordOf({ ...row, taken: 0 }, []);
    },

    async list({ account }) {
      const rows = await store.fileRequestsOf(db, account);
      const received = await store.handedIn(db, account);
      return rows
        .map((row) =>
          recordOf(
            row,
            received.filter(({ request }) => request === row.id),
          ),
        )
        .filter((each) => each.expiresAt > clock() || each.received.length > 0);
    },

    async revoke({ account }, id) {
      if ((await store.fileRequestOf(db, account, id)) === null)
        throw new Refusal('NotFound', 'There is no such file request any more.');
      const untaken = await db.write(async (tx) => {
        // In the same transaction: what begins before it goes with it, and nothing begins after it.
        const files = await store.untakenFiles(tx, id);
        await store.deleteFileRequest(tx, id);
        await audit.record(tx, { actor: account, action: 'request.revoked', subject: id });
        return files;
      });
      await removeFiles(account, untaken);
    },

    async take({ account }, id, file) {
      const request = await store.fileRequestOf(db, account, id);
      const taken = request !== null && (await db.write((tx) => store.takeUpload(tx, id, file)));
      if (!taken) throw new Refusal('NotFound', 'There is no such file any more.');
    },

    async offer(id) {
      const { offer, expires_at, max_file_bytes, left } = await opened(id);
      return {
        offer: toBase64(offer),
        expiresAt: expires_at,
        maxFileBytes: max_file_bytes,
        filesLeft: Math.max(0, left),
      };
    },

    async begin(id, { file, size }) {
      const request = await opened(id);
      if (size > request.max_file_bytes)
        throw new Refusal('TooLarge', 'This file is larger than what is taken here.');
      const expiresAt = Math.min(clock() + SHARE_VISIT_MS, request.expires_at);
      const visit = (tx: Tx) => beginVisit(tx, random, { file, link: { request: id }, expiresAt });
      const known = await store.uploadOf(db, id, file);
      if (known !== null) {
        if (known.size !== size || known.manifest !== null)
          throw new Refusal('Conflict', 'There is another file of this id.');
        return db.write(visit);
      }
      let token = '';
      const upload = {
        id: file,
        size,
        conversation: null,
        expiresAt: request.expires_at + HANDED_IN_MS,
      };
      const also = async (tx: Tx) => {
        const now = await store.openFileRequest(tx, id, clock());
        if (now === null) throw gone();
        if (now.left <= 0)
          throw new Refusal('Conflict', 'As many files as were asked for have been handed in.');
        await store.insertUpload(tx, { file, request: id, size, begun_at: clock() });
        token = await visit(tx);
      };
      try {
        await files.begin({ account: request.account, actor: visitorName(id) }, upload, also);
      } catch (error) {
        if (error instanceof Refusal)
          await audit.refused({
            actor: visitorName(id),
            action: 'request.refused',
            subject: id,
            detail: { size, answer: error.kept.error },
          });
        if (error instanceof Refusal && error.kept.error === 'TooLarge')
          throw new Refusal(
            'TooLarge',
            'There is no room for this file where it would go. Tell whoever gave you this link.',
          );
        throw error;
      }
      // An id that the account has already is not a visitor's to store at.
      if (token === '') throw new Refusal('Conflict', 'There is another file of this id.');
      return token;
    },

    async finish(id, { file, token, manifest }) {
      const request = await opened(id);
      const known = await store.uploadOf(db, id, file);
      // The answer was lost, and the same is said again.
      if (known !== null && known.manifest !== null && Buffer.compare(known.manifest, manifest) === 0) return;
      const visit = await findVisit(token);
      if (known === null || visit?.file !== file || visit.actor !== visitorName(id)) throw gone();
      await files.complete({ account: request.account, actor: visitorName(id) }, file, async (tx) => {
        if (!(await store.receiveUpload(tx, { request: id, file, manifest, now: clock() }))) return;
        await endVisitsOf(tx, file, id);
        await audit.record(tx, {
          actor: visitorName(id),
          action: 'request.handed-in',
          subject: id,
          detail: { file, size: known.size },
        });
      });
    },

    async expire() {
      for (const { id, account } of await store.overFileRequests(db, clock() - HANDED_IN_MS))
        await requests.revoke({ account }, id).catch((error) => {
          if (!isNotFound(error)) throw error;
        });
      for (const { file, account } of await store.unfinishedUploads(db, clock() - SHARE_VISIT_MS))
        await removeFiles(account, [file]);
    },
  };
  return requests;
}

const recordOf = (row: store.FileRequestRow, received: readonly store.HandedIn[]): FileRequestRecord => ({
  id: row.id,
  createdAt: row.created_at,
  expiresAt: row.expires_at,
  files: row.files,
  maxFileBytes: row.max_file_bytes,
  received: received.map(({ file, size, received_at, manifest }) => ({
    file,
    size,
    receivedAt: received_at,
    manifest: toBase64(manifest),
  })),
});
