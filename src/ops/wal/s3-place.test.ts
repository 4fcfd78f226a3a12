/** A history in a bucket of a real server of S3's protocol. */
import { afterAll, beforeAll, expect, test } from 'bun:test';
import { S3_MISSING, type S3Server, startS3 } from '../../../test/support/s3-server.ts';
import { type KeptDatabase, keptDatabase } from '../../../test/support/wal.ts';
import { keptGenerations } from './kept.ts';
import { createS3Place } from './s3-place.ts';

const DAY_MS = 24 * 3600_000;
let s3: S3Server;
let kept: KeptDatabase;

if (S3_MISSING !== null) console.warn(S3_MISSING);
const stored = test.skipIf(S3_MISSING !== null);
beforeAll(async () => {
  if (S3_MISSING !== null) return;
  s3 = await startS3();
  kept = await keptDatabase(
    { keep: DAY_MS },
    { kind: 's3', s3: { ...s3.place, bucket: `${s3.place.bucket}/log` } },
  );
}, 60_000);
afterAll(async () => {
  await kept?.remove();
  await s3?.stop();
});

stored(
  'one goes back to a time by what lies in a bucket, and old generations are removed from it',
  async () => {
    await kept.write(1);
    await kept.shipper.look(true);
    await kept.write(2);
    await kept.shipper.look();
    const between = kept.clock();
    kept.ahead += 1000;
    await kept.write(3);
    await kept.shipper.look();
    expect((await kept.at(between)).numbers).toEqual([1, 2]);
    expect((await kept.at(Number.MAX_SAFE_INTEGER)).numbers).toEqual([1, 2, 3]);
    for (let day = 1; day <= 3; day++) {
      kept.ahead += DAY_MS;
      await kept.write(3 + day);
      await kept.shipper.look(true);
    }
    expect(await keptGenerations(kept.place)).toHaveLength(2);
    expect(await kept.place.folders()).toHaveLength(2);
    expect((await kept.at(Number.MAX_SAFE_INTEGER)).numbers).toEqual([1, 2, 3, 4, 5, 6]);
  },
);

stored('a wrong key is said without the key', async () => {
  const place = createS3Place({ ...s3.place, secretAccessKey: 'hidden-and-wrong' });
  const failed = place.folders();
  await expect(failed).rejects.toThrow('cannot be used');
  await expect(failed).rejects.not.toThrow('hidden');
});
