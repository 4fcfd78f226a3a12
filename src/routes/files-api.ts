/**
 * Files: chunks of ciphertext, and who may fetch them (services/files.ts). Whatever one may not fetch or change is not found.
 *
 * | call | needs | answers |
 * |---|---|---|
 * | GET /api/v1/files | a session with a device | FileUsage |
 * | POST /api/v1/files | the same, a FileUpload | 201 FileRecord; 413 above a limit |
 * | GET /api/v1/files/ID | its owner, or a member of one of its conversations | FileRecord |
 * | DELETE /api/v1/files/ID | its owner | 204 |
 * | PUT /api/v1/files/ID/chunks/N | its owner, the bytes of it, or of up to MAX_RUN_CHUNKS from it on in a row | 204: all are kept |
 * | GET /api/v1/files/ID/chunks/N | as for the record | the bytes |
 * | GET /api/v1/files/ID/hashes | as for the record | 32 bytes for each chunk |
 * | GET /api/v1/files/ID/direct/N | as for the record | DirectChunks: where chunk N and some after it lie, for a minute; none unless the workspace allows it |
 * | POST /api/v1/files/ID/complete | its owner | FileRecord; 409 while chunks are missing |
 * | PUT /api/v1/files/ID/expiry | its owner, a FileExpiryRequest | FileRecord |
 * | PUT, DELETE /api/v1/files/ID/places/CONVERSATION | who may fetch it and write there; who put it there | 204 |
 *
 * Chunks, hashes and addresses also answer to a visit in place of a session (services/file-visits.ts). 429 says when to go on.
 */

import { Elysia } from 'elysia';
import {
  CHUNK_MEDIA_TYPE,
  DIRECT_HEADER,
  type DirectChunks,
  type FileId,
  type FileRecord,
  type FileUpload,
  type FileUsage,
  isFileId,
} from '../contract/files.ts';
import { type ConversationId, isConversationId } from '../contract/ids.ts';
import { PATHS } from '../contract/paths.ts';
import { VISIT_HEADER } from '../contract/shares.ts';
import type { Deps } from '../deps.ts';
import { readInput } from '../http/input.ts';
import { createGuard } from '../http/session.ts';
import type { Asker } from '../services/file-desk.ts';
import type { FileVisit } from '../services/file-visits.ts';
import { Refusal } from '../services/refusal.ts';
import { createChunkRuns } from './chunk-runs.ts';

const FILE = `${PATHS.files}/:id` as const;
const CHUNK = `${FILE}/chunks/:n` as const;
const PLACE = `${FILE}/places/:conversation` as const;
/** Of any kind; a size has a limit of its own, with a sentence of its own. */
const whole = { min: 0, max: Number.MAX_SAFE_INTEGER };

