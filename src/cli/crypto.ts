/** Clock, randomness and provider of the command line. */
import { noble } from '../protocol/noble.ts';
import type { Crypto } from '../protocol/ports.ts';

export const cliCrypto: Crypto = {
  provider: noble,
  random: (length) => crypto.getRandomValues(new Uint8Array(length)),
  clock: () => Date.now(),
};
