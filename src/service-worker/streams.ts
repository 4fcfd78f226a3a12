/**
 * Files that a page opens and the browser saves or plays: `/files/stream/ID`. The page that has registered the id verifies and decrypts;
 * this hands its bytes on as an answer, as fast as they are taken. Nothing is remembered here, so a worker that the browser has ended
 * and started again, and a page that is gone, need no care.
 */
import {
  attachmentNamed,
  PLAYED_TYPES,
  type StreamAnswer,
  type StreamAsk,
  type StreamOffer,
  type StreamWanted,
} from '../contract/streams.ts';
import { t } from '../contract/words.ts';
import { speakLikePages } from './language.ts';
import { rangeOf } from './range.ts';
import type { FetchEvent, ServiceWorkerScope } from './scope.ts';

/** Pages that are asked have so long to say that a stream is theirs, in milliseconds. */
const ASKED_MS = 2000;
/** Of the stream alone: whatever shows it runs nothing, loads nothing and is of no origin. */
const STREAM_HEADERS = {
  'content-security-policy': "sandbox; default-src 'none'",
  'cross-origin-resource-policy': 'same-origin',
  'cache-control': 'no-store',
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
} as const;

interface Line {
  readonly offer: StreamOffer;
  readonly port: MessagePort;
}

/** The bytes, or 404 for an id that no page has, and for any use of a stream but the one that it was offered for. */
export async function answerStream(
  scope: ServiceWorkerScope,
  event: FetchEvent,
  id: string,
): Promise<Response> {
  const { request } = event;
  // Fetched while this worker was starting; the server knows nothing of streams.
  void event.preloadResponse?.catch(() => {});
  const line = request.method === 'GET' ? await findPage(scope, id) : null;
  if (!line) return nothing();
  if (line.offer.purpose === 'save' && request.mode === 'navigate') return saved(line);
  const isPlayed = request.destination === 'video' || request.destination === 'audio';
  if (line.offer.purpose === 'play' && isPlayed && PLAYED_TYPES.has(line.offer.type))
    return played(line, request.headers.get('range'));
  line.port.postMessage({ ask: 'stop' } satisfies StreamAsk);
  return nothing();
}

/** Asks every page; the first that offers has it. */
async function findPage(scope: ServiceWorkerScope, id: string): Promise<Line | null> {
  const found = Promise.withResolvers<Line | null>();
  for (const client of await scope.clients.matchAll({ type: 'window' })) {
    const { port1: port, port2 } = new MessageChannel();
    port.onmessage = ({ data }: MessageEvent<StreamAnswer>) => {
      if (data.answer === 'offer') found.resolve({ offer: data.offer, port });
    };
    client.postMessage({ streamWanted: id } satisfies StreamWanted, [port2]);
  }
  setTimeout(() => found.resolve(null), ASKED_MS);
  return found.promise;
}

/** Always a download, of no type that a browser would show, whatever the file is. */
function saved({ offer, port }: Line): Response {
  return new Response(bytesOf(port, 0, offer.size), {
    headers: {
      ...STREAM_HEADERS,
      'content-type': 'application/octet-stream',
      'content-disposition': attachmentNamed(offer.name),
      'content-length': String(offer.size),
    },
  });
}

function played({ offer, port }: Line, wanted: string | null): Response {
  const { size, type } = offer;
  const headers = { ...STREAM_HEADERS, 'content-type': type, 'accept-ranges': 'bytes' };
  const range = rangeOf(wanted, size);
  if (range === 'beyond')
    return new Response(null, { status: 416, headers: { ...headers, 'content-range': `bytes */${size}` } });
  const { from, to } = range ?? { from: 0, to: size };
  return new Response(bytesOf(port, from, to), {
    status: range ? 206 : 200,
    headers: {
      ...headers,
      'content-length': String(to - from),
      ...(range ? { 'content-range': `bytes ${from}-${to - 1}/${size}` } : {}),
    },
  });
}

/** Without a type a browser would save it. */
async function nothing(): Promise<Response> {
  await speakLikePages();
  return new Response(t('No open page of Sotto has this file.'), {
    status: 404,
    headers: { ...STREAM_HEADERS, 'content-type': 'text/plain; charset=utf-8' },
  });
}

/** One piece at a time, when the one before has been taken. A page that fails or goes away cuts it off as an error. */
function bytesOf(port: MessagePort, from: number, to: number): ReadableStream<Uint8Array<ArrayBuffer>> {
  const say = (ask: StreamAsk) => port.postMessage(ask);
  let taken = () => {};
  return new ReadableStream(
    {
      start(controller) {
        port.onmessage = ({ data }: MessageEvent<StreamAnswer>) => {
          if (data.answer === 'bytes') controller.enqueue(data.bytes);
          else if (data.answer === 'end') controller.close();
          else if (data.answer === 'failed') controller.error(new Error('The page could not go on.'));
          if (data.answer !== 'bytes') port.close();
          taken();
        };
        say({ ask: 'from', from, to });
      },
      pull() {
        const { promise, resolve } = Promise.withResolvers<void>();
        taken = resolve;
        say({ ask: 'next' });
        return promise;
      },
      cancel() {
        say({ ask: 'stop' });
        port.close();
      },
    },
    { highWaterMark: 1 },
  );
}
