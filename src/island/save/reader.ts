/** The page's end of the worker that opens files: started with the first read, ended some time after the last one. */
import { errorIn } from '../../client/files/carried-errors.ts';
import type { Watch } from '../../client/files/ports.ts';
import { FileProblem } from '../../client/files/types.ts';
import type { FileView } from '../../client/files/view.ts';
import { filesSearch } from '../../contract/files-origin.ts';
import { say, t } from '../../contract/words.ts';
import { workerAddress } from '../trusted-types.ts';
import type { FromReader, ToReader } from './messages.ts';

/** With nothing to read for so long, the worker ends. */
const IDLE_MS = 60_000;

const waiting = new Map<number, PromiseWithResolvers<Uint8Array | null>>();
let worker: Worker | null = null;
let ending: ReturnType<typeof setTimeout> | undefined;
/** Behind its address: the policy of a worker is made once. */
let search = '';
let isOutdated = false;
let open = 0;
let count = 0;

/** As FileCarrier.download. The bytes may be given away. */
export async function* downloadInWorker(
  file: FileView,
  from: number,
  to: number,
  { signal, progress }: Watch,
): AsyncGenerator<Uint8Array> {
  signal?.throwIfAborted();
  const read = ++count;
  const send = start();
  const stop = () => {
    waiting.get(read)?.reject(signal?.reason);
    send({ type: 'stop', read });
  };
  signal?.addEventListener('abort', stop, { once: true });
  try {
    // Its preview is not needed there.
    send({ type: 'read', read, file: { ...file, preview: null }, from, to });
    for (let done = 0; ; ) {
      const next = Promise.withResolvers<Uint8Array | null>();
      waiting.set(read, next);
      send({ type: 'next', read });
      const bytes = await next.promise;
      if (bytes === null) return;
      done += bytes.length;
      progress?.(done);
      yield bytes;
      signal?.throwIfAborted();
    }
  } finally {
    signal?.removeEventListener('abort', stop);
    waiting.delete(read);
    send({ type: 'stop', read });
    open -= 1;
    if (open === 0 && isOutdated) end();
    else ending = open === 0 ? setTimeout(end, IDLE_MS) : undefined;
  }
}

function start(): (message: ToReader) => void {
  clearTimeout(ending);
  open += 1;
  if (!worker) {
    worker = new Worker(workerAddress('reader-worker', search), { type: 'module' });
    worker.onmessage = ({ data }: MessageEvent<FromReader>) => hear(data);
    worker.onerror = () => {
      end();
      for (const { reject } of waiting.values())
        reject(new Error(t('Files cannot be opened in this page. Load it again.')));
    };
  }
  const started = worker;
  return (message) => started.postMessage(message);
}

function hear(message: FromReader): void {
  if (message.type === 'outdated') {
    location.reload();
    return;
  }
  if (message.type === 'direct') {
    search = filesSearch(message.origin);
    isOutdated = true;
    return;
  }
  const next = waiting.get(message.read);
  if (message.type === 'piece') next?.resolve(message.bytes);
  else if (message.type === 'end') next?.resolve(null);
  else next?.reject(inWords(errorIn(message.error)));
}

/** The worker speaks no language of people: its sentences are put into words here. */
const inWords = (error: Error): Error =>
  error instanceof FileProblem ? new FileProblem(error.kind, say(error.message)) : error;

function end(): void {
  worker?.terminate();
  worker = null;
  isOutdated = false;
}
