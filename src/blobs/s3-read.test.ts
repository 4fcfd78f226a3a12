import { afterEach, expect, test } from 'bun:test';
import { type EndlessStore, endlessStore } from '../../test/support/endless-store.ts';
import { until } from '../../test/support/until.ts';
import { PlaceUnavailable } from '../ops/wal/place.ts';
import { createS3Place } from '../ops/wal/s3-place.ts';
import { BlobsUnavailable, blobKey, MOST_BLOB_BYTES } from './blobs.ts';
import { createS3Blobs } from './s3.ts';

/** What lies in buffers of sockets between the two ends. */
const UNDERWAY = 16 * 1024 * 1024;
const key = blobKey(new Uint8Array(16));
let store: EndlessStore;
afterEach(() => store.stop());

test.each([
  ['one that says how long it is', 'HTTP/1.1 200 OK\r\ncontent-length: 1000000000000'],
  ['one that does not', 'HTTP/1.1 200 OK'],
  ['a refusal', 'HTTP/1.1 404 Not Found\r\ncontent-length: 1000000000000'],
  ['one that is packed', 'HTTP/1.1 200 OK\r\ncontent-encoding: gzip\r\ncontent-length: 1000000000000'],
])(
  'an answer without an end is too large, is asked for once, and its connection ends: %s',
  async (_, head) => {
    store = endlessStore(head);
    const got = createS3Blobs(store.place).get(key);
    await expect(got).rejects.toThrow(BlobsUnavailable);
    await expect(got).rejects.toThrow('TooLarge');
    await until(() => store.ended() === 1, 'the connection ends');
    expect(store.sent()).toBeLessThan(MOST_BLOB_BYTES + UNDERWAY);
  },
);

test('so is one for a history that is kept', async () => {
  store = endlessStore('HTTP/1.1 200 OK');
  const got = createS3Place(store.place).get('folder', 'key');
  await expect(got).rejects.toThrow(PlaceUnavailable);
  await expect(got).rejects.toThrow('TooLarge');
  await until(() => store.ended() === 1, 'the connection ends');
});
