/**
 * Links by which people without an account hand files in.
 *
 * | call | needs | answers |
 * |---|---|---|
 * | GET /api/v1/file-requests | a session with a device | FileRequestRecord[] |
 * | POST /api/v1/file-requests | a session with a device, `links.make`, a FileRequestRequest | 201 FileRequestRecord |
 * | DELETE /api/v1/file-requests/ID | a session with a device | 204 |
 * | DELETE /api/v1/file-requests/ID/uploads/FILE | a session with a device | 204 |
 * | GET /api/v1/file-requests/ID/offer | nothing | FileRequestOffer |
 * | POST /api/v1/file-requests/ID/uploads | a HandInStart | 201 HandIn |
 * | POST /api/v1/file-requests/ID/uploads/FILE | the visit that began it, a HandInRequest | 204 |
 */
import { Elysia } from 'elysia';
import { type FileId, isFileId, MAX_FILE_BYTES } from '../contract/files.ts';
import { PATHS } from '../contract/paths.ts';
import type { Permission } from '../contract/permissions.ts';
import {
  type FileRequestId,
  type FileRequestOffer,
  type FileRequestRecord,
  type HandIn,
  isFileRequestId,
  MAX_LINK_MS,
  MAX_OFFER_BYTES,
  MAX_REQUEST_FILES,
  MAX_SEALED_MANIFEST_BYTES,
  VISIT_HEADER,
} from '../contract/shares.ts';
import type { Deps } from '../deps.ts';
import { readInput } from '../http/input.ts';
import { createGuard } from '../http/session.ts';
import { Refusal } from '../services/refusal.ts';

const REQUEST = `${PATHS.fileRequests}/:id` as const;
const UPLOAD = `${REQUEST}/uploads/:file` as const;

export const fileRequestRoutes = (deps: Deps) => {
  const guard = createGuard(deps);
  const { fileRequests } = deps.services;
  const enter = async (request: Request, permission?: Permission) => {
    const session = await guard.withDevice(request, permission);
    deps.limits.take('writeAccount', session.account);
    return session;
  };
  const visited = (request: Request) => deps.limits.takeFrom('visitAddress', deps.address(request));

  return new Elysia({ name: 'file-requests-api' })
    .get(
      PATHS.fileRequests,
      async ({ request }): Promise<readonly FileRequestRecord[]> =>
        fileRequests.list(await guard.withDevice(request)),
    )
    .post(
      PATHS.fileRequests,
      async ({ request, set }): Promise<FileRequestRecord> => {
        const session = await enter(request, 'links.make');
        const input = await readInput(request);
        const now = deps.clock();
        const id = input.id('id', isFileRequestId);
        const offer = input.bytes('offer', { min: 1, max: MAX_OFFER_BYTES });
        const expiresAt = input.whole('expiresAt', { min: now, max: now + MAX_LINK_MS });
        const files = input.whole('files', { min: 1, max: MAX_REQUEST_FILES });
        const maxFileBytes = input.whole('maxFileBytes', { min: 1, max: MAX_FILE_BYTES });
        input.check();
        const made = await fileRequests.create(session, { id, offer, expiresAt, files, maxFileBytes });
        set.status = 201;
        return made;
      },
      { parse: 'none' },
    )
    .delete(
      REQUEST,
      async ({ request, params }) => {
        await fileRequests.revoke(await enter(request), idOf(params));
        return done();
      },
      { parse: 'none' },
    )
    .delete(
      UPLOAD,
      async ({ request, params }) => {
        const session = await enter(request);
        await fileRequests.take(session, idOf(params), fileOf(params));
        return done();
      },
      { parse: 'none' },
    )
    .get(`${REQUEST}/offer`, async ({ request, params }): Promise<FileRequestOffer> => {
      visited(request);
      return fileRequests.offer(idOf(params));
    })
    .post(
      `${REQUEST}/uploads`,
      async ({ request, params, set }): Promise<HandIn> => {
        visited(request);
        const input = await readInput(request);
        const file = input.id('file', isFileId);
        const size = input.whole('size', { min: 0, max: MAX_FILE_BYTES });
        input.check();
        const id = idOf(params);
        deps.limits.take('visitLink', id);
        const visit = await fileRequests.begin(id, { file, size });
        set.status = 201;
        return { visit };
      },
      { parse: 'none' },
    )
    .post(
      UPLOAD,
      async ({ request, params }) => {
        visited(request);
        const input = await readInput(request);
        const manifest = input.bytes('manifest', { min: 1, max: MAX_SEALED_MANIFEST_BYTES });
        input.check();
        const token = request.headers.get(VISIT_HEADER) ?? '';
        await fileRequests.finish(idOf(params), { file: fileOf(params), token, manifest });
        return done();
      },
      { parse: 'none' },
    );
};

const done = () => new Response(null, { status: 204 });
const nowhere = () =>
  new Refusal(
    'NotFound',
    'This link does not lead anywhere any more. Ask whoever gave it to you for a new one.',
  );

/** What is no id names nothing. */
function idOf({ id }: { readonly id: string }): FileRequestId {
  if (!isFileRequestId(id)) throw nowhere();
  return id;
}
function fileOf({ file }: { readonly file: string }): FileId {
  if (!isFileId(file)) throw nowhere();
  return file;
}
