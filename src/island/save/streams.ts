/** The page's end of `/files/stream/ID`: it tells the service worker which files are its own, and gives it bytes as it asks for them. */
import {
  isStreamWanted,
  STREAM_GOES_ON,
  STREAM_GOES_ON_MS,
  type StreamAnswer,
  type StreamAsk,
  type StreamOffer,
  streamPath,
} from '../../contract/streams.ts';
import { t } from '../../contract/words.ts';
import { owned } from './owned.ts';
import { readOn, type Saveable, type SaveWatch } from './read-on.ts';

interface Streamed {
  readonly offer: StreamOffer;
  read(from: number, to: number, signal: AbortSignal): AsyncIterable<Uint8Array>;
  /** The browser has all of what it asked for; or has stopped asking, or could not be given it. */
  readonly ended?: (outcome: 'whole' | 'stopped' | { readonly error: unknown }) => void;
  /** Somebody has asked for it. */
  readonly asked?: () => void;
}
export interface OfferedStream {
  readonly path: string;
  /** From now on nobody finds it, and what is being read is cut off. */
  withdraw(): void;
}

/** A browser that has not asked for a download after so long has refused it, in milliseconds. */
const BEGIN_MS = 15_000;
const streams = new Map<string, { readonly streamed: Streamed; readonly open: Set<AbortController> }>();
/** How many are being read. */
let reading = 0;
let goesOn: ReturnType<typeof setInterval> | undefined;
let isListening = false;

/** A worker stands between this page and the network. */
export const canStream = (): boolean => (navigator.serviceWorker?.controller ?? null) !== null;

export function offerStream(streamed: Streamed): OfferedStream {
  if (!isListening) navigator.serviceWorker.addEventListener('message', hear);
  isListening = true;
  const id = crypto.getRandomValues(new Uint8Array(16)).toHex();
  const open = new Set<AbortController>();
  streams.set(id, { streamed, open });
  return {
    path: streamPath(id),
    withdraw() {
      streams.delete(id);
      for (const each of open) each.abort();
    },
  };
}

/** As a download of the browser's. Resolves when the browser has been given all of it. @throws AbortError when the person stops it there */
export async function saveAsStream(file: Saveable, watch: SaveWatch): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const { signal } = watch;
  const begun = setTimeout(
    () =>
      reject(
        new Error(
          t('The browser did not begin to save this file. Allow downloads for this page, and try again.'),
        ),
      ),
    BEGIN_MS,
  );
  const offered = offerStream({
    offer: { purpose: 'save', name: file.name, type: '', size: file.size },
    read: (from, to, cut) => readOn(file, from, to, { ...watch, signal: cut }),
    asked: () => clearTimeout(begun),
    ended: (outcome) => {
      if (outcome === 'whole') resolve();
      else reject(outcome === 'stopped' ? new DOMException('stopped', 'AbortError') : outcome.error);
    },
  });
  signal?.addEventListener('abort', () => reject(signal.reason));
  visit(offered.path);
  await promise.finally(() => {
    clearTimeout(begun);
    offered.withdraw();
  });
}

/**
 * Goes to the address: the answer is a download, and the page stays. A link with `download` would pass the worker by and ask the server.
 */
function visit(path: string): void {
  // Nothing is left, so nobody has to ask whether the page may be.
  const stays = (event: Event) => event.stopImmediatePropagation();
  addEventListener('beforeunload', stays, { capture: true, once: true });
  location.assign(path);
  setTimeout(() => removeEventListener('beforeunload', stays, { capture: true }), BEGIN_MS);
}

function hear({ data, ports: [port] }: MessageEvent<unknown>): void {
  const found = isStreamWanted(data) ? streams.get(data.streamWanted) : undefined;
  if (!found || !port) return;
  serve(found.streamed, found.open, port);
}

/** Gives one answer of the worker its bytes. */
function serve(streamed: Streamed, open: Set<AbortController>, port: MessagePort): void {
  const cut = new AbortController();
  let bytes: AsyncIterator<Uint8Array> | null = null;
  const say = (answer: StreamAnswer, transfer: Transferable[] = []) => port.postMessage(answer, transfer);
  const end = (outcome: Parameters<NonNullable<Streamed['ended']>>[0]) => {
    if (!open.delete(cut)) return;
    changeReading(-1);
    if (outcome !== 'whole') cut.abort();
    streamed.ended?.(outcome);
  };
  const giveNext = async () => {
    try {
      const next = await bytes?.next();
      if (cut.signal.aborted) return say({ answer: 'failed' });
      if (next && !next.done) {
        const piece = owned(next.value);
        return say({ answer: 'bytes', bytes: piece }, [piece.buffer]);
      }
      say({ answer: 'end' });
      end('whole');
    } catch (error) {
      say({ answer: 'failed' });
      end({ error });
    }
  };
  port.onmessage = ({ data }: MessageEvent<StreamAsk>) => {
    if (data.ask === 'stop') return end('stopped');
    if (data.ask === 'next') return void giveNext();
    streamed.asked?.();
    open.add(cut);
    changeReading(1);
    bytes = streamed.read(data.from, data.to, cut.signal)[Symbol.asyncIterator]();
  };
  cut.signal.addEventListener('abort', () => say({ answer: 'failed' }));
  // A page that goes away cannot go on.
  addEventListener('pagehide', () => cut.abort(), { signal: cut.signal });
  say({ answer: 'offer', offer: streamed.offer });
}

function changeReading(by: 1 | -1): void {
  reading += by;
  clearInterval(goesOn);
  if (reading > 0)
    goesOn = setInterval(
      () => navigator.serviceWorker.controller?.postMessage(STREAM_GOES_ON),
      STREAM_GOES_ON_MS,
    );
}
