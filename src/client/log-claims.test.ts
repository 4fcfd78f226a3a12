import { expect, test } from 'bun:test';
import type { OpenedBody } from '../protocol/message.ts';
import { Context } from './context.ts';
import { checkClaim, LogBehind, seenLog } from './log-claims.ts';
import { isFrozen, listEvidence, SplitView, settleEvidence } from './log-evidence.ts';
import { keepAndTell, updateLog } from './log-update.ts';
import { MemoryDisk, MemoryStorage } from './memory-storage.ts';
import { loadSelf } from './open-self.ts';
import { Operation } from './operation.ts';
import { FakeLine } from './testing/line.ts';
import { randomBytes, World } from './testing/world.ts';

const world = new World();
const mina = world.enter(await world.makePerson('mina', 1));
const made = mina.devices[0];
if (made === undefined) throw new Error('no device');
const storage = new MemoryStorage(made.disk);
const line = new FakeLine(world.relay, mina.account, made.device);
const { self } = await loadSelf(storage, world.crypto);
const ctx = new Context(
  { storage, transport: line.transport(), crypto: world.crypto, timer: world.time.timer },
  self,
);
const op = () => new Operation(new MemoryStorage(new MemoryDisk()));

const opened = (ktSize: number, ktRoot: Uint8Array): OpenedBody => ({
  header: {
    suite: 2,
    class: 1,
    conversation: new Uint8Array(32),
    account: randomBytes(16),
    device: randomBytes(16),
    bodyId: randomBytes(16),
  },
  headerBytes: new Uint8Array(120),
  content: {
    kind: 'text',
    seq: 1,
    previous: new Uint8Array(32),
    rosterHash: new Uint8Array(32),
    deviceListsHash: new Uint8Array(32),
    ktSize,
    ktRoot,
    handshakeRoot: new Uint8Array(),
    sentAt: 0,
    payload: new Uint8Array(),
  },
  contentBytes: randomBytes(10),
  contentHash: randomBytes(32),
  signature: null,
});
const failure = (size: number, root: Uint8Array, by = op()) =>
  checkClaim(by, ctx, opened(size, root)).then(
    () => null,
    (error: unknown) => error,
  );

test('nothing is sealed before a log was seen', () => {
  expect(() => seenLog(ctx)).toThrow('before the log was seen');
});

test('a content says which log its sender has seen, and only the same one is believed', async () => {
  await updateLog(ctx);
  const { ktSize, ktRoot } = seenLog(ctx);
  expect(ktSize).toBe(1);
  expect(await failure(ktSize, ktRoot)).toBeNull();
  expect(await failure(ktSize, randomBytes(32))).toBeInstanceOf(SplitView);
  expect(await failure(2, randomBytes(32))).toBeInstanceOf(LogBehind);
  expect(await failure(2 ** 53 - 1, randomBytes(32))).toBeInstanceOf(LogBehind);
});

test('a content that names no log is refused, and is no evidence of anything', async () => {
  for (const root of [new Uint8Array(32), ctx.log.log.root(0), ctx.log.log.root()]) {
    const error = await failure(0, root);
    expect(error).toMatchObject({ code: 'E_KT' });
    expect(error).not.toBeInstanceOf(SplitView);
  }
});

test('what the person has seen is not held up again, and anything else is', async () => {
  const disk = new MemoryStorage(new MemoryDisk());
  const root = randomBytes(32);
  const error = await failure(1, root);
  if (!(error instanceof SplitView)) throw error;
  const keep = new Operation(disk);
  await keepAndTell(keep, error.evidence, 'look');
  expect(keep.events).toHaveLength(1);
  await disk.commit(keep.changes());
  const twice = new Operation(disk);
  await keepAndTell(twice, error.evidence, 'look');
  expect(twice.events).toHaveLength(0);
  expect(await failure(1, root, new Operation(disk))).toBeInstanceOf(SplitView);
  const settle = new Operation(disk);
  expect(await settleEvidence(settle, world.time.now)).toHaveLength(1);
  await disk.commit(settle.changes());
  expect(await failure(1, root, new Operation(disk))).toBeNull();
  expect(await failure(1, randomBytes(32), new Operation(disk))).toBeInstanceOf(SplitView);
});

test('who makes up logs stops others once, and not again after they have looked', async () => {
  const disk = new MemoryStorage(new MemoryDisk());
  const liar = opened(1, randomBytes(32));
  const claimOf = async (body: OpenedBody) => {
    const error = await checkClaim(new Operation(disk), ctx, body).catch((caught: unknown) => caught);
    if (!(error instanceof SplitView)) throw error;
    const keep = new Operation(disk);
    await keepAndTell(keep, error.evidence, 'look');
    await disk.commit(keep.changes());
    return keep.events.length;
  };
  expect(await claimOf(liar)).toBe(1);
  expect(await isFrozen(disk)).toBe(true);
  const settle = new Operation(disk);
  await settleEvidence(settle, world.time.now);
  await disk.commit(settle.changes());
  const again = { ...liar, content: { ...liar.content, ktRoot: randomBytes(32) } };
  expect(await claimOf(again)).toBe(0);
  expect(await isFrozen(disk)).toBe(false);
  expect(await listEvidence(disk)).toHaveLength(2);
  // Somebody else is heard.
  expect(await claimOf(opened(1, randomBytes(32)))).toBe(1);
  expect(await isFrozen(disk)).toBe(true);
});
