/**
 * One's own devices.
 *
 * | call | needs | answers |
 * |---|---|---|
 * | POST /api/v1/devices | a session, a DeviceUpload | 204, and the cookie of a session bound to the device |
 * | POST /api/v1/devices/resume | a session, a ResumeRequest | the same |
 * | POST /api/v1/devices/removal | a device's id | Removal, for one that was removed |
 * | PUT /api/v1/devices/ID | a session, a RenewRequest | 204 |
 * | DELETE /api/v1/devices/ID | a session, a RevokeRequest | 204 |
 */
import { Elysia } from 'elysia';
import { toBase64 } from '../contract/bytes.ts';
import { isDeviceId } from '../contract/ids.ts';
import { PATHS } from '../contract/paths.ts';
import { REMOVAL_PATH, type Removal } from '../contract/removal.ts';
import type { Deps } from '../deps.ts';
import { Refusal } from '../http/errors.ts';
import { readInput } from '../http/input.ts';
import { createGuard } from '../http/session.ts';
import { readCertificate, readDevice, readPublishedList } from './records.ts';

/** Bytes of a hybrid signature. */
const PROOF = 3373;

export const deviceRoutes = (deps: Pick<Deps, 'services' | 'origin' | 'address' | 'limits' | 'clock'>) => {
  const { devices, secondFactor, sessions } = deps.services;
  const guard = createGuard(deps);

  return new Elysia({ name: 'devices-api' })
    .post(
      PATHS.devices,
      async ({ request, set }): Promise<void> => {
        const session = await guard.entered(request);
        deps.limits.take('leafAccount', session.account);
        const input = await readInput(request);
        const upload = readDevice(input);
        input.check();
        const opened = await devices.add(session, upload, guard.caller(request));
        set.headers['set-cookie'] = sessions.cookie(opened.token);
        set.status = 204;
      },
      { parse: 'none' },
    )

    .post(
      PATHS.resume,
      async ({ request, set }): Promise<void> => {
        const session = await guard.entered(request);
        deps.limits.take('writeAccount', session.account);
        const input = await readInput(request);
        const device = input.id('device', isDeviceId);
        const proof = input.bytes('proof', PROOF);
        input.check();
        const opened = await devices.resume(session, device, proof, guard.caller(request));
        set.headers['set-cookie'] = sessions.cookie(opened.token);
        set.status = 204;
      },
      { parse: 'none' },
    )

    .post(
      REMOVAL_PATH,
      async ({ request }): Promise<Removal> => {
        deps.limits.takeFrom('signInAddress', deps.address(request));
        const input = await readInput(request);
        const device = input.id('device', isDeviceId);
        input.check();
        const list = await devices.removal(device);
        return { deviceList: list && toBase64(list) };
      },
      { parse: 'none' },
    )

    .put(
      `${PATHS.devices}/:id`,
      async ({ request, params, set }): Promise<void> => {
        const session = await guard.entered(request);
        deps.limits.take('leafAccount', session.account);
        if (!isDeviceId(params.id)) throw new Refusal('NotFound', 'This account has no such device.');
        const input = await readInput(request);
        const renewed = { certificate: readCertificate(input), ...readPublishedList(input) };
        input.check();
        await devices.renew(session, params.id, renewed);
        set.status = 204;
      },
      { parse: 'none' },
    )

    .delete(
      `${PATHS.devices}/:id`,
      async ({ request, params, set }): Promise<void> => {
        const session = await guard.entered(request);
        deps.limits.take('leafAccount', session.account);
        await secondFactor.checkShown(session);
        if (!isDeviceId(params.id)) throw new Refusal('NotFound', 'This account has no such device.');
        const input = await readInput(request);
        const published = readPublishedList(input);
        input.check();
        await devices.revoke(session, params.id, published);
        set.status = 204;
      },
      { parse: 'none' },
    );
};
