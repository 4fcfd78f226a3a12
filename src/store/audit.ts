/** The audit log's rows. Nothing here changes or removes one. */
import type { AuditFilter } from '../contract/audit.ts';
import type { Db, Tx, Value } from './db.ts';

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

/** The newest row that is committed, or null. */
export async function newestAudit(db: Db): Promise<Pick<AuditRow, 'seq' | 'hash'> | null> {
  const rows = await db.read<Pick<AuditRow, 'seq' | 'hash'>>(
    'SELECT seq, hash FROM audit ORDER BY seq DESC LIMIT 1',
  );
  return rows[0] ?? null;
}

/** First and last row of a stretch of time, both inclusive. */
export interface AuditRange {
  readonly first: number;
  readonly last: number;
}

/**
 * The rows between two times, by the clock as it stood: found through the index of times, so that a stretch of last year costs no
 * walk through everything since.
 */
export async function auditRange(db: Db, { from, to }: AuditFilter): Promise<AuditRange> {
  const seq = async (sql: string, at: number) => (await db.read<{ seq: number }>(sql, [at]))[0]?.seq;
  const first = 'SELECT seq FROM audit WHERE at >= $1 ORDER BY at, seq LIMIT 1';
  const last = 'SELECT seq FROM audit WHERE at < $1 ORDER BY at DESC, seq DESC LIMIT 1';
  return {
    first: from === undefined ? 0 : ((await seq(first, from)) ?? Number.MAX_SAFE_INTEGER),
    last: to === undefined ? Number.MAX_SAFE_INTEGER : ((await seq(last, to)) ?? 0),
  };
}

/** `before`: newest first, below that row or from the newest; `after`: oldest first, above that row. */
export type AuditPage = AuditRange & { readonly limit: number } & (
    | { readonly before: number | null }
    | { readonly after: number }
  );

/** Rows that a filter lets through. Each of its queries is one walk along an index in the order of rows, however many there are. */
export async function findAudit(db: Db, filter: AuditFilter, page: AuditPage): Promise<AuditRow[]> {
  const down = 'before' in page;
  const low = Math.max(page.first, down ? 0 : page.after + 1);
  const high = Math.min(page.last, down && page.before !== null ? page.before - 1 : page.last);
  const found: AuditRow[] = [];
  for (const { conditions, values } of walksOf(filter)) {
    const all = [`seq >= $1`, `seq <= $2`, ...conditions.map((each, n) => each.replace('?', `$${n + 3}`))];
    const sql = `SELECT ${COLUMNS} FROM audit WHERE ${all.join(' AND ')}
      ORDER BY seq ${down ? 'DESC' : 'ASC'} LIMIT $${all.length + 1}`;
    found.push(...(await db.read<AuditRow>(sql, [low, high, ...values, page.limit])));
  }
  found.sort((a, b) => (down ? b.seq - a.seq : a.seq - b.seq));
  return found.slice(0, page.limit);
}

interface Walk {
  /** Each with one `?`. */
  readonly conditions: readonly string[];
  readonly values: readonly Value[];
}

/** A filter as queries that share no row: what is done by somebody and to them, and each action, have an index of their own. */
function walksOf({ account, actions, subject }: AuditFilter): readonly Walk[] {
  const one = (condition: string, value: Value): Walk => ({ conditions: [condition], values: [value] });
  const whose: readonly Walk[] =
    account === undefined
      ? [{ conditions: [], values: [] }]
      : [
          one('actor = ?', account),
          { conditions: ['subject = ?', "COALESCE(actor, '') <> ?"], values: [account, account] },
        ];
  const about = subject === undefined ? whose : whose.map((walk) => and(walk, one('subject = ?', subject)));
  return actions === undefined
    ? about
    : about.flatMap((walk) => actions.map((action) => and(walk, one('action = ?', action))));
}

const and = (a: Walk, b: Walk): Walk => ({
  conditions: [...a.conditions, ...b.conditions],
  values: [...a.values, ...b.values],
});

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
