/**
 * Signing in and out. A wrong name, a wrong secret and a disabled account get the same 401.
 *
 * | call | needs | answers |
 * |---|---|---|
 * | POST /api/v1/sign-in/start | a username | PasswordParameters |
 * | POST /api/v1/sign-in/password | its login secret | SignedIn, and the session's cookie |
 * | POST /api/v1/sign-in/recovery | the recovery code's login secret | the same |
 * | POST /api/v1/sign-in/passkey/start | nothing | PasskeySignInStart |
 * | POST /api/v1/sign-in/passkey | the browser's answer | SignedIn, and the session's cookie |
 * | POST /api/v1/sign-out | nothing | 204, and the cookie taken back |
 */
import { Elysia } from 'elysia';
import type { PasskeySignInStart, PasswordParameters, SignedIn } from '../contract/accounts.ts';
import { MAX_USERNAME_LENGTH } from '../contract/limits.ts';
import { PATHS } from '../contract/paths.ts';
import type { Deps } from '../deps.ts';
import { Refusal } from '../http/errors.ts';
import { type Input, readInput } from '../http/input.ts';
import { createGuard } from '../http/session.ts';
import type { Entered } from '../services/accounts.ts';
import { readPasskey } from './records.ts';

export const signInRoutes = (deps: Pick<Deps, 'services' | 'origin' | 'address' | 'limits' | 'clock'>) => {
  const { accounts, sessions } = deps.services;
  const guard = createGuard(deps);

  /** By address, and by address and name: by name alone, anybody could lock somebody else out. */
  const limit = (request: Request, username?: string) => {
    const address = deps.address(request);
    deps.limits.takeFrom('signInAddress', address);
    if (username !== undefined) deps.limits.takeFrom('signInPerson', address, username);
  };
  /** The session that the browser held before is over. */
  const enter = async (
    request: Request,
    headers: Record<string, string | number>,
    entering: Promise<Entered>,
  ): Promise<SignedIn> => {
    const { signedIn, opened } = await entering;
    const before = await guard.session(request);
    if (before) await sessions.end(before.account, before.id).catch(unlessGone);
    headers['set-cookie'] = sessions.cookie(opened.token);
    return signedIn;
  };

  return new Elysia({ name: 'sign-in' })
    .post(
      PATHS.signInStart,
      async ({ request }): Promise<PasswordParameters> => {
        const input = await readInput(request);
        const username = readAnyUsername(input);
        input.check();
        limit(request);
        return accounts.passwordParameters(username);
      },
      { parse: 'none' },
    )

    .post(
      PATHS.signInPassword,
      async ({ request, set }): Promise<SignedIn> => {
        const { username, secret } = await readSecret(request);
        limit(request, username);
        const entering = accounts.signInWithPassword(username, secret, guard.caller(request));
        return enter(request, set.headers, entering);
      },
      { parse: 'none' },
    )

    .post(
      PATHS.signInRecovery,
      async ({ request, set }): Promise<SignedIn> => {
        const { username, secret } = await readSecret(request);
        limit(request, username);
        const entering = accounts.signInWithRecovery(username, secret, guard.caller(request));
        return enter(request, set.headers, entering);
      },
      { parse: 'none' },
    )

    .post(
      PATHS.passkeyStart,
      async ({ request }): Promise<PasskeySignInStart> => {
        limit(request);
        return accounts.passkeyStart();
      },
      { parse: 'none' },
    )

    .post(
      PATHS.signInPasskey,
      async ({ request, set }): Promise<SignedIn> => {
        const input = await readInput(request);
        const response = readPasskey(input.object('response'));
        input.check();
        limit(request);
        return enter(request, set.headers, accounts.signInWithPasskey(response, guard.caller(request)));
      },
      { parse: 'none' },
    )

    .post(
      PATHS.signOut,
      async ({ request, set }): Promise<void> => {
        const session = await guard.signedIn(request);
        const input = await readInput(request);
        const everywhere = input.flag('everywhere');
        input.check();
        if (everywhere) await sessions.endAll(session.account);
        else await sessions.end(session.account, session.id);
        set.status = 204;
        set.headers['set-cookie'] = sessions.cookie(null);
      },
      { parse: 'none' },
    );
};

/** It may have ended in the same moment. */
function unlessGone(error: unknown): void {
  if (!(error instanceof Refusal)) throw error;
}

/** Any text may be asked for: what no account can be called is as unknown as any other name. */
const readAnyUsername = (input: Input): string =>
  input.text('username', { max: MAX_USERNAME_LENGTH, lower: true });

async function readSecret(request: Request): Promise<{ username: string; secret: Uint8Array }> {
  const input = await readInput(request);
  const secret = { username: readAnyUsername(input), secret: input.bytes('secret', 32) };
  input.check();
  return secret;
}
