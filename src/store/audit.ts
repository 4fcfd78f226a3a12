/** The audit log's rows. Nothing here changes or removes one. */
import type { Db, Tx } from './db.ts';

export interface AuditRow {
  /** From 1, without a hole. */
  readonly seq: number;
  /** Epoch milliseconds. */
  readonly at: number;
  /** An account, `visit:` and a link's id, or null for the server itself. */
  readonly actor: string | null;
  readonly action: string;
  /** The id that it is about. */
  readonly subject: string;
  /** JSON of ids and sizes. */
  readonly detail: string;
  /** Hash of the row before it; 32 zeros for the first. */
  readonly previous: Uint8Array;
  /** 32 bytes. */
  readonly hash: Uint8Array;
}

const COLUMNS = 'seq, at, actor, action, subject, detail, previous, hash';

/** The newest row, or null. */
export function lastAudit(tx: Tx): Promise<Pick<AuditRow, 'seq' | 'hash'> | null> {
  return tx.get<Pick<AuditRow, 'seq' | 'hash'>>('SELECT seq, hash FROM audit ORDER BY seq DESC LIMIT 1');
}

export async function insertAudit(tx: Tx, row: AuditRow): Promise<void> {
  await tx.run(`INSERT INTO audit (${COLUMNS}) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)`, [
    row.seq,
    row.at,
    row.actor,
    row.action,
    row.subject,
    row.detail,
    row.previous,
    row.hash,
  ]);
}

/** Rows after `seq`, in order. */
export function auditAfter(db: Db, seq: number, limit: number): Promise<AuditRow[]> {
  return db.read<AuditRow>(`SELECT ${COLUMNS} FROM audit WHERE seq > $1 ORDER BY seq LIMIT $2`, [seq, limit]);
}

/** Rows about one subject, in order. */
export function auditOf(db: Db, subject: string): Promise<AuditRow[]> {
  return db.read<AuditRow>(`SELECT ${COLUMNS} FROM audit WHERE subject = $1 ORDER BY seq`, [subject]);
}

/** Whether the actor did this to the subject since then (epoch milliseconds). */
export async function wasAudited(
  tx: Tx,
  { subject, actor, action }: Pick<AuditRow, 'subject' | 'action'> & { readonly actor: string },
  since: number,
): Promise<boolean> {
  const row = await tx.get(
    'SELECT 1 AS found FROM audit WHERE subject = $1 AND actor = $2 AND action = $3 AND at > $4 LIMIT 1',
    [subject, actor, action, since],
  );
  return row !== null;
}
