/**
 * A visit lets somebody without an account fetch or hand in one file. It borrows the rights of the account that made the link, for
 * that file alone: what that account loses, the visit loses at the same moment.
 */
import { toBase64 } from '../contract/bytes.ts';
import type { FileId } from '../contract/files.ts';
import type { AccountId } from '../contract/ids.ts';
import { type FileRequestId, SHARE_VISIT_MS, type ShareId } from '../contract/shares.ts';
import type { Ports } from '../deps.ts';
import type { Tx } from '../store/db.ts';
import * as store from '../store/visits.ts';

/** Whose rights a token carries, and for what. */
export interface LinkVisit {
  readonly file: FileId;
  /** Who made the link: whose rights count. */
  readonly account: AccountId;
  readonly may: 'fetch' | 'hand-in';
  /** Names the link in the audit. */
  readonly actor: string;
}

/** 32 bytes, base64url. */
const TOKEN = /^[A-Za-z0-9_-]{43}$/;
const digest = (token: string): string => new Bun.CryptoHasher('sha256').update(token).digest('hex');

/**
 * Finds the visit of a token; null for every token that is none, or none any more. One that hands a file in lasts as long as it is used
 * and its link does: over a slow line a large file takes longer than any visit.
 */
export const visitFinder =
  ({ db, clock }: Pick<Ports, 'db' | 'clock'>) =>
  async (token: string): Promise<LinkVisit | null> => {
    const now = clock();
    const id = digest(token);
    const row = TOKEN.test(token) ? await store.visitorOf(db, id, now) : null;
    if (row === null) return null;
    const { file, account, link, hands_in, expires_at, link_expires_at } = row;
    const longer = Math.min(now + SHARE_VISIT_MS, link_expires_at);
    if (hands_in === 1 && expires_at - now < SHARE_VISIT_MS / 2 && longer > expires_at)
      await db.write((tx) => store.prolongVisit(tx, id, longer));
    return { file, account, may: hands_in === 1 ? 'hand-in' : 'fetch', actor: visitorName(link) };
  };

/** How the audit calls whoever has a link. */
export const visitorName = (link: ShareId | FileRequestId): string => `visit:${link}`;

/** Begins a visit in the transaction that allows it, and gives its token. */
export async function beginVisit(
  tx: Tx,
  random: Ports['random'],
  visit: {
    readonly file: FileId;
    readonly link: { readonly share: ShareId } | { readonly request: FileRequestId };
    readonly expiresAt: number;
  },
): Promise<string> {
  const token = toBase64(random(32));
  await store.insertVisit(tx, {
    id: digest(token),
    file: visit.file,
    share: 'share' in visit.link ? visit.link.share : null,
    request: 'request' in visit.link ? visit.link.request : null,
    expires_at: visit.expiresAt,
  });
  return token;
}
