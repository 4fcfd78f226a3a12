/** The open sockets of this process, and how many of them belong to one account or come from one network. */
import { sentence } from '../contract/words.ts';
import { networkOf } from '../http/address.ts';
import { Refusal } from '../services/refusal.ts';
import type { Line, Owner } from './socket-line.ts';

/** Sockets of one account: tabs, devices and bots. Limits of sockets hold on each node: what they protect is its memory. */
export const MAX_SOCKETS_PER_ACCOUNT = 100;
/** Sockets from one network: an office behind one router. */
const MAX_SOCKETS_PER_NETWORK = 2000;
/** Seconds after which somebody who was refused asks again. */
const WAIT_S = 30;

export interface SocketLimits {
  readonly account: number;
  readonly network: number;
}

export class Lines {
  readonly #all = new Set<Line>();
  readonly #counts = new Map<string, number>();

  constructor(
    private readonly limits: SocketLimits = {
      account: MAX_SOCKETS_PER_ACCOUNT,
      network: MAX_SOCKETS_PER_NETWORK,
    },
  ) {}

  get size(): number {
    return this.#all.size;
  }

  [Symbol.iterator](): Iterator<Line> {
    return [...this.#all][Symbol.iterator]();
  }

  /** Throws RateLimitExceeded when as many are open as there can be. */
  check({ session, address }: Owner): void {
    if (this.#count(accountKey(session.account)) >= this.limits.account)
      throw full(
        sentence('This account has {n} connections open, which is the most. Close some tabs or programs.', {
          n: this.limits.account,
        }),
      );
    if (this.#count(networkKey(address)) >= this.limits.network)
      throw full(sentence('Too many connections are open from your network. Try again in a moment.'));
  }

  add(line: Line): void {
    this.#all.add(line);
    for (const key of keysOf(line)) this.#counts.set(key, this.#count(key) + 1);
  }

  delete(line: Line): void {
    if (!this.#all.delete(line)) return;
    for (const key of keysOf(line)) {
      const left = this.#count(key) - 1;
      if (left > 0) this.#counts.set(key, left);
      else this.#counts.delete(key);
    }
  }

  #count(key: string): number {
    return this.#counts.get(key) ?? 0;
  }
}

const accountKey = (account: string): string => `account ${account}`;
const networkKey = (address: string): string => `network ${networkOf(address)}`;
const keysOf = ({ owner }: Line): readonly string[] => [
  accountKey(owner.session.account),
  networkKey(owner.address),
];
const full = (message: string): Refusal => new Refusal('RateLimitExceeded', message, { retry_after: WAIT_S });
