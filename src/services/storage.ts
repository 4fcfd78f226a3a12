/** What files take on the server, for those who run it, and the limits that they set. */
import type { Session } from '../auth/sessions.ts';
import type { AccountId } from '../contract/ids.ts';
import type { PolicyValues } from '../contract/policies.ts';
import type { Ports } from '../deps.ts';
import * as lists from '../store/file-lists.ts';
import type { Audit } from './audit.ts';
import type { Policies } from './policies.ts';

export type StorageLimits = Pick<
  PolicyValues,
  'accountFileBytes' | 'workspaceFileBytes' | 'maxFileBytes' | 'fileDays'
>;

/** Sums of sealed bytes; a file counts in full from its beginning on. */
export interface StorageOverview {
  readonly all: lists.Total;
  /** Bytes that fit on the disk besides; null where nobody knows. */
  readonly free: number | null;
  /** Who has files, the largest first. */
  readonly accounts: readonly (lists.Total & { readonly account: AccountId })[];
  /** Files whose end is within a week. */
  readonly ending: lists.Total;
  /** Uploads that are not complete. */
  readonly unfinished: lists.Total;
}

export interface Storage {
  overview(): Promise<StorageOverview>;
  /** What one account has, of what it may have. */
  own(account: AccountId): Promise<lists.Total & { readonly limit: number }>;
  setLimits(session: Pick<Session, 'account'>, limits: StorageLimits): Promise<void>;
}

const WEEK_MS = 7 * 24 * 3600_000;

export function createStorage(
  { db, blobs, clock }: Pick<Ports, 'db' | 'blobs' | 'clock'>,
  { audit, policies }: { readonly audit: Audit; readonly policies: Policies },
): Storage {
  return {
    async overview() {
      const [all, free, accounts, ending, unfinished] = await Promise.all([
        lists.totalOfAll(db),
        blobs.free(),
        lists.totals(db),
        lists.expiringBefore(db, clock() + WEEK_MS),
        lists.unfinished(db),
      ]);
      return { all, free, accounts, ending, unfinished };
    },

    async own(account) {
      const [total, { accountFileBytes }] = await Promise.all([lists.totalOf(db, account), policies.read()]);
      return { ...total, limit: accountFileBytes };
    },

    async setLimits({ account }, limits) {
      await policies.write(limits, (tx) =>
        audit.record(tx, { actor: account, action: 'storage.limits', subject: '', detail: { ...limits } }),
      );
    },
  };
}
