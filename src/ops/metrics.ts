/**
 * Every metric that /metrics gives, in one table: docs/operations.md lists it and a test holds it to this. Labels have few values:
 * patterns of routes, names of limits and jobs, never addresses, ids or what people wrote.
 */

interface Metric {
  readonly kind: 'counter' | 'gauge' | 'histogram';
  readonly name: string;
  readonly help: string;
  readonly labels: readonly string[];
  /** Upper bounds of a histogram's buckets. */
  readonly buckets?: readonly number[];
}

/** Since the process began. */
export const COUNTERS = {
  httpRequests: {
    kind: 'counter',
    name: 'sotto_http_requests_total',
    help: 'Requests answered, by the pattern of their route.',
    labels: ['route', 'method', 'status'],
  },
  signIns: {
    kind: 'counter',
    name: 'sotto_sign_ins_total',
    help: 'Attempts to sign in: ok or refused (wrong name or secret, too many tries).',
    labels: ['result'],
  },
  rateLimited: {
    kind: 'counter',
    name: 'sotto_rate_limited_total',
    help: 'Requests refused because there were too many of them, by the name of the limit.',
    labels: ['limit'],
  },
  messages: {
    kind: 'counter',
    name: 'sotto_relay_messages_total',
    help: 'Posts accepted for at least one device: messages of people, and control (receipts, keys, settings).',
    labels: ['class'],
  },
  envelopes: {
    kind: 'counter',
    name: 'sotto_relay_envelopes_total',
    help: 'Envelopes accepted for a device, delivered to a device of somebody else, expired unfetched.',
    labels: ['result'],
  },
  pushes: {
    kind: 'counter',
    name: 'sotto_pushes_total',
    help: 'Devices woken through push services: sent or failed.',
    labels: ['result'],
  },
  storeRefusals: {
    kind: 'counter',
    name: 'sotto_store_refusals_total',
    help: 'Writes that the disk did not take: full, read-only or broken.',
    labels: ['store'],
  },
  jobRuns: {
    kind: 'counter',
    name: 'sotto_job_runs_total',
    help: 'Runs of the jobs that the server does by itself: ok or failed.',
    labels: ['job', 'result'],
  },
  logLines: {
    kind: 'counter',
    name: 'sotto_log_lines_total',
    help: 'Warnings and errors written to the log.',
    labels: ['level'],
  },
} as const satisfies Readonly<Record<string, Metric>>;

export const HISTOGRAMS = {
  httpDuration: {
    kind: 'histogram',
    name: 'sotto_http_request_duration_seconds',
    help: 'From a request to its answer, by the pattern of its route.',
    labels: ['route', 'method'],
    buckets: [0.002, 0.005, 0.01, 0.025, 0.1, 0.5, 2.5],
  },
  writeDuration: {
    kind: 'histogram',
    name: 'sotto_db_write_duration_seconds',
    help: 'From asking the database to store something until it is on the disk, waiting included.',
    labels: [],
    buckets: [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.1, 0.5, 2.5],
  },
} as const satisfies Readonly<Record<string, Metric>>;

