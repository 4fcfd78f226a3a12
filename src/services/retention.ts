/** What the relay forgets by itself: envelopes that nobody fetched, and the memory of old posts. */
import type { Ports } from '../deps.ts';

/** How long the relay remembers the id of a post, so that a repeated one is not a second message: 30 days. */
export const TOMBSTONE_RETENTION_MS = 30 * 24 * 3600 * 1000;

export interface Retained {
  readonly expired: number;
  readonly forgotten: number;
}

export interface Retention {
  /** Expires and forgets what is due at `now` (epoch milliseconds); senders are told. Gives the counts. */
  run(now: number): Promise<Retained>;
}

export function createRetention(_ports: Pick<Ports, 'config' | 'db' | 'hub' | 'log'>): Retention {
  throw new Error('not built yet');
}
