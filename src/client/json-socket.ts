/** The Live port over a WebSocket with the subprotocol `sotto.json.v1`. */
import type { ClientFrame } from '../contract/relay.ts';
import type { Live } from './ports.ts';

export interface JsonSocketOptions {
  /** `ws://` or `wss://` address of the socket. */
  readonly url: string;
  readonly headers?: () => Readonly<Record<string, string>>;
}

export interface JsonSocket extends Live {
  /** Connects, and keeps connecting again until `close`. */
  open(): void;
  close(): void;
  /** Sends a frame when connected; false when it could not. */
  send(frame: ClientFrame): boolean;
}

/** A socket that reconnects with exponential backoff and jitter, and closes a silent line. */
export function jsonSocket(_options: JsonSocketOptions): JsonSocket {
  throw new Error('not here yet');
}
