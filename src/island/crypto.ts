/** Clock, randomness and provider of the browser, chosen once a page. */

import { chooseProvider } from '../native/choose.ts';
import type { Crypto } from '../protocol/ports.ts';
import type { Provider } from '../protocol/provider.ts';

let chosen: Promise<Crypto> | null = null;

/** What the protocol works with here. */
export function browserCrypto(): Promise<Crypto> {
  chosen ??= chooseProvider(loadNoble).then((provider) => ({
    provider,
    random: (length) => crypto.getRandomValues(new Uint8Array(length)),
    clock: () => Date.now(),
  }));
  return chosen;
}

async function loadNoble(): Promise<Provider> {
  return (await import('./fallback.ts')).noble;
}
