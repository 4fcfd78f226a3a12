/** The server of this page. When it is of a newer release than this script, the page is fetched again; drafts stay. */
import type { HttpTransportOptions } from '../client/http-relay.ts';
import { RELEASE, RELEASE_HEADER } from '../contract/release.ts';

const UPGRADE_REQUIRED = 426;

/** What `httpRelay` and `httpTransport` are made with here. */
export const OPTIONS: HttpTransportOptions = {
  origin: '',
  headers: () => ({ [RELEASE_HEADER]: RELEASE }),
  // A browser that knows it is offline would only write the failure into its console.
  fetch: (url, init) =>
    navigator.onLine ? fetch(url, init) : Promise.reject(new TypeError('This browser is offline.')),
  onResponse: ({ status }) => {
    if (status === UPGRADE_REQUIRED) location.reload();
  },
};