export const fileRoutes = (deps: Deps) => {
  const guard = createGuard(deps);
  const { files, visits } = deps.services;
  const runs = createChunkRuns();
  const enter = async (request: Request): Promise<Asker> => {
    const { account } = await guard.withDevice(request, 'converse');
    deps.limits.take('fileAccount', account);
    return { account };
  };
  const isVisitor = (request: Request) => request.headers.has(VISIT_HEADER);
  /** Counts one chunk. Throws RateLimitExceeded. */
  const takeChunk = (request: Request, { account }: Asker): void => {
    if (isVisitor(request)) deps.limits.takeFrom('fileVisitAddress', deps.address(request));
    else deps.limits.take('fileChunkAccount', account);
  };
  /** Who asks for bytes of this file: a visitor, or somebody with a session. */
  const enterFor = async (request: Request, id: FileId, may: FileVisit['may']): Promise<Asker> => {
    const token = request.headers.get(VISIT_HEADER);
    if (token === null) {
      const { account } = await guard.withDevice(request, 'converse');
      deps.limits.take('fileChunkAccount', account);
      return { account };
    }
    deps.limits.takeFrom('fileVisitAddress', deps.address(request));
    const visit = await visits.find(token);
    if (visit === null || visit.file !== id || visit.may !== may) throw unknown();
    return { account: visit.account, actor: visit.actor };
  };

  return new Elysia({ name: 'files-api' })
    .get(PATHS.files, async ({ request }): Promise<FileUsage> => files.usage(await enter(request)))
    .post(
      PATHS.files,
      async ({ request, set }): Promise<FileRecord> => {
        const asker = await enter(request);
        const upload = await readUpload(request);
        const record = await files.begin(asker, upload);
        set.status = 201;
        return record;
      },
      { parse: 'none' },
    )
    .get(
      FILE,
      async ({ request, params }): Promise<FileRecord> => files.record(await enter(request), idOf(params)),
    )
    .delete(
      FILE,
      async ({ request, params }) => {
        await files.remove(await enter(request), idOf(params));
        return done();
      },
      { parse: 'none' },
    )
    .put(
      CHUNK,
      async ({ request, params }) => {
        const id = idOf(params);
        const n = numberOf(params);
        const asker = await enterFor(request, id, 'hand-in');
        return runs.read(request, await files.runBytes(asker, id, n), async (sealed) => {
          // The first of them was counted on the way in.
          for (let more = 1; more < sealed.length; more++) takeChunk(request, asker);
          await files.putChunks(asker, id, n, sealed);
          return done();
        });
      },
      { parse: 'none' },
    )
    .get(CHUNK, async ({ request, params }) => {
      const id = idOf(params);
      const asker = await enterFor(request, id, 'fetch');
      return bytesOf(await files.chunk(asker, id, numberOf(params)));
    })
    .get(`${FILE}/hashes`, async ({ request, params }) => {
      const id = idOf(params);
      const answer = bytesOf(await files.hashes(await enterFor(request, id, 'fetch'), id));
      const origin = await files.directOrigin();
      if (origin !== null) answer.headers.set(DIRECT_HEADER, origin);
      return answer;
    })
    .get(`${FILE}/direct/:n`, async ({ request, params }): Promise<DirectChunks> => {
      const id = idOf(params);
      const asker = await enterFor(request, id, 'fetch');
      return files.direct(asker, id, numberOf(params));
    })
    .post(
      `${FILE}/complete`,
      async ({ request, params }): Promise<FileRecord> => files.complete(await enter(request), idOf(params)),
      { parse: 'none' },
    )
    .put(
      `${FILE}/expiry`,
      async ({ request, params }): Promise<FileRecord> => {
        const asker = await enter(request);
        const input = await readInput(request);
        const expiresAt = input.raw('expiresAt') === null ? null : input.whole('expiresAt', whole);
        input.check();
        return files.setExpiry(asker, idOf(params), expiresAt);
      },
      { parse: 'none' },
    )
    .put(
      PLACE,
      async ({ request, params }) => {
        await files.place(await enter(request), idOf(params), conversationOf(params));
        return done();
      },
      { parse: 'none' },
    )
    .delete(
      PLACE,
      async ({ request, params }) => {
        await files.unplace(await enter(request), idOf(params), conversationOf(params));
        return done();
      },
      { parse: 'none' },
    );
};

const done = () => new Response(null, { status: 204 });
const unknown = () => new Refusal('NotFound', 'There is no such file, or it is not for you.');

/** What is no id names nothing. */
function idOf({ id }: { readonly id: string }): FileId {
  if (!isFileId(id)) throw unknown();
  return id;
}

function numberOf({ n }: { readonly n: string }): number {
  if (!/^(?:0|[1-9]\d{0,4})$/.test(n)) throw unknown();
  return Number(n);
}

function conversationOf({ conversation }: { readonly conversation: string }): ConversationId {
  if (!isConversationId(conversation)) throw unknown();
  return conversation;
}

async function readUpload(request: Request): Promise<FileUpload> {
  const input = await readInput(request);
  const upload: FileUpload = {
    id: input.id('id', isFileId),
    size: input.whole('size', whole),
    conversation: input.raw('conversation') === null ? null : input.id('conversation', isConversationId),
    expiresAt: input.raw('expiresAt') === null ? null : input.whole('expiresAt', whole),
  };
  input.check();
  return upload;
}

/**
 * Bytes that no browser shows or keeps: what was deleted, or is not for somebody any more, is not to be found in a cache. Ciphertext
 * does not get smaller, so nobody on the way need try.
 */
const bytesOf = (bytes: Uint8Array<ArrayBuffer>) =>
  new Response(bytes, {
    headers: {
      'content-type': CHUNK_MEDIA_TYPE,
      'content-disposition': 'attachment',
      'cache-control': 'private, no-store, no-transform',
    },
  });
