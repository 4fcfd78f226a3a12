/** Records from elsewhere in a history that is there: what they may do, and what not. */
import { beforeAll, expect, test } from 'bun:test';
import { bodyId } from '../../contract/bytes.ts';
import type { ConversationId } from '../../contract/ids.ts';
import { Context } from '../context.ts';
import { findKept } from '../history.ts';
import { MemoryStorage } from '../memory-storage.ts';
import { NO_MARKS, readMarks } from '../messages/marks.ts';
import { loadSelf } from '../open-self.ts';
import { readOriginal } from '../originals.ts';
import { type Client, type MadePerson, randomBytes, World } from '../testing/world.ts';
import { applyMessages } from './apply.ts';
import { type ArchivedMessage, archiveMessage, messageEntry, readMessageEntry } from './record.ts';
import { isProven } from './verify.ts';

let cast: { mina: MadePerson; jonas: MadePerson };
beforeAll(async () => {
  const made = new World();
  cast = { mina: await made.makePerson('mina', 2), jonas: await made.makePerson('jonas', 1) };
}, 60_000);

/** Jonas has told Mina's first device something; her second one comes later and knows nothing of it. */
async function begin() {
  const world = new World();
  const mina = world.enter(cast.mina, 1);
  const jonas = world.enter(cast.jonas, 1);
  const a = await world.open(mina, 0);
  const b = await world.open(jonas, 0);
  const { id } = await b.engine.direct(mina.account);
  await b.engine.send(id, 'said before');
  await world.settle();
  world.reveal(mina, cast.mina);
  const second = await world.open(mina, 1);
  await world.settle();
  return { world, a, b, second, id, ctx: await contextOf(world, second) };
}

/** What works beside the engine of a device, over the same storage. */
async function contextOf(world: World, client: Client): Promise<Context> {
  const storage = new MemoryStorage(client.storage.disk);
  const { self } = await loadSelf(storage, world.crypto);
  return new Context(
    { storage, transport: client.line.transport(), crypto: world.crypto, timer: world.time.timer },
    self,
  );
}

/** The first message of a device's conversation as a record. */
async function recordOf({ storage, engine }: Client, id: ConversationId): Promise<ArchivedMessage> {
  const [first] = await engine.messages(id, { limit: 1 });
  const kept = first === undefined ? null : await findKept(storage, first.id);
  if (kept === null) throw new Error('Nothing was said here.');
  return archiveMessage(kept, await readMarks(storage, kept.id), await readOriginal(storage, kept.id));
}

const read = async ({ engine }: Client, id: ConversationId) => engine.messages(id, { limit: 100 });

test('a record is the same after it was an entry', async () => {
  const { world, a, id } = await begin();
  const record = await recordOf(a, id);
  expect(readMessageEntry(messageEntry(record))).toEqual({ ...record, original: null });
  await world.close();
});

test('what comes from elsewhere is marked, and verified by its own signatures alone [R19]', async () => {
  const { world, a, second, id, ctx } = await begin();
  const record = await recordOf(a, id);
  const other = { ...record, id: bodyId(randomBytes(16)), order: record.order.replace(/\d$/, '7') };
  const forged: readonly ArchivedMessage[] = [
    // Its signatures are over other words, another id, another sender, or missing.
    { ...other, text: 'never said' },
    { ...other, id: bodyId(randomBytes(16)), order: record.order.replace(/\d$/, '8') },
    { ...other, id: bodyId(randomBytes(16)), order: record.order.replace(/\d$/, '9'), original: null },
    {
      ...other,
      id: bodyId(randomBytes(16)),
      order: record.order.replace(/\d$/, '6'),
      sender: { account: ctx.self.account, device: ctx.self.device },
    },
  ];
  const outcome = await applyMessages(ctx, [...forged, record], { origin: 'import' });
  expect(outcome).toMatchObject({ added: 5, known: 0, refused: 0 });
  const all = await read(second, id);
  expect(all.map(({ origin }) => origin)).toEqual(all.map(() => 'import'));
  expect(all.filter(({ verified }) => verified).map(({ text, id }) => [text, id])).toEqual([
    ['said before', record.id],
  ]);
  // Its own signatures prove its own words, in its own place.
  const bent = [{ text: 'never said' }, { kind: 'notice' as const }, { original: null }];
  for (const change of bent) expect(await isProven(ctx, { ...record, ...change })).toBe(false);
  expect(await isProven(ctx, record)).toBe(true);
  expect((await second.engine.conversations())[0]?.unread).toBe(0);
  await world.close();
});

