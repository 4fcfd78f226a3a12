import { afterEach, beforeAll, beforeEach, expect, setDefaultTimeout, test } from 'bun:test';
import { bodyId, fromHex } from '../../contract/bytes.ts';
import type { ConversationId } from '../../contract/ids.ts';
import { askPayload } from '../../protocol/parcel.ts';
import { updateMessage } from '../history.ts';
import { Operation } from '../operation.ts';
import { addErrand } from '../outbox.ts';
import { messagesOf } from '../testing/reading.ts';
import { type Client, type MadePerson, World } from '../testing/world.ts';

setDefaultTimeout(60_000);

let cast: Record<'mina' | 'jonas' | 'tom' | 'eve' | 'tomAnew', MadePerson>;
let world: World;
let mina: MadePerson;
let jonas: MadePerson;
let tom: MadePerson;
let eve: MadePerson;
beforeAll(async () => {
  const made = new World();
  const before = await made.makePerson('tom', 2);
  cast = {
    mina: await made.makePerson('mina', 1),
    jonas: await made.makePerson('jonas', 1),
    tom: before,
    tomAnew: await made.makePerson('tom', 1, before),
    eve: await made.makePerson('eve', 1),
  };
}, 60_000);
beforeEach(() => {
  world = new World();
  mina = world.enter(cast.mina, 1);
  jonas = world.enter(cast.jonas, 1);
  tom = world.enter(cast.tom, 1);
  eve = world.enter(cast.eve, 1);
});
afterEach(() => world.close());

const textsOf = async (client: Client, id: ConversationId) =>
  (await messagesOf(client, id)).filter(({ kind }) => kind === 'text').map(({ text }) => text);
/** Until nothing is due within the patience of those who ask. */
const passTime = async () => {
  for (let i = 0; i < 4; i++) await world.advance(1500);
};

/** A group of Mina and Jonas in which something was said. */
async function harbour(history: 'none' | 'fromInvitation' | 'all') {
  const a = await world.open(mina, 0);
  const b = await world.open(jonas, 0);
  const { id } = await a.engine.createGroup({ name: 'Harbour', people: [jonas.account], history });
  await world.settle();
  await world.advance(1000);
  await a.engine.send(id, 'one');
  await world.advance(1000);
  await b.engine.send(id, 'two');
  await world.settle();
  return { a, b, id };
}

test('who comes later reads everything where the group allows it, verified, in its place, and says who showed it', async () => {
  const { a, id } = await harbour('all');
  const c = await world.open(tom, 0);
  await world.advance(60_000);
  await a.engine.addPeople(id, [tom.account]);
  await world.settle();
  await a.engine.send(id, 'three');
  await world.settle();
  await passTime();
  const messages = (await messagesOf(c, id)).filter(({ kind }) => kind === 'text');
  expect(messages.map(({ text }) => text)).toEqual(['one', 'two', 'three']);
  expect(messages.map(({ verified }) => verified)).toEqual([true, true, true]);
  expect(messages.map(({ origin }) => origin)).toEqual(['member', 'member', 'live']);
  expect(messages[0]?.note).toContain('Mina');
  const view = (await c.engine.conversations()).find((each) => each.id === id);
  expect(view?.history).toBe('all');
  expect(view?.unread).toBe(1);
  expect(world.relay.parcels.kept.size).toBe(0);
});

test('where the group gives nothing, nothing is asked for and nothing is given', async () => {
  const { a, id } = await harbour('none');
  const c = await world.open(tom, 0);
  await a.engine.addPeople(id, [tom.account]);
  await world.settle();
  await passTime();
  expect(await textsOf(c, id)).toEqual([]);
  expect(world.relay.calls.putParcelPart ?? 0).toBe(0);
});

test('from the invitation on: also for a device that comes days later', async () => {
  const { a, id } = await harbour('fromInvitation');
  const first = await world.open(tom, 0);
  await world.advance(60_000);
  await a.engine.addPeople(id, [tom.account]);
  await world.settle();
  await a.engine.send(id, 'three');
  await world.settle();
  await passTime();
  expect(await textsOf(first, id)).toEqual(['three']);
  first.line.disconnect();
  await first.engine.stop();
  await world.advance(3 * 24 * 3600_000);
  world.reveal(tom, cast.tom);
  const later = await world.open(tom, 1);
  await world.settle();
  await passTime();
  expect(await textsOf(later, id)).toEqual(['three']);
});

test('a policy that is changed later is said to everybody, and counts from then on', async () => {
  const { a, b, id } = await harbour('none');
  const c = await world.open(tom, 0);
  await a.engine.addPeople(id, [tom.account]);
  await world.settle();
  await passTime();
  expect(await textsOf(c, id)).toEqual([]);
  await a.engine.setHistory(id, 'all');
  await world.settle();
  await passTime();
  expect(await textsOf(c, id)).toEqual(['one', 'two']);
  const lines = (await messagesOf(b, id)).filter(({ kind }) => kind === 'notice');
  expect(lines.at(-1)?.text).toContain('Mina decided: who comes later reads everything from before.');
  await expect(b.engine.setHistory(id, 'none')).rejects.toThrow();
});

test('whoever does not answer is passed over for the next one', async () => {
  const { a, b, id } = await harbour('all');
  const c = await world.open(tom, 0);
  await a.engine.addPeople(id, [tom.account]);
  a.line.disconnect();
  await a.engine.stop();
  await world.settle();
  await passTime();
  expect(await textsOf(c, id)).toEqual([]);
  await world.advance(2 * 60_000 + 1000);
  await passTime();
  expect(await textsOf(c, id)).toEqual(['one', 'two']);
  expect((await messagesOf(c, id)).find(({ text }) => text === 'one')?.note).toContain('Jonas');
  b.line.disconnect();
});

