/** Backups that the server makes by itself. */
import { ConfigError } from './error.ts';

export interface BackupPlan {
  /** The folder that they are written to. */
  readonly folder: string;
  /** Milliseconds from one to the next. */
  readonly every: number;
  /** How many are kept. */
  readonly keep: number;
  /** Opens them again; from SOTTO_BACKUP_PASSPHRASE alone, because other people see flags. */
  readonly passphrase: string;
}

/** Characters of a passphrase, at least. */
export const MIN_PASSPHRASE = 12;
const UNITS: Readonly<Record<string, number>> = { h: 3_600_000, d: 86_400_000, w: 604_800_000 };

/** @param database whether there is a PostgreSQL, which has tools of its own */
export function backupPlan(
  folder: string,
  every: string,
  keep: string,
  passphrase: string,
  database = false,
): BackupPlan | null {
  if (folder === '') {
    if (every !== '' || keep !== '')
      throw new ConfigError('--backup-every and --backup-keep go with --backup-to FOLDER.');
    return null;
  }
  if (database)
    throw new ConfigError(
      '--backup-to is for the database in the data folder: PostgreSQL is saved with its own tools (docs/recovery.md).',
    );
  if ([...passphrase].length < MIN_PASSPHRASE)
    throw new ConfigError(
      `--backup-to needs SOTTO_BACKUP_PASSPHRASE, with ${MIN_PASSPHRASE} characters or more: backups are encrypted with it.`,
    );
  const [, count = '', unit = ''] = /^(\d{1,3})([hdw])$/.exec(every === '' ? '1d' : every) ?? [];
  const interval = Number(count) * (UNITS[unit] ?? 0);
  if (!(interval > 0))
    throw new ConfigError(`--backup-every takes a time such as 12h, 1d or 1w, not "${every}".`);
  const kept = keep === '' ? 7 : Number(keep);
  if (!Number.isInteger(kept) || kept < 1 || kept > 1000)
    throw new ConfigError(`--backup-keep takes a number from 1 to 1000, not "${keep}".`);
  return Object.freeze({ folder, every: interval, keep: kept, passphrase });
}
