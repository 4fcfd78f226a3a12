/**
 * Starting again: a new identity under the same account.
 *
 * | call | needs | answers |
 * |---|---|---|
 * | POST /api/v1/start-again/start | the link's token | StartAgainStart |
 * | POST /api/v1/start-again | the link's token | 201 SignedIn, and the session's cookie |
 */
import { Elysia } from 'elysia';
import type { SignedIn } from '../contract/accounts.ts';
import { START_AGAIN_PATHS, type StartAgainStart } from '../contract/start-again.ts';
import type { Deps } from '../deps.ts';
import { Refusal } from '../http/errors.ts';
import { type Input, readInput } from '../http/input.ts';
import { createGuard } from '../http/session.ts';
import { readDevice, readNewPasskey, readPassword, readVault } from './records.ts';

export const startAgainRoutes = (
  deps: Pick<Deps, 'services' | 'origin' | 'address' | 'limits' | 'clock'>,
) => {
  const { startAgain, sessions } = deps.services;
  const guard = createGuard(deps);

  return new Elysia({ name: 'start-again' })
    .post(
      START_AGAIN_PATHS.start,
      async ({ request }): Promise<StartAgainStart> => {
        deps.limits.takeFrom('registerAddress', deps.address(request));
        const input = await readInput(request);
        const token = readToken(input);
        input.check();
        return startAgain.start(token);
      },
      { parse: 'none' },
    )

    .post(
      START_AGAIN_PATHS.complete,
      async ({ request, set }): Promise<SignedIn> => {
        deps.limits.takeFrom('registerAddress', deps.address(request));
        const input = await readInput(request);
        const restart = {
          token: readToken(input),
          aik: input.bytes('aik', 1984),
          password: input.has('password') ? readPassword(input.object('password')) : null,
          passkey: input.has('passkey') ? readNewPasskey(input.object('passkey')) : null,
          recoverySecret: input.bytes('recoverySecret', 32),
          vault: readVault(input.object('vault')),
          device: readDevice(input.object('device')),
        };
        input.check();
        const { caller, cookies } = guard.arrival(request);
        const { signedIn, opened } = await startAgain.complete(restart, caller);
        // Whoever was signed in at this browser before is not any more.
        const before = await guard.session(request);
        if (before) await sessions.end(before.account, before.id).catch(unlessGone);
        set.status = 201;
        set.headers['set-cookie'] = cookies(opened.token);
        return signedIn;
      },
      { parse: 'none' },
    );
};

/** A link's token; one of the wrong form is good for nothing, as an unknown one is. */
const readToken = (input: Input): string => input.text('token', { max: 200 });

/** It may have ended in the same moment. */
function unlessGone(error: unknown): void {
  if (!(error instanceof Refusal)) throw error;
}
