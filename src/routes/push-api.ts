/**
 * Being woken through the browser's push service.
 *
 * | call | needs | answers |
 * |---|---|---|
 * | GET /api/v1/push | a session with a device | PushOffer |
 * | PUT /api/v1/push PushSubscriptionRequest | a session with a device | 204 |
 * | DELETE /api/v1/push | a session with a device | 204 |
 */
import { Elysia } from 'elysia';
import { toBase64 } from '../contract/bytes.ts';
import { PATHS } from '../contract/paths.ts';
import { MAX_ENDPOINT_LENGTH, type PushOffer } from '../contract/push.ts';
import type { Deps } from '../deps.ts';
import { readInput } from '../http/input.ts';
import { createGuard } from '../http/session.ts';

const P256DH_LENGTH = 65;
const AUTH_LENGTH = 16;

export const pushRoutes = (deps: Pick<Deps, 'services' | 'origin' | 'address' | 'limits' | 'clock'>) => {
  const { pushes } = deps.services;
  const guard = createGuard(deps);

  return new Elysia({ name: 'push-api' })
    .get(PATHS.push, async ({ request }): Promise<PushOffer> => {
      await guard.withDevice(request);
      return pushes.offer();
    })

    .put(
      PATHS.push,
      async ({ request }) => {
        const session = await guard.withDevice(request);
        deps.limits.take('writeAccount', session.account);
        const input = await readInput(request);
        const endpoint = input.text('endpoint', { max: MAX_ENDPOINT_LENGTH });
        const p256dh = input.bytes('p256dh', P256DH_LENGTH);
        const auth = input.bytes('auth', AUTH_LENGTH);
        input.check();
        await pushes.subscribe(session, { endpoint, p256dh: toBase64(p256dh), auth: toBase64(auth) });
        return new Response(null, { status: 204 });
      },
      { parse: 'none' },
    )

    .delete(PATHS.push, async ({ request }) => {
      const session = await guard.withDevice(request);
      deps.limits.take('writeAccount', session.account);
      await pushes.unsubscribe(session);
      return new Response(null, { status: 204 });
    });
};
