/**
 * The client without a screen: keys, sessions, outbox, history. The island and the command line open one each over their
 * own storage and transport; several over one storage behave, because every operation runs under its lock.
 */
import type { Crypto } from '../protocol/ports.ts';
import type { Engine } from './engine-types.ts';
import type { Live, Notify, Storage, Timer, Transport } from './ports.ts';

/** What an engine is made of. */
export interface EnginePorts {
  readonly storage: Storage;
  readonly transport: Transport;
  /** Null for one that only asks (a command that sends and ends). */
  readonly live: Live | null;
  /** Provider, randomness and clock. */
  readonly crypto: Crypto;
  readonly timer: Timer;
  /** When other tabs or processes share the storage and want to hear at once. */
  readonly notify?: Notify;
}

/**
 * Opens the engine over a storage that `storeNewDevice` has filled. Reads, does not connect; `start` does. Throws Error
 * with one sentence when the storage holds no device or was written by a newer release.
 */
export async function openEngine(_ports: EnginePorts): Promise<Engine> {
  throw new Error('Not yet.');
}
