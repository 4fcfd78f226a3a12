/** What pages and the service worker say to each other about notifications. */

/** The notification of a push, which says only that something waits; the page takes it away. */
export const NEWS_TAG = 'sotto-news';

/** The room of Cache Storage in which the times of quiet lie for the service worker: times alone. */
export const QUIET_ROOM = 'sotto-quiet';
export const QUIET_KEY = '/quiet';

/** What the service worker tells a page when a notification of it was clicked. */
export interface OpenRequest {
  readonly open: { readonly conversation: string; readonly message: string };
}

export const isOpenRequest = (value: unknown): value is OpenRequest =>
  typeof value === 'object' &&
  value !== null &&
  'open' in value &&
  typeof value.open === 'object' &&
  value.open !== null &&
  'conversation' in value.open &&
  typeof value.open.conversation === 'string' &&
  'message' in value.open &&
  typeof value.open.message === 'string';
