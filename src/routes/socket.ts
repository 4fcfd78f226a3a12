/**
 * Upgrades to a WebSocket: `/api/v1/socket` for the command line and bots, `/socket` for pages.
 *
 * Plain GET routes that upgrade by themselves: Elysia's `.ws()` keeps the whole request context for each socket, builds
 * an object with a dozen bound functions for each frame, turns frames such as `123` into numbers, and cannot answer the
 * upgrade with a chosen subprotocol. Its Bun adapter calls the functions of `ws.data`; a Line has exactly these.
 */

import type { Server } from 'bun';
import { Elysia } from 'elysia';
import type { Session } from '../auth/sessions.ts';
import type { AccountId } from '../contract/ids.ts';
import { PATHS } from '../contract/paths.ts';
import { HEARTBEAT_MS, SOCKET_PROTOCOL, SOCKET_RESTARTING, SOCKET_SIGNED_OUT } from '../contract/relay.ts';
import { sentence } from '../contract/words.ts';
import type { Deps } from '../deps.ts';
import { speechOf } from '../http/language.ts';
import { createGuard } from '../http/session.ts';
import { Recent } from '../services/recent.ts';
import { Refusal } from '../services/refusal.ts';
import { JsonLine } from './socket-json.ts';
import { CLOSE, type Line, type Owner, ROLE_CHANGED } from './socket-line.ts';
import { Lines, type SocketLimits } from './socket-lines.ts';
import { PageLine } from './socket-page.ts';

export { SOCKET_OPTIONS } from './socket-line.ts';

/** Where pages connect; they ask for no subprotocol. */
const PAGE_SOCKET = '/socket';

/** What a person is called may be this old (milliseconds) on a fragment; the island shows the verified name anyway. */
const NAMES = { ttl: 60_000, max: 10_000 };

/** Sockets that are greeted together when the way to other nodes is back, and the milliseconds between two such lots. */
const BACK_AT_ONCE = 200;
const BACK_PAUSE_MS = 100;

/**
 * @param heartbeat milliseconds between two looks at whether the sessions of open sockets still hold
 * @param limits how many may be open, when other than usual
 */
export const socketRoutes = (deps: Deps, heartbeat = HEARTBEAT_MS, limits?: SocketLimits) => {
  const guard = createGuard(deps);
  const lines = new Lines(limits);
  const names = new Recent<AccountId, string | null>(deps.clock, NAMES);
  let sweep: ReturnType<typeof setInterval> | null = null;

  deps.ops.stopping.onLeave(() => {
    for (const line of lines) line.end(SOCKET_RESTARTING, 'The server is starting anew.');
  });

  let wasAway = false;
  deps.hub.onMissed(() => {
    const isBack = wasAway && deps.hub.way === 'open';
    wasAway = deps.hub.way === 'away';
    void missed(isBack);
  });

  return new Elysia({ name: 'socket' })
    .get(PATHS.socket, async ({ request, server }) => {
      checkOrigin(request, deps.origin());
      const session = await guard.withDevice(request, 'converse');
      deps.limits.take('socketAccount', session.account);
      if (!protocolsOf(request).includes(SOCKET_PROTOCOL))
        throw new Refusal(
          'ValidationError',
          sentence('Ask for the subprotocol {name}.', { name: SOCKET_PROTOCOL }),
        );
      const line = new JsonLine(ownerOf(request, session), deps, lines);
      upgrade(request, server, line, { 'sec-websocket-protocol': SOCKET_PROTOCOL });
    })
    .get(PAGE_SOCKET, async ({ request, server }) => {
      checkOrigin(request, deps.origin());
      // First, so that a proxy that passes no WebSocket on is told from somebody without a session (sotto doctor).
      if (request.headers.get('upgrade')?.toLowerCase() !== 'websocket') throw notSocket();
      const session = await guard.signedIn(request);
      deps.limits.take('socketAccount', session.account);
      upgrade(
        request,
        server,
        new PageLine(ownerOf(request, session), nameOf, deps, speechOf(request), lines),
        {},
      );
    });

  /** A few at a time: who hears that others are back fetches what it missed. */
  async function missed(isBack: boolean): Promise<void> {
    for (const [index, line] of [...lines].entries()) {
      if (isBack && index % BACK_AT_ONCE === BACK_AT_ONCE - 1) await Bun.sleep(BACK_PAUSE_MS);
      line.missed(isBack);
    }
  }

  function ownerOf<S extends Session>(request: Request, session: S): Owner<S> {
    const headers: Record<string, string> = {};
    for (const name of ['cookie', 'authorization']) {
      const value = request.headers.get(name);
      if (value !== null) headers[name] = value;
    }
    return { session, headers, address: deps.address(request) };
  }

  function upgrade(
    request: Request,
    server: Server<unknown> | null,
    data: Line,
    headers: Record<string, string>,
  ): void {
    lines.check(data.owner);
    if (!server?.upgrade(request, { data, headers })) throw notSocket();
    sweep ??= setInterval(endStale, heartbeat);
    sweep.unref();
  }

  /**
   * Sockets learn from the hub when their session ends, or its holder has another role, in this process. The admin commands
   * are another process, and sessions also expire: so each heartbeat asks once more.
   */
  async function endStale(): Promise<void> {
    for (const line of lines) {
      const { session, headers } = line.owner;
      const again = new Request(`${deps.origin()}${PATHS.socket}`, { headers });
      const found = await guard.session(again).catch((error) => (isRefused(error) ? null : session));
      if (found?.weak) line.end(CLOSE.tryAgainLater, 'This workspace asks for a second factor.');
      else if (found?.id !== session.id) line.end(SOCKET_SIGNED_OUT, 'Signed out.');
      else if (found.role !== session.role) line.end(CLOSE.tryAgainLater, ROLE_CHANGED);
    }
    if (lines.size > 0 || !sweep) return;
    clearInterval(sweep);
    sweep = null;
  }

  async function nameOf(account: AccountId): Promise<string | null> {
    const known = names.get(account);
    if (known !== undefined) return known;
    const { generation } = names;
    const name = (await deps.services.accounts.person(account))?.name ?? null;
    names.put(account, name, generation);
    return name;
  }
};

const notSocket = () => new Refusal('ValidationError', 'This address is for WebSocket connections.');

/** A token that was revoked; anything else is no reason to end a socket. */
const isRefused = (error: unknown): boolean =>
  error instanceof Refusal && ['NotSignedIn', 'Forbidden'].includes(error.body.error);

/** Browsers always say where a script comes from; others' pages must not open a socket with this person's cookie. */
function checkOrigin(request: Request, own: string): void {
  const origin = request.headers.get('origin');
  if (origin !== null && origin !== own)
    throw new Refusal(
      'Forbidden',
      sentence('This connection came from another site. Open {origin} and try again there.', { origin: own }),
    );
}

function protocolsOf(request: Request): readonly string[] {
  const asked = request.headers.get('sec-websocket-protocol') ?? '';
  return asked.split(',').map((name) => name.trim());
}
