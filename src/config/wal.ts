/** Where the server keeps its write-ahead log, so that one can go back to any moment. */
import { MIN_PASSPHRASE } from './backups.ts';
import { ConfigError } from './error.ts';
import { type S3Place, s3Place } from './outside.ts';

/** A folder, or a part of a bucket. */
export type LogPlace =
  | { readonly kind: 'folder'; readonly path: string }
  | { readonly kind: 's3'; readonly s3: S3Place };

export interface LogPlan {
  readonly to: LogPlace;
  /** Milliseconds that one can go back. */
  readonly keep: number;
  /** From SOTTO_BACKUP_PASSPHRASE alone, because other people see flags. */
  readonly passphrase: string;
}

type Environment = Readonly<Record<string, string | undefined>>;

const DAY_MS = 86_400_000;
const MOST_DAYS = 366;

/** @param database whether there is a PostgreSQL, which archives its log itself */
export function logPlan(to: string, keep: string, database: boolean, env: Environment): LogPlan | null {
  if (to === '') {
    if (keep !== '') throw new ConfigError('--wal-keep goes with --wal-to.');
    return null;
  }
  if (database)
    throw new ConfigError(
      '--wal-to is for the database in the data folder: PostgreSQL archives its log itself (docs/recovery.md).',
    );
  const passphrase = env.SOTTO_BACKUP_PASSPHRASE ?? '';
  if ([...passphrase].length < MIN_PASSPHRASE)
    throw new ConfigError(
      `--wal-to needs SOTTO_BACKUP_PASSPHRASE, with ${MIN_PASSPHRASE} characters or more: what is kept is encrypted with it.`,
    );
  const [, days = ''] = /^(\d{1,3})d$/.exec(keep === '' ? '7d' : keep) ?? [];
  if (!(Number(days) >= 1 && Number(days) <= MOST_DAYS))
    throw new ConfigError(`--wal-keep takes days, from 1d to ${MOST_DAYS}d, not "${keep}".`);
  return Object.freeze({ to: logPlace(to, '--wal-to', env), keep: Number(days) * DAY_MS, passphrase });
}

/** A folder, or s3://bucket/prefix with the S3_* variables. @param what that takes it, for the sentence */
export function logPlace(text: string, what: string, env: Environment): LogPlace {
  if (!text.startsWith('s3:')) return { kind: 'folder', path: text };
  const bucket = text.slice('s3://'.length).replace(/\/+$/, '');
  if (!text.startsWith('s3://') || bucket === '')
    throw new ConfigError(`${what} takes a folder, or s3://bucket/prefix, not "${text}".`);
  return { kind: 's3', s3: s3Place(env, bucket) };
}
