import { afterAll, beforeAll, describe, expect, test } from 'bun:test';
import { describeBlobs } from '../../test/support/blobs.ts';
import { randomBytes } from '../../test/support/relay.ts';
import { S3_MISSING, type S3Server, startS3 } from '../../test/support/s3-server.ts';
import type { S3Place } from '../config/outside.ts';
import { BlobsUnavailable, blobKey } from './blobs.ts';
import { createS3Blobs, s3Client } from './s3.ts';

if (S3_MISSING !== null) console.log(S3_MISSING);

describe.skipIf(S3_MISSING !== null)('blobs in S3', () => {
  let server: S3Server;
  beforeAll(async () => {
    server = await startS3({ direct: true });
  });
  afterAll(() => server.stop());
  const newKey = () => blobKey(randomBytes(16));
  const quick = { timeout: 2000, pauses: [1, 1] };
  const at = (change: Partial<S3Place>) => createS3Blobs({ ...server.place, ...change }, quick);

  describeBlobs('as any keeper of blobs', async () => ({
    blobs: createS3Blobs(server.place),
    again: () => createS3Blobs(server.place),
    end: async () => {},
  }));

  test('more keys than a store gives at once', async () => {
    // Pages of two, as a store gives its thousand: it is the same way on.
    const blobs = at({ bucket: `${server.place.bucket}/pages` });
    const keys = Array.from({ length: 5 }, newKey).sort();
    await Promise.all(keys.map((key) => blobs.put(key, randomBytes(2))));
    expect(await blobs.list(null, 1500)).toEqual(keys);
    expect(await blobs.list(keys[1] ?? null, 2)).toEqual(keys.slice(2, 4));
  });

  test('what else lies in the bucket is left alone', async () => {
    const place = { ...server.place, bucket: `${server.place.bucket}/others` };
    const blobs = createS3Blobs(place);
    const { client, folder } = s3Client(place);
    await client.write(`${folder}readme`, 'x');
    await client.write(`${folder}blobs/readme`, 'x');
    await client.write(`${folder}blobs/${'0'.repeat(32)}/x`, 'x');
    const key = newKey();
    await blobs.put(key, randomBytes(2));
    expect(await blobs.list(null, 10)).toEqual([key]);
  });

  test.each([
    ['another secret', { secretAccessKey: 'hidden-secret' }, 'SignatureDoesNotMatch'],
    ['a key that nobody has', { accessKeyId: 'nobody' }, /^(SignatureDoesNotMatch|InvalidAccessKeyId)$/],
    ['a bucket that is not there', { bucket: 'elsewhere' }, 'NoSuchBucket'],
    ['a port where nobody is', { endpoint: 'http://127.0.0.1:1' }, 'ConnectionRefused'],
  ])('%s: unavailable, in one word', async (_, change, word) => {
    const blobs = at(change);
    for (const act of [
      () => blobs.put(newKey(), randomBytes(3)),
      () => blobs.get(newKey()),
      () => blobs.remove(newKey()),
      () => blobs.list(null, 1),
    ]) {
      const error = await act().then(
        () => null,
        (thrown: unknown) => thrown,
      );
      expect(error).toBeInstanceOf(BlobsUnavailable);
      if (!(error instanceof Error)) throw error;
      expect(error.message).toMatch(word);
      expect(JSON.stringify([error.message, error.stack, error.cause])).not.toMatch(/hidden|Signature=/);
    }
  });

  test('a line that is cut, and one that swallows everything, are unavailable; afterwards it works', async () => {
    const blobs = at({});
    const [kept, late] = [newKey(), newKey()];
    const bytes = randomBytes(1000);
    await blobs.put(kept, bytes);
    server.line.cut();
    await expect(blobs.get(kept)).rejects.toThrow(BlobsUnavailable);
    await expect(blobs.put(late, bytes)).rejects.toThrow(BlobsUnavailable);
    server.line.heal();
    expect(await blobs.get(kept)).toEqual(bytes);
    server.line.hang();
    await expect(createS3Blobs(server.place, { ...quick, timeout: 50 }).get(kept)).rejects.toThrow('Timeout');
    server.line.heal();
    await blobs.put(late, bytes);
    expect(await blobs.get(late)).toEqual(bytes);
  });

  test('a direct address gives one object to whoever has it, and nothing else', async () => {
    const blobs = at({});
    const key = newKey();
    const bytes = randomBytes(100);
    await blobs.put(key, bytes);
    const address = blobs.direct(key) ?? '';
    const answer = await fetch(address, { headers: { origin: 'https://chat.example' } });
    // Pages of the server may read it: the bucket of this test says so.
    expect(answer.headers.get('access-control-allow-origin')).toBe('*');
    expect(await answer.bytes()).toEqual(new Uint8Array(bytes));
    expect(answer.headers.get('content-disposition')).toBe('attachment');
    for (const other of [address.replace(key, newKey()), address.replace('Expires=60', 'Expires=600')])
      expect((await fetch(other)).status).toBe(403);
    expect((await fetch(address, { method: 'DELETE' })).status).toBe(403);
    expect(at({ publicEndpoint: null }).direct(key)).toBeNull();
  });
});

