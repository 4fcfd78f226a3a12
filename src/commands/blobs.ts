/** Where a server's files lie: chosen here, and whether it takes them. */
import { join } from 'node:path';
import { type Blobs, BlobsUnavailable, blobKey } from '../blobs/blobs.ts';
import { createDiskBlobs } from '../blobs/disk.ts';
import type { Config } from '../config.ts';
import type { Ports } from '../deps.ts';

/** @param folder of the data; used only where no bucket is named */
export async function openBlobs(config: Pick<Config, 's3'>, folder: string): Promise<Blobs> {
  if (config.s3 === null) return createDiskBlobs(join(folder, 'blobs'));
  // Whoever has a small server never loads the other keeper.
  return (await import('../blobs/s3.ts')).createS3Blobs(config.s3);
}

/** What was being tried, and the word for why it failed. */
export interface BlobsProblem {
  readonly step: 'write' | 'read' | 'list' | 'delete';
  readonly reason: string;
}

/** Puts some bytes, reads, finds and forgets them: null when all of that works. */
export async function probeBlobs(
  blobs: Blobs,
  random: (length: number) => Uint8Array,
): Promise<BlobsProblem | null> {
  const key = blobKey(random(16));
  const bytes = random(1024);
  let step: BlobsProblem['step'] = 'write';
  try {
    await blobs.put(key, bytes);
    step = 'read';
    const read = await blobs.get(key);
    if (read === null || Buffer.compare(read, bytes) !== 0) return { step, reason: 'OtherBytes' };
    step = 'list';
    const [listed] = await blobs.list(before(key), 1);
    if (listed !== key) return { step, reason: 'NotListed' };
    step = 'delete';
    await blobs.remove(key);
    return (await blobs.get(key)) === null ? null : { step, reason: 'StillThere' };
  } catch (error) {
    if (!(error instanceof BlobsUnavailable)) throw error;
    // What is left is an orphan for the clean-up.
    return { step, reason: error.message };
  }
}

/** Throws Error with a sentence while files cannot be kept. */
export async function checkBlobs({ blobs, random }: Pick<Ports, 'blobs' | 'random'>): Promise<void> {
  const problem = await probeBlobs(blobs, random);
  if (problem !== null) throw new Error(`The bucket of files: ${problem.step} failed (${problem.reason}).`);
}

/** The key that comes just before this one; null before the first. */
function before(key: string): string | null {
  const number = BigInt(`0x${key}`);
  return number === 0n ? null : (number - 1n).toString(16).padStart(32, '0');
}
