/** The guard: from a request's cookie, or a program's token, to its session, or a reasoned no. */
import type { Caller, DeviceSession, Session, Sessions } from '../auth/sessions.ts';
import { may, type Permission } from '../contract/permissions.ts';
import type { Audit } from '../services/audit.ts';
import type { Tokens } from '../services/tokens.ts';
import { networkOf } from './address.ts';
import { bearerOf, enterByToken } from './bearer.ts';
import { Refusal } from './errors.ts';
import { knownBrowser } from './known-browser.ts';
import type { RateLimits } from './limits.ts';

/** Milliseconds for which somebody who showed who they are may do what cannot be taken back. */
export const FRESH_MS = 15 * 60_000;

/** Characters of a browser's own description that are kept, in lists, notices, mail and the audit. */
const MAX_AGENT = 300;

export interface Guard {
  /** The session, or null: for pages (redirect to /sign-in) and the socket's upgrade. */
  session(request: Request): Promise<Session | null>;
  /** NotSignedIn without a session. For what somebody needs to open their vault and to set up a second factor. */
  entered(request: Request): Promise<Session>;
  /** NotSignedIn without a session, SecondFactorRequired while the workspace wants one and the session has shown none. */
  signedIn(request: Request): Promise<Session>;
  /** NotSignedIn without a session, Forbidden while it has no device, and without the permission that is named. */
  withDevice(request: Request, permission?: Permission): Promise<DeviceSession>;
  /** Forbidden without the permission. */
  may(request: Request, permission: Permission): Promise<Session>;
  /** The same for what cannot be taken back: VerificationNeeded when they showed who they are more than FRESH_MS ago. */
  mayNow(request: Request, permission: Permission): Promise<Session>;
  /** VerificationNeeded when the session's holder showed who they are more than FRESH_MS ago. */
  verified(session: Session): Session;
  /** Who asks, for the list of sessions. */
  caller(request: Request): Caller;
  /** Somebody who comes in: who asks, and the cookies that they leave with: the session's, and what their browser is known by. */
  arrival(request: Request): { readonly caller: Caller; cookies(token: string): string[] };
}

/** @param deps sessions and tokens, the limits of programs, the address that links carry, and the client's address behind proxies */
export function createGuard(deps: {
  readonly services: {
    readonly sessions: Sessions;
    readonly tokens: Pick<Tokens, 'enter'>;
    readonly audit: Pick<Audit, 'refused'>;
  };
  readonly limits: RateLimits;
  readonly origin: () => string;
  readonly address: (request: Request) => string;
  /** Epoch milliseconds. */
  readonly clock: () => number;
}): Guard {
  const { sessions, audit } = deps.services;

  const session: Guard['session'] = async (request) => {
    const bearer = bearerOf(request);
    if (bearer !== null) return enterByToken(deps, request, bearer);
    const token = sessionToken(request, deps.origin());
    return token === null ? null : sessions.validate(token);
  };
  const entered: Guard['entered'] = async (request) => {
    const found = await session(request);
    if (!found) throw new Refusal('NotSignedIn', 'Please sign in first.');
    return found;
  };
  const signedIn: Guard['signedIn'] = async (request) => {
    const found = await entered(request);
    if (found.weak)
      throw new Refusal(
        'SecondFactorRequired',
        'This workspace asks for a passkey or a second factor. Set one up in Settings, under Security, in a browser; then sign in with it.',
      );
    return found;
  };
  const callerOf = (request: Request, browser: string): Caller => {
    const address = deps.address(request);
    const agent = (request.headers.get('user-agent') ?? '').slice(0, MAX_AGENT);
    return { address, agent, network: networkOf(address), browser };
  };
  const allowed: Guard['may'] = async (request, permission) => {
    const found = await signedIn(request);
    if (may(found.role, permission)) return found;
    await audit.refused({
      actor: found.account,
      action: 'access.refused',
      subject: '',
      detail: { needs: permission, role: found.role },
    });
    throw new Refusal('Forbidden', 'Your role in this workspace does not allow this.');
  };
  const verified: Guard['verified'] = (session) => {
    if (deps.clock() - session.verifiedAt <= FRESH_MS) return session;
    throw new Refusal('VerificationNeeded', 'Show once more that it is you, then do this again.');
  };

  return {
    session,
    entered,
    signedIn,
    async withDevice(request, permission) {
      const found = await (permission === undefined ? signedIn(request) : allowed(request, permission));
      if (!hasDevice(found))
        throw new Refusal('Forbidden', 'Unlock this device first: the session has no device yet.');
      return found;
    },
    may: allowed,
    async mayNow(request, permission) {
      return verified(await allowed(request, permission));
    },
    verified,
    caller: (request) => callerOf(request, knownBrowser(request, deps.origin()).mark),
    arrival(request) {
      const browser = knownBrowser(request, deps.origin());
      return {
        caller: callerOf(request, browser.mark),
        cookies: (token) => [sessions.cookie(token), ...(browser.cookie === null ? [] : [browser.cookie])],
      };
    },
  };
}

const hasDevice = (session: Session): session is DeviceSession => session.device !== null;

/** 32 bytes, base64url. */
const TOKEN = /^[A-Za-z0-9_-]{43}$/;

/** The session cookie's value; other cookies of the same host, however malformed, do not matter. */
function sessionToken(request: Request, origin: string): string | null {
  const name = origin.startsWith('https:') ? '__Host-sotto=' : 'sotto=';
  for (const part of (request.headers.get('cookie') ?? '').split(';')) {
    const cookie = part.trimStart();
    if (!cookie.startsWith(name)) continue;
    const value = cookie.slice(name.length);
    if (TOKEN.test(value)) return value;
  }
  return null;
}
