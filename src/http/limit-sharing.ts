/** Rate limits of several nodes: what each has given is told to the others together, under names that only this workspace can make. */
import { createHmac } from 'node:crypto';
import type { LimitName, SharedLimits } from './limits.ts';

/** Milliseconds that takes are gathered: so long a node may not know of another's. */
const TOLD_EVERY_MS = 250;
/** Characters of a name: 96 bits, so that no two keys have the same. */
const NAME_LENGTH = 16;
/** Takes in one piece of news. */
const MAX_TAKES = 5000;

/** Name of the limit, whose, how many. */
export type Take = readonly [limit: LimitName, who: string, count: number];

/**
 * @param key 32 bytes of this workspace alone: names stand for addresses and accounts, which whoever carries the news need not know
 * @param send to the other nodes
 */
export function createLimitSharing(key: Uint8Array, send: (takes: readonly Take[]) => void): SharedLimits {
  const taken = new Map<string, { readonly limit: LimitName; readonly name: string; count: number }>();
  let timer: ReturnType<typeof setTimeout> | null = null;

  const tell = () => {
    timer = null;
    const takes = Array.from(taken.values(), ({ limit, name, count }) => [limit, name, count] satisfies Take);
    taken.clear();
    for (let at = 0; at < takes.length; at += MAX_TAKES) send(takes.slice(at, at + MAX_TAKES));
  };

  return {
    nameOf: (of) =>
      createHmac('sha256', key).update(`limits\0${of}`).digest('base64url').slice(0, NAME_LENGTH),
    taken(limit, name) {
      const known = taken.get(`${limit} ${name}`);
      if (known) known.count++;
      else taken.set(`${limit} ${name}`, { limit, name, count: 1 });
      timer ??= setTimeout(tell, TOLD_EVERY_MS);
      timer.unref();
    },
  };
}
