/**
 * What was done here, by whom and when: rows that are only ever added, each bound to the one before by a hash, so that
 * none can be changed or taken out of the middle unseen. Ids and sizes alone: the server knows no names. Whoever could rewrite the
 * whole table could make a new chain; `head` is what one notes elsewhere to see that.
 */
import {
  AUDIT_KEYS,
  type AuditAction,
  type AuditDetail,
  type AuditFilter,
  type AuditRecord,
} from '../contract/audit.ts';
import { toHex } from '../contract/bytes.ts';
import type { Ports } from '../deps.ts';
import * as store from '../store/audit.ts';
import type { Tx } from '../store/db.ts';
import type { AuditFormat } from './audit-export.ts';
import { Recent } from './recent.ts';

export interface AuditEntry {
  /** An account, `visit:` and a link's id, or null for the server itself. */
  readonly actor: string | null;
  readonly action: AuditAction;
  /** The id that it is about; empty for the workspace. */
  readonly subject: string;
  /** Under keys of the contract: nothing else is written. */
  readonly detail?: AuditDetail;
}

export interface Audit {
  /** Adds a row in the caller's transaction: it is there when what it tells of is. */
  record(tx: Tx, entry: AuditEntry): Promise<void>;
  /** The same for several, in their order: the row before is looked up once. */
  recordAll(tx: Tx, entries: readonly AuditEntry[]): Promise<void>;
  /** Adds a row unless the same actor did the same within the hour. Throws DbUnavailable when it cannot be kept. */
  recordHourly(entry: AuditEntry & { readonly actor: string }): Promise<void>;
  /** Adds a refusal; of one actor only so many an hour, so that nobody fills the log with them. Never throws. */
  refused(entry: AuditEntry): Promise<void>;
  /** Notes that somebody takes rows along; null: the server's own command line. */
  exported(actor: string | null, format: AuditFormat): Promise<void>;
  /** Walks the whole chain. */
  verify(): Promise<AuditState>;
  /** Sequence number and hash of the newest row, without walking; 0 and zeros for an empty log. */
  head(): Promise<{ readonly entries: number; readonly head: string }>;
  /** Rows that the filter lets through, newest first, before the row `before` where it is given; at most `limit`. */
  find(filter: AuditFilter, before: number | null, limit: number): Promise<readonly AuditRecord[]>;
  /** All of them, oldest first, read as they are taken. */
  all(filter: AuditFilter): AsyncIterable<AuditRecord>;
}

export interface AuditState {
  readonly entries: number;
  /** Hash of the newest row, hexadecimal. */
  readonly head: string;
  /** The first row that is not what was written, or has another one before it than it had; null when all are right. */
  readonly broken: number | null;
}

/** Refusals of one actor in an hour that are noted. */
const MAX_REFUSALS = 20;
const HOUR_MS = 3600_000;
/** Whatever else an entry would say is left out. */
const KEYS = Object.keys(AUDIT_KEYS);
/** Rows that are read at a time. */
const PAGE = 1000;
const NONE = new Uint8Array(32);

