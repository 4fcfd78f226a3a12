/**
 * Fetches, verifies and opens files in a worker: a page stays smooth while gigabytes pass. It holds the key of a file for as long as it
 * is being read, and nothing else.
 */
import { errorOut } from '../client/files/carried-errors.ts';
import { directFiles } from '../client/files/direct.ts';
import { downloadFile } from '../client/files/download.ts';
import { waitBy } from '../client/files/patience.ts';
import { httpFiles } from '../client/http-files.ts';
import { filesOrigin } from '../contract/files-origin.ts';
import { sealing } from '../native/primitives.ts';
import type { FromReader, ToReader } from './save/messages.ts';
import { owned } from './save/owned.ts';
import { workerCalls } from './worker-files.ts';

const tell = (message: FromReader, transfer: Transferable[] = []) => self.postMessage(message, { transfer });
const calls = workerCalls(() => tell({ type: 'outdated' }));
/** With which this worker may speak besides the server. */
const files = filesOrigin(location.search);
const tools = {
  transport: directFiles(httpFiles(calls), {
    calls,
    fetch: (url, init) => fetch(url, init),
    isOpen: (origin) => {
      if (origin !== files) tell({ type: 'direct', origin });
      return origin === files;
    },
    clock: () => Date.now(),
  }),
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
