/** The figures of the running server: the health page says them in words, /metrics as gauges. */
import { join } from 'node:path';
import { RELEASE } from '../contract/release.ts';
import type { Deps } from '../deps.ts';
import { diskOf, sizeOf } from '../ops/disk.ts';
import type { JobReport } from '../ops/jobs.ts';
import { type ProcessFigures, processFigures } from '../ops/process.ts';
import type { Sample } from '../ops/registry.ts';
import type { Refused } from '../ops/stores.ts';
import type { ShippingState } from '../ops/wal/progress.ts';
import type { Way } from '../realtime/hub.ts';
import { countAccounts, countAudit, countWaiting, newestAuditAt, sizeInPostgres } from '../store/figures.ts';
import { type Total, totalOfAll } from '../store/file-lists.ts';
import type { BackupState } from './server-backups.ts';

/** Sizes are bytes, times epoch milliseconds. */
export interface Figures {
  readonly at: number;
  readonly startedAt: number;
  readonly release: string;
  readonly bun: string;
  readonly process: ProcessFigures;
  readonly sockets: number;
  /** The way to other nodes. */
  readonly way: Way;
  readonly people: number;
  /** Envelopes, counted up to a million. */
  readonly waiting: number;
  /** Changes that are not on the disk yet. */
  readonly writes: number;
  readonly database: { readonly bytes: number; readonly wal: number };
  readonly files: Total;
  readonly disk: { readonly free: number; readonly total: number } | null;
  readonly refused: readonly Refused[];
  readonly audit: { readonly rows: number; readonly newestAt: number };
  readonly jobs: readonly JobReport[];
  readonly backups: BackupState;
  /** How the write-ahead log is kept elsewhere; null: it is not. */
  readonly shipping: ShippingState | null;
  readonly certificateEnd: number | null;
  readonly mail: { readonly waiting: number; readonly failing: string | null } | null;
}

export type FigureDeps = Pick<
  Deps,
  'db' | 'hub' | 'ops' | 'clock' | 'config' | 'jobs' | 'services' | 'encryption' | 'shipping'
>;

export async function readFigures(deps: FigureDeps): Promise<Figures> {
  const { db, hub, ops, clock, config, jobs, services, encryption } = deps;
  const file = join(config.data, 'sotto.sqlite');
  const [ownProcess, people, waiting, bytes, wal, files, disk, rows, newestAt, backups, mail] =
    await Promise.all([
      processFigures(),
      countAccounts(db),
      countWaiting(db),
      config.database === null ? sizeOf(file) : sizeInPostgres(db),
      config.database === null ? sizeOf(`${file}-wal`) : 0,
      totalOfAll(db),
      diskOf(config.data),
      countAudit(db),
      newestAuditAt(db),
      services.serverBackups.state(),
      services.mail.available ? services.mail.state() : null,
    ]);
  return {
    at: clock(),
    startedAt: ops.startedAt,
    release: RELEASE,
    bun: Bun.version,
    process: ownProcess,
    sockets: hub.size,
    way: hub.way,
    people,
    waiting,
    writes: ops.stores.waiting,
    database: { bytes, wal },
    files,
    disk,
    refused: ops.stores.refused(),
    audit: { rows, newestAt },
    jobs: jobs.reports(),
    backups,
    shipping: deps.shipping?.() ?? null,
    certificateEnd: encryption?.facts?.until ?? null,
    mail,
  };
}

/** When the newest backup was begun; null before the first. */
export function backupAt({ kept, last }: BackupState): number | null {
  const newest = kept?.[0]?.at ?? null;
  // One that somebody made by hand lies where they put it.
  const made = last?.ok ? last.at : null;
  return newest === null || made === null ? (newest ?? made) : Math.max(newest, made);
}

/** As gauges; what is not known is left out. */
export function samplesOf(figures: Figures, warnings: readonly { readonly name: string }[]): Sample[] {
  const { at, process: own, disk, jobs } = figures;
  const seconds = (ms: number) => ms / 1000;
  const samples: Sample[] = [
    { gauge: 'build', labels: { release: figures.release, bun: figures.bun }, value: 1 },
    { gauge: 'sockets', value: figures.sockets },
    ...(figures.way === 'none' ? [] : [{ gauge: 'redis', value: figures.way === 'open' ? 1 : 0 } as const]),
    { gauge: 'waiting', value: figures.waiting },
    { gauge: 'writes', value: figures.writes },
    { gauge: 'databaseBytes', value: figures.database.bytes },
    { gauge: 'walBytes', value: figures.database.wal },
    { gauge: 'files', value: figures.files.files },
    { gauge: 'fileBytes', value: figures.files.bytes },
    { gauge: 'people', value: figures.people },
    { gauge: 'auditRows', value: figures.audit.rows },
    { gauge: 'cpu', value: own.cpuSeconds },
    { gauge: 'memory', value: own.residentBytes },
    { gauge: 'startTime', value: seconds(figures.startedAt) },
    { gauge: 'heap', value: own.heapBytes },
    { gauge: 'heapObjects', value: own.heapObjects },
    { gauge: 'loopLag', value: own.lag },
  ];
  const known = (gauge: Sample['gauge'], value: number | null | undefined) => {
    if (value !== null && value !== undefined) samples.push({ gauge, value });
  };
  const backup = backupAt(figures.backups);
  known('openFiles', own.openFiles);
  known('diskFree', disk?.free);
  known('diskTotal', disk?.total);
  known('backupAge', backup === null ? null : seconds(at - backup));
  const kept = figures.shipping?.until ?? null;
  known('walKept', kept === null ? null : seconds(kept));
  known('walLag', kept === null ? null : seconds(at - kept));
  known('walShipped', figures.shipping?.bytes);
  known('walFailures', figures.shipping?.failures);
  known('certificateEnd', figures.certificateEnd === null ? null : seconds(figures.certificateEnd));
  known('mailWaiting', figures.mail?.waiting);
  for (const { name: job, lastAt, lastMs, lastSuccessAt } of jobs) {
    if (lastSuccessAt !== null)
      samples.push({ gauge: 'jobSuccess', labels: { job }, value: seconds(lastSuccessAt) });
    if (lastAt !== null) samples.push({ gauge: 'jobDuration', labels: { job }, value: seconds(lastMs) });
  }
  for (const { name: warning } of warnings)
    samples.push({ gauge: 'warnings', labels: { warning }, value: 1 });
  return samples;
}
