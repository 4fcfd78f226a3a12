/**
 * Rate limits: token buckets, one for each limit and key (an address, an account, an address with a username). Keys
 * include the address wherever a name alone would let one person lock out another.
 *
 * Several nodes tell each other what was taken, some times a second, and subtract it: whoever goes to all of them at once gets one burst
 * from each, and then waits at all of them until the debt, one burst at most, is paid. While nodes do not reach each other, each counts
 * for itself.
 */

import { sentence } from '../contract/words.ts';
import { Refusal } from '../services/refusal.ts';
import { networkOf } from './address.ts';

export interface Limit {
  /** Requests that may come at once. */
  readonly burst: number;
  /** Requests a minute that come back. */
  readonly perMinute: number;
}

/** Every limit, by name. */
export const LIMITS = {
  /** Sign-in attempts from one address, whoever they name. */
  signInAddress: { burst: 60, perMinute: 30 },
  /** Sign-in attempts for one username from one address. */
  signInPerson: { burst: 10, perMinute: 6 },
  /** Registrations and looks at an invite from one address. */
  registerAddress: { burst: 60, perMinute: 20 },
  /** Accounts that are made without an invite, by everybody together: 200 at once, and as many a day. */
  registerOpen: { burst: 200, perMinute: 200 / (24 * 60) },
  /** Requests for prekeys by one account (each names up to 600 devices). */
  prekeysAccount: { burst: 60, perMinute: 60 },
  /** Posts to the relay by one account: messages, receipts, ratchet steps. */
  sendAccount: { burst: 600, perMinute: 1800 },
  /** Posts from one address: an office behind one router. */
  sendAddress: { burst: 6000, perMinute: 18_000 },
  /** Fetching, acknowledging and asking for statuses, by one account: a device away for days comes back at once. */
  relayAccount: { burst: 600, perMinute: 3000 },
  /** Requests of new devices to be linked, and their completion, from one address. */
  linkAddress: { burst: 20, perMinute: 6 },
  /** Questions of new devices for their answer, from one address: one every 1.5 seconds each. */
  linkPollAddress: { burst: 300, perMinute: 300 },
  /** Codes that one account tries. */
  linkFindAccount: { burst: 10, perMinute: 4 },
  /** Approvals of one account, and its questions for what became of them. */
  linkAccount: { burst: 120, perMinute: 120 },
  /** Invites made by one account. */
  inviteAccount: { burst: 30, perMinute: 10 },
  /** Parts of history that one account gives to other devices or fetches for this one. */
  parcelAccount: { burst: 300, perMinute: 300 },
  /** Signs of presence and of writing by one account, over all of its sockets. */
  presenceAccount: { burst: 60, perMinute: 60 },
  /** Socket connections by one account. */
  socketAccount: { burst: 60, perMinute: 60 },
  /** Changes of groups' members by one account: each costs three signatures to verify. */
  rosterAccount: { burst: 60, perMinute: 10 },
  /** Parts of a history stored and fetched by one account: a restore of a gigabyte takes some minutes. */
  backupAccount: { burst: 300, perMinute: 300 },
  /** Calls about files by one account, other than their bytes. */
  fileAccount: { burst: 600, perMinute: 1200 },
  /** Chunks of files by one account, sent and fetched: 2 GiB there and back at once, then 100 MB a second. */
  fileChunkAccount: { burst: 4500, perMinute: 6000 },
  /** Chunks of files that visitors of links send and fetch, from one address. */
  fileVisitAddress: { burst: 3000, perMinute: 6000 },
  /** Links of people without an account that are looked at and used, from one address: an office opens one link at once. */
  visitAddress: { burst: 300, perMinute: 120 },
  /** Visits that one link begins, from everywhere: each is a row for some hours, and one of the audit for ever. */
  visitLink: { burst: 300, perMinute: 60 },
  /** Addresses that one account wants a code sent to: each is mail to somebody who may not have asked for it. */
  mailAccount: { burst: 5, perMinute: 0.1 },
  /** Tokens made by one account. */
  tokenAccount: { burst: 20, perMinute: 2 },
  /** Pages of the audit log that one account reads through the API. */
  auditAccount: { burst: 300, perMinute: 120 },
  /** Calls with one token. */
  tokenCalls: { burst: 600, perMinute: 1200 },
  /** Tokens that are none, or may not do what is asked, from one address. */
  tokenRefusedAddress: { burst: 60, perMinute: 20 },
  /** Exports of everything about oneself: each reads every row that there is. */
  exportAccount: { burst: 3, perMinute: 0.05 },
  /** Changes of one's own device list or vault: each is a leaf of the log, for ever. */
  leafAccount: { burst: 60, perMinute: 1 },
  /** Conversations that one account begins. */
  conversationAccount: { burst: 200, perMinute: 2 },
  /** Any other write by one account. */
  writeAccount: { burst: 120, perMinute: 120 },
} as const satisfies Record<string, Limit>;
export type LimitName = keyof typeof LIMITS;
const isLimit = (name: string): name is LimitName => Object.hasOwn(LIMITS, name);

