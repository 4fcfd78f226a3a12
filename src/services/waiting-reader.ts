/**
 * What sockets push from the store: what is asked in one turn of the event loop is looked up together, since a commit that brings
 * messages to many devices has all of their sockets ask at once.
 */
import type { DeviceId } from '../contract/ids.ts';
import type { Db } from '../store/db.ts';
import {
  MOST_ASKED,
  mayGoOn,
  type PendingAsked,
  type PendingOfMany,
  type PendingRow,
  pendingOfMany,
} from '../store/envelopes.ts';

/** Of one device in one look: less than a socket takes before it counts as slow. */
const PAGE = { rows: 50, bytes: 256 * 1024 };
/** Looks that go on at once. What they hold in memory is their product with the page, however many sockets ask. */
const MOST_LOOKS = 4;

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
  const asking: Asking[] = [];
  let looks = 0;

  return {
    read: (asked) =>
      new Promise((resolve, reject) => {
        if (asking.push({ ...asked, resolve, reject }) === 1) queueMicrotask(begin);
      }),
  };

  function begin(): void {
    while (looks < MOST_LOOKS && asking.length > 0) {
      looks++;
      void look(asking.splice(0, MOST_ASKED)).finally(() => {
        looks--;
        begin();
      });
    }
  }

  async function look(asked: readonly Asking[]): Promise<void> {
    try {
      const found = new Map<DeviceId, PendingOfMany[]>();
      for (const row of await pendingOfMany(db, earliest(asked), PAGE)) {
        const rows = found.get(row.recipient);
        if (rows) rows.push(row);
        else found.set(row.recipient, [row]);
      }
      for (const { device, after, resolve } of asked) {
        const rows = found.get(device) ?? [];
        resolve({ rows: rows.filter(({ number }) => number > after), more: mayGoOn(rows, PAGE) });
      }
    } catch (error) {
      for (const { reject } of asked) reject(error);
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
