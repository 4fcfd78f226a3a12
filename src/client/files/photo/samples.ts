/** Where the samples of a film's track lie in the file. */
import type { Box } from './boxes.ts';
import { type Scan, Unreadable } from './scan.ts';

/** Entries of one table, at most: a sample for each frame of nine hours. */
const MAX_ENTRIES = 1_000_000;
const BATCH = 16_384;

/** Numbers of 4 or 8 bytes that stand in a row. */
async function numbers(file: Scan, from: number, count: number, width: 4 | 8): Promise<number[]> {
  if (count > MAX_ENTRIES) throw new Unreadable('a table that is too long');
  const all: number[] = [];
  for (let at = 0; at < count; at += BATCH) {
    const n = Math.min(BATCH, count - at);
    const view = await file.view(from + at * width, from + (at + n) * width);
    for (let each = 0; each < n; each++)
      all.push(width === 4 ? view.getUint32(each * 4) : Number(view.getBigUint64(each * 8)));
  }
  return all;
}

/** Stretches that hold the samples, in order; neighbours are one. @throws Unreadable for tables that contradict each other */
export async function sampleRanges(
  file: Scan,
  table: readonly Box[],
): Promise<readonly { readonly from: number; readonly to: number }[]> {
  const find = (type: string) => table.find((box) => box.type === type);
  const [sizes, groups, places, farPlaces] = [find('stsz'), find('stsc'), find('stco'), find('co64')];
  const place = places ?? farPlaces;
  if (!sizes || !groups || !place) throw new Unreadable('a track without tables');
  const count = async ({ content }: Box, at = 4) =>
    (await file.view(content + at, content + at + 4)).getUint32(0);

  const fixed = await count(sizes);
  const each = fixed === 0 ? await numbers(file, sizes.content + 12, await count(sizes, 8), 4) : null;
  const sampleCount = await count(sizes, 8);
  const offsets = await numbers(file, place.content + 8, await count(place), places ? 4 : 8);
  const runs = await numbers(file, groups.content + 8, (await count(groups)) * 3, 4);

  const ranges: { from: number; to: number }[] = [];
  let sample = 0;
  let run = 0;
  for (const [n, from] of offsets.entries()) {
    // A run begins at a chunk, counted from 1, and holds until the next one.
    while ((runs[(run + 1) * 3] ?? Number.POSITIVE_INFINITY) <= n + 1) run++;
    const inChunk = Math.min(runs[run * 3 + 1] ?? 0, sampleCount - sample);
    let length = 0;
    if (each === null) length = fixed * inChunk;
    else for (let k = 0; k < inChunk; k++) length += each[sample + k] ?? 0;
    sample += inChunk;
    if (from + length > file.size) throw new Unreadable('samples that lie outside');
    const last = ranges.at(-1);
    if (last?.to === from) last.to = from + length;
    else if (length > 0) ranges.push({ from, to: from + length });
  }
  return ranges;
}
