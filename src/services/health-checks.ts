/** What those who run the server should do something about. A room that knows of another such thing adds a check to the list. */
import { isDiskWord } from '../blobs/blobs.ts';
import { sentence } from '../contract/words.ts';
import { backupAt, type Figures } from './figures.ts';

export interface Warning {
  /** In plain words with dashes, for metrics; each at most once. */
  readonly name: string;
  /** A sentence kept for later. */
  readonly words: string;
}

type Check = (figures: Figures) => Warning | null;

const HOUR_MS = 3600_000;
const DAY_MS = 24 * HOUR_MS;
/** Of the disk, what should be free. */
const LOW_DISK = 0.1;
/** A backup may be so much later than planned: it takes its time, and the server may have been off. */
const BACKUP_GRACE_MS = 2 * HOUR_MS;
/** What is kept of the write-ahead log may be so far behind: the first copy of a large database takes longer, and is said. */
const LOG_LATE_MS = 60_000;
const CERTIFICATE_SOON_MS = 14 * DAY_MS;
/** What was noted may be so far ahead: several rows of one moment, and clocks that are put right. */
const CLOCK_TOLERANCE_MS = 60_000;

const diskRefuses: Check = ({ refused }) => {
  const [first] = refused;
  if (!first) return null;
  if (first.reason.startsWith('PostgreSQL: '))
    return {
      name: 'database-refuses',
      words: sentence(
        'Nothing can be stored: the database takes nothing ({reason}). Messages wait with their senders until it does; nothing that was accepted is lost.',
        { reason: first.reason },
      ),
    };
  return {
    name: first.store === 'database' ? 'database-refuses' : 'files-refuse',
    words:
      first.store === 'database'
        ? sentence(
            'Nothing can be stored: the disk is full or read-only ({reason}). Messages are refused until there is room; nothing that was accepted is lost.',
            { reason: first.reason },
          )
        : isDiskWord(first.reason)
          ? sentence('Files cannot be stored: the disk is full or read-only ({reason}).', {
              reason: first.reason,
            })
          : sentence(
              'Files cannot be stored: the bucket that keeps them does not answer, or refuses ({reason}). Messages go on.',
              { reason: first.reason },
            ),
  };
};

const diskLow: Check = ({ disk }) =>
  disk && disk.free < disk.total * LOW_DISK
    ? {
        name: 'disk-low',
        words: sentence('The disk is nearly full: {free} of {total} are free.', {
          free: { bytes: disk.free },
          total: { bytes: disk.total },
        }),
      }
    : null;

const backupLate: Check = ({ at, startedAt, backups }) => {
  const { plan } = backups;
  if (!plan) return null;
  const newest = backupAt(backups);
  const due = (newest ?? startedAt) + (newest === null ? 0 : plan.every) + BACKUP_GRACE_MS;
  if (at < due) return null;
  return newest === null
    ? { name: 'backup-late', words: sentence('There is no backup yet. Look at the page of backups.') }
    : {
        name: 'backup-late',
        words: sentence('The newest backup is of {day}, which is older than planned.', {
          day: { day: newest },
        }),
      };
};

const backupFailed: Check = ({ backups: { last } }) =>
  last && !last.ok
    ? { name: 'backup-failed', words: sentence('The latest backup failed. Look at the page of backups.') }
    : null;

const certificateEnds: Check = ({ at, certificateEnd }) => {
  if (certificateEnd === null || certificateEnd - at > CERTIFICATE_SOON_MS) return null;
  return {
    name: 'certificate-ends',
    words:
      certificateEnd <= at
        ? sentence('The certificate of this server has ended: browsers refuse it.')
        : sentence('The certificate of this server ends on {day}.', { day: { day: certificateEnd } }),
  };
};

const clockOff: Check = ({ at, audit }) =>
  audit.newestAt > at + CLOCK_TOLERANCE_MS
    ? {
        name: 'clock-off',
        words: sentence(
          'The clock of this machine was set back: something was noted later than it says now.',
        ),
      }
    : null;

const logNotKept: Check = ({ at, startedAt, shipping }) => {
  if (shipping === null) return null;
  if (shipping.failing === null && at - (shipping.until ?? startedAt) < LOG_LATE_MS) return null;
  return {
    name: 'log-not-kept',
    words:
      shipping.failing === null
        ? sentence('The write-ahead log is kept later than it is written: see how fast {place} takes it.', {
            place: shipping.to,
          })
        : sentence('The write-ahead log is not kept: {reason}', { reason: shipping.failing }),
  };
};

const redisAway: Check = ({ way }) =>
  way === 'away'
    ? {
        name: 'redis-away',
        words: sentence(
          'This server does not reach Redis: what others send arrives some seconds late, and nothing is lost. See whether Redis runs, and REDIS_URL.',
        ),
      }
    : null;

const mailFails: Check = ({ mail }) =>
  mail?.failing
    ? {
        name: 'mail-fails',
        words: sentence('Mail does not go out: {reason}', { reason: mail.failing }),
      }
    : null;

const jobFails: Check = ({ jobs }) => {
  const [failed] = jobs.filter(({ lastError }) => lastError !== null);
  return failed
    ? {
        name: 'job-fails',
        words: sentence('The job “{job}” failed when it last ran: {reason}', {
          job: failed.name,
          reason: failed.lastError ?? '',
        }),
      }
    : null;
};

const CHECKS: readonly Check[] = [
  diskRefuses,
  diskLow,
  redisAway,
  clockOff,
  certificateEnds,
  backupFailed,
  backupLate,
  logNotKept,
  mailFails,
  jobFails,
];

/** What is to be warned of, the most pressing first. */
export const warningsOf = (figures: Figures): readonly Warning[] =>
  CHECKS.flatMap((check) => check(figures) ?? []);