/** Asks by hand, whatever the own device would think of it. */
async function ask(from: Client, to: MadePerson, id: ConversationId): Promise<void> {
  const [device] = to.devices;
  if (device === undefined) throw new Error('no device');
  const op = new Operation(from.storage);
  await addErrand(op, {
    id: bodyId(world.crypto.random(16)),
    to: [{ account: to.account, device: device.device }],
    kind: 'ask',
    payload: askPayload.encode({ id: world.crypto.random(16), conversation: fromHex(id) }),
    fresh: false,
    sealed: false,
    created: world.time.now,
  });
  await from.storage.commit(op.changes());
  await from.engine.flush();
  await world.settle();
}

test('who is not in the group, and who was removed from it, gets nothing, however they ask [R4]', async () => {
  const { a, id } = await harbour('all');
  const c = await world.open(tom, 0);
  const d = await world.open(eve, 0);
  await a.engine.addPeople(id, [tom.account]);
  await world.settle();
  await passTime();
  await a.engine.removePerson(id, tom.account);
  await world.settle();
  const before = world.relay.calls.putParcelPart ?? 0;
  await ask(c, mina, id);
  await ask(d, mina, id);
  await passTime();
  expect(world.relay.calls.putParcelPart ?? 0).toBe(before);
});

test('who has started again gets nothing until an admin has confirmed them, and then what the group allows [R4]', async () => {
  const a = await world.open(mina, 0);
  const b = await world.open(jonas, 0);
  const whole = world.enter(cast.tom);
  const people = [jonas.account, whole.account];
  const { id } = await a.engine.createGroup({ name: 'Harbour', people, history: 'all' });
  await world.settle();
  await a.engine.send(id, 'before all was lost');
  await world.settle();
  for (const { device } of whole.devices) world.relay.devices.delete(device);
  const anew = world.enter(cast.tomAnew);
  await world.settle();
  const c = await world.open(anew, 0);
  // For themselves Mina and Jonas go on; for the group nobody has signed.
  await a.engine.direct(anew.account);
  await a.engine.acknowledgeIdentity(anew.account);
  await b.engine.acknowledgeIdentity(anew.account);
  await world.settle();
  await passTime();
  await ask(c, mina, id);
  await ask(c, jonas, id);
  await passTime();
  expect(world.relay.calls.putParcelPart ?? 0).toBe(0);
  expect(await textsOf(c, id)).toEqual([]);
  await a.engine.confirmIdentity(id, anew.account);
  await world.settle();
  await passTime();
  expect(await textsOf(c, id)).toEqual(['before all was lost']);
});

test('the same device is answered a few times a day, not for ever', async () => {
  const { a, id } = await harbour('all');
  const c = await world.open(tom, 0);
  await a.engine.addPeople(id, [tom.account]);
  await world.settle();
  await passTime();
  for (let i = 0; i < 6; i++) {
    await ask(c, mina, id);
    await passTime();
  }
  expect(world.relay.calls.putParcelPart).toBe(3);
});

test('what a server changes on the way is not taken, and the rest is [R22]', async () => {
  const { a, id } = await harbour('all');
  world.relay.parcels.knobs.part = (_, sealed) => sealed.with(100, (sealed[100] ?? 0) ^ 1);
  const c = await world.open(tom, 0);
  await a.engine.addPeople(id, [tom.account]);
  await world.settle();
  await passTime();
  expect(await textsOf(c, id)).toEqual([]);
  await a.engine.send(id, 'three');
  await world.settle();
  expect(await textsOf(c, id)).toEqual(['three']);
  // Who gave what cannot be read has not answered: at the next start the others are asked.
  world.relay.parcels.knobs.part = (_, sealed) => sealed;
  c.line.disconnect();
  await c.engine.stop();
  await world.advance(3 * 60_000);
  const again = await world.open(tom, 0);
  await passTime();
  expect(await textsOf(again, id)).toEqual(['one', 'two', 'three']);
});

test('whoever shows history adds nothing to what its authors have signed [R19]', async () => {
  const { a, id } = await harbour('all');
  const [one] = (await messagesOf(a, id)).filter(({ kind }) => kind === 'text');
  if (one === undefined) throw new Error('nothing was said');
  const lies = {
    text: 'other words',
    sentAt: 5,
    editedAt: -9e15,
    replyTo: bodyId(world.crypto.random(16)),
    suite: 7,
    mention: true,
    reason: '\u001f{',
    note: 'Trust this.',
    expiresAt: world.time.now + 3600_000,
  };
  const op = new Operation(a.storage);
  await updateMessage(op, { ...one, ...lies });
  await a.storage.commit(op.changes());
  const c = await world.open(tom, 0);
  await a.engine.addPeople(id, [tom.account]);
  await world.settle();
  await passTime();
  const shown = (await messagesOf(c, id)).find((each) => each.id === one.id);
  const { sentAt, editedAt, replyTo, suite, expiresAt } = one;
  const signed = { text: 'one', sentAt, editedAt, replyTo, suite, expiresAt };
  expect(shown).toMatchObject({ ...signed, mention: false, reason: null, verified: true, origin: 'member' });
  expect(shown?.note).toBe('Shown by Mina');
});
