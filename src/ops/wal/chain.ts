/** The segments of a generation that follow each other. */
import { readSegmentName, type SegmentName } from './names.ts';
import { hashOf, readSegment } from './segment.ts';

export interface NamedSegment extends SegmentName {
  readonly name: string;
}

/**
 * Those that are not after `at`, in order, one of each index. There may be two: what a process sent before it ended may be kept after the next
 * process has looked, which then keeps its own. The one counts that the next index goes on from; of two that none follows, each is a
 * state that was, and the later one is newer.
 * @param names in order; @param read gives null for one that does not open
 */
export async function chainOf(
  names: readonly string[],
  at: number,
  read: (name: string) => Promise<Uint8Array | null>,
): Promise<readonly NamedSegment[]> {
  const kept = names.flatMap((name) => {
    const about = readSegmentName(name);
    return about === null || about.at > at ? [] : [{ name, ...about }];
  });
  const chain: NamedSegment[] = [];
  for (const same of [...Map.groupBy(kept, ({ index }) => index).values()].reverse()) {
    const next = chain.at(-1);
    const found = (same.length > 1 && next && (await previousOf(same, next, read))) || same.at(-1);
    if (found !== undefined) chain.push(found);
  }
  return chain.reverse();
}

/** The one that `next` goes on from; null: none of them. */
async function previousOf(
  segments: readonly NamedSegment[],
  next: NamedSegment,
  read: (name: string) => Promise<Uint8Array | null>,
): Promise<NamedSegment | null> {
  const following = await read(next.name);
  if (following === null) return null;
  const { previous } = readSegment(following);
  for (const segment of segments) {
    const bytes = await read(segment.name);
    if (bytes !== null && hashOf(bytes) === previous) return segment;
  }
  return null;
}
