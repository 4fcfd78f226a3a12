/** What members, and the server with them, may try with marks on messages that are not theirs. */
import { afterEach, beforeAll, beforeEach, describe, expect, test } from 'bun:test';
import { fromBase64, fromHex, toBase64 } from '../../contract/bytes.ts';
import type { BodyId, ConversationId } from '../../contract/ids.ts';
import type { Delivery } from '../../contract/relay.ts';
import { deletePayload, editPayload, pinPayload, reactionPayload } from '../../protocol/marks.ts';
import { Operation } from '../operation.ts';
import { addOutgoing, type Outgoing } from '../outbox.ts';
import { messagesOf, noticesIn, seen, textsIn } from '../testing/reading.ts';
import { type Client, type MadePerson, World } from '../testing/world.ts';

let cast: { mina: MadePerson; jonas: MadePerson; tom: MadePerson };
let world: World;
let mina: MadePerson;
let jonas: MadePerson;
let tom: MadePerson;

beforeAll(async () => {
  const made = new World();
  cast = {
    mina: await made.makePerson('mina', 1),
    jonas: await made.makePerson('jonas', 1),
    tom: await made.makePerson('tom', 1),
  };
}, 60_000);
beforeEach(() => {
  world = new World();
  mina = world.enter(cast.mina);
  jonas = world.enter(cast.jonas);
  tom = world.enter(cast.tom);
});
afterEach(() => world.close());

async function trio() {
  const a = await world.open(mina, 0);
  const b = await world.open(jonas, 0);
  const c = await world.open(tom, 0);
  const { id } = await a.engine.createGroup({ name: 'Harbour', people: [jonas.account, tom.account] });
  await a.engine.send(id, 'the truth');
  await world.settle();
  const message = (await messagesOf(b, id)).find(({ text }) => text === 'the truth');
  if (message === undefined) throw new Error('It did not arrive.');
  return { a, b, c, id, target: message.id };
}

/** A client that sends whatever it likes: the words are put where the engine would not have put them. */
async function forge(
  { engine, storage }: Client,
  conversation: ConversationId,
  kind: Outgoing['kind'],
  payload: Uint8Array,
  sentAt = world.time.now,
): Promise<void> {
  const op = new Operation(storage);
  const id = bodyIdOf(crypto.getRandomValues(new Uint8Array(16)));
  await addOutgoing(op, {
    id,
    conversation,
    kind,
    payload,
    sentAt,
    bound: null,
    sealed: false,
    refusals: 0,
    held: null,
    left: [],
  });
  await storage.commit(op.changes());
  await engine.flush();
  await world.settle();
}
const bodyIdOf = (bytes: Uint8Array): BodyId => bytes.toHex() as BodyId;

const target16 = (id: BodyId) => fromHex(id);

describe('somebody else’s message', () => {
  test('is not changed by another member, not even before it is here [R12]', async () => {
    const { a, b, c, id, target } = await trio();
    await forge(c, id, 'edit', editPayload.encode({ target: target16(target), text: 'a lie' }));
    for (const client of [a, b]) expect(await textsIn(client, id)).toEqual(['the truth']);
    // The forged words overtake the message that they would change.
    const held: (() => void)[] = [];
    world.relay.knobs.deliver = (to, delivery) => {
      if (to !== b.device || delivery.sender.device !== a.device || delivery.class !== 1) return [delivery];
      held.push(() => world.relay.enqueue(to, delivery));
      return [];
    };
    const second = await a.engine.send(id, 'the second truth');
    await world.settle();
    await forge(c, id, 'edit', editPayload.encode({ target: target16(second.id), text: 'another lie' }));
    await forge(c, id, 'delete', deletePayload.encode({ target: target16(second.id) }));
    world.relay.knobs.deliver = (_, delivery) => [delivery];
    for (const release of held) release();
    await world.settle();
    for (const client of [a, b]) {
      expect(await textsIn(client, id)).toEqual(['the truth', 'the second truth']);
      expect((await client.engine.message(second.id))?.editedAt).toBeNull();
      expect(JSON.stringify(client.events)).not.toContain('lie');
    }
  });

  test('is not deleted by another member, nor by an admin [R12]', async () => {
    const { a, b, c, id, target } = await trio();
    await a.engine.setRole(id, tom.account, 'admin');
    await world.settle();
    await forge(c, id, 'delete', deletePayload.encode({ target: target16(target) }));
    for (const client of [a, b]) expect(await textsIn(client, id)).toEqual(['the truth']);
  });

  test('is not changed from another conversation, also by its author', async () => {
    const { a, b, id, target } = await trio();
    const direct = await a.engine.direct(jonas.account);
    await forge(a, direct.id, 'edit', editPayload.encode({ target: target16(target), text: 'elsewhere' }));
    await forge(a, direct.id, 'pin', pinPayload.encode({ target: target16(target), on: true }));
    expect(await textsIn(b, id)).toEqual(['the truth']);
    expect(await b.engine.pinned(id)).toEqual([]);
  });

  test('is pinned only by those who may, by the roster of their own words [R12]', async () => {
    const { a, b, c, id, target } = await trio();
    const pin = pinPayload.encode({ target: target16(target), on: true });
    await forge(c, id, 'pin', pin);
    for (const client of [a, b]) expect(await client.engine.pinned(id)).toEqual([]);
    expect((await noticesIn(b, id)).filter((line) => line.includes('pinned'))).toEqual([]);
    await a.engine.setRole(id, tom.account, 'admin');
    await world.settle();
    await forge(c, id, 'pin', pin);
    expect((await b.engine.pinned(id)).map(({ text }) => text)).toEqual(['the truth']);
    await a.engine.setRole(id, tom.account, 'member');
    await world.settle();
    await forge(c, id, 'pin', pinPayload.encode({ target: target16(target), on: false }));
    expect((await b.engine.pinned(id)).map(({ text }) => text)).toEqual(['the truth']);
  });

  test('does not carry words as a reaction, or more reactions than there is room for [R41]', async () => {
    const { a, c, id, target } = await trio();
    const react = (emoji: string) =>
      forge(c, id, 'reaction', reactionPayload.encode({ target: target16(target), emoji, on: true }));
    for (const words of ['you fool', '<b>x</b>', 'x👍', '👍👍', '\u202e👍']) await react(words);
    expect((await a.engine.message(target))?.reactions).toEqual([]);
    await react('👍');
    expect((await a.engine.message(target))?.reactions.map(({ emoji }) => emoji)).toEqual(['👍']);
    expect(await seen(a, id)).toMatchObject({ unread: 0 });
  });
});

