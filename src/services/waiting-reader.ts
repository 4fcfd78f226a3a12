/**
 * What sockets push from the store: everything that is asked in one turn of the event loop is one look, since a commit that brings
 * messages to many devices has all of their sockets ask at once.
 */
import type { DeviceId } from '../contract/ids.ts';
import type { Db } from '../store/db.ts';
import { type PendingAsked, type PendingRow, pendingOfMany } from '../store/envelopes.ts';

/** Envelopes of one device in one look. */
const PAGE = 50;

export interface WaitingPage {
  /** Oldest first. */
  readonly rows: readonly PendingRow[];
  /** There may be further ones. */
  readonly more: boolean;
}

export interface WaitingReader {
  read(asked: PendingAsked): Promise<WaitingPage>;
}

interface Asking extends PendingAsked {
  readonly resolve: (page: WaitingPage) => void;
  readonly reject: (error: unknown) => void;
}

export function createWaitingReader(db: Db): WaitingReader {
  let asking: Asking[] = [];

  return {
    read: (asked) =>
      new Promise((resolve, reject) => {
        if (asking.push({ ...asked, resolve, reject }) === 1) queueMicrotask(() => void look());
      }),
  };

  async function look(): Promise<void> {
    const all = asking;
    asking = [];
    try {
      const found = new Map<DeviceId, PendingRow[]>();
      for (const row of await pendingOfMany(db, earliest(all), PAGE)) {
        const rows = found.get(row.recipient);
        if (rows) rows.push(row);
        else found.set(row.recipient, [row]);
      }
      for (const { device, after, resolve } of all) {
        const rows = found.get(device) ?? [];
        resolve({ rows: rows.filter(({ number }) => number > after), more: rows.length === PAGE });
      }
    } catch (error) {
      for (const { reject } of all) reject(error);
    }
  }
}

/** Each device once: several sockets of one are not equally far. */
function earliest(asked: readonly PendingAsked[]): PendingAsked[] {
  const after = new Map<DeviceId, number>();
  for (const each of asked)
    after.set(each.device, Math.min(each.after, after.get(each.device) ?? Number.POSITIVE_INFINITY));
  return Array.from(after, ([device, from]) => ({ device, after: from }));
}
