/** A bucket, or what stands in it under a prefix. */
import type { S3Place } from '../../config/outside.ts';
import { type Place, PlaceUnavailable } from './place.ts';

/** Names that are listed at once, by the protocol. */
const PAGE = 1000;

export function createS3Place(s3: S3Place, prefix: string): Place {
  const client = new Bun.S3Client({
    bucket: s3.bucket,
    accessKeyId: s3.accessKeyId,
    secretAccessKey: s3.secretAccessKey,
    ...(s3.endpoint === null ? {} : { endpoint: s3.endpoint }),
    ...(s3.region === null ? {} : { region: s3.region }),
    ...(s3.sessionToken === null ? {} : { sessionToken: s3.sessionToken }),
  });
  const words = `s3://${s3.bucket}/${prefix}`.replace(/\/$/, '');
  const key = (folder: string, name: string) => `${prefix}${folder}/${name}`;

  const told = async <T>(work: () => Promise<T>): Promise<T> => {
    try {
      return await work();
    } catch (error) {
      // Messages of the client may hold signed addresses.
      throw new PlaceUnavailable(`${words} cannot be used (${codeOf(error)}).`);
    }
  };

  async function* listed(under: string): AsyncGenerator<string> {
    for (let after = ''; ; ) {
      const { contents = [], isTruncated } = await client.list({
        prefix: under,
        maxKeys: PAGE,
        ...(after === '' ? {} : { startAfter: after }),
      });
      for (const { key: found } of contents) yield found;
      const last = contents.at(-1);
      if (!isTruncated || last === undefined) return;
      after = last.key;
    }
  }

  return {
    words,
    put: (folder, name, parts) =>
      told(async () => {
        await client.write(key(folder, name), new Blob(parts.map((part) => new Uint8Array(part))));
      }),
    get: (folder, name) =>
      told(async () => {
        try {
          return new Uint8Array(await client.file(key(folder, name)).arrayBuffer());
        } catch (error) {
          if (codeOf(error) === 'NoSuchKey') return null;
          throw error;
        }
      }),
    folders: () =>
      told(async () => {
        const found = new Set<string>();
        // By the protocol names come in order, and `0` is what follows `/`.
        for (let after = ''; ; ) {
          const { contents = [] } = await client.list({
            prefix,
            maxKeys: 1,
            ...(after === '' ? {} : { startAfter: after }),
          });
          const [folder = ''] = contents[0]?.key.slice(prefix.length).split('/') ?? [];
          if (folder === '') return [...found];
          found.add(folder);
          after = `${prefix}${folder}0`;
        }
      }),
    names: (folder) =>
      told(async () => {
        const names: string[] = [];
        const under = key(folder, '');
        for await (const found of listed(under)) names.push(found.slice(under.length));
        return names.sort();
      }),
    remove: (folder, name) => told(() => client.delete(key(folder, name))),
    removeFolder: (folder) =>
      told(async () => {
        for await (const found of listed(key(folder, ''))) await client.delete(found);
      }),
  };
}

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : 'no answer';
}
