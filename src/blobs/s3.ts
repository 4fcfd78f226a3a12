/**
 * Blobs as objects of a bucket, one for each, by the runtime's own client. What a store that answers by S3's protocol says is believed no
 * further than it must be: words of its errors are one word here, pages of keys must go on where the last one ended.
 */
import { S3Client } from 'bun';
import type { S3Place } from '../config/outside.ts';
import {
  type BlobKey,
  type Blobs,
  BlobsUnavailable,
  checkKey,
  DIRECT_SECONDS,
  isBlobKey,
  MOST_BLOB_BYTES,
} from './blobs.ts';
import { type Patience, patiently } from './s3-patience.ts';
import { readObject } from './s3-read.ts';

/** Follows the bucket's folder, so that other things may lie in it too. */
const FOLDER = 'blobs/';
/** Keys that a store gives in one answer at most. */
const MOST_KEYS = 1000;

/** Opens nothing yet. @param patience for tests */
export function createS3Blobs(place: S3Place, patience?: Partial<Patience>): Blobs {
  const { client, folder } = s3Client(place);
  const prefix = folder + FOLDER;
  const outside =
    place.publicEndpoint === null ? null : s3Client({ ...place, endpoint: place.publicEndpoint }).client;
  const objectOf = (key: BlobKey) => prefix + checkKey(key);
  const ask = patiently(patience);

  return {
    put: async (key, bytes) => {
      const object = objectOf(key);
      await ask(() => client.write(object, bytes, { type: 'application/octet-stream' }));
    },

    get: async (key) => {
      const object = objectOf(key);
      return orNone(() => ask(() => readObject(client, object, MOST_BLOB_BYTES)));
    },

    remove: async (key) => {
      const object = objectOf(key);
      await ask(() => client.delete(object));
    },

    async list(after, limit) {
      const keys: BlobKey[] = [];
      for (let from = after ?? ''; ; ) {
        const page = await ask(() =>
          client.list({
            prefix,
            // No key comes before the prefix alone.
            ...(from === '' ? {} : { startAfter: prefix + from }),
            maxKeys: Math.min(MOST_KEYS, limit),
          }),
        );
        const names = (page.contents ?? []).map(({ key }) => key.slice(prefix.length)).sort();
        keys.push(...names.filter((name) => isBlobKey(name) && name > from));
        const last = names.at(-1);
        if (keys.length >= limit) return keys.slice(0, limit);
        if (!page.isTruncated) return keys;
        // It would go on for ever.
        if (last === undefined || last <= from) throw new BlobsUnavailable('InvalidResponse');
        from = last;
      }
    },

    written: async (key) => {
      const object = objectOf(key);
      const found = await orNone(() => ask(() => client.stat(object)));
      return found === null ? null : found.lastModified.getTime();
    },

    direct: (key) => {
      const object = objectOf(key);
      // Whoever opens it in a browser gets a file that is saved, and nothing that is shown.
      return (
        outside?.presign(object, { expiresIn: DIRECT_SECONDS, contentDisposition: 'attachment' }) ?? null
      );
    },

    // Nobody knows how much a bucket takes.
    free: async () => null,
  };
}

/** The client of a place, and what the names of its objects begin with: nothing, or a folder with its slash. */
export function s3Client(place: S3Place): { readonly client: S3Client; readonly folder: string } {
  const [bucket = '', ...folders] = place.bucket.split('/').filter((part) => part !== '');
  const client = new S3Client({
    bucket,
    accessKeyId: place.accessKeyId,
    secretAccessKey: place.secretAccessKey,
    ...(place.sessionToken === null ? {} : { sessionToken: place.sessionToken }),
    ...(place.endpoint === null ? {} : { endpoint: place.endpoint }),
    ...(place.region === null ? {} : { region: place.region }),
    virtualHostedStyle: place.virtualHosted,
  });
  return { client, folder: folders.map((part) => `${part}/`).join('') };
}

/** Null for an object that is not there. */
async function orNone<T>(act: () => Promise<T>): Promise<T | null> {
  try {
    return await act();
  } catch (error) {
    if (error instanceof BlobsUnavailable && (error.message === 'NoSuchKey' || error.message === 'NotFound'))
      return null;
    throw error;
  }
}
