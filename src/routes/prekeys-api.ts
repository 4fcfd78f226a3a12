/**
 * One-time prekeys.
 *
 * | call | needs | answers |
 * |---|---|---|
 * | POST /api/v1/prekeys/claim | a session with a device, a ClaimRequest | PrekeyBundleRecord[] |
 * | GET /api/v1/prekeys | a session with a device | PrekeyStock |
 * | POST /api/v1/prekeys | a session with a device, a PrekeyUpload | 204 |
 */
import { Elysia } from 'elysia';
import type { PrekeyBundleRecord, PrekeyStock } from '../contract/accounts.ts';
import { isDeviceId } from '../contract/ids.ts';
import { MAX_DEVICES_PER_CONVERSATION } from '../contract/limits.ts';
import { PATHS } from '../contract/paths.ts';
import type { Deps } from '../deps.ts';
import { readInput } from '../http/input.ts';
import { createGuard } from '../http/session.ts';
import { readPrekeys } from './records.ts';

export const prekeyRoutes = (deps: Pick<Deps, 'services' | 'origin' | 'address' | 'limits' | 'clock'>) => {
  const { prekeys } = deps.services;
  const guard = createGuard(deps);

  return new Elysia({ name: 'prekeys-api' })
    .post(
      PATHS.claimPrekeys,
      async ({ request }): Promise<readonly PrekeyBundleRecord[]> => {
        const session = await guard.withDevice(request, 'converse');
        deps.limits.take('prekeysAccount', session.account);
        const input = await readInput(request);
        const devices = input.ids('devices', isDeviceId, MAX_DEVICES_PER_CONVERSATION);
        input.check();
        return prekeys.claim(session, devices);
      },
      { parse: 'none' },
    )

    .get(
      PATHS.prekeys,
      async ({ request }): Promise<PrekeyStock> => prekeys.stock((await guard.withDevice(request)).device),
    )

    .post(
      PATHS.prekeys,
      async ({ request, set }): Promise<void> => {
        const session = await guard.withDevice(request);
        deps.limits.take('writeAccount', session.account);
        const input = await readInput(request);
        const upload = readPrekeys(input);
        input.check();
        await prekeys.upload(session, upload);
        set.status = 204;
      },
      { parse: 'none' },
    );
};
