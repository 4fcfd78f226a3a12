/**
 * The Live port of the page. htmx's `hx-ws` owns the socket of `#inbox`; this listens to its events: data-only frames
 * are handed on as they are, sealed messages arrive as elements and are handed on by them.
 */
import type { Live } from '../client/ports.ts';
import { type Delivery, HEARTBEAT_MS, type ServerFrame } from '../contract/relay.ts';
import { htmx } from './htmx.ts';

interface SocketEvent extends Event {
  readonly detail: {
    readonly connection: { readonly socket: WebSocket | null };
    readonly message?: { readonly data: unknown };
  };
}

const listeners = new Set<(frame: ServerFrame) => void>();
const changes = new Set<() => void>();
let socket: WebSocket | null = null;
let heardAt = 0;

/** Starts listening. Must be called before htmx opens the socket, or the first `hello` is missed. */
export function listenToSocket(): void {
  document.addEventListener('htmx:ws:after:connection', (event) => {
    socket = (event as SocketEvent).detail.connection.socket;
    heardAt = Date.now();
    for (const changed of changes) changed();
  });
  document.addEventListener('htmx:ws:close', () => {
    socket = null;
    for (const changed of changes) changed();
  });
  document.addEventListener('htmx:ws:before:message:incoming', (event) => {
    heardAt = Date.now();
    const frame = readFrame((event as SocketEvent).detail.message?.data);
    if (frame) emit(frame);
  });
  setInterval(beat, HEARTBEAT_MS / 2);
  addEventListener('online', reconnect);
}

/** A sealed message that came as an element of the page. */
export function deliver(delivery: Delivery): void {
  emit({ event: 'envelope', ...delivery });
}

/** Calls the listener whenever the socket opens or closes. */
export function onSocketChange(changed: () => void): void {
  changes.add(changed);
}

export const live: Live = {
  onEvent(listener) {
    listeners.add(listener);
    return () => listeners.delete(listener);
  },
  get connected() {
    return socket !== null && socket.readyState === WebSocket.OPEN;
  },
};

function emit(frame: ServerFrame): void {
  for (const listener of listeners) listener(frame);
}

/** A data-only frame of the server; frames with content are swapped by htmx and speak through their elements. */
function readFrame(data: unknown): ServerFrame | null {
  if (typeof data !== 'string') return null;
  const frame: unknown = JSON.parse(data);
  return isFrame(frame) ? frame : null;
}

const FRAMES = new Set(['hello', 'delivered', 'expired', 'conversation', 'devices', 'prekeys', 'pong']);

function isFrame(value: unknown): value is ServerFrame {
  return (
    typeof value === 'object' &&
    value !== null &&
    'event' in value &&
    typeof value.event === 'string' &&
    FRAMES.has(value.event)
  );
}

/** Says something, and gives up on a line that has been silent for two beats: closing makes htmx connect again. */
function beat(): void {
  if (!socket || socket.readyState !== WebSocket.OPEN) return;
  if (Date.now() - heardAt > 2 * HEARTBEAT_MS) socket.close();
  else socket.send(JSON.stringify({ do: 'ping' }));
}

/** The network is back: a new line now, not when htmx's growing delay ends. */
function reconnect(): void {
  const inbox = document.querySelector('#inbox');
  if (inbox) htmx.process(inbox, true);
}
