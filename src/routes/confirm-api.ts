/**
 * Showing once more who one is. Each needs a session, and answers with the cookie of the same session under another secret.
 *
 * | call | needs | answers |
 * |---|---|---|
 * | POST /api/v1/confirm/password | SecretConfirmation | 204 |
 * | POST /api/v1/confirm/recovery | SecretConfirmation | 204 |
 * | POST /api/v1/confirm/code | CodeConfirmation | 204 |
 * | POST /api/v1/confirm/passkey/start | nothing | PasskeySignInStart |
 * | POST /api/v1/confirm/passkey | PasskeyConfirmation | 204 |
 */
import { Elysia } from 'elysia';
import type { OpenedSession, Session } from '../auth/sessions.ts';
import type { PasskeySignInStart } from '../contract/accounts.ts';
import { MAX_TYPED_CODE } from '../contract/limits.ts';
import { PATHS } from '../contract/paths.ts';
import type { Deps } from '../deps.ts';
import { type Input, readInput } from '../http/input.ts';
import { createGuard } from '../http/session.ts';
import { readPasskey } from './records.ts';

export const confirmRoutes = (deps: Pick<Deps, 'services' | 'origin' | 'address' | 'limits' | 'clock'>) => {
  const { confirmation, sessions } = deps.services;
  const guard = createGuard(deps);

  const limited = async (request: Request): Promise<Session> => {
    const session = await guard.entered(request);
    deps.limits.takeFrom('signInPerson', deps.address(request), session.username);
    return session;
  };
  /** Reads one field, tries it, and hands the new secret out. */
  const way =
    <T>(
      read: (input: Input) => T,
      confirm: (session: Session, value: T, request: Request) => Promise<OpenedSession>,
    ) =>
    async ({
      request,
      set,
    }: {
      request: Request;
      set: { headers: Record<string, unknown>; status?: unknown };
    }) => {
      const session = await limited(request);
      const input = await readInput(request);
      const value = read(input);
      input.check();
      const opened = await confirm(session, value, request);
      set.headers['set-cookie'] = sessions.cookie(opened.token);
      set.status = 204;
    };
  const secret = (input: Input) => input.bytes('secret', 32);

  return new Elysia({ name: 'confirm-api' })
    .post(
      PATHS.confirmPassword,
      way(secret, (session, value, request) =>
        confirmation.withPassword(session, value, guard.caller(request)),
      ),
      { parse: 'none' },
    )
    .post(
      PATHS.confirmRecovery,
      way(secret, (session, value, request) =>
        confirmation.withRecovery(session, value, guard.caller(request)),
      ),
      { parse: 'none' },
    )
    .post(
      PATHS.confirmCode,
      way(
        (input) => input.text('code', { max: MAX_TYPED_CODE }),
        (session, code, request) => confirmation.withCode(session, code, guard.caller(request)),
      ),
      { parse: 'none' },
    )
    .post(
      PATHS.confirmPasskeyStart,
      async ({ request }): Promise<PasskeySignInStart> => ({
        options: await confirmation.passkeyOptions(await limited(request)),
      }),
      { parse: 'none' },
    )
    .post(
      PATHS.confirmPasskey,
      way(
        (input) => readPasskey(input.object('response')),
        (session, response) => confirmation.withPasskey(session, response),
      ),
      { parse: 'none' },
    );
};
