/** Visits: what lets somebody without a session fetch or hand in one file. Kept under the hash of their token. */
import type { FileId } from '../contract/files.ts';
import type { AccountId } from '../contract/ids.ts';
import type { FileRequestId, ShareId } from '../contract/shares.ts';
import { MAY_HAVE_LINKS } from './accounts.ts';
import type { Db, Tx } from './db.ts';

export interface NewVisit {
  /** SHA-256 of the token, hexadecimal. */
  readonly id: string;
  readonly file: FileId;
  readonly share: ShareId | null;
  readonly request: FileRequestId | null;
  readonly expires_at: number;
}

export async function insertVisit(tx: Tx, visit: NewVisit): Promise<void> {
  await tx.run('INSERT INTO file_visits (id, file, share, request, expires_at) VALUES ($1, $2, $3, $4, $5)', [
    visit.id,
    visit.file,
    visit.share,
    visit.request,
    visit.expires_at,
  ]);
}

export interface VisitorRow {
  readonly file: FileId;
  /** Who made the link. */
  readonly account: AccountId;
  readonly link: ShareId | FileRequestId;
  readonly hands_in: number;
  readonly expires_at: number;
  readonly link_expires_at: number;
}

/** A visit whose link is still there, of an account that may have links; one that hands in, as long as it has not finished. */
export async function visitorOf(db: Db, id: string, now: number): Promise<VisitorRow | null> {
  const rows = await db.read<VisitorRow>(
    `SELECT v.file AS file, s.account AS account, s.id AS link, 0 AS hands_in,
       v.expires_at AS expires_at, s.expires_at AS link_expires_at FROM file_visits v
     JOIN shares s ON s.id = v.share AND s.file = v.file JOIN accounts a ON a.id = s.account AND ${MAY_HAVE_LINKS}
     WHERE v.id = $1 AND v.expires_at > $2
     UNION ALL
     SELECT v.file AS file, r.account AS account, r.id AS link, 1 AS hands_in,
       v.expires_at AS expires_at, r.expires_at AS link_expires_at FROM file_visits v
     JOIN file_requests r ON r.id = v.request JOIN accounts a ON a.id = r.account AND ${MAY_HAVE_LINKS}
     JOIN file_request_uploads u ON u.file = v.file AND u.request = r.id AND u.manifest IS NULL
     WHERE v.id = $3 AND v.expires_at > $4`,
    [id, now, id, now],
  );
  return rows[0] ?? null;
}

export async function prolongVisit(tx: Tx, id: string, expiresAt: number): Promise<void> {
  await tx.run('UPDATE file_visits SET expires_at = $1 WHERE id = $2', [expiresAt, id]);
}

/** Ends the visits that hand a file in: it was. */
export async function endVisitsOf(tx: Tx, file: FileId, request: FileRequestId): Promise<void> {
  await tx.run('DELETE FROM file_visits WHERE file = $1 AND request = $2', [file, request]);
}

/** Forgets visits that were over before `now`. */
export async function forgetVisits(tx: Tx, now: number): Promise<void> {
  await tx.run('DELETE FROM file_visits WHERE expires_at <= $1', [now]);
}
