/**
 * Links to one file for people without an account.
 *
 * | call | needs | answers |
 * |---|---|---|
 * | GET /api/v1/shares | a session with a device | ShareRecord[] |
 * | POST /api/v1/shares | a session with a device, `links.make`, a ShareRequest | 201 ShareRecord |
 * | DELETE /api/v1/shares/ID | a session with a device | 204 |
 * | GET /api/v1/shares/ID/offer | nothing | ShareOffer |
 * | POST /api/v1/shares/ID/visits | the proof of the password, where there is one | ShareVisit |
 */
import { Elysia } from 'elysia';
import { isFileId } from '../contract/files.ts';
import { PATHS } from '../contract/paths.ts';
import type { Permission } from '../contract/permissions.ts';
import {
  isShareId,
  MAX_LINK_MS,
  MAX_SEALED_MANIFEST_BYTES,
  type ShareId,
  type ShareOffer,
  type ShareRecord,
  type ShareVisit,
} from '../contract/shares.ts';
import type { Deps } from '../deps.ts';
import { networkOf } from '../http/address.ts';
import { type Input, readInput } from '../http/input.ts';
import { createGuard } from '../http/session.ts';
import { Refusal } from '../services/refusal.ts';
import type { NewShare } from '../services/shares.ts';

const SHARE = `${PATHS.shares}/:id` as const;
/** Downloads that a link can be limited to. */
const MAX_DOWNLOADS = 10_000;

export const shareRoutes = (deps: Deps) => {
  const guard = createGuard(deps);
  const { shares } = deps.services;
  const enter = async (request: Request, permission?: Permission) => {
    const session = await guard.withDevice(request, permission);
    deps.limits.take('writeAccount', session.account);
    return session;
  };

  return new Elysia({ name: 'shares-api' })
    .get(
      PATHS.shares,
      async ({ request }): Promise<readonly ShareRecord[]> => shares.list(await guard.withDevice(request)),
    )
    .post(
      PATHS.shares,
      async ({ request, set }): Promise<ShareRecord> => {
        const session = await enter(request, 'links.make');
        const share = readShare(await readInput(request), deps.clock());
        const made = await shares.create(session, share);
        set.status = 201;
        return made;
      },
      { parse: 'none' },
    )
    .delete(
      SHARE,
      async ({ request, params }) => {
        await shares.revoke(await enter(request), idOf(params));
        return new Response(null, { status: 204 });
      },
      { parse: 'none' },
    )
    .get(`${SHARE}/offer`, async ({ request, params }): Promise<ShareOffer> => {
      deps.limits.takeFrom('visitAddress', deps.address(request));
      return shares.offer(idOf(params));
    })
    .post(
      `${SHARE}/visits`,
      async ({ request, params }): Promise<ShareVisit> => {
        const address = deps.address(request);
        deps.limits.takeFrom('visitAddress', address);
        const input = await readInput(request);
        const proof = input.has('proof') ? input.bytes('proof', 32) : null;
        input.check();
        const id = idOf(params);
        return shares.visit(id, proof, networkOf(address), () => deps.limits.take('visitLink', id));
      },
      { parse: 'none' },
    );
};

/** What is no id names nothing. */
function idOf({ id }: { readonly id: string }): ShareId {
  if (!isShareId(id))
    throw new Refusal('NotFound', 'This link does not lead anywhere any more. Ask for a new one.');
  return id;
}

function readShare(input: Input, now: number): NewShare {
  const id = input.id('id', isShareId);
  const file = input.id('file', isFileId);
  const manifest = input.bytes('manifest', { min: 1, max: MAX_SEALED_MANIFEST_BYTES });
  const expiresAt = input.whole('expiresAt', { min: now, max: now + MAX_LINK_MS });
  const downloads = input.has('downloads') ? input.whole('downloads', { min: 1, max: MAX_DOWNLOADS }) : null;
  const password = input.has('password') ? readPassword(input.object('password')) : null;
  input.check();
  return { id, file, manifest, password, expiresAt, downloads };
}

function readPassword(input: Input): NonNullable<NewShare['password']> {
  const cost = (name: string) => input.whole(name, { min: 1, max: Number.MAX_SAFE_INTEGER });
  return {
    proof: input.bytes('proof', 32),
    salt: input.bytes('salt', 16),
    memory: cost('memory'),
    passes: cost('passes'),
    lanes: cost('lanes'),
  };
}
