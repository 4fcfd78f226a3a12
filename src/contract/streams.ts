/**
 * What a page and the service worker say to each other about a file that is saved or played. The page fetches, verifies and opens; the
 * worker holds no keys and remembers nothing: for every request it asks the open pages whose file it is.
 */

/** Addresses that the worker answers. They carry no name: the browser may ask the server for a page's address at the same time. */
const STREAM_PREFIX = '/files/stream/';
/** @param id 16 random bytes in hexadecimal, known to one page */
export const streamPath = (id: string): string => `${STREAM_PREFIX}${id}`;
const STREAM = /^\/files\/stream\/([0-9a-f]{32})$/;
/** The id in such a path, or null. */
export const streamOf = (path: string): string | null => STREAM.exec(path)?.[1] ?? null;

/** What may be played in place; everything else is only ever saved. */
export const PLAYED_TYPES: ReadonlySet<string> = new Set([
  'video/mp4',
  'video/webm',
  'audio/mpeg',
  'audio/mp4',
  'audio/ogg',
  'audio/wav',
  'audio/flac',
]);

/** The worker to every page, with a port: whose is it? */
export interface StreamWanted {
  readonly streamWanted: string;
}
export const isStreamWanted = (value: unknown): value is StreamWanted =>
  typeof value === 'object' &&
  value !== null &&
  'streamWanted' in value &&
  typeof value.streamWanted === 'string';

/** The page whose it is, over that port. `save` is given once, as a download; `play` as often as an element asks. */
export interface StreamOffer {
  readonly purpose: 'save' | 'play';
  /** Cleaned (client/files/name.ts). */
  readonly name: string;
  /** Of PLAYED_TYPES, for `play`. */
  readonly type: string;
  readonly size: number;
}
/** The worker, over the port: bytes `from` to `to` (exclusive) from now on; the next of them; no more. */
export type StreamAsk =
  | { readonly ask: 'from'; readonly from: number; readonly to: number }
  | { readonly ask: 'next' }
  | { readonly ask: 'stop' };
/** The page: an offer, verified bytes, their end, or that there will be none. */
export type StreamAnswer =
  | { readonly answer: 'offer'; readonly offer: StreamOffer }
  | { readonly answer: 'bytes'; readonly bytes: Uint8Array<ArrayBuffer> }
  | { readonly answer: 'end' }
  | { readonly answer: 'failed' };

/** A page that gives bytes says so to the worker now and then: browsers end a worker that hears nothing for half a minute. */
export const STREAM_GOES_ON = 'stream-goes-on';
export const STREAM_GOES_ON_MS = 10_000;

/** `attachment` with a name for browsers of any age (RFC 6266, RFC 8187). @param name one line, cleaned */
export function attachmentNamed(name: string): string {
  const plain = name
    .normalize('NFKD')
    .replace(/[^\x20-\x7e]/g, '')
    .replace(/["\\%]/g, '_')
    .trim();
  const encoded = encodeURIComponent(name.toWellFormed()).replace(
    /['()*!]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  );
  return `attachment; filename="${plain === '' ? 'file' : plain}"; filename*=UTF-8''${encoded}`;
}
