/** What a server gives browsers to run and show, as it says itself: GET /assets/manifest.json. */

/** Scripts that pages start beside them: `argon2` is `argon2.js`. The build knows where each begins. */
export const WORKERS = [
  'argon2',
  'search-worker',
  'files-worker',
  'reader-worker',
  'preview-worker',
  'pdf-worker',
] as const;
export type WorkerName = (typeof WORKERS)[number];
/**
 * Not kept before they are used: larger than everything else together, and most people never send such a file. Without
 * this one a PDF is sent with the number of its pages in place of a picture.
 */
export const KEPT_ONCE_USED: readonly WorkerName[] = ['pdf-worker'];

/** `page` stands in for the server's while that does not answer. */
export type ServedKind = 'script' | 'worker' | 'style' | 'icon' | 'page' | 'service-worker';

export interface ServedFile {
  /** Such as `/assets/island.3f9c0a1b77de.js`; the service worker's never changes. */
  readonly path: string;
  readonly kind: ServedKind;
  /** Content-Type. */
  readonly type: string;
  /** Length without compression. */
  readonly bytes: number;
  /** SHA-384 of the bytes as subresource integrity writes it: `sha384-` and base64. */
  readonly sha384: string;
}

export interface ServedManifest {
  readonly release: string;
  readonly files: readonly ServedFile[];
}

/** The header of a list that names other releases of which nodes are at work, with commas; missing when there are none. */
export const BESIDE_HEADER = 'sotto-beside';

/** What a page that has loaded says to a service worker that waits: it takes over if it has been accepted. */
export const TAKE_OVER = 'take-over';
/** What a page of the workspace says to the service worker: keep all accepted files, so that it opens without the server. */
export const KEEP_FILES = 'keep-files';