describe('an edit', () => {
  test('that comes again does nothing, and an older one never counts against a newer [R5]', async () => {
    const { a, b, id, target } = await trio();
    const kept: Delivery[] = [];
    world.relay.knobs.deliver = (to, delivery) => {
      if (to !== b.device || delivery.class !== 1) return [delivery];
      kept.push(delivery);
      return [];
    };
    await a.engine.edit(target, 'first words');
    await world.settle();
    await world.advance(1000);
    await a.engine.edit(target, 'last words');
    await world.settle();
    expect(kept.length).toBe(2);
    expect(await textsIn(b, id)).toEqual(['the truth']);
    await b.engine.receive([...kept, ...kept].reverse());
    await world.settle();
    expect(await textsIn(b, id)).toEqual(['last words']);
    expect((await b.engine.messageDetails(target))?.edits).toBe(2);
  });

  test('from a clock that is days ahead is not taken: nothing could be said after it', async () => {
    const { a, b, id, target } = await trio();
    const ahead = world.time.now + 3 * 24 * 3600_000;
    await forge(a, id, 'edit', editPayload.encode({ target: target16(target), text: 'for ever' }), ahead);
    expect(await textsIn(b, id)).toEqual(['the truth']);
    await a.engine.edit(target, 'now');
    await world.settle();
    expect(await textsIn(b, id)).toEqual(['now']);
  });
});

describe('a deletion', () => {
  test('of a place that the server made up hides nobody’s message', async () => {
    const { a, b, c, id } = await trio();
    // The server knows the id before anybody else does, and shows something closed of Tom's under it first.
    const held: Delivery[] = [];
    world.relay.knobs.deliver = (to, delivery) => {
      if (to !== b.device || delivery.class !== 1 || delivery.sender.device !== a.device) return [delivery];
      held.push(delivery);
      return [];
    };
    const { id: wanted } = await a.engine.send(id, 'not to be hidden');
    await world.settle();
    let sample: Delivery | null = null;
    world.relay.knobs.deliver = (to, delivery) => {
      if (to === b.device && delivery.class === 1) sample ??= delivery;
      return to === b.device && delivery === sample ? [] : [delivery];
    };
    await c.engine.send(id, 'something');
    await world.settle();
    world.relay.knobs.deliver = (_, delivery) => [delivery];
    if (sample === null) throw new Error('nothing was delivered');
    await b.engine.receive([renamed(sample, wanted)]);
    expect((await b.engine.message(wanted))?.kind).toBe('unreadable');
    await forge(c, id, 'delete', deletePayload.encode({ target: target16(wanted) }));
    expect((await b.engine.message(wanted))?.kind).toBe('deleted');
    for (const delivery of held) world.relay.enqueue(b.device, delivery);
    await world.settle();
    expect(await b.engine.message(wanted)).toMatchObject({ kind: 'text', text: 'not to be hidden' });
  });
});

/** The delivery under another id, with the header to match: what a server can make without any key. */
function renamed(delivery: Delivery, id: BodyId): Delivery {
  const body = fromBase64(delivery.body);
  const bytes = fromHex(delivery.id);
  const at = body.toHex().indexOf(bytes.toHex()) / 2;
  body.set(fromHex(id), at);
  return { ...delivery, id, body: toBase64(body) };
}