/** Read when somebody asks. What is not known is left out. A counter among them is kept by the system. */
export const GAUGES = {
  build: {
    kind: 'gauge',
    name: 'sotto_build_info',
    help: 'Always 1; what runs stands in the labels.',
    labels: ['release', 'bun'],
  },
  sockets: { kind: 'gauge', name: 'sotto_sockets_open', help: 'WebSockets that are open.', labels: [] },
  redis: {
    kind: 'gauge',
    name: 'sotto_redis_up',
    help: '1 while this node reaches Redis, 0 while it does not; missing without REDIS_URL.',
    labels: [],
  },
  waiting: {
    kind: 'gauge',
    name: 'sotto_relay_envelopes_waiting',
    help: 'Envelopes that wait for their devices, counted up to one million.',
    labels: [],
  },
  writes: {
    kind: 'gauge',
    name: 'sotto_db_writes_waiting',
    help: 'Changes that are not on the disk yet.',
    labels: [],
  },
  databaseBytes: {
    kind: 'gauge',
    name: 'sotto_db_bytes',
    help: 'Size of the database file.',
    labels: [],
  },
  walBytes: {
    kind: 'gauge',
    name: 'sotto_db_wal_bytes',
    help: "Size of the database's write-ahead log.",
    labels: [],
  },
  files: { kind: 'gauge', name: 'sotto_files', help: 'Files of people, complete or not.', labels: [] },
  fileBytes: {
    kind: 'gauge',
    name: 'sotto_file_bytes',
    help: 'Bytes of sealed files, each in full from its beginning on.',
    labels: [],
  },
  diskFree: {
    kind: 'gauge',
    name: 'sotto_disk_free_bytes',
    help: 'Room on the disk of the data folder.',
    labels: [],
  },
  diskTotal: {
    kind: 'gauge',
    name: 'sotto_disk_bytes',
    help: 'Size of the disk of the data folder.',
    labels: [],
  },
  people: {
    kind: 'gauge',
    name: 'sotto_accounts',
    help: 'Accounts that may sign in.',
    labels: [],
  },
  auditRows: { kind: 'gauge', name: 'sotto_audit_rows', help: 'Rows of the audit log.', labels: [] },
  backupAge: {
    kind: 'gauge',
    name: 'sotto_backup_age_seconds',
    help: 'Since the newest backup was begun; missing before the first.',
    labels: [],
  },
  walKept: {
    kind: 'gauge',
    name: 'sotto_wal_kept_timestamp_seconds',
    help: 'Everything that was stored until then is kept elsewhere; missing without --wal-to.',
    labels: [],
  },
  walLag: {
    kind: 'gauge',
    name: 'sotto_wal_lag_seconds',
    help: 'How long ago that was: what would be lost with this machine; missing without --wal-to.',
    labels: [],
  },
  walShipped: {
    kind: 'counter',
    name: 'sotto_wal_shipped_bytes_total',
    help: 'Bytes of the write-ahead log that were kept elsewhere; missing without --wal-to.',
    labels: [],
  },
  walFailures: {
    kind: 'counter',
    name: 'sotto_wal_failures_total',
    help: 'Tries to keep the write-ahead log elsewhere that failed; missing without --wal-to.',
    labels: [],
  },
  certificateEnd: {
    kind: 'gauge',
    name: 'sotto_certificate_end_timestamp_seconds',
    help: 'When the certificate of the server ends; missing without TLS of its own.',
    labels: [],
  },
  mailWaiting: {
    kind: 'gauge',
    name: 'sotto_mail_waiting',
    help: 'Letters that were not handed over yet; missing without a mail server.',
    labels: [],
  },
  jobSuccess: {
    kind: 'gauge',
    name: 'sotto_job_last_success_timestamp_seconds',
    help: 'When each job last went well.',
    labels: ['job'],
  },
  jobDuration: {
    kind: 'gauge',
    name: 'sotto_job_last_duration_seconds',
    help: 'How long the last run of each job took.',
    labels: ['job'],
  },
  warnings: {
    kind: 'gauge',
    name: 'sotto_warnings',
    help: 'What the health page warns of, by the name of the warning.',
    labels: ['warning'],
  },
  cpu: {
    kind: 'counter',
    name: 'process_cpu_seconds_total',
    help: 'CPU time of the process, its own and in the system.',
    labels: [],
  },
  memory: {
    kind: 'gauge',
    name: 'process_resident_memory_bytes',
    help: 'Memory of the process.',
    labels: [],
  },
  startTime: {
    kind: 'gauge',
    name: 'process_start_time_seconds',
    help: 'When the process began.',
    labels: [],
  },
  openFiles: {
    kind: 'gauge',
    name: 'process_open_fds',
    help: 'Open files and sockets of the process; on Linux.',
    labels: [],
  },
  heap: { kind: 'gauge', name: 'bun_heap_bytes', help: 'Bytes of live JavaScript objects.', labels: [] },
  heapObjects: { kind: 'gauge', name: 'bun_heap_objects', help: 'Live JavaScript objects.', labels: [] },
  loopLag: {
    kind: 'gauge',
    name: 'bun_event_loop_lag_seconds',
    help: 'How long this question waited for a turn of the event loop.',
    labels: [],
  },
} as const satisfies Readonly<Record<string, Metric>>;

export const METRICS: readonly Metric[] = [
  ...Object.values(COUNTERS),
  ...Object.values(HISTOGRAMS),
  ...Object.values(GAUGES),
];

export type CounterName = keyof typeof COUNTERS;
export type HistogramName = keyof typeof HISTOGRAMS;
export type GaugeName = keyof typeof GAUGES;
/** A value for each label of a metric. */
export type LabelsOf<M extends Metric> = Readonly<Record<M['labels'][number], string>>;
