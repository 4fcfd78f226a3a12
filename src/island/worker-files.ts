/** The server's calls about files, for workers: they have no page that would say who asks, or that the release is another one. */
import type { FileTransport } from '../client/files/ports.ts';
import { httpFiles } from '../client/http-files.ts';
import { type HttpCalls, httpCalls } from '../client/http-relay.ts';
import { RELEASE, RELEASE_HEADER } from '../contract/release.ts';

const UPGRADE_REQUIRED = 426;

/** @param outdated called when the server is of another release */
export const workerFiles = (outdated: () => void): FileTransport => httpFiles(workerCalls(outdated));

/** As `workerFiles`. */
export const workerCalls = (outdated: () => void): HttpCalls =>
  httpCalls({
    origin: '',
    headers: () => ({ [RELEASE_HEADER]: RELEASE }),
    fetch: (url, init) =>
      navigator.onLine ? fetch(url, init) : Promise.reject(new TypeError('This browser is offline.')),
    onResponse: ({ status }) => {
      if (status === UPGRADE_REQUIRED) outdated();
    },
  });