export function createAudit({ db, clock, log }: Pick<Ports, 'db' | 'clock' | 'log'>): Audit {
  /** Saves a question for each chunk of a file. */
  const noted = new Recent<string, true>(clock, { ttl: HOUR_MS, max: 20_000 });
  /** Of this node: what is bounded is what one flood writes. */
  const refusals = new Recent<string, { count: number }>(clock, { ttl: HOUR_MS, max: 20_000 });

  const recordAll: Audit['recordAll'] = async (tx, entries) => {
    if (entries.length === 0) return;
    const last = await store.lastAudit(tx);
    let seq = last?.seq ?? 0;
    let previous: Uint8Array = last?.hash ?? NONE;
    const writes: Promise<void>[] = [];
    for (const { actor, action, subject, detail = {} } of entries) {
      seq++;
      const row = {
        seq,
        at: clock(),
        actor,
        action,
        subject,
        detail: JSON.stringify(detail, KEYS),
        previous,
      };
      const hash = hashOf(row);
      writes.push(store.insertAudit(tx, { ...row, hash }));
      previous = hash;
    }
    await Promise.all(writes);
  };
  const record: Audit['record'] = (tx, entry) => recordAll(tx, [entry]);

  return {
    record,
    recordAll,

    async recordHourly(entry) {
      const key = `${entry.action} ${entry.subject} ${entry.actor}`;
      if (noted.get(key)) return;
      await db.write(async (tx) => {
        if (!(await store.wasAudited(tx, entry, clock() - HOUR_MS))) await record(tx, entry);
      });
      noted.put(key, true, noted.generation);
    },

    async refused(entry) {
      // Of somebody who is not signed in, those are counted that are about one account.
      const key = entry.actor ?? `about ${entry.subject}`;
      const before = refusals.get(key);
      if (before !== undefined && before.count >= MAX_REFUSALS) return;
      if (before === undefined) refusals.put(key, { count: 1 }, refusals.generation);
      else before.count++;
      try {
        await db.write((tx) => record(tx, entry));
      } catch (error) {
        // The refusal is the answer, whether or not it could be noted.
        log.warn('refusal not noted', { reason: error instanceof Error ? error.message : String(error) });
      }
    },

    async verify() {
      let previous = NONE;
      let seq = 0;
      for (;;) {
        const page = await store.auditAfter(db, seq, PAGE);
        for (const row of page) {
          const isNext =
            row.seq === seq + 1 && isSame(row.previous, previous) && isSame(row.hash, hashOf(row));
          if (!isNext) return { entries: seq, head: toHex(previous), broken: seq + 1 };
          seq = row.seq;
          previous = new Uint8Array(row.hash);
        }
        if (page.length < PAGE) return { entries: seq, head: toHex(previous), broken: null };
        // A long walk must not keep messages waiting.
        await new Promise<void>((resolve) => setImmediate(resolve));
      }
    },

    exported: (actor, format) =>
      db.write((tx) => record(tx, { actor, action: 'audit.exported', subject: '', detail: { format } })),

    async head() {
      const newest = await store.newestAudit(db);
      return { entries: newest?.seq ?? 0, head: toHex(newest?.hash ?? NONE) };
    },

    async find(filter, before, limit) {
      const range = await store.auditRange(db, filter);
      return (await store.findAudit(db, filter, { ...range, before, limit })).map(recordOf);
    },

    async *all(filter) {
      const range = await store.auditRange(db, filter);
      for (let after = 0; ; ) {
        const page = await store.findAudit(db, filter, { ...range, after, limit: PAGE });
        for (const row of page) yield recordOf(row);
        after = page.at(-1)?.seq ?? after;
        if (page.length < PAGE) return;
      }
    },
  };
}

/** SHA-256 over the row before and every field; JSON keeps them apart. */
function hashOf(row: Omit<store.AuditRow, 'hash'>): Uint8Array<ArrayBuffer> {
  const fields = JSON.stringify([row.seq, row.at, row.actor, row.action, row.subject, row.detail]);
  const hash = new Bun.CryptoHasher('sha256').update('sotto audit 1\0').update(row.previous).update(fields);
  return new Uint8Array(hash.digest());
}

const recordOf = ({ previous: _, hash, detail, ...row }: store.AuditRow): AuditRecord => ({
  ...row,
  detail: detailOf(detail),
  hash: toHex(hash),
});

/** What somebody has changed in the table may be anything: `verify` says so, and the rest can still be read. */
function detailOf(text: string): AuditRecord['detail'] {
  try {
    const detail: unknown = JSON.parse(text);
    if (typeof detail === 'object' && detail !== null)
      return Object.fromEntries(
        Object.entries(detail).map(([key, value]) => [key, typeof value === 'object' ? null : value]),
      );
  } catch {}
  return {};
}

const isSame = (a: Uint8Array, b: Uint8Array): boolean => Buffer.compare(a, b) === 0;
