/** A bucket, or what stands in it under a prefix. */
import { BlobsUnavailable } from '../../blobs/blobs.ts';
import { s3Client } from '../../blobs/s3.ts';
import { patiently } from '../../blobs/s3-patience.ts';
import { readObject } from '../../blobs/s3-read.ts';
import type { S3Place } from '../../config/outside.ts';
import { type Place, PlaceUnavailable } from './place.ts';

/** A transaction of 64 MiB may come to a change of 8 (cursor.ts); what is larger was not put here. */
const MOST_OBJECT_BYTES = 96 * 1024 * 1024;
/** Names that are listed at once, by the protocol. */
const PAGE = 1000;

export function createS3Place(s3: S3Place): Place {
  const { client, folder: prefix } = s3Client(s3);
  const words = `s3://${s3.bucket}`;
  const key = (folder: string, name: string) => `${prefix}${folder}/${name}`;
  const patient = patiently();

  const told = async <T>(act: () => Promise<T>): Promise<T> => {
    try {
      return await patient(act);
    } catch (error) {
      if (!(error instanceof BlobsUnavailable)) throw error;
      throw new PlaceUnavailable(`${words} cannot be used (${error.message}).`);
    }
  };

  /** Keys that begin so, in order. */
  const listed = async (under: string): Promise<readonly string[]> => {
    const keys: string[] = [];
    for (let after = ''; ; ) {
      const { contents = [], isTruncated } = await told(() =>
        client.list({ prefix: under, maxKeys: PAGE, ...(after === '' ? {} : { startAfter: after }) }),
      );
      keys.push(...contents.map(({ key: found }) => found));
      const last = contents.at(-1)?.key ?? '';
      // A store that goes round in circles is not followed.
      if (!isTruncated || last <= after) return keys;
      after = last;
    }
  };

  return {
    words,
    put: (folder, name, parts) =>
      told(async () => {
        await client.write(key(folder, name), new Blob(parts.map((part) => new Uint8Array(part))));
      }),
    get: async (folder, name) => {
      try {
        return await patient(() => readObject(client, key(folder, name), MOST_OBJECT_BYTES));
      } catch (error) {
        if (error instanceof BlobsUnavailable && MISSING.has(error.message)) return null;
        return told(() => Promise.reject(error));
      }
    },
    async folders() {
      const found: string[] = [];
      // By the protocol names come in order, and `0` is what follows `/`.
      for (let after = ''; ; ) {
        const { contents = [] } = await told(() =>
          client.list({ prefix, maxKeys: 1, ...(after === '' ? {} : { startAfter: after }) }),
        );
        const [folder = ''] = contents[0]?.key.slice(prefix.length).split('/') ?? [];
        if (folder === '' || found.includes(folder)) return found.sort();
        found.push(folder);
        after = `${prefix}${folder}0`;
      }
    },
    async names(folder) {
      const under = key(folder, '');
      return (await listed(under)).map((found) => found.slice(under.length)).sort();
    },
    remove: (folder, name) => told(() => client.delete(key(folder, name))),
    async removeFolder(folder) {
      for (const found of await listed(key(folder, ''))) await told(() => client.delete(found));
    },
  };
}

const MISSING = new Set(['NoSuchKey', 'NotFound']);
