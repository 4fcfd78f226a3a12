/**
 * People who are not, or not yet again, in a group, and a server that delivers their words there all the same. Sealed by hand,
 * because their own clients would not; over the relay in memory, which lets anything be put into a queue.
 */
import { afterEach, beforeAll, beforeEach, expect, test } from 'bun:test';
import { type Client, type MadePerson, World } from '../../src/client/testing/world.ts';
import { conversationId, toBase64 } from '../../src/contract/bytes.ts';
import type { ConversationId } from '../../src/contract/ids.ts';
import { textPayload } from '../../src/protocol/payload.ts';
import { sealByHand } from './support/by-hand.ts';

let cast: Record<'mina' | 'jonas' | 'tom' | 'tomAnew' | 'eve', MadePerson>;
let world: World;
let mina: MadePerson;
let jonas: MadePerson;
let eve: MadePerson;

beforeAll(async () => {
  const made = new World();
  const tom = await made.makePerson('tom', 1);
  cast = {
    mina: await made.makePerson('mina', 1),
    jonas: await made.makePerson('jonas', 1),
    tom,
    eve: await made.makePerson('eve', 1),
    tomAnew: await made.makePerson('tom', 1, tom),
  };
}, 60_000);
beforeEach(() => {
  world = new World();
  [mina, jonas, eve] = [world.enter(cast.mina), world.enter(cast.jonas), world.enter(cast.eve)];
});
afterEach(() => world.close());

/** Two who have talked in both directions. */
async function acquaint(one: Client, other: Client): Promise<void> {
  const { id } = await one.engine.direct(other.account);
  await other.engine.direct(one.account);
  await one.engine.send(id, 'hello');
  await world.settle();
  await other.engine.send(id, 'hello too');
  await world.settle();
}

const texts = async ({ engine }: Client, id: ConversationId) =>
  (await engine.messages(id, { limit: 100 })).filter(({ kind }) => kind === 'text').map(({ text }) => text);

/** Somebody's device seals words for a group by hand, and the relay puts them into another's queue. */
async function sayIn(group: ConversationId, from: Client, to: Client, words: string): Promise<void> {
  const inside = {
    disk: from.storage.disk,
    crypto: world.crypto,
    account: from.account,
    device: from.device,
  };
  const payload = textPayload.encode({ text: words, replyTo: null, timer: null });
  const { id, body, envelope } = await sealByHand(inside, to, group, {
    class: 1,
    content: { kind: 'text', payload },
  });
  world.relay.enqueue(to.device, {
    seq: 0,
    id,
    class: 1,
    conversation: group,
    sender: { account: from.account, device: from.device },
    acceptedAt: world.time.now,
    attempts: 0,
    body: toBase64(body),
    envelope: toBase64(envelope),
  });
  await world.settle();
}

test('who was never in a group is not heard there, whatever the server delivers [R1, R12]', async () => {
  const [a, b, e] = [await world.open(mina, 0), await world.open(jonas, 0), await world.open(eve, 0)];
  await acquaint(e, a);
  await acquaint(b, a);
  const { id } = await a.engine.createGroup({ name: 'Harbour', people: [jonas.account] });
  await world.settle();
  await sayIn(id, e, a, 'from Eve');
  expect(await texts(a, id)).toEqual([]);
  // The same by a member is heard: it is the membership that decides.
  await sayIn(id, b, a, 'from Jonas');
  expect(await texts(a, id)).toEqual(['from Jonas']);
});

test('a member under another identity is not heard in a group until an admin has confirmed it [R12, R15]', async () => {
  const tom = world.enter(cast.tom);
  const [a, b] = [await world.open(mina, 0), await world.open(jonas, 0)];
  const { id } = await a.engine.createGroup({ name: 'Harbour', people: [jonas.account, tom.account] });
  await world.settle();
  for (const { device } of tom.devices) world.relay.devices.delete(device);
  const d = await world.open(world.enter(cast.tomAnew), 0);
  await world.settle();
  // Jonas talks to the new Tom for himself; the group has not heard of him.
  await b.engine.acknowledgeIdentity(tom.account);
  await acquaint(d, b);
  await sayIn(id, d, b, 'it is me');
  expect(await texts(b, id)).toEqual([]);
});

test('words under an id that no two people make begin no conversation [R12]', async () => {
  const [a, b] = [await world.open(mina, 0), await world.open(jonas, 0)];
  await acquaint(b, a);
  const nobody = conversationId(new Uint8Array(32).fill(7));
  await sayIn(nobody, b, a, 'elsewhere');
  expect(await texts(a, nobody)).toEqual([]);
  expect((await a.engine.conversations()).map(({ id }) => id)).not.toContain(nobody);
});
