/**
 * A server that lies: the real one in this process, and before it a proxy that speaks HTTP and both WebSockets, with hooks
 * for each answer and each frame. Clients connect to the proxy. `app` is the server behind it with its database, for lies
 * that have to agree with each other.
 */
import type { Server, ServerWebSocket } from 'bun';
import type { Assets } from '../../../src/assets.ts';
import { PATHS } from '../../../src/contract/paths.ts';
import type { Delivery, Pending } from '../../../src/contract/relay.ts';
import { startApp, type TestApp } from '../../support/app.ts';
import { openWebSocket } from '../../support/socket.ts';

/** A test client says who it is, so that a lie can be told to one and not to another. */
export const WHO = 'x-test-client';

/** One request, and what the real server answered to it. */
export interface Exchange {
  readonly who: string;
  readonly method: string;
  readonly path: string;
  readonly sent: Uint8Array<ArrayBuffer>;
  /** The request's. */
  readonly sentHeaders: Headers;
  readonly status: number;
  readonly headers: Headers;
}

/** What becomes of an answer: other text under the same status, or another answer. */
export type Bend = (text: string, exchange: Exchange) => string | Response | Promise<string | Response>;

/** A socket between one client and the server. */
export interface Line {
  readonly who: string;
  readonly kind: 'json' | 'page';
  /** Says something to the client that the server never said. */
  say(frame: string | Uint8Array<ArrayBuffer>): void;
  close(code: number): void;
}

/** What becomes of a frame of the server: none or several in its place. */
export type FrameBend = (frame: string, line: Line) => readonly string[];

/** What becomes of an envelope on its way to a client, whichever way it takes. */
export type DeliveryBend = (delivery: Delivery, who: string) => readonly Delivery[];

interface Data {
  readonly headers: Record<string, string>;
  readonly protocols: readonly string[];
  readonly path: string;
  line: Line | null;
  /** The socket to the real server, and what the client said before it was open. */
  server: WebSocket | null;
  early: (string | Uint8Array<ArrayBuffer>)[];
}

const HOP_HEADERS = ['connection', 'content-encoding', 'content-length', 'transfer-encoding', 'keep-alive'];

export class HostileServer {
  readonly lines = new Set<Line>();
  /** Every request so far. */
  readonly seen: Exchange[] = [];
  private answers: { readonly path: string | RegExp; readonly bend: Bend }[] = [];
  private frames: FrameBend[] = [];
  private deliveries: DeliveryBend[] = [];

  private constructor(
    readonly app: TestApp,
    private readonly proxy: Server<Data>,
  ) {}

  get url(): string {
    return `http://localhost:${this.proxy.port}`;
  }

  static async open(assets?: Assets): Promise<HostileServer> {
    let server: HostileServer | null = null;
    const proxy = Bun.serve<Data>({
      port: 0,
      hostname: 'localhost',
      idleTimeout: 60,
      fetch: (request, own) =>
        server === null ? new Response(null, { status: 503 }) : server.pass(request, own),
      websocket: {
        open: (socket) => server?.connect(socket),
        message: (socket, message) => {
          const { data } = socket;
          const bytes = typeof message === 'string' ? message : new Uint8Array(message);
          if (data.server?.readyState === WebSocket.OPEN) data.server.send(bytes);
          else data.early.push(bytes);
        },
        close: ({ data }) => {
          if (data.line !== null) server?.lines.delete(data.line);
          data.server?.close();
        },
      },
    });
    const app = await startApp({
      config: { url: `http://localhost:${proxy.port}` },
      ...(assets === undefined ? {} : { assets }),
    });
    server = new HostileServer(app, proxy);
    return server;
  }

  /** Bends every answer of this path until `behave`. A string is the whole path. */
  answer(path: string | RegExp, bend: Bend): void {
    this.answers.push({ path, bend });
  }

  /** Bends an answer that is JSON; `T` is the test's claim about its shape. Refusals stay as they are. */
  json<T>(path: string | RegExp, bend: (json: T, exchange: Exchange) => unknown): void {
    this.answer(path, (text, exchange) =>
      exchange.status < 300 ? JSON.stringify(bend(JSON.parse(text), exchange)) : text,
    );
  }

  /** Bends what the server says over sockets until `behave`. */
  frame(bend: FrameBend): void {
    this.frames.push(bend);
  }

  /** Bends envelopes, over the socket and over HTTP, until `behave`. */
  deliver(bend: DeliveryBend): void {
    this.deliveries.push(bend);
  }

  /** Tells the truth from now on. */
  behave(): void {
    this.answers = [];
    this.frames = [];
    this.deliveries = [];
  }

  /** The open sockets of a client. */
  linesOf(who: string): readonly Line[] {
    return [...this.lines].filter((line) => line.who === who);
  }

