/** The server of this page. When it is of a newer release than this script, the page is fetched again; drafts stay. */
import { httpTransport } from '../client/http-transport.ts';
import type { Transport } from '../client/ports.ts';

const UPGRADE_REQUIRED = 426;

export const transport = (): Transport =>
  httpTransport({
    origin: '',
    // A browser that knows it is offline would only write the failure into its console.
    fetch: (url, init) =>
      navigator.onLine ? fetch(url, init) : Promise.reject(new TypeError('This browser is offline.')),
    onResponse: ({ status }) => {
      if (status === UPGRADE_REQUIRED) location.reload();
    },
  });
