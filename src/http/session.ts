/** The guard: from a request's cookie to its session, or a reasoned no. */
import type { Caller, DeviceSession, Session, Sessions } from '../auth/sessions.ts';
import { may, type Permission } from '../contract/permissions.ts';
import { Refusal } from './errors.ts';

/** Milliseconds for which somebody who showed who they are may do what cannot be taken back. */
export const FRESH_MS = 15 * 60_000;

export interface Guard {
  /** The session, or null: for pages (redirect to /sign-in) and the socket's upgrade. */
  session(request: Request): Promise<Session | null>;
  /** NotSignedIn without a session. */
  signedIn(request: Request): Promise<Session>;
  /** NotSignedIn without a session, Forbidden while it has no device. */
  withDevice(request: Request): Promise<DeviceSession>;
  /** Forbidden without the permission. */
  may(request: Request, permission: Permission): Promise<Session>;
  /** The same for what cannot be taken back: VerificationNeeded when they showed who they are more than FRESH_MS ago. */
  mayNow(request: Request, permission: Permission): Promise<Session>;
  /** VerificationNeeded when the session's holder showed who they are more than FRESH_MS ago. */
  verified(session: Session): Session;
  /** Who asks, for the list of sessions. */
  caller(request: Request): Caller;
}

/** @param deps sessions, the address that links carry, and the client's address behind proxies */
export function createGuard(deps: {
  readonly services: { readonly sessions: Sessions };
  readonly origin: () => string;
  readonly address: (request: Request) => string;
  /** Epoch milliseconds. */
  readonly clock: () => number;
}): Guard {
  const { sessions } = deps.services;

  const session: Guard['session'] = async (request) => {
    const token = sessionToken(request, deps.origin());
    return token === null ? null : sessions.validate(token);
  };
  const signedIn: Guard['signedIn'] = async (request) => {
    const found = await session(request);
    if (!found) throw new Refusal('NotSignedIn', 'Please sign in first.');
    return found;
  };
  const allowed: Guard['may'] = async (request, permission) => {
    const found = await signedIn(request);
    if (!may(found.role, permission))
      throw new Refusal('Forbidden', 'Your role in this workspace does not allow this.');
    return found;
  };
  const verified: Guard['verified'] = (session) => {
    if (deps.clock() - session.verifiedAt <= FRESH_MS) return session;
    throw new Refusal('VerificationNeeded', 'Show once more that it is you, then do this again.');
  };

  return {
    session,
    signedIn,
    async withDevice(request) {
      const found = await signedIn(request);
      if (!hasDevice(found))
        throw new Refusal('Forbidden', 'Unlock this device first: the session has no device yet.');
      return found;
    },
    may: allowed,
    async mayNow(request, permission) {
      return verified(await allowed(request, permission));
    },
    verified,
    caller: (request) => ({
      address: deps.address(request),
      agent: request.headers.get('user-agent') ?? '',
    }),
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