  /** Requests of a client to a path. */
  asked(who: string, path: string): readonly Exchange[] {
    return this.seen.filter((each) => each.who === who && each.path === path);
  }

  async close(): Promise<void> {
    await this.proxy.stop(true);
    await this.app.stop();
  }

  private async pass(request: Request, own: Server<Data>): Promise<Response | undefined> {
    const { pathname, search } = new URL(request.url);
    const headers = new Headers(request.headers);
    if (headers.get('upgrade')?.toLowerCase() === 'websocket') {
      const protocols = (headers.get('sec-websocket-protocol') ?? '').split(', ').filter(Boolean);
      const kept = ['cookie', 'origin', WHO].flatMap((name) => {
        const value = headers.get(name);
        return value === null ? [] : [[name, value] as const];
      });
      const data: Data = {
        headers: { ...Object.fromEntries(kept), host: this.host },
        protocols,
        path: pathname,
        line: null,
        server: null,
        early: [],
      };
      const [first] = protocols;
      const accepted = first === undefined ? {} : { headers: { 'sec-websocket-protocol': first } };
      if (own.upgrade(request, { data, ...accepted })) return undefined;
    }
    const sent = new Uint8Array(await request.arrayBuffer());
    headers.set('host', this.host);
    headers.delete('connection');
    const answer = await fetch(this.app.origin + pathname + search, {
      method: request.method,
      headers,
      ...(sent.length > 0 ? { body: sent } : {}),
      redirect: 'manual',
    });
    const kept = new Headers(answer.headers);
    for (const name of HOP_HEADERS) kept.delete(name);
    const exchange: Exchange = {
      who: headers.get(WHO) ?? '',
      method: request.method,
      path: pathname,
      sent,
      sentHeaders: headers,
      status: answer.status,
      headers: kept,
    };
    this.seen.push(exchange);
    const bends = this.bendsOf(exchange);
    if (bends.length === 0) return new Response(answer.body, { status: answer.status, headers: kept });
    let text = await answer.text();
    for (const bend of bends) {
      const bent = await bend(text, exchange);
      if (bent instanceof Response) return bent;
      text = bent;
    }
    const body = answer.status === 204 || answer.status === 304 ? null : text;
    return new Response(body, { status: answer.status, headers: kept });
  }

  private bendsOf(exchange: Exchange): readonly Bend[] {
    const { path } = exchange;
    const bends = this.answers
      .filter((each) => (typeof each.path === 'string' ? each.path === path : each.path.test(path)))
      .map(({ bend }) => bend);
    if (path !== PATHS.envelopes || this.deliveries.length === 0) return bends;
    const page: Bend = (text) => {
      const pending: Pending = JSON.parse(text);
      return JSON.stringify({ ...pending, envelopes: this.bent(pending.envelopes, exchange.who) });
    };
    return [page, ...bends];
  }

  private bent(deliveries: readonly Delivery[], who: string): readonly Delivery[] {
    return this.deliveries.reduce<readonly Delivery[]>(
      (all, bend) => all.flatMap((each) => bend(each, who)),
      deliveries,
    );
  }

  private get host(): string {
    return `localhost:${this.proxy.port}`;
  }

  private connect(socket: ServerWebSocket<Data>): void {
    const { data } = socket;
    const line: Line = {
      who: data.headers[WHO] ?? '',
      kind: data.path === PATHS.socket ? 'json' : 'page',
      say: (frame) => socket.send(frame),
      close: (code) => socket.close(code),
    };
    data.line = line;
    this.lines.add(line);
    const server = openWebSocket(this.app.origin.replace('http', 'ws') + data.path, {
      headers: data.headers,
      ...(data.protocols.length > 0 ? { protocols: [...data.protocols] } : {}),
    });
    data.server = server;
    server.onopen = () => {
      for (const each of data.early.splice(0)) server.send(each);
    };
    server.onmessage = ({ data: frame }) => {
      for (const each of this.framesFor(String(frame), line)) socket.send(each);
    };
    server.onclose = ({ code }) => socket.close(code === 1006 ? 1011 : code);
    server.onerror = () => {};
  }

  private framesFor(frame: string, line: Line): readonly string[] {
    const delivered = line.kind === 'json' ? this.deliveredFrames(frame, line.who) : [frame];
    return this.frames.reduce<readonly string[]>(
      (all, bend) => all.flatMap((each) => bend(each, line)),
      delivered,
    );
  }

  private deliveredFrames(frame: string, who: string): readonly string[] {
    if (this.deliveries.length === 0) return [frame];
    const json: { readonly event: string } & Delivery = JSON.parse(frame);
    if (json.event !== 'envelope') return [frame];
    const { event, ...delivery } = json;
    return this.bent([delivery], who).map((each) => JSON.stringify({ event, ...each }));
  }
}