/** Buckets kept at most; full ones are forgotten first, which loses nothing. */
const MAX_BUCKETS = 50_000;

/** What other nodes are told, and by which name (limit-sharing.ts). */
export interface SharedLimits {
  /** Stands for a key where others can read it. */
  nameOf(key: string): string;
  taken(limit: LimitName, name: string): void;
}

interface Bucket {
  /** Below 0 when others have taken more than there was. */
  tokens: number;
  at: number;
}

export class RateLimits {
  readonly #buckets = new Map<string, Bucket>();

  /** @param limits other figures, for benchmarks and tests */
  constructor(
    private readonly clock: () => number,
    private readonly limits: Readonly<Record<LimitName, Limit>> = LIMITS,
    /** Told of each refusal. */
    private readonly onRefused: (name: LimitName) => void = () => {},
    /** Null: this is the only node. */
    private readonly shared: SharedLimits | null = null,
  ) {}

  /** The same for an address, or for somebody at it. */
  takeFrom(name: LimitName, address: string, who = ''): void {
    this.take(name, `${networkOf(address)} ${who}`);
  }

  /** Takes one token. Throws RateLimitExceeded with the seconds to wait when there is none. */
  take(name: LimitName, key: string): void {
    const who = this.shared?.nameOf(key) ?? key;
    const id = `${name}\0${who}`;
    const tokens = this.#tokens(name, id);
    if (tokens < 1) {
      this.onRefused(name);
      const perMs = this.limits[name].perMinute / 60_000;
      const seconds = Math.max(1, Math.ceil((1 - tokens) / perMs / 1000));
      throw new Refusal(
        'RateLimitExceeded',
        sentence('Too many tries. Wait {seconds} seconds and try again.', { seconds }),
        {
          retry_after: seconds,
        },
      );
    }
    this.#put(id, tokens - 1);
    this.shared?.taken(name, who);
  }

  /** Subtracts what another node has given. */
  takenElsewhere(name: string, who: string, count: number): void {
    if (!isLimit(name)) return;
    const id = `${name}\0${who}`;
    this.#put(id, Math.max(-this.limits[name].burst, this.#tokens(name, id) - count));
  }

  #tokens(name: LimitName, id: string): number {
    const limit = this.limits[name];
    const bucket = this.#buckets.get(id);
    if (!bucket) return limit.burst;
    // A clock that was set back takes nothing away.
    const passed = Math.max(0, this.clock() - bucket.at);
    return Math.min(limit.burst, bucket.tokens + (passed * limit.perMinute) / 60_000);
  }

  #put(id: string, tokens: number): void {
    const now = this.clock();
    const bucket = this.#buckets.get(id);
    if (bucket) {
      bucket.tokens = tokens;
      bucket.at = now;
    } else {
      if (this.#buckets.size >= MAX_BUCKETS) this.#forget(now);
      this.#buckets.set(id, { tokens, at: now });
    }
  }

  #forget(now: number): void {
    for (const [id, bucket] of this.#buckets) {
      const limit = this.limits[id.slice(0, id.indexOf('\0')) as LimitName];
      if (bucket.tokens + ((now - bucket.at) * limit.perMinute) / 60_000 >= limit.burst)
        this.#buckets.delete(id);
    }
    // Under attack none is full: the oldest tenth goes, so that memory stays bounded and the walk is rare.
    for (const id of this.#buckets.keys()) {
      if (this.#buckets.size < MAX_BUCKETS * 0.9) break;
      this.#buckets.delete(id);
    }
  }
}
