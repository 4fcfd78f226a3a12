/** Backups that the server makes of itself: when the next one is due, and what became of the last. */
import { join } from 'node:path';
import type { BackupPlan } from '../config/backups.ts';
import type { Ports } from '../deps.ts';
import { BadBackup } from '../ops/backup/bad-backup.ts';
import { backupName, type Kept, listBackups, thinBackups } from '../ops/backup/shelf.ts';
import { type RunBackup, spawnBackup } from '../ops/backup/spawn.ts';
import type { Audit } from './audit.ts';
import { type BackupResult, keepResult, lastResult } from './backup-results.ts';

export interface ServerBackups {
  state(): Promise<BackupState>;
  /** Makes one when it is due. Throws what went wrong, once it is kept and audited. */
  tend(signal: AbortSignal): Promise<void>;
  /** Makes one now; who asks while one is made gets that. Throws as `tend`. @param actor who asked; null for the server itself */
  make(actor: string | null, signal?: AbortSignal): Promise<void>;
}

export interface BackupState {
  /** The database has tools of its own for it, and nothing of it is seen here. */
  readonly elsewhere: boolean;
  /** Null: the server makes none by itself. */
  readonly plan: Omit<BackupPlan, 'passphrase'> | null;
  readonly underway: boolean;
  /** How the latest one went, whoever made it. */
  readonly last: BackupResult | null;
  /** Newest first; null when the folder cannot be read. */
  readonly kept: readonly Kept[] | null;
  /** When the next one is due, epoch milliseconds; null without a plan. */
  readonly next: number | null;
}

/** Milliseconds after one that failed, at most. */
const RETRY_MS = 3600_000;

/** @param run how one is made; its own process where it is missing */
export function createServerBackups(
  { config, db, clock, log }: Pick<Ports, 'config' | 'db' | 'clock' | 'log'>,
  audit: Audit,
  run?: RunBackup,
): ServerBackups {
  const plan = config.backups;
  let underway: Promise<void> | null = null;

  const readKept = async (): Promise<readonly Kept[] | null> => {
    if (plan === null) return [];
    return listBackups(plan.folder).catch(() => null);
  };

  const nextAt = (kept: readonly Kept[] | null, last: BackupResult | null): number | null => {
    if (plan === null) return null;
    const newest = kept?.[0]?.at;
    const due = newest === undefined ? clock() : newest + plan.every;
    // After a failure not at once, and not only after days.
    return last === null || last.ok ? due : Math.max(due, last.at + Math.min(plan.every, RETRY_MS));
  };

  const makeOne = async (to: BackupPlan, actor: string | null, signal: AbortSignal): Promise<void> => {
    const at = clock();
    const file = join(to.folder, backupName(at));
    const keep = (result: BackupResult) => keepResult({ db }, audit, actor, result);
    try {
      const made = await (run ?? spawnBackup(config.data, to.passphrase))(file, signal);
      await keep({ ok: true, file, at, took: clock() - at, ...made });
      log.info('backup made', { file, size: made.size, missing: made.missing });
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      log.error('backup failed', { file, reason });
      await keep({ ok: false, file, at, took: clock() - at, reason });
      throw error;
    }
    await thinBackups(to.folder, to.keep);
  };

  const make: ServerBackups['make'] = (actor, signal = new AbortController().signal) => {
    if (plan === null) return Promise.reject(new BadBackup('This server has no folder for backups.'));
    underway ??= makeOne(plan, actor, signal).finally(() => {
      underway = null;
    });
    return underway;
  };

  return {
    async state() {
      const elsewhere = config.database !== null;
      // One that came along from a data folder is of another database.
      const [kept, last] = await Promise.all([readKept(), elsewhere ? null : lastResult({ db })]);
      return {
        elsewhere,
        plan: plan && { folder: plan.folder, every: plan.every, keep: plan.keep },
        underway: underway !== null,
        last,
        kept,
        next: nextAt(kept, last),
      };
    },

    async tend(signal) {
      if (plan === null) return;
      const due = nextAt(await readKept(), await lastResult({ db }));
      if (due !== null && due <= clock()) await make(null, signal);
    },

    make,
  };
}
