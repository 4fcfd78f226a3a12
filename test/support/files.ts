/** Calls about files as a device makes them, and groups of people who are members by rows alone. */

import type { ErrorBody } from '../../src/contract/errors.ts';
import {
  CHUNK_MEDIA_TYPE,
  chunksOf,
  type FileId,
  type FileRecord,
  fileId,
  sealedChunkBytes,
} from '../../src/contract/files.ts';
import type { ConversationId } from '../../src/contract/ids.ts';
import { chunkPath, fileCompletePath, PATHS } from '../../src/contract/paths.ts';
import type { Deps } from '../../src/deps.ts';
import { hash } from '../../src/protocol/hash.ts';
import type { SealedChunk } from '../../src/services/file-chunks.ts';
import { insertConversation } from '../../src/store/conversations.ts';
import type { Db } from '../../src/store/db.ts';
import { putMember } from '../../src/store/rosters.ts';
import { openCookie, randomBytes, type Someone, someConversation } from './relay.ts';

export const newFileId = (): FileId => fileId(randomBytes(16));

/** A group of these people. */
export async function addGroup(db: Db, now: number, people: readonly Someone[]): Promise<ConversationId> {
  const id = someConversation();
  await db.write(async (tx) => {
    await insertConversation(tx, id, 'group', now);
    for (const { account } of people)
      await putMember(tx, id, { account, identity: hash(new Uint8Array()), role: 3 });
  });
  return id;
}

/** Noise in place of sealed chunks. */
export const noiseOf = (size: number): Uint8Array<ArrayBuffer>[] =>
  Array.from({ length: chunksOf(size) }, (_, n) => randomNoise(sealedChunkBytes(size, n)));

/** More than `getRandomValues` gives at once. */
function randomNoise(length: number): Uint8Array<ArrayBuffer> {
  const noise = new Uint8Array(length);
  for (let at = 0; at < length; at += 65_536) crypto.getRandomValues(noise.subarray(at, at + 65_536));
  return noise;
}

export interface Called {
  readonly status: number;
  readonly headers: Headers;
  readonly bytes: Uint8Array<ArrayBuffer>;
  json<T = ErrorBody>(): T;
}

/** Makes calls as one person, to a server in this process or over the same data folder. */
export async function callsAs(
  app: { readonly origin: string; readonly deps: Pick<Deps, 'db' | 'services'> },
  person: Someone | null,
) {
  const cookie = person === null ? '' : await openCookie(app.deps, person);
  const ask = async (
    method: string,
    path: string,
    body?: Uint8Array<ArrayBuffer> | object,
    headers: Record<string, string> = {},
  ): Promise<Called> => {
    const isBytes = body instanceof Uint8Array;
    const response = await fetch(app.origin + path, {
      method,
      headers: {
        ...(cookie === '' ? {} : { cookie }),
        origin: app.origin,
        ...(body === undefined ? {} : { 'content-type': isBytes ? CHUNK_MEDIA_TYPE : 'application/json' }),
        ...headers,
      },
      ...(body === undefined ? {} : { body: isBytes ? body : JSON.stringify(body) }),
    });
    const bytes = new Uint8Array(await response.arrayBuffer());
    return {
      status: response.status,
      headers: response.headers,
      bytes,
      json: <T>() => JSON.parse(new TextDecoder().decode(bytes)) as T,
    };
  };
  const begin = (
    size: number,
    conversation: ConversationId | null,
    id = newFileId(),
    expiresAt: number | null = null,
  ) => ask('POST', PATHS.files, { id, size, conversation, expiresAt });
  const put = (
    id: FileId,
    n: number,
    sealed: Uint8Array<ArrayBuffer>,
    headers: Record<string, string> = {},
  ) => ask('PUT', chunkPath(id, n), sealed, headers);
  return {
    cookie,
    ask,
    begin,
    put,
    chunk: (id: FileId, n = 0, headers: Record<string, string> = {}) =>
      ask('GET', chunkPath(id, n), undefined, headers),
    /** A complete file; throws when any call is refused. */
    async upload(size: number, conversation: ConversationId | null) {
      const chunks = noiseOf(size);
      const begun = await begin(size, conversation);
      if (begun.status !== 201) throw new Error(`begin: ${begun.status} ${begun.json().message}`);
      const { id } = begun.json<FileRecord>();
      for (const [n, sealed] of chunks.entries()) {
        const { status } = await put(id, n, sealed);
        if (status !== 204) throw new Error(`chunk ${n}: ${status}`);
      }
      const done = await ask('POST', fileCompletePath(id));
      if (done.status !== 200) throw new Error(`complete: ${done.status}`);
      return { id, chunks, record: done.json<FileRecord>() };
    },
  };
}
/** As a request brings it. */
export const chunkOf = (bytes: Uint8Array): SealedChunk => ({
  bytes,
  sha256: new Uint8Array(new Bun.CryptoHasher('sha256').update(bytes).digest()),
});

export type Calls = Awaited<ReturnType<typeof callsAs>>;
