/**
 * Signing in and out. A wrong name, a wrong secret and a disabled account get the same 401.
 *
 * | call | needs | answers |
 * |---|---|---|
 * | POST /api/v1/sign-in/start | a username | PasswordParameters |
 * | POST /api/v1/sign-in/password | its login secret | SignedIn, and the session's cookie; or SecondFactorNeeded |
 * | POST /api/v1/sign-in/recovery | the recovery code's login secret | the same |
 * | POST /api/v1/sign-in/code | the ticket of SecondFactorNeeded, a code | SignedIn, and the session's cookie |
 * | POST /api/v1/sign-in/passkey/start | nothing | PasskeySignInStart |
 * | POST /api/v1/sign-in/passkey | the browser's answer | SignedIn, and the session's cookie |
 * | POST /api/v1/sign-out | nothing | 204, and the cookie taken back |
 */
import { Elysia } from 'elysia';
import type { Caller } from '../auth/sessions.ts';
import type { PasskeySignInStart, PasswordParameters, SignedIn } from '../contract/accounts.ts';
import { MAX_TYPED_CODE, MAX_USERNAME_LENGTH } from '../contract/limits.ts';
import { PATHS } from '../contract/paths.ts';
import type { SecondFactorNeeded } from '../contract/security.ts';
import type { Deps } from '../deps.ts';
import { Refusal } from '../http/errors.ts';
import { type Input, readInput } from '../http/input.ts';
import { createGuard } from '../http/session.ts';
import type { Entered, Entering } from '../services/accounts.ts';
import { readPasskey } from './records.ts';

/** Characters of a ticket, and some. */
const MAX_TICKET = 100;

export const signInRoutes = (deps: Pick<Deps, 'services' | 'origin' | 'address' | 'limits' | 'clock'>) => {
  const { accounts, sessions } = deps.services;
  const guard = createGuard(deps);

  /** By address, and by address and name: by name alone, anybody could lock somebody else out. */
  const limit = (request: Request, username?: string) => {
    const address = deps.address(request);
    deps.limits.takeFrom('signInAddress', address);
    if (username !== undefined) deps.limits.takeFrom('signInPerson', address, username);
  };
  type Answer = { headers: { 'set-cookie'?: string | string[] } };
  /** Hands the session out. The one that the browser held before is over. */
  const handOut = async (
    request: Request,
    set: Answer,
    { signedIn, opened }: Entered,
    cookies: (token: string) => string[],
  ): Promise<SignedIn> => {
    const before = await guard.session(request);
    if (before) await sessions.end(before.account, before.id).catch(unlessGone);
    set.headers['set-cookie'] = cookies(opened.token);
    return signedIn;
  };
  const enter = async (request: Request, set: Answer, entering: (caller: Caller) => Promise<Entered>) => {
    const { caller, cookies } = guard.arrival(request);
    return handOut(request, set, await entering(caller), cookies);
  };
  /** The same for a secret, after which a second factor may be needed. */
  const enterOrAsk = async (
    request: Request,
    set: Answer,
    entering: (caller: Caller) => Promise<Entering>,
  ): Promise<SignedIn | SecondFactorNeeded> => {
    const { caller, cookies } = guard.arrival(request);
    const entered = await entering(caller);
    return 'ticket' in entered ? { secondFactor: entered.ticket } : handOut(request, set, entered, cookies);
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
      async ({ request, set }): Promise<SignedIn | SecondFactorNeeded> => {
        const { username, secret } = await readSecret(request);
        limit(request, username);
        return enterOrAsk(request, set, (caller) => accounts.signInWithPassword(username, secret, caller));
      },
      { parse: 'none' },
    )

    .post(
      PATHS.signInRecovery,
      async ({ request, set }): Promise<SignedIn | SecondFactorNeeded> => {
        const { username, secret } = await readSecret(request);
        limit(request, username);
        return enterOrAsk(request, set, (caller) => accounts.signInWithRecovery(username, secret, caller));
      },
      { parse: 'none' },
    )

    .post(
      PATHS.signInCode,
      async ({ request, set }): Promise<SignedIn> => {
        const input = await readInput(request);
        const ticket = input.text('ticket', { max: MAX_TICKET });
        const code = input.text('code', { max: MAX_TYPED_CODE });
        input.check();
        limit(request);
        return enter(request, set, (caller) => accounts.signInWithCode(ticket, code, caller));
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
        return enter(request, set, (caller) => accounts.signInWithPasskey(response, caller));
      },
      { parse: 'none' },
    )

    .post(
      PATHS.signOut,
      async ({ request, set }): Promise<void> => {
        const session = await guard.entered(request);
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
