/** The way to the server: HTTP and the socket, with the session's cookie. */
import { directFiles, isOpenTo } from '../client/files/direct.ts';
import { type HttpCalls, type HttpTransportOptions, httpCalls } from '../client/http-relay.ts';
import { httpTransport } from '../client/http-transport.ts';
import { type JsonSocket, jsonSocket } from '../client/json-socket.ts';
import { httpLinks, type LinkTransport } from '../client/link/link-transport.ts';
import type { Transport } from '../client/ports.ts';
import { wasRemoved } from '../client/removal.ts';
import { RUNS_IN_HAND } from '../contract/files.ts';
import { PATHS } from '../contract/paths.ts';
import { SOCKET_PROTOCOL } from '../contract/relay.ts';
import { SpareBytes } from '../contract/spare-bytes.ts';
import { cliCrypto } from './crypto.ts';
import { Failed, WrongUse } from './failures.ts';
import type { Home } from './home.ts';
import type { Timers } from './timers.ts';

/** A server that hangs is one that cannot be reached after so many milliseconds: scripts wait for their command. */
const TIMEOUT_MS = 10_000;

/** The session's; a server may set others. */
const SESSION_COOKIE = /^(?:__Host-)?sotto=/;

const LOG_IN_AGAIN = 'Your session has ended: log in again with "sotto client login".';

const REMOVED =
  'This device was removed from your account on another one: delete what it holds with "sotto client logout --forget".';

/** The origin of an address that a person gave. Throws WrongUse. */
export function originOf(option: string, text: string): string {
  const url = URL.parse(text);
  if (url === null || !['http:', 'https:'].includes(url.protocol) || url.host === '')
    throw new WrongUse(`--${option} takes an address such as https://chat.example, not "${text}".`);
  return url.origin;
}

/** A transport for signing in: it keeps the cookies of its own requests, until the home takes the last one. */
export function enrollingTransport(origin: string): {
  readonly transport: Transport;
  readonly links: LinkTransport;
  readonly cookie: () => string | null;
} {
  let cookie: string | null = null;
  const options: HttpTransportOptions = {
    origin,
    headers: () => (cookie === null ? {} : { cookie }),
    onResponse: ({ headers }) => {
      for (const line of headers.getSetCookie()) {
        const [pair = ''] = line.split(';');
        if (SESSION_COOKIE.test(pair)) cookie = pair.endsWith('=') ? null : pair;
      }
    },
  };
  return {
    transport: httpTransport(options),
    links: httpLinks(httpCalls(options)),
    cookie: () => cookie,
  };
}

/** The server of a home, in the home's session. */
export class Server {
  readonly transport: Transport;
  readonly links: LinkTransport;
  private readonly calls: HttpCalls;
  /** The server has said that the session is over. */
  signedOut = false;
  /** Called when it says so. */
  onSignedOut = () => {};

  constructor(
    private readonly home: Home,
    readonly origin: string,
  ) {
    const options: HttpTransportOptions = {
      origin,
      timeout: TIMEOUT_MS,
      headers: () => this.#headers(),
      onResponse: ({ status }) => {
        if (status === 401) this.#ended();
      },
    };
    this.calls = httpCalls(options);
    const transport = httpTransport({ ...options, spare: new SpareBytes(RUNS_IN_HAND) });
    const direct = { calls: this.calls, fetch, isOpen: isOpenTo(origin), clock: Date.now };
    this.transport = { ...transport, files: directFiles(transport.files, direct) };
    this.links = httpLinks(this.calls);
  }

  /** Whether the account's own list says that this device is none of its any more. */
  wasRemoved(): Promise<boolean> {
    return wasRemoved(this.calls, cliCrypto, this.home.storage);
  }

  /** Why a command ends that the server answers no more: one sentence, with what to do. */
  async whySignedOut(): Promise<Failed> {
    return new Failed((await this.wasRemoved()) ? REMOVED : LOG_IN_AGAIN);
  }

  /** The live line of this session. */
  socket(timers: Timers): JsonSocket {
    const url = this.origin.replace(/^http/, 'ws') + PATHS.socket;
    return jsonSocket({
      timer: timers.timer,
      random: cliCrypto.random,
      connect: () => openWebSocket(url, { protocols: [SOCKET_PROTOCOL], headers: this.#headers() }),
      onRefused: () => this.#ended(),
      // The refusal of an upgrade does not say why: a request does.
      onFailed: () => this.transport.session().catch(() => {}),
    });
  }

  #headers(): Record<string, string> {
    const { cookie } = this.home;
    return cookie === null ? {} : { cookie };
  }

  #ended(): void {
    this.signedOut = true;
    this.onSignedOut();
  }
}

/** The server of a home that has been signed in. Throws Failed when it has not, or is signed out. */
export function serverOf(home: Home): Server {
  const { server, cookie } = home;
  if (server === null)
    throw new Failed(
      `The device in ${home.folder} is not signed in anywhere: use "sotto client join" or "sotto client login" first.`,
    );
  if (cookie === null) throw new Failed(LOG_IN_AGAIN);
  return new Server(home, server);
}

/** A WebSocket with headers: the runtime takes them, the browser's types do not know it. */
function openWebSocket(url: string, options: Bun.WebSocketOptions): WebSocket {
  return Reflect.construct(WebSocket, [url, options]);
}
