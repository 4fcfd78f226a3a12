/**
 * Fetches, verifies and opens files in a worker: a page stays smooth while gigabytes pass. It holds the key of a file for as long as it
 * is being read, and nothing else.
 */
import { errorOut } from '../client/files/carried-errors.ts';
import { downloadFile } from '../client/files/download.ts';
import { waitBy } from '../client/files/patience.ts';
import { sealing } from '../native/primitives.ts';
import type { FromReader, ToReader } from './save/messages.ts';
import { owned } from './save/owned.ts';
import { workerFiles } from './worker-files.ts';

const tell = (message: FromReader, transfer: Transferable[] = []) => self.postMessage(message, { transfer });
const tools = {
  transport: workerFiles(() => tell({ type: 'outdated' })),
  provider: sealing,
  clock: () => Date.now(),
  wait: waitBy((delay, task) => {
    const timer = setTimeout(task, delay);
    return () => clearTimeout(timer);
  }),
  hashes: new Map<string, readonly Uint8Array[]>(),
};

interface Read {
  readonly pieces: AsyncIterator<Uint8Array>;
  readonly cut: AbortController;
}
const reads = new Map<number, Read>();

self.onmessage = ({ data }: MessageEvent<ToReader>) => {
  const { read } = data;
  if (data.type === 'read') {
    const cut = new AbortController();
    const { file, from, to } = data;
    const pieces = downloadFile(tools, file, from, to, { signal: cut.signal });
    reads.set(read, { pieces: pieces[Symbol.asyncIterator](), cut });
  } else if (data.type === 'next') void give(read);
  else {
    reads.get(read)?.cut.abort();
    reads.delete(read);
  }
};

async function give(read: number): Promise<void> {
  try {
    const next = await reads.get(read)?.pieces.next();
    if (next && !next.done) {
      const bytes = owned(next.value);
      return tell({ type: 'piece', read, bytes }, [bytes.buffer]);
    }
    tell({ type: 'end', read });
  } catch (error) {
    tell({ type: 'failed', read, error: errorOut(error) });
  }
  reads.delete(read);
}
