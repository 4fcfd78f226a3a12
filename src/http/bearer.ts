/** Programs: the token in a request's `Authorization`, which counts in place of any cookie, and for the API alone. */
import type { DeviceSession } from '../auth/sessions.ts';
import { API } from '../contract/paths.ts';
import { scopesOf } from '../contract/scopes.ts';
import type { Tokens } from '../services/tokens.ts';
import { Refusal } from './errors.ts';
import type { RateLimits } from './limits.ts';

/** What stands after `Bearer`; null where no program asks, or not the API. */
export function bearerOf(request: Request): string | null {
  const [, token] = /^bearer +(\S+)$/i.exec(request.headers.get('authorization') ?? '') ?? [];
  return token !== undefined && new URL(request.url).pathname.startsWith(`${API}/`) ? token : null;
}

/** Lets a token in. Whoever tries tokens that are none soon waits. */
export async function enterByToken(
  deps: {
    readonly services: { readonly tokens: Pick<Tokens, 'enter'> };
    readonly limits: RateLimits;
    readonly address: (request: Request) => string;
  },
  request: Request,
  token: string,
): Promise<DeviceSession> {
  try {
    const session = await deps.services.tokens.enter(
      token,
      scopesOf(request.method, new URL(request.url).pathname),
    );
    deps.limits.take('tokenCalls', session.id);
    return session;
  } catch (error) {
    if (error instanceof Refusal && error.body.error !== 'RateLimitExceeded')
      deps.limits.takeFrom('tokenRefusedAddress', deps.address(request));
    throw error;
  }
}
