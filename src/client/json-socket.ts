/**
 * The Live port over a WebSocket with the subprotocol `sotto.json.v1`: connects again with exponential backoff and full
 * jitter, and gives a silent line up. Losing it loses nothing: after each `hello` the engine fetches what waits.
 */
import {
  type ClientFrame,
  HEARTBEAT_MS,
  type ServerFrame,
  SOCKET_RESTARTING,
  SOCKET_SIGNED_OUT,
} from '../contract/relay.ts';
import type { Random } from '../protocol/ports.ts';
import type { Live, Timer } from './ports.ts';
import { serverFrame } from './socket-answers.ts';

/** The part of a browser's or Bun's WebSocket that is used here. */
export type Socket = Pick<
  WebSocket,
  'onopen' | 'onmessage' | 'onclose' | 'onerror' | 'readyState' | 'send' | 'close'
>;

export interface JsonSocketOptions {
  /** Opens a socket with the subprotocol and whatever cookie is valid now. May throw: that counts as a failed try. */
  readonly connect: () => Socket;
  readonly timer: Timer;
  readonly random: Random;
  /** The server ended the line and would end the next one too: the session is over. It stays closed. */
  readonly onRefused?: () => void;
  /** A try ended before the server said hello; another one follows. Why is not known: ask over HTTP. */
  readonly onFailed?: () => void;
}

export interface JsonSocket extends Live {
  /** Connects, and keeps connecting again until `close`. */
  open(): void;
  close(): void;
  /** Sends a frame when connected; false when it could not. */
  send(frame: ClientFrame): boolean;
}

const FIRST_DELAY_MS = 500;
const LONGEST_DELAY_MS = 30_000;
/** The step of the backoff at which one begins when the server starts anew: up to two seconds. */
const RESTART_STEP = 2;
const OPEN = 1;
/** RFC 6455, 7.4.1: unsupported data and a broken policy; and our own. Another try would end the same way. */
const REFUSALS: readonly number[] = [1003, 1008, SOCKET_SIGNED_OUT];

/**
 * Milliseconds to wait before try number `failures` + 1: uniform up to a bound that doubles to 30 s, so that a server
 * that comes back is not met by everybody at once.
 */
export function backoff(failures: number, random: Random): number {
  const bound = Math.min(LONGEST_DELAY_MS, FIRST_DELAY_MS * 2 ** Math.min(failures, 16));
  const [high = 0, low = 0] = random(2);
  return Math.round((bound * (high * 256 + low)) / 0xffff);
}

/** A closed line; `open` connects it. */
export function jsonSocket(options: JsonSocketOptions): JsonSocket {
  const { connect, timer, random } = options;
  const listeners = new Set<(frame: ServerFrame) => void>();
  let socket: Socket | null = null;
  let greeted = false;
  let wanted = false;
  let failures = 0;
  let cancelRetry = () => {};
  let cancelPing = () => {};
  let cancelSilence = () => {};

  const quiet = () => {
    cancelPing();
    cancelSilence();
  };
  const heard = (line: Socket) => {
    cancelSilence();
    // A line whose other end is gone may stay "open" for minutes: silence for two heartbeats ends it.
    cancelSilence = timer(2 * HEARTBEAT_MS, () => drop(line));
  };
  const keepAlive = (line: Socket) => {
    cancelPing();
    cancelPing = timer(HEARTBEAT_MS, () => {
      say(line, { do: 'ping' });
      keepAlive(line);
    });
  };
  const say = (line: Socket, frame: ClientFrame): boolean => {
    if (line.readyState !== OPEN) return false;
    try {
      line.send(JSON.stringify(frame));
      return true;
    } catch {
      return false;
    }
  };
  const again = () => {
    cancelRetry = timer(backoff(failures++, random), dial);
  };
  /** Leaves a line without waiting for its close handshake, which a dead peer never answers. */
  const drop = (line: Socket, code?: number) => {
    if (socket !== line) return;
    const failed = !greeted;
    socket = null;
    greeted = false;
    quiet();
    line.onopen = line.onmessage = line.onclose = null;
    line.onerror = () => {};
    line.close();
    if (!wanted) return;
    if (code !== undefined && REFUSALS.includes(code)) {
      wanted = false;
      options.onRefused?.();
      return;
    }
    // Everybody hears it in the same moment, and the server is away for one: not all at once.
    if (code === SOCKET_RESTARTING) failures = Math.max(failures, RESTART_STEP);
    again();
    if (failed) options.onFailed?.();
  };
  const dial = () => {
    let line: Socket;
    try {
      line = connect();
    } catch {
      again();
      return;
    }
    socket = line;
    line.onopen = () => keepAlive(line);
    line.onclose = ({ code }) => drop(line, code);
    // An error is always followed by `close`, which has the code.
    line.onerror = () => {};
    line.onmessage = ({ data }) => {
      heard(line);
      const frame = typeof data === 'string' ? serverFrame(data) : null;
      if (frame === null || frame.event === 'pong') return;
      if (frame.event === 'hello') {
        greeted = true;
        failures = 0;
      }
      for (const listener of listeners) listener(frame);
    };
    heard(line);
  };

  return {
    get connected() {
      return greeted;
    },
    onEvent(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    open() {
      if (wanted) return;
      wanted = true;
      dial();
    },
    close() {
      wanted = false;
      cancelRetry();
      if (socket) drop(socket);
    },
    send: (frame) => socket !== null && say(socket, frame),
    say: (frame) => {
      if (socket !== null) say(socket, frame);
    },
  };
}
