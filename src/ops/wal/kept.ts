/** What lies at a place: generations, and from when to when each goes. Known by names alone, so that nothing has to be opened for it. */
import { BEGUN_NAME, generationAt, readSegmentName } from './names.ts';
import type { Place } from './place.ts';

export interface KeptGeneration {
  readonly name: string;
  /** Epoch milliseconds: of its beginning, and of the newest state in it. */
  readonly from: number;
  readonly to: number;
  readonly segments: number;
}

/** Names of generations, the newest first, whole or not. */
export async function generationsOf(place: Place): Promise<readonly { name: string; at: number }[]> {
  const found = (await place.folders()).flatMap((name) => {
    const at = generationAt(name);
    return at === null ? [] : [{ name, at }];
  });
  return found.sort((a, b) => b.at - a.at);
}

/** The newest first; those that were cut off in their beginning are left out. */
export async function keptGenerations(place: Place): Promise<readonly KeptGeneration[]> {
  const found: KeptGeneration[] = [];
  for (const { name, at } of await generationsOf(place)) {
    const names = await place.names(name);
    if (!names.includes(BEGUN_NAME)) continue;
    const segments = names.flatMap((each) => readSegmentName(each) ?? []);
    found.push({ name, from: at, to: segments.at(-1)?.at ?? at, segments: segments.length });
  }
  return found;
}

/**
 * Removes generations that nobody can want any more: the one after them reaches back far enough. Also those that were cut off in their
 * beginning. @param oldest epoch milliseconds that one can go back to; @param current the one that is written
 */
export async function thinGenerations(place: Place, oldest: number, current: string): Promise<void> {
  const all = await generationsOf(place);
  const at = generationAt(current) ?? 0;
  let reaches = false;
  for (const { name, at: begun } of all) {
    if (name === current || begun > at) {
      reaches ||= name === current && begun <= oldest;
      continue;
    }
    const isWhole = (await place.get(name, BEGUN_NAME)) !== null;
    if (isWhole && !reaches) {
      reaches = begun <= oldest;
      continue;
    }
    // Without it, the rest is nothing that anybody goes back to.
    await place.remove(name, BEGUN_NAME);
    await place.removeFolder(name);
  }
}
