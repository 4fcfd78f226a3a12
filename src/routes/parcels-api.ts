/**
 * Sealed history on its way from one device to another.
 *
 * | call | needs | answers |
 * |---|---|---|
 * | PUT /api/v1/parcels/ID/N?to=DEVICE | a session with a device, the bytes of part N | 204 |
 * | GET /api/v1/parcels/ID/N | the session of the device that it is for | its bytes |
 * | DELETE /api/v1/parcels/ID | the session of either device | 204 |
 */

import { Elysia } from 'elysia';
import { isDeviceId } from '../contract/ids.ts';
import { isParcelId, PART_MEDIA_TYPE, type ParcelId } from '../contract/parcels.ts';
import { PATHS } from '../contract/paths.ts';
import type { Deps } from '../deps.ts';
import { createGuard } from '../http/session.ts';
import { Refusal } from '../services/refusal.ts';
import { readSealedPart } from './sealed-part.ts';

const PARCEL = `${PATHS.parcels}/:id` as const;
const PART = `${PARCEL}/:n` as const;

export const parcelRoutes = (deps: Deps) => {
  const guard = createGuard(deps);
  const { parcels } = deps.services;
  const enter = async (request: Request) => {
    const session = await guard.withDevice(request, 'converse');
    deps.limits.take('parcelAccount', session.account);
    return session;
  };

  return new Elysia({ name: 'parcels-api' })
    .put(
      PART,
      async ({ request, params, query }) => {
        const session = await enter(request);
        const to = query.to ?? '';
        if (!isDeviceId(to)) throw unknown();
        const sealed = await readSealedPart(request);
        await parcels.put(session, { ...placeOf(params), to, sealed });
        return done();
      },
      { parse: 'none' },
    )
    .get(PART, async ({ request, params }) => {
      const session = await enter(request);
      const { id, n } = placeOf(params);
      const sealed = await parcels.part(session, id, n);
      return new Response(new Uint8Array(sealed), { headers: { 'content-type': PART_MEDIA_TYPE } });
    })
    .delete(
      PARCEL,
      async ({ request, params }) => {
        const session = await enter(request);
        await parcels.remove(session, idOf(params));
        return done();
      },
      { parse: 'none' },
    );
};

const done = () => new Response(null, { status: 204 });
const unknown = () => new Refusal('NotFound', 'There is no such history on its way to this device.');

function idOf({ id }: { readonly id: string }): ParcelId {
  if (!isParcelId(id)) throw unknown();
  return id;
}

function placeOf({ id, n }: { readonly id: string; readonly n: string }): { id: ParcelId; n: number } {
  if (!/^\d{1,4}$/.test(n)) throw unknown();
  return { id: idOf({ id }), n: Number(n) };
}
