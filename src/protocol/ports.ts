/** What the protocol is given: it has no clock, no randomness and no primitives of its own. */
import type { Provider } from './provider.ts';

/** `length` bytes from a cryptographic source. */
export type Random = (length: number) => Uint8Array;
/** Epoch milliseconds. */
export type Clock = () => number;

export interface Crypto {
  readonly provider: Provider;
  readonly random: Random;
  readonly clock: Clock;
}