test('what is here is not overwritten, wherever the other words come from [R19]', async () => {
  const { world, a, id } = await begin();
  const ctx = await contextOf(world, a);
  const record = await recordOf(a, id);
  for (const origin of ['member', 'import', 'device', 'backup'] as const) {
    const changed = { ...record, text: 'other words', verified: true, pinned: true, suite: 1 };
    expect(await applyMessages(ctx, [changed], { origin })).toMatchObject({ added: 0, known: 1 });
    const [here] = await read(a, id);
    expect(here).toMatchObject({ text: 'said before', origin: 'live', pinned: false, suite: 2 });
  }
  await world.close();
});

test('marks of strangers count for nothing, those of one’s own devices come together', async () => {
  const { world, a, second, id, ctx } = await begin();
  const record = await recordOf(a, id);
  const by = {
    account: ctx.self.account,
    emoji: '👍',
    on: true,
    sentAt: 1000,
    device: ctx.self.device,
    seq: 1,
  };
  const marked = {
    ...record,
    pinned: true,
    marks: { ...NO_MARKS, reactions: [by], pin: { on: true, sentAt: 1000, device: by.device, seq: 2 } },
  };
  await applyMessages(ctx, [marked], { origin: 'member' });
  expect((await read(second, id))[0]).toMatchObject({ reactions: [], pinned: false });
  await applyMessages(ctx, [marked], { origin: 'device' });
  expect((await read(second, id))[0]).toMatchObject({
    reactions: [{ emoji: '👍', people: [ctx.self.account], mine: true }],
    pinned: true,
  });
  // An older word about the same changes nothing, a later one does.
  const off = { ...by, on: false };
  const with_ = (sentAt: number) => ({ ...record, marks: { ...NO_MARKS, reactions: [{ ...off, sentAt }] } });
  await applyMessages(ctx, [with_(999)], { origin: 'device' });
  expect((await read(second, id))[0]?.reactions).toHaveLength(1);
  await applyMessages(ctx, [with_(1001)], { origin: 'device' });
  expect((await read(second, id))[0]?.reactions).toEqual([]);
  await world.close();
});

test('what is over, was deleted or was never sent does not come back', async () => {
  const { world, a, second, id, ctx } = await begin();
  const record = await recordOf(a, id);
  const over = { ...record, expiresAt: world.time.now - 1 };
  const waiting = { ...record, status: 'Sending' as const };
  const nowhere = { ...record, order: 'x' };
  expect(await applyMessages(ctx, [over, waiting, nowhere], { origin: 'backup' })).toMatchObject({
    refused: 3,
  });
  const deletion = bodyId(randomBytes(16));
  const deleted = {
    ...record,
    kind: 'deleted' as const,
    text: '',
    original: null,
    marks: { ...NO_MARKS, deletion },
  };
  await applyMessages(ctx, [deleted], { origin: 'backup' });
  await applyMessages(ctx, [record], { origin: 'backup' });
  expect((await read(second, id)).map(({ kind }) => kind)).toEqual(['deleted']);
  expect(await readOriginal(second.storage, record.id)).toBeNull();
  await world.close();
});

test('a conversation that is not known here keeps its records waiting', async () => {
  const { world, a, id, ctx } = await begin();
  const record = await recordOf(a, id);
  const elsewhere = {
    ...record,
    conversation: record.conversation.replace(/^./, (first) => (first === '0' ? '1' : '0')) as ConversationId,
  };
  const { held, added } = await applyMessages(ctx, [elsewhere], { origin: 'backup' });
  expect([held.length, added]).toEqual([1, 0]);
  await world.close();
});
