/** What lies at a place: generations, and from when to when each goes. Known by names alone, so that nothing has to be opened for it. */
import { BEGUN_NAME, generationAt, KEY_NAME, readSegmentName } from './names.ts';
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
export const keptGenerations = (place: Place): Promise<readonly KeptGeneration[]> =>
  Array.fromAsync(wholeGenerations(place));

/** Epoch milliseconds of the newest state; null: nothing is kept. */
export async function newestKept(place: Place): Promise<number | null> {
  for await (const { to } of wholeGenerations(place)) return to;
  return null;
}

async function* wholeGenerations(place: Place): AsyncGenerator<KeptGeneration> {
  for (const { name, at } of await generationsOf(place)) {
    const names = await place.names(name);
    // One alone may come late, after its generation was given up and removed.
    if (![BEGUN_NAME, KEY_NAME].every((each) => names.includes(each))) continue;
    const segments = names.flatMap((each) => readSegmentName(each) ?? []);
    yield { name, from: at, to: segments.at(-1)?.at ?? at, segments: segments.length };
  }
}

/**
 * Removes generations that nobody can want any more: the one after them reaches back far enough.
 * @param oldest epoch milliseconds that one can go back to; @param current the one that is written
 */
export async function thinGenerations(place: Place, oldest: number, current: string): Promise<void> {
  const at = generationAt(current) ?? 0;
  let reaches = at <= oldest;
  for (const { name, at: begun } of await generationsOf(place)) {
    if (name === current || begun > at) continue;
    if (reaches) await removeGeneration(place, name);
    reaches ||= begun <= oldest;
  }
}

/** Removes what a crash has left of generations in their beginning. */
export async function removeCutOff(place: Place): Promise<void> {
  for (const { name } of await generationsOf(place))
    if ((await place.get(name, BEGUN_NAME)) === null) await removeGeneration(place, name);
}

export async function removeGeneration(place: Place, name: string): Promise<void> {
  // First, because without it the rest is nothing that anybody goes back to.
  await place.remove(name, BEGUN_NAME);
  await place.removeFolder(name);
}
