/** Clock, randomness and provider of the command line. */
import { runtime } from '../native/runtime.ts';
import type { Crypto } from '../protocol/ports.ts';

export const cliCrypto: Crypto = {
  provider: runtime,
  random: (length) => crypto.getRandomValues(new Uint8Array(length)),
  clock: () => Date.now(),
};
