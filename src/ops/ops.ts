/** What looks after the running server: counting, tracing, whether the disk takes what it is given, and the end. */
import type { Blobs } from '../blobs/blobs.ts';
import type { Hub } from '../realtime/hub.ts';
import type { Db } from '../store/db.ts';
import type { Log } from './log.ts';
import { createMeter, type Meter } from './meter.ts';
import { createStopping, type Stopping } from './stopping.ts';
import { createStores, type Stores } from './stores.ts';
import type { Tracing } from './tracing.ts';
import { watchHub } from './watched-hub.ts';

export interface Ops {
  readonly meter: Meter;
  readonly stores: Stores;
  readonly stopping: Stopping;
  /** Null: nothing is traced. */
  readonly tracing: Tracing | null;
  /** When the process began: epoch milliseconds. */
  readonly startedAt: number;
}

/** @param clock epoch milliseconds */
export function createOps(log: Log, clock: () => number, tracing: Tracing | null = null): Ops {
  const meter = createMeter();
  return {
    meter,
    stores: createStores({ log, meter, clock }),
    stopping: createStopping(),
    tracing,
    startedAt: clock(),
  };
}

/** The same ports, watched. */
export const watchPorts = <
  P extends { readonly db: Db; readonly blobs: Blobs; readonly hub: Hub; readonly log: Log },
>(
  ports: P,
  ops: Ops,
): P & { readonly ops: Ops } => ({
  ...ports,
  ops,
  db: ops.stores.watchDb(ports.db),
  blobs: ops.stores.watchBlobs(ports.blobs),
  hub: watchHub(ports.hub, ops.meter),
  log: watchLog(ports.log, ops.meter),
});

const watchLog = (log: Log, meter: Meter): Log => ({
  ...log,
  warn(message, fields) {
    meter.count('logLines', { level: 'warn' });
    log.warn(message, fields);
  },
  error(message, fields) {
    meter.count('logLines', { level: 'error' });
    log.error(message, fields);
  },
});
