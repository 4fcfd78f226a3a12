/**
 * One's own ways in. Whoever changes one has shown a moment ago who they are (VerificationNeeded otherwise).
 *
 * | call | needs | answers |
 * |---|---|---|
 * | GET /api/v1/passkeys | a session | PasskeyRecord[] |
 * | POST /api/v1/passkeys/start | a session that was confirmed | PasskeyAddStart |
 * | POST /api/v1/passkeys | the same, PasskeyAdd | 204, and the session's new cookie |
 * | PATCH /api/v1/passkeys/ID | a session, PasskeyRename | 204 |
 * | DELETE /api/v1/passkeys/ID | a session that was confirmed | 204 |
 * | PUT /api/v1/password | the same, PasswordChange | 204, and the session's new cookie |
 * | GET /api/v1/second-factor | a session | SecondFactorRecord |
 */
import { Elysia } from 'elysia';
import type { Session } from '../auth/sessions.ts';
import { MAX_NAME_LENGTH } from '../contract/limits.ts';
import { PATHS } from '../contract/paths.ts';
import type { PasskeyAddStart, PasskeyRecord, SecondFactorRecord } from '../contract/security.ts';
import type { Deps } from '../deps.ts';
import { readInput } from '../http/input.ts';
import { createGuard } from '../http/session.ts';
import { readNewPasskey, readPassword, readSlotUpdate } from './records.ts';

export const waysRoutes = (deps: Pick<Deps, 'services' | 'origin' | 'address' | 'limits' | 'clock'>) => {
  const { passkeys, passwords, secondFactor, sessions } = deps.services;
  const guard = createGuard(deps);

  const limited = async (request: Request): Promise<Session> => {
    const session = await guard.entered(request);
    deps.limits.take('writeAccount', session.account);
    await secondFactor.checkShown(session);
    return session;
  };

  return new Elysia({ name: 'ways-api' })
    .get(PATHS.passkeys, async ({ request }): Promise<readonly PasskeyRecord[]> => {
      const { account } = await guard.entered(request);
      return passkeys.list(account);
    })

    .post(
      PATHS.passkeysStart,
      async ({ request }): Promise<PasskeyAddStart> => ({
        options: await passkeys.options(guard.verified(await limited(request))),
      }),
      { parse: 'none' },
    )

    .post(
      PATHS.passkeys,
      async ({ request, set }): Promise<void> => {
        const session = guard.verified(await limited(request));
        const input = await readInput(request);
        const made = {
          response: readNewPasskey(input.object('response')),
          name: input.text('name', { min: 0, max: MAX_NAME_LENGTH }),
          slot: input.has('slot') ? readSlotUpdate(input.object('slot')) : null,
        };
        input.check();
        const opened = await passkeys.add(session, made);
        set.headers['set-cookie'] = sessions.cookie(opened.token);
        set.status = 204;
      },
      { parse: 'none' },
    )

    .patch(
      `${PATHS.passkeys}/:id`,
      async ({ request, params, set }): Promise<void> => {
        const session = await limited(request);
        const input = await readInput(request);
        const name = input.text('name', { min: 0, max: MAX_NAME_LENGTH });
        input.check();
        await passkeys.rename(session, params.id, name);
        set.status = 204;
      },
      { parse: 'none' },
    )

    .delete(
      `${PATHS.passkeys}/:id`,
      async ({ request, params, set }): Promise<void> => {
        await passkeys.remove(guard.verified(await limited(request)), params.id);
        set.status = 204;
      },
      { parse: 'none' },
    )

    .put(
      PATHS.password,
      async ({ request, set }): Promise<void> => {
        const session = guard.verified(await limited(request));
        const input = await readInput(request);
        const password = readPassword(input.object('password'));
        const slot = readSlotUpdate(input.object('slot'));
        input.check();
        const opened = await passwords.change(session, password, slot);
        set.headers['set-cookie'] = sessions.cookie(opened.token);
        set.status = 204;
      },
      { parse: 'none' },
    )

    .get(PATHS.secondFactor, async ({ request }): Promise<SecondFactorRecord> => {
      const { account } = await guard.entered(request);
      return secondFactor.status(account);
    });
};