/** A store that answers as it likes. */
async function lying(
  answer: (count: number) => Response | string,
  run: (blobs: ReturnType<typeof createS3Blobs>) => Promise<void>,
) {
  let count = 0;
  const server = Bun.listen({
    hostname: '127.0.0.1',
    port: 0,
    socket: {
      data(socket) {
        const said = answer(++count);
        if (typeof said === 'string') {
          socket.end(said);
          return;
        }
        void said.text().then((text) => {
          socket.write(`HTTP/1.1 ${said.status} X\r\ncontent-length: ${text.length}\r\n\r\n${text}`);
        });
      },
    },
  });
  const blobs = createS3Blobs(
    {
      bucket: 'files',
      endpoint: `http://127.0.0.1:${server.port}`,
      region: 'us-east-1',
      virtualHosted: false,
      accessKeyId: 'id',
      secretAccessKey: 'hidden-secret',
      sessionToken: null,
      publicEndpoint: null,
    },
    { timeout: 2000, pauses: [1, 1] },
  );
  try {
    await run(blobs);
  } finally {
    server.stop(true);
  }
}

const key = blobKey(new Uint8Array(16));

test('an answer that ends early is no answer', () =>
  lying(
    () => 'HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\nabc',
    async (blobs) => {
      await expect(blobs.get(key)).rejects.toThrow(BlobsUnavailable);
    },
  ));

test('what fails once or twice is asked again, what is refused is not', async () => {
  await lying(
    (count) => (count < 3 ? new Response('', { status: 503 }) : new Response('abc')),
    async (blobs) => expect(await blobs.get(key)).toEqual(new Uint8Array([97, 98, 99])),
  );
  let asked = 0;
  await lying(
    (count) => {
      asked = count;
      return new Response('<Error><Code>AccessDenied</Code><Message>hidden-secret</Message></Error>', {
        status: 403,
      });
    },
    async (blobs) => {
      await expect(blobs.put(key, new Uint8Array(3))).rejects.toThrow(/^AccessDenied$/);
    },
  );
  expect(asked).toBe(1);
});

test('words of an error that are no word are not handed on', () =>
  lying(
    () => new Response('<Error><Code>&lt;b&gt; lies</Code><Message>x</Message></Error>', { status: 400 }),
    async (blobs) => {
      await expect(blobs.get(key)).rejects.toThrow(/^\w+$/);
    },
  ));

test('pages that lead nowhere end', () => {
  const page = (keys: readonly string[]) =>
    `<?xml version="1.0"?><ListBucketResult><Name>files</Name><Prefix>blobs/</Prefix><KeyCount>${keys.length}</KeyCount><MaxKeys>10</MaxKeys><IsTruncated>true</IsTruncated>${keys
      .map(
        (each) =>
          `<Contents><Key>blobs/${each}</Key><LastModified>2026-01-01T00:00:00.000Z</LastModified><ETag>x</ETag><Size>1</Size><StorageClass>STANDARD</StorageClass></Contents>`,
      )
      .join('')}</ListBucketResult>`;
  return lying(
    () => new Response(page(['0'.repeat(32)])),
    async (blobs) => {
      await expect(blobs.list(null, 10)).rejects.toThrow('InvalidResponse');
    },
  );
});
