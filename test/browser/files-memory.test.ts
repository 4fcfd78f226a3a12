/** A page sends a large file and does not hold it: what its process takes is watched from outside. */
import { expect, test } from 'bun:test';
import { browserMemory } from '../bench/browser-memory.ts';
import { PATIENCE } from './support/flows.ts';

const MIB = 1024 * 1024;
const FILE_MIB = 128;
/** What a page may take more than before, in megabytes: some chunks, and what waits for the collector. */
const MOST_MB = 80;

test(
  'a page that sends a large file takes little more memory than before',
  async () => {
    const held = await browserMemory(FILE_MIB * MIB);
    expect((held?.peak ?? 0) - (held?.before ?? 0)).toBeLessThan(MOST_MB);
    expect((held?.allPeak ?? 0) - (held?.allBefore ?? 0)).toBeLessThan(2 * MOST_MB);
  },
  2 * PATIENCE,
);
