import { expect, test } from 'bun:test';
import fc from 'fast-check';
import { accountId, bodyId, conversationId, deviceId } from '../contract/bytes.ts';
import { ProtocolError } from '../protocol/errors.ts';
import { type Link, placeInChain, readGaps } from './chains.ts';
import { orderOf } from './history.ts';
import { MemoryStorage } from './memory-storage.ts';
import { Operation } from './operation.ts';

const filled = (length: number, byte: number) => new Uint8Array(length).fill(byte);
const sender = {
  conversation: conversationId(filled(32, 1)),
  account: accountId(filled(16, 2)),
  device: deviceId(filled(16, 3)),
};

/** The n-th message of the sender, from 1; `time` is when the relay had it. */
const link = (seq: number, time: number): Link => ({
  ...sender,
  seq,
  hash: filled(32, seq),
  prev: filled(32, seq - 1),
  id: bodyId(filled(16, seq)),
  time,
  before: seq - 1,
});

async function place(storage: MemoryStorage, each: Link) {
  const op = new Operation(storage);
  const placed = await placeInChain(op, each, each.time);
  await storage.commit(op.changes());
  return placed;
}

const refusal = (promise: Promise<unknown>) =>
  promise.then(
    () => null,
    (error: unknown) => (error instanceof ProtocolError ? error.code : error),
  );

test('in whatever order, and however often, messages come: the sender’s order stands, and gaps close', async () => {
  const arrivals = fc.integer({ min: 1, max: 12 }).chain((count) =>
    fc.tuple(
      fc.shuffledSubarray(
        Array.from({ length: count }, (_, i) => i + 1),
        { minLength: count, maxLength: count },
      ),
      fc.array(fc.integer({ min: 1, max: count }), { maxLength: 6 }),
    ),
  );
  await fc.assert(
    fc.asyncProperty(arrivals, async ([order, repeats]) => {
      const storage = new MemoryStorage();
      const shown: { seq: number; order: string }[] = [];
      for (const [i, seq] of [...order, ...repeats].entries()) {
        const placed = await place(storage, link(seq, 1000 + i));
        if (placed.duplicate === null) shown.push({ seq, order: orderOf(placed.time, sender.device, seq) });
      }
      shown.sort((a, b) => (a.order < b.order ? -1 : 1));
      expect(shown.map(({ seq }) => seq)).toEqual([...order].sort((a, b) => a - b));
      expect(await readGaps(storage)).toEqual([]);
    }),
    { numRuns: 60 },
  );
});

test('what is missing in between is known, piece by piece', async () => {
  const storage = new MemoryStorage();
  const gaps = async () => (await readGaps(storage)).map(({ gap }) => [gap.from, gap.to]);
  await place(storage, link(1, 10));
  await place(storage, link(8, 20));
  expect(await gaps()).toEqual([[2, 7]]);
  await place(storage, link(4, 30));
  expect(await gaps()).toEqual([
    [2, 3],
    [5, 7],
  ]);
  await place(storage, link(7, 40));
  await place(storage, link(2, 40));
  await place(storage, link(3, 40));
  expect(await gaps()).toEqual([[5, 6]]);
});

test('a sender that says two things at one place, or does not follow from its neighbours, is refused', async () => {
  const storage = new MemoryStorage();
  await place(storage, link(1, 10));
  await place(storage, link(2, 20));
  await place(storage, link(5, 30));
  expect(await refusal(place(storage, { ...link(2, 40), hash: filled(32, 99) }))).toBe('E_EQUIV');
  expect(await refusal(place(storage, { ...link(3, 40), prev: filled(32, 99) }))).toBe('E_EQUIV');
  expect(await refusal(place(storage, { ...link(4, 40), hash: filled(32, 99) }))).toBe('E_EQUIV');
  expect(await place(storage, link(2, 40))).toEqual({ duplicate: bodyId(filled(16, 2)) });
});

test('a device that joins late misses nothing of what was said before it came', async () => {
  const storage = new MemoryStorage();
  await place(storage, { ...link(40, 10), before: 0 });
  expect(await readGaps(storage)).toEqual([]);
});
