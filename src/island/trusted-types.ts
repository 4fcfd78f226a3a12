/**
 * The one Trusted Types policy of the page. HTML that reaches a sink went through the allow-list; the only script
 * address is our own worker; script text does not exist.
 */
import { SERVICE_WORKER_PATH } from '../contract/paths.ts';
import { sanitise } from './sanitise.ts';

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

/** What is loaded by script is an asset of ours, named with the hash of its bytes, or the worker that compares those. */
const LOADED = /^\/assets\/(?:argon2|fallback|groups|qr|settings)\.[0-9a-f]{12}\.js$/;

const rules: Rules = {
  createHTML: (text, purpose) => (purpose === INERT ? text : sanitise(text, parseInert, location.origin)),
  createScript: () => {
    throw new TypeError('Pages of Sotto hold no code.');
  },
  createScriptURL: (url) => {
    const { href, origin, pathname } = new URL(url, location.href);
    if (origin !== location.origin || !(LOADED.test(pathname) || pathname === SERVICE_WORKER_PATH))
      throw new TypeError('Only workers of ours and the fallback are loaded by script.');
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

/** The address of the password worker, as `new Worker` wants it; the page says which release of it. */
export const workerAddress = (): string => policy.createScriptURL(document.body.dataset.worker ?? '');
/** The address of a part of the island, as `<body data-NAME>` says. */
export const partAddress = (name: 'groups' | 'qr' | 'settings'): string =>
  policy.createScriptURL(document.body.dataset[name] ?? '');
/** The address of noble's primitives, for a browser that lacks some. */
export const fallbackAddress = (): string => policy.createScriptURL(document.body.dataset.fallback ?? '');
/** The address of the service worker: the same in every release. */
export const serviceWorkerAddress = (): string => policy.createScriptURL(SERVICE_WORKER_PATH);
