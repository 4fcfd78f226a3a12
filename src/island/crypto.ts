/** Clock, randomness and provider of the browser, chosen once. */
import { noble } from '../protocol/noble.ts';
import type { Crypto } from '../protocol/ports.ts';

const chosen: Promise<Crypto> = Promise.resolve({
  provider: noble,
  random: (length) => crypto.getRandomValues(new Uint8Array(length)),
  clock: () => Date.now(),
});

/** What the protocol works with here. */
export const browserCrypto = (): Promise<Crypto> => chosen;
