/** Who of several nodes does what only one may do. A lease ends by itself when its holder is gone. */
import type { Db } from '../store/db.ts';
import { endLease, type LeaseRow, leaseRow, renewLease, takeLease } from '../store/leases.ts';

export interface Leases {
  /**
   * Runs `act` while this node holds the lease of that name, and gives null; how another node did it, at once, while that one holds it
   * or has done it less than `rest` ago (milliseconds). Held on for as long as `act` runs; `signal` is aborted when it was lost, or
   * the server stops. Throws what `act` throws.
   */
  run(
    name: string,
    act: (signal: AbortSignal) => Promise<unknown>,
    signal: AbortSignal,
    rest?: number,
  ): Promise<Elsewhere | null>;
}

/** The last run that ended, by whichever node; times are epoch milliseconds. */
export interface Elsewhere {
  /** Of the latest holder, for people. */
  readonly node: string;
  readonly endedAt: number | null;
  readonly succeededAt: number | null;
  /** Null: it ended well. */
  readonly error: string | null;
}

/** Where there is one node, it holds every lease. */
export const ONE_NODE: Leases = {
  async run(_name, act, signal) {
    await act(signal);
    return null;
  },
};

/** Milliseconds that a lease holds without being renewed, which happens at each third. */
const LEASE_MS = 60_000;
/** Milliseconds by which a clock may be off that of the database. What is over is deleted: who takes the time for later deletes everything. */
const MOST_OFF_MS = 5 * 60_000;
/** Clocks of nodes may differ by so much without a lease being taken too early. */
const SKEW_MS = 10_000;

export interface LeasesOptions {
  readonly lease?: number;
  readonly skew?: number;
  /** Milliseconds of a clock that nobody sets. */
  readonly steady?: () => number;
  /** The time of the database, epoch milliseconds: what all nodes have in common. */
  readonly common?: (() => Promise<number>) | null;
}

/**
 * @param clock epoch milliseconds
 * @param node what this one is called, for people
 */
export function createLeases(
  db: Db,
  clock: () => number,
  node: string,
  { lease = LEASE_MS, skew = SKEW_MS, steady = () => performance.now(), common = null }: LeasesOptions = {},
): Leases {
  /** Random, so that a process is not taken for the one before it on the same machine. */
  const holder = crypto.randomUUID();
  const seen = new Map<string, { readonly said: string; readonly at: number }>();

  /** Milliseconds for which this process has seen a row say the same. */
  const stood = ({ name, holder, held_until, rests_until }: LeaseRow): number => {
    const said = `${holder} ${held_until} ${rests_until}`;
    const known = seen.get(name);
    if (known?.said === said) return steady() - known.at;
    seen.set(name, { said, at: steady() });
    return 0;
  };

  /** Null: it is this node's now, until `until`. */
  const take = (name: string, now: number, until: number, rest: number) =>
    db.write(async (tx): Promise<Elsewhere | null> => {
      const row = await leaseRow(tx, name);
      // A time that a wrong clock has written may be years ahead: nothing is held, or rests, for longer than it can.
      const since = row === null ? 0 : stood(row);
      const isHeld =
        row !== null && row.holder !== '' && row.held_until + skew > now && since <= lease + skew;
      if (row && (isHeld || (row.rests_until > now && since <= rest))) {
        const { ended_at: endedAt, succeeded_at: succeededAt, error } = row;
        return { node: row.node, endedAt, succeededAt, error };
      }
      await takeLease(tx, { name, holder, node, held_until: until });
      return null;
    });

  /** Throws where one of both clocks is wrong: nobody knows which. */
  const checkClock = async (): Promise<void> => {
    if (common === null) return;
    const before = clock();
    const theirs = await common();
    const off = Math.max(before - theirs, theirs - clock());
    if (off > MOST_OFF_MS)
      throw new Error(
        `The clocks of this machine and of the database are ${Math.round(off / 60_000)} minutes apart: put them right.`,
      );
  };

  return {
    async run(name, act, signal, rest = 0) {
      await checkClock();
      const startedAt = clock();
      let until = startedAt + lease;
      const elsewhere = await take(name, startedAt, until, rest);
      if (elsewhere !== null) return elsewhere;

      const lost = new AbortController();
      const lose = () => lost.abort(new Error('Another node may do this by now: this one lost its lease.'));
      const renew = async () => {
        const now = clock();
        // Looked at here too, because a write to a database that is away may take any time.
        if (now >= until) return lose();
        const next = now + lease;
        const isOurs = await renewLease(db, name, holder, next).catch(() => null);
        if (isOurs) until = next;
        else if (isOurs === false) lose();
      };
      const renewing = setInterval(renew, lease / 3);
      const end = async (error: string | null) => {
        const isCutOff = signal.aborted || lost.signal.aborted;
        const ended = { rests_until: isCutOff ? 0 : startedAt + rest, ended_at: clock(), error };
        // Otherwise it ends by itself, and another node does it once more.
        await endLease(db, { name, holder }, ended).catch(() => undefined);
      };
      try {
        await act(AbortSignal.any([signal, lost.signal]));
        lost.signal.throwIfAborted();
        await end(null);
        return null;
      } catch (error) {
        await end(error instanceof Error ? error.message : String(error));
        throw error;
      } finally {
        clearInterval(renewing);
      }
    },
  };
}
