import { afterAll, beforeAll, expect, test } from 'bun:test';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openTestDb } from '../../test/support/database.ts';
import { randomBytes } from '../../test/support/relay.ts';
import { accountId, bodyId, deviceId } from '../contract/bytes.ts';
import type { DeviceId } from '../contract/ids.ts';
import { MAX_BODY_BYTES } from '../contract/limits.ts';
import { insertBodies } from '../store/bodies.ts';
import type { Db } from '../store/db.ts';
import { insertEnvelopes } from '../store/envelopes.ts';
import { migrate } from '../store/migrate.ts';
import { createWaitingReader } from './waiting-reader.ts';

const MIB = 1024 * 1024;
const MESSAGES = 50;
const sender = { account: accountId(randomBytes(16)), device: deviceId(randomBytes(16)) };

let db: Db;
/** Bytes of ciphertext that were read, and the most queries that went on at once. */
let bytes = 0;
let most = 0;
let running = 0;
const counting: Db = {
  async read(sql, params) {
    most = Math.max(most, ++running);
    try {
      const rows = await db.read(sql, params);
      for (const row of rows)
        for (const value of Object.values(row)) if (value instanceof Uint8Array) bytes += value.length;
      return rows as never;
    } finally {
      running--;
    }
  },
  write: (change) => db.write(change),
  close: () => db.close(),
};

beforeAll(async () => {
  db = await openTestDb(join(tmpdir(), `sotto-waiting-${crypto.randomUUID()}.sqlite`));
  await migrate(db);
});
afterAll(() => db.close());

/** So many messages of this size wait for each of so many devices. */
async function waiting(count: number, size: number): Promise<DeviceId[]> {
  const devices = Array.from({ length: count }, () => deviceId(randomBytes(16)));
  await db.write(async (tx) => {
    await tx.run('DELETE FROM envelopes');
    await tx.run('DELETE FROM bodies');
    for (let number = 1; number <= MESSAGES; number++) {
      const id = bodyId(randomBytes(32));
      const row = { ...sender, id, number, accepted_at: 0, waiting: count, envelope_bytes: 1 };
      await insertBodies(tx, [{ ...row, body: new Uint8Array(size) }]);
      const envelope = new Uint8Array(1);
      await insertEnvelopes(
        tx,
        devices.map((device) => ({ device, number, envelope })),
      );
    }
  });
  return devices;
}

test('however many sockets ask at once for the largest messages, memory holds a part of them, and each gets all', async () => {
  const devices = await waiting(200, MAX_BODY_BYTES);
  [bytes, most] = [0, 0];
  const reader = createWaitingReader(counting);
  let first = 0;
  const all = await Promise.all(
    devices.map(async (device) => {
      const numbers: number[] = [];
      for (let more = true; more; ) {
        const page = await reader.read({ device, after: numbers.at(-1) ?? 0 });
        first ||= bytes;
        numbers.push(...page.rows.map(({ number }) => number));
        more = page.more;
      }
      return numbers;
    }),
  );
  expect(first).toBeGreaterThan(0);
  expect(first).toBeLessThan(32 * MIB);
  expect(most).toBeLessThanOrEqual(4);
  const each = Array.from({ length: MESSAGES }, (_, index) => index + 1);
  expect(all.every((numbers) => Bun.deepEquals(numbers, each))).toBe(true);
});

test('small messages come many at a time', async () => {
  const [device] = await waiting(1, 1000);
  if (device === undefined) throw new Error('no device');
  const { rows } = await createWaitingReader(db).read({ device, after: 0 });
  expect(rows).toHaveLength(MESSAGES);
});
