/**
 * The one Trusted Types policy of the page. HTML that reaches a sink went through the allow-list; the only script
 * addresses are those of our own workers; script text does not exist.
 */
import { SERVICE_WORKER_PATH } from '../contract/paths.ts';
import type { WorkerName } from '../contract/served.ts';
import { sanitise } from './sanitise.ts';
import { WORKER_PATHS } from './workers.ts';

/** Handed to the policy by this module alone: the text goes to a parser whose document does nothing. */
const INERT = Symbol('inert');

interface Rules {
  createHTML(text: string, purpose?: unknown): string;
  createScript(text: string): string;
  createScriptURL(url: string): string;
}
declare global {
  interface Window {
    readonly trustedTypes?: { createPolicy(name: string, rules: Rules): Rules };
  }
}

/** Workers of this build, each named with the hash of its bytes, and the one that compares those. */
const LOADED: ReadonlySet<string> = new Set([...Object.values(WORKER_PATHS), SERVICE_WORKER_PATH]);

const rules: Rules = {
  createHTML: (text, purpose) => (purpose === INERT ? text : sanitise(text, parseInert, location.origin)),
  createScript: () => {
    throw new TypeError('Pages of Sotto hold no code.');
  },
  createScriptURL: (url) => {
    const { href, origin, pathname } = new URL(url, location.href);
    if (origin !== location.origin || !LOADED.has(pathname))
      throw new TypeError('Only workers of ours are loaded by script.');
    return href;
  },
};

/**
 * What sinks accept: in a browser with Trusted Types the values are TrustedHTML and TrustedScriptURL, which have the
 * type of a string here because the DOM's types say so.
 */
export const policy: Rules = window.trustedTypes?.createPolicy('sotto', rules) ?? rules;

const parser = new DOMParser();

function parseInert(html: string): Document {
  return parser.parseFromString(policy.createHTML(html, INERT), 'text/html');
}

/** The address of a worker, as `new Worker` wants it. */
export const workerAddress = (name: WorkerName, search = ''): string =>
  policy.createScriptURL((WORKER_PATHS[name] ?? '') + search);
/** The address of the service worker: the same in every release. */
export const serviceWorkerAddress = (): string => policy.createScriptURL(SERVICE_WORKER_PATH);
