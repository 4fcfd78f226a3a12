/**
 * Links by which somebody without an account fetches one file. The server keeps the sealed manifest and, for a link with a password, the
 * hash of a proof; what it has opens nothing. Links that are unknown, over, used up or taken back answer alike.
 */
import { timingSafeEqual } from 'node:crypto';
import type { Session } from '../auth/sessions.ts';
import { toBase64 } from '../contract/bytes.ts';
import type { FileId, FileRecord } from '../contract/files.ts';
import {
  MAX_SHARES,
  SHARE_GUESSES_OF_ALL,
  SHARE_REST_MS,
  SHARE_VISIT_MS,
  type ShareId,
  type ShareOffer,
  type ShareRecord,
  type ShareVisit,
} from '../contract/shares.ts';
import { sentence } from '../contract/words.ts';
import type { Ports } from '../deps.ts';
import { checkPasswordParameters } from '../protocol/password.ts';
import * as store from '../store/shares.ts';
import { forgetVisits } from '../store/visits.ts';
import type { Audit } from './audit.ts';
import type { Files } from './files.ts';
import { invalid, Refusal } from './refusal.ts';
import { createShareGuesses, resting } from './share-guesses.ts';
import { beginVisit, visitorName } from './visits.ts';

type Owner = Pick<Session, 'account'>;

export interface NewShare {
  readonly id: ShareId;
  readonly file: FileId;
  readonly manifest: Uint8Array;
  readonly password: null | {
    /** 32 bytes; only their hash is kept. */
    readonly proof: Uint8Array;
    readonly salt: Uint8Array;
    readonly memory: number;
    readonly passes: number;
    readonly lanes: number;
  };
  readonly expiresAt: number;
  readonly downloads: number | null;
}

export interface Shares {
  /** NotFound unless the file is complete and the account may fetch it. The same id again is a Conflict. */
  create(session: Owner, share: NewShare): Promise<ShareRecord>;
  list(session: Owner): Promise<readonly ShareRecord[]>;
  /** Ends a link and the visits that run; NotFound for another account's. */
  revoke(session: Owner, id: ShareId): Promise<void>;
  offer(id: ShareId): Promise<ShareOffer>;
  /**
   * Counts one download. Forbidden for a wrong proof, RateLimitExceeded while the link rests.
   * @param network where it is asked from
   * @param admit called before a visit begins that may; what it throws is the answer
   */
  visit(id: ShareId, proof: Uint8Array | null, network: string, admit?: () => void): Promise<ShareVisit>;
  /** Forgets links and visits that are over; run by a job. */
  expire(): Promise<void>;
}

const gone = () => new Refusal('NotFound', 'This link does not lead anywhere any more. Ask for a new one.');
const hashOf = (proof: Uint8Array): Uint8Array => new Bun.CryptoHasher('sha256').update(proof).digest();

