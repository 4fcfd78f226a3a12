/** Who of several nodes does what only one may do. A lease ends by itself when its holder is gone. */
import type { Db, Tx } from '../store/db.ts';
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
/** Milliseconds for which it is left alone after its end: whoever has lost it needs a moment to stop. */
const GRACE_MS = 10_000;

export interface LeasesOptions {
  readonly lease?: number;
  readonly grace?: number;
  /** Milliseconds of a clock that nobody sets. */
  readonly steady?: () => number;
}

/**
 * @param time epoch milliseconds by the clock that all nodes have in common, which is the database's: their own may differ
 * @param node what this one is called, for people
 */
export function createLeases(
  db: Db,
  time: (tx: Tx) => Promise<number>,
  node: string,
  { lease = LEASE_MS, grace = GRACE_MS, steady = () => performance.now() }: LeasesOptions = {},
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

  /** When it became this node's; how another one did it, where that has it or did it a moment ago. */
  const take = (name: string, rest: number) =>
    db.write(async (tx): Promise<number | Elsewhere> => {
      const now = await time(tx);
      const row = await leaseRow(tx, name);
      // A time that a wrong clock has written may be years ahead: nothing is held, or rests, for longer than it can.
      const since = row === null ? 0 : stood(row);
      // What is this node's own already was taken in a commit whose answer was lost.
      const isHeld =
        row !== null &&
        row.holder !== '' &&
        row.holder !== holder &&
        row.held_until + grace > now &&
        since <= lease + grace;
      if (row && (isHeld || (row.rests_until > now && since <= rest))) {
        const { ended_at: endedAt, succeeded_at: succeededAt, error } = row;
        return { node: row.node, endedAt, succeededAt, error };
      }
      await takeLease(tx, { name, holder, node, held_until: now + lease });
      return now;
    });

  /** Renews it, and calls `lose` when it is somebody else's or was not renewed in time. Gives what ends that. */
  const keep = (name: string, from: number, lose: () => void): (() => void) => {
    // Counted from before the commit: here it is over before it is for others, also while the database is away.
    const over = (since: number) => setTimeout(lose, since + lease - steady());
    let losing: ReturnType<typeof over> | null = over(from);
    const renewing = setInterval(async () => {
      const asked = steady();
      const isOurs = await db
        .write(async (tx) => renewLease(tx, { name, holder, held_until: (await time(tx)) + lease }))
        .catch(() => null);
      if (isOurs === false) lose();
      if (!isOurs || losing === null) return;
      clearTimeout(losing);
      losing = over(asked);
    }, lease / 3);
    return () => {
      clearInterval(renewing);
      if (losing !== null) clearTimeout(losing);
      losing = null;
    };
  };

  return {
    async run(name, act, signal, rest = 0) {
      const from = steady();
      const taken = await take(name, rest);
      if (typeof taken !== 'number') return taken;

      const lost = new AbortController();
      const stop = keep(name, from, () =>
        lost.abort(new Error('Another node may do this by now: this one lost its lease.')),
      );
      const end = async (error: string | null) => {
        const isCutOff = signal.aborted || lost.signal.aborted;
        const note = async (tx: Tx) => {
          const ended = { rests_until: isCutOff ? 0 : taken + rest, ended_at: await time(tx), error };
          await endLease(tx, { name, holder }, ended);
        };
        // Otherwise it ends by itself, and another node does it once more.
        await db.write(note).catch(() => undefined);
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
        stop();
      }
    },
  };
}
