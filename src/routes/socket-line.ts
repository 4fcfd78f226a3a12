/**
 * One open socket: whose it is, what is on its way out, and when it ends. What it says and understands is up to
 * `socket-json.ts` (command line, bots) and `socket-page.ts` (browsers).
 */
import type { ServerWebSocket } from 'bun';
import type { Session } from '../auth/sessions.ts';
import { MAX_POST_BYTES } from '../contract/limits.ts';
import { HEARTBEAT_MS, SOCKET_SIGNED_OUT } from '../contract/relay.ts';
import type { Hub, HubEvent } from '../realtime/hub.ts';

/** For the server's `websocket` settings. */
export const SOCKET_OPTIONS = {
  /** A post in base64url, with its frame. */
  maxPayloadLength: Math.ceil((MAX_POST_BYTES * 4) / 3) + 1024,
  /** Seconds of silence, pings and pongs included, before a socket counts as dead. The server pings by itself. */
  idleTimeout: (2 * HEARTBEAT_MS) / 1000,
  sendPings: true,
  /** Never reached: pushing stops at HIGH_WATER. If it is, the peer resynchronises after it reconnects. */
  backpressureLimit: 8 * 1024 * 1024,
  closeOnBackpressureLimit: true,
  perMessageDeflate: false,
} as const;

/** Bytes that may wait for a slow reader before nothing more is pushed to it. */
const HIGH_WATER = 512 * 1024;

/** Registered codes (RFC 6455, 7.4). The browser's page reconnects after 1011 to 1013, not after the others. */
export const CLOSE = { unsupported: 1003, policy: 1008, failed: 1011, tryAgainLater: 1013 } as const;

/** As the reason of a close: who comes back has what the new role allows. */
export const ROLE_CHANGED = 'Your role has changed.';

/** Whose socket it is. */
export interface Owner<S extends Session = Session> {
  readonly session: S;
  /** The upgrade's Cookie and Authorization headers, to ask later whether the session still holds. */
  readonly headers: Readonly<Record<string, string>>;
  /** The client's address, for the limits. */
  readonly address: string;
}

/** Where open sockets are known (socket-lines.ts). */
export interface OpenLines {
  add(line: Line): void;
  delete(line: Line): void;
}

/** A frame as JSON; null for one that is none. */
export function parseFrame(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

/** What Elysia's Bun adapter calls on the data of a socket. */
export abstract class Line {
  #ws: ServerWebSocket<unknown> | null = null;
  #unsubscribe: (() => void) | null = null;
  #isReady = false;
  #out: string[] = [];
  #waiting = 0;

  constructor(
    readonly owner: Owner,
    private readonly hub: Hub,
    private readonly lines: OpenLines,
  ) {}

  /** The socket hears everything from now on; what came before is in the store. */
  protected abstract opened(): void;
  protected abstract received(frame: string): void;
  protected abstract happened(event: HubEvent): void;
  /** Everything sent so far has left, or nearly so. */
  protected abstract caughtUp(): void;
  protected abstract ended(): void;
  /** Events may have been missed: looks in the store for what waits. `isBack`: and none will be from now on. */
  abstract missed(isBack: boolean): void;

  open(ws: ServerWebSocket<unknown>): void {
    this.#ws = ws;
    this.lines.add(this);
    const { account, device, id } = this.owner.session;
    let isWithin = false;
    this.#unsubscribe = this.hub.subscribe({
      account,
      device,
      session: id,
      ready: () => {
        // Within `subscribe` there is no way to end it yet.
        isWithin = this.#unsubscribe === null;
        if (!isWithin) this.#begin();
      },
      handle: (event) => {
        if (event.type === 'signed-out') this.end(SOCKET_SIGNED_OUT, 'Signed out.');
        else if (event.type === 'session-moved') this.end(CLOSE.tryAgainLater, 'Come back with your cookie.');
        else if (event.type === 'role-changed') this.end(CLOSE.tryAgainLater, ROLE_CHANGED);
        else if (this.#isReady) this.happened(event);
      },
    });
    if (isWithin) this.#begin();
  }

  #begin(): void {
    if (!this.isOpen) return;
    this.#isReady = true;
    this.opened();
  }

  message(_ws: ServerWebSocket<unknown>, frame: string | Buffer): void {
    if (!this.#ws) return;
    if (typeof frame === 'string') this.received(frame);
    else this.end(CLOSE.unsupported, 'Only text frames are understood here.');
  }

  drain(): void {
    if (this.#ws && !this.isSlow) this.caughtUp();
  }

  close(): void {
    if (!this.#ws) return;
    this.#ws = null;
    this.#unsubscribe?.();
    this.lines.delete(this);
    this.ended();
  }

  /** Says goodbye after what is on its way, and forgets the socket. */
  end(code: number, reason: string): void {
    const ws = this.#ws;
    if (!ws) return;
    this.#flush();
    this.close();
    ws.close(code, reason);
  }

  protected get isOpen(): boolean {
    return this.#ws !== null;
  }

  /** True while so much is on its way out that pushing more would only fill memory. */
  protected get isSlow(): boolean {
    return this.#waiting + (this.#ws?.getBufferedAmount() ?? 0) > HIGH_WATER;
  }

  /** Frames of one turn leave together: one system call for all that a commit brought to this socket. */
  protected send(frame: string): void {
    if (!this.#ws) return;
    this.#waiting += frame.length;
    if (this.#out.push(frame) === 1) queueMicrotask(() => this.#flush());
  }

  protected pause(): void {
    this.#ws?.pause();
  }

  protected resume(): void {
    this.#ws?.resume();
  }

  #flush(): void {
    const frames = this.#out;
    const ws = this.#ws;
    this.#out = [];
    this.#waiting = 0;
    if (!ws || frames.length === 0) return;
    const [only] = frames;
    if (frames.length === 1 && only !== undefined) ws.sendText(only);
    else
      ws.cork(() => {
        for (const frame of frames) ws.sendText(frame);
      });
    if (!this.isSlow) this.caughtUp();
  }
}
