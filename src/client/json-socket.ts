/** The Live port over a WebSocket with the subprotocol `sotto.json.v1`. */
import { type ClientFrame, HEARTBEAT_MS, type ServerFrame } from '../contract/relay.ts';
import { serverFrame } from './answers.ts';
import type { Live, Random, Timer } from './ports.ts';

/** Milliseconds before the first try to connect again; each later one waits twice as long. */
const FIRST_DELAY_MS = 500;
/** And at most so long. */
const MAX_DELAY_MS = 60_000;

export interface JsonSocketOptions {
  /** Begins a connection with SOCKET_PROTOCOL: runtimes differ in how headers are given. */
  readonly connect: () => WebSocket;
  readonly timer: Timer;
  readonly random: Random;
  /** The server refused the connection or ended it for good: the session is over. */
  readonly onRefused?: () => void;
}

export interface JsonSocket extends Live {
  /** Connects, and keeps connecting again until `close`. */
  open(): void;
  close(): void;
  /** Sends a frame when connected; false when it could not. */
  send(frame: ClientFrame): boolean;
}

/** RFC 6455, 7.4.1: policy (the session is over) and unsupported data. Another try would end the same way. */
const REFUSALS: readonly number[] = [1008, 1003];

/** A socket that reconnects with exponential backoff and jitter, and closes a line that has fallen silent. */
export function jsonSocket({ connect, timer, random, onRefused }: JsonSocketOptions): JsonSocket {
  const listeners = new Set<(frame: ServerFrame) => void>();
  let socket: WebSocket | null = null;
  let attempts = 0;
  let wanted = false;
  let heard = false;
  let cancel = () => {};

  const beat = () => {
    cancel = timer(HEARTBEAT_MS, () => {
      if (!heard) {
        // Nothing came although the server answers pings: the line is dead and does not know it.
        socket?.close();
        return;
      }
      heard = false;
      send({ do: 'ping' });
      beat();
    });
  };

  const send = (frame: ClientFrame): boolean => {
    if (socket?.readyState !== 1) return false;
    socket.send(JSON.stringify(frame));
    return true;
  };

  const again = () => {
    if (!wanted) return;
    const full = Math.min(FIRST_DELAY_MS * 2 ** attempts, MAX_DELAY_MS);
    attempts++;
    // Half of it for certain, the other half by chance: clients of a restarted server do not come all at once.
    const chance = (random(1)[0] ?? 0) / 255;
    cancel = timer(full / 2 + (full / 2) * chance, begin);
  };

  const begin = () => {
    const own = connect();
    socket = own;
    own.onopen = () => {
      attempts = 0;
      heard = true;
      beat();
    };
    own.onmessage = ({ data }: MessageEvent<unknown>) => {
      heard = true;
      const frame = typeof data === 'string' ? serverFrame(data) : null;
      if (frame !== null && frame.event !== 'pong') for (const listener of listeners) listener(frame);
    };
    own.onclose = ({ code }: CloseEvent) => {
      if (socket !== own) return;
      socket = null;
      cancel();
      if (REFUSALS.includes(code)) {
        wanted = false;
        onRefused?.();
      } else again();
    };
    // An error is always followed by `close`.
    own.onerror = () => {};
  };

  return {
    get connected() {
      return socket?.readyState === 1;
    },
    onEvent(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    open() {
      if (wanted) return;
      wanted = true;
      begin();
    },
    close() {
      wanted = false;
      cancel();
      const open = socket;
      socket = null;
      open?.close();
    },
    send,
  };
}
