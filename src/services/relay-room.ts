/**
 * How much of the relay one sender takes: bytes that wait for devices, and what it remembers of posts for a month. Both are bounded,
 * for each account and for all together, so that nobody fills the disk by sending. What is refused stays on the sender's device, which
 * tries again.
 *
 * Each node estimates for itself, and measures anew now and then where there are others: what they have taken since is what a limit may be
 * passed by. What is remembered of posts is bounded on each node.
 */
import type { AccountId } from '../contract/ids.ts';
import { MAX_WAITING_BYTES, MAX_WAITING_BYTES_OF_ALL } from '../contract/limits.ts';
import { sentence } from '../contract/words.ts';
import { waitingBytes } from '../store/bodies.ts';
import type { Tx } from '../store/db.ts';
import { Refusal } from './refusal.ts';

export interface RelayRoom {
  /** Counts a post before it is stored. Throws RateLimitExceeded when there is no room for it. */
  take(tx: Tx, account: AccountId, post: PostSize): Promise<void> | void;
}

export interface PostSize {
  /** Body and envelopes. */
  readonly bytes: number;
  readonly recipients: number;
}

export interface RoomLimits {
  readonly account: number;
  readonly all: number;
}

interface Known {
  /** Of what waits, never less: acknowledgements are not subtracted, it is measured anew when it gets close. */
  bytes: number;
  /** When it was measured, and from when on it may be again, epoch milliseconds. */
  measuredAt: number;
  measureAt: number;
  /** Bytes of remembered posts, flowing off at FORGOTTEN_PER_MS. */
  remembered: number;
  at: number;
}

/** Milliseconds between two measurements: each reads a row for every message that waits, so long ones are made rarely. */
const MEASURE_EVERY_MS = 1000;
const MEASURE_SHARE = 20;
/** Milliseconds for which a measurement holds where there are other nodes: of one account, and of all. */
const HOLDS_MS = 60_000;
const HOLDS_OF_ALL_MS = 600_000;
/** Seconds after which a client asks again. */
const WAIT_S = 60;
/** What is remembered of a post for a month: a row, and 32 bytes for each recipient. */
const REMEMBERED_BYTES = 300;
const RECIPIENT_BYTES = 32;
/** So much of it at once: 10,000 messages to 600 devices, or 600,000 to one. */
const REMEMBERED_BURST = 200e6;
/** And so much more each day: 29,000 messages to 600 devices. */
const FORGOTTEN_PER_MS = 576e6 / (24 * 3600_000);

/**
 * @param limits other figures, for tests
 * @param hasOthers whether other nodes take posts too
 */
export function createRelayRoom(
  clock: () => number,
  limits: RoomLimits = { account: MAX_WAITING_BYTES, all: MAX_WAITING_BYTES_OF_ALL },
  hasOthers: () => boolean = () => false,
): RelayRoom {
  const known = new Map<AccountId | null, Known>();
  const of = (account: AccountId | null): Known => {
    const found = known.get(account);
    if (found) return found;
    const fresh = { bytes: 0, measuredAt: 0, measureAt: 0, remembered: 0, at: clock() };
    known.set(account, fresh);
    return fresh;
  };

  const isStale = (state: Known, holds: number) => hasOthers() && clock() - state.measuredAt >= holds;

  /** Measures when the estimate says that there is no room, or says nothing of other nodes, and not again for a while. */
  const hasRoom = async (tx: Tx, account: AccountId | null, bytes: number, limit: number) => {
    const state = of(account);
    const now = clock();
    const isOld = isStale(state, account === null ? HOLDS_OF_ALL_MS : HOLDS_MS);
    if ((isOld || state.bytes + bytes > limit) && now >= state.measureAt) {
      state.measuredAt = now;
      state.bytes = await waitingBytes(tx, account);
      state.measureAt = clock() + Math.max(MEASURE_EVERY_MS, MEASURE_SHARE * (clock() - now));
    }
    return state.bytes + bytes <= limit;
  };

  const remember = (state: Known, recipients: number): void => {
    const now = clock();
    const passed = Math.max(0, now - state.at);
    state.remembered = Math.max(0, state.remembered - passed * FORGOTTEN_PER_MS);
    state.at = now;
    const more = REMEMBERED_BYTES + RECIPIENT_BYTES * recipients;
    if (state.remembered + more > REMEMBERED_BURST) {
      const seconds = Math.ceil((state.remembered + more - REMEMBERED_BURST) / FORGOTTEN_PER_MS / 1000);
      throw new Refusal(
        'RateLimitExceeded',
        'Too many messages today. Your device keeps this one and sends it later.',
        { retry_after: Math.max(1, seconds) },
      );
    }
    state.remembered += more;
  };

  const checked = async (tx: Tx, account: AccountId, { bytes }: PostSize): Promise<void> => {
    if (!(await hasRoom(tx, account, bytes, limits.account)))
      throw new Refusal(
        'RateLimitExceeded',
        sentence(
          'Messages of yours wait for devices that are away: {limit}, which is the most. Your device keeps this one and tries again.',
          { limit: { bytes: limits.account } },
        ),
        { retry_after: WAIT_S },
      );
    if (!(await hasRoom(tx, null, bytes, limits.all)))
      throw new Refusal(
        'RateLimitExceeded',
        'Too much waits on this server for devices that are away. Your device keeps this message and tries again.',
        { retry_after: WAIT_S },
      );
  };

  return {
    take(tx, account, post) {
      const [own, all] = [of(account), of(null)];
      const count = () => {
        remember(own, post.recipients);
        own.bytes += post.bytes;
        all.bytes += post.bytes;
      };
      // Nearly always: nothing to wait for, as a post passes here in microseconds.
      const fits = own.bytes + post.bytes <= limits.account && all.bytes + post.bytes <= limits.all;
      if (fits && !isStale(own, HOLDS_MS) && !isStale(all, HOLDS_OF_ALL_MS)) return count();
      return checked(tx, account, post).then(count);
    },
  };
}