export function createShares(
  { db, clock, random }: Pick<Ports, 'db' | 'clock' | 'random'>,
  {
    files,
    audit,
  }: { readonly files: Pick<Files, 'record'>; readonly audit: Pick<Audit, 'record' | 'refused'> },
): Shares {
  const guesses = createShareGuesses({ db, clock, random });

  /** The link and its file, as long as somebody may visit it. */
  const opened = async (id: ShareId) => {
    const share = await store.openShare(db, id, clock());
    if (share === null) throw gone();
    return { share, file: await lookedUp(share) };
  };
  const lookedUp = async ({ account, file }: store.ShareRow): Promise<FileRecord> => {
    try {
      return await files.record({ account }, file);
    } catch (error) {
      // Who made the link may not fetch it any more.
      if (error instanceof Refusal && error.kept.error === 'NotFound') throw gone();
      throw error;
    }
  };
  const refuse = (share: store.ShareRow) =>
    audit.refused({
      actor: visitorName(share.id),
      action: 'share.refused',
      subject: share.id,
      detail: { file: share.file },
    });

  return {
    async create({ account }, { id, file, password, manifest, expiresAt, downloads }) {
      if (password !== null) checkCost(password);
      const { completedAt } = await files.record({ account }, file);
      if (completedAt === null)
        throw new Refusal('Conflict', 'This file is still on its way. Make the link when all of it is here.');
      const now = clock();
      const row: store.NewShare = {
        id,
        account,
        file,
        manifest,
        ...hashingOf(password),
        created_at: now,
        expires_at: expiresAt,
        downloads,
      };
      await db.write(async (tx) => {
        if ((await store.countShares(tx, account, now)) >= MAX_SHARES)
          throw new Refusal(
            'Conflict',
            sentence('You have {n} links already. End one that is not needed any more.', { n: MAX_SHARES }),
          );
        if (!(await store.insertShare(tx, row)))
          throw new Refusal('Conflict', 'There is a link of this id already.');
        await audit.record(tx, { actor: account, action: 'share.made', subject: id, detail: { file } });
      });
      return recordOf({ ...row, used: 0 });
    },

    list: async ({ account }) => (await store.sharesOf(db, account, clock())).map(recordOf),

    revoke: ({ account }, id) =>
      db.write(async (tx) => {
        if (!(await store.deleteShare(tx, account, id)))
          throw new Refusal('NotFound', 'There is no such link any more.');
        await audit.record(tx, { actor: account, action: 'share.revoked', subject: id });
      }),

    async offer(id) {
      const { share, file } = await opened(id);
      return { password: passwordOf(share), size: file.size, expiresAt: share.expires_at };
    },

    async visit(id, proof, network, admit = () => {}) {
      const { share } = await opened(id);
      if (share.proof !== null) {
        await guesses.begin(id, network);
        if (share.rests_until > clock()) throw resting(share.rests_until - clock());
        if (proof === null || !timingSafeEqual(hashOf(proof), share.proof)) {
          await noteWrong(id);
          await refuse(share);
          throw new Refusal('Forbidden', 'That is not the password of this link. Please try again.');
        }
        await guesses.wasRight(id, network);
      }
      admit();
      const expiresAt = Math.min(clock() + SHARE_VISIT_MS, share.expires_at);
      const visit = await db.write(async (tx) => {
        if (!(await store.useShare(tx, id))) throw gone();
        await audit.record(tx, {
          actor: visitorName(id),
          action: 'share.visited',
          subject: id,
          detail: { file: share.file },
        });
        return beginVisit(tx, random, { file: share.file, link: { share: id }, expiresAt });
      });
      return { visit, file: share.file, manifest: toBase64(share.manifest) };
    },

    expire: () =>
      db.write(async (tx) => {
        await store.forgetShares(tx, clock());
        await forgetVisits(tx, clock());
      }),
  };

  /** Counts it with those from everywhere; at the limit the link rests for everybody, and the count begins anew. */
  async function noteWrong(id: ShareId): Promise<void> {
    await db.write(async (tx) => {
      const share = await store.openShare(tx, id, clock());
      if (share === null) return;
      const wrong = share.wrong + 1;
      const rests = wrong >= SHARE_GUESSES_OF_ALL;
      await store.setShareWrong(tx, id, {
        wrong: rests ? 0 : wrong,
        restsUntil: rests ? clock() + SHARE_REST_MS : share.rests_until,
      });
    });
  }
}

/** Browsers would refuse to hash it so [R16]. */
function checkCost(password: NonNullable<NewShare['password']>): void {
  try {
    checkPasswordParameters(password);
  } catch {
    throw invalid({ 'password.memory': ['This password would be too cheap or too costly to try.'] });
  }
}

const hashingOf = (password: NewShare['password']) =>
  password === null
    ? { proof: null, salt: null, memory: null, passes: null, lanes: null }
    : { ...password, proof: hashOf(password.proof) };

function passwordOf({ salt, memory, passes, lanes }: store.ShareRow): ShareOffer['password'] {
  if (salt === null || memory === null || passes === null || lanes === null) return null;
  return { salt: toBase64(salt), memory, passes, lanes };
}

const recordOf = (
  row: Pick<store.ShareRow, 'id' | 'file' | 'created_at' | 'expires_at' | 'proof' | 'downloads' | 'used'>,
): ShareRecord => ({
  id: row.id,
  file: row.file,
  createdAt: row.created_at,
  expiresAt: row.expires_at,
  hasPassword: row.proof !== null,
  downloads: row.downloads,
  used: row.used,
});
