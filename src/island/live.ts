/**
 * The Live port of the page. htmx's `hx-ws` owns the socket of `#inbox`; this listens to its events: data-only frames
 * are handed on as they are, sealed messages arrive as elements and are handed on by them.
 */
import type { Live } from '../client/ports.ts';
import { type Delivery, HEARTBEAT_MS, type ServerFrame, SOCKET_SIGNED_OUT } from '../contract/relay.ts';
import { htmx } from './htmx.ts';

interface SocketEvent extends Event {
  readonly detail: {
    readonly connection: { readonly socket: WebSocket | null };
    readonly code?: number | null;
    readonly message?: { readonly data: unknown };
  };
}

const listeners = new Set<(frame: ServerFrame) => void>();
/** What came while the engine was still opening. */
const early: ServerFrame[] = [];
const changes = new Set<() => void>();
let socket: WebSocket | null = null;
let hiddenAt = 0;

/**
 * Starts listening; `signedOut` is called when the server says that this session has ended. Must be called before htmx
 * opens the socket, or the first `hello` is missed.
 */
export function listenToSocket(signedOut: () => void): void {
  document.addEventListener('htmx:ws:after:connection', (event) => {
    socket = (event as SocketEvent).detail.connection.socket;
    for (const changed of changes) changed();
  });
  // A browser that knows it is offline would only write each attempt into its console; it says when that changes.
  document.addEventListener('htmx:ws:before:connection', (event) => {
    if (!navigator.onLine) event.preventDefault();
  });
  document.addEventListener('htmx:ws:close', (event) => {
    socket = null;
    if ((event as SocketEvent).detail.code === SOCKET_SIGNED_OUT) signedOut();
    for (const changed of changes) changed();
  });
  document.addEventListener('htmx:ws:before:message:incoming', (event) => {
    const frame = readFrame((event as SocketEvent).detail.message?.data);
    if (frame) emit(frame);
  });
  // A new line now, not when htmx's growing delay ends; and after a sleep, when the old one may be dead unnoticed.
  addEventListener('online', reconnect);
  // A page that comes back from the browser's own memory was left with its line closed.
  window.addEventListener('pageshow', ({ persisted }) => {
    if (persisted) reconnect();
  });
  document.addEventListener('visibilitychange', () => {
    if (document.visibilityState === 'hidden') hiddenAt = Date.now();
    else if (Date.now() - hiddenAt > 2 * HEARTBEAT_MS) reconnect();
  });
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
    for (const frame of early.splice(0)) listener(frame);
    return () => listeners.delete(listener);
  },
  get connected() {
    return socket !== null && socket.readyState === WebSocket.OPEN;
  },
  say(frame) {
    if (socket?.readyState === WebSocket.OPEN) socket.send(JSON.stringify(frame));
  },
};

function emit(frame: ServerFrame): void {
  if (listeners.size === 0) early.push(frame);
  for (const listener of listeners) listener(frame);
}

/** A data-only frame of the server; frames with content are swapped by htmx and speak through their elements. */
function readFrame(data: unknown): ServerFrame | null {
  if (typeof data !== 'string') return null;
  const frame: unknown = JSON.parse(data);
  return isFrame(frame) ? frame : null;
}

const FRAMES = new Set([
  'hello',
  'delivered',
  'expired',
  'conversation',
  'devices',
  'prekeys',
  'presence',
  'typing',
  'pong',
]);

function isFrame(value: unknown): value is ServerFrame {
  return (
    typeof value === 'object' &&
    value !== null &&
    'event' in value &&
    typeof value.event === 'string' &&
    FRAMES.has(value.event)
  );
}

/** Opens the line anew, now. */
export function reconnect(): void {
  const inbox = document.querySelector('#inbox');
  if (inbox) htmx.process(inbox, true);
}
