import { afterEach, beforeAll, beforeEach, describe, expect, test } from 'bun:test';
import { conversationId, fromBase64 } from '../../contract/bytes.ts';
import type { ConversationId } from '../../contract/ids.ts';
import { decodePost } from '../../contract/post.ts';
import { decodeBodyHeader } from '../../protocol/message.ts';
import { reusedSteps } from '../testing/crash.ts';
import { type Client, type MadePerson, World } from '../testing/world.ts';

let cast: Record<'mina' | 'jonas' | 'tom' | 'eve', MadePerson>;
let world: World;
let mina: MadePerson;
let jonas: MadePerson;
let tom: MadePerson;

beforeAll(async () => {
  const made = new World();
  cast = {
    mina: await made.makePerson('mina', 2),
    jonas: await made.makePerson('jonas', 1),
    tom: await made.makePerson('tom', 2),
    eve: await made.makePerson('eve', 1),
  };
}, 60_000);
beforeEach(() => {
  world = new World();
  mina = world.enter(cast.mina, 1);
  jonas = world.enter(cast.jonas, 1);
  tom = world.enter(cast.tom, 1);
});
afterEach(async () => {
  expect(reusedSteps(world.relay)).toEqual([]);
  await world.close();
});

const lines = async ({ engine }: Client, id: ConversationId, kind?: 'text' | 'notice') =>
  (await engine.messages(id, { limit: 100 }))
    .filter((message) => kind === undefined || message.kind === kind)
    .map(({ text }) => text);
const texts = (client: Client, id: ConversationId) => lines(client, id, 'text');
const notices = (client: Client, id: ConversationId) => lines(client, id, 'notice');
const view = async ({ engine }: Client, id: ConversationId) => {
  const found = (await engine.conversations()).find((each) => each.id === id);
  if (found === undefined) throw new Error('no such conversation');
  return found;
};

/** Everybody's engine, and a group of all three that Mina made. */
async function harbour() {
  const a = await world.open(mina, 0);
  const b = await world.open(jonas, 0);
  const c = await world.open(tom, 0);
  const { id } = await a.engine.createGroup({
    name: 'Harbour',
    topic: 'Boats',
    people: [jonas.account, tom.account],
  });
  await world.settle();
  return { a, b, c, id };
}

test('a group of three: its name, its members, and what is written reach everybody', async () => {
  const { a, b, c, id } = await harbour();
  for (const [client, role] of [
    [a, 'owner'],
    [b, 'member'],
    [c, 'member'],
  ] as const) {
    expect(await view(client, id)).toMatchObject({
      kind: 'group',
      name: 'Harbour',
      topic: 'Boats',
      role,
      writable: true,
      open: false,
      peer: null,
      unread: 0,
      members: [mina.account, jonas.account, tom.account].sort(),
    });
  }
  expect(await notices(a, id)).toEqual([
    'You made this group with Jonas and Tom.',
    'You named this group Harbour.',
  ]);
  expect((await notices(b, id)).slice(1)).toEqual(['Mina named this group Harbour.']);
  await a.engine.send(id, 'hello');
  await b.engine.send(id, 'hello from Jonas');
  await c.engine.send(id, 'hello from Tom');
  await world.settle();
  for (const client of [a, b, c]) {
    expect((await texts(client, id)).toSorted()).toEqual(['hello', 'hello from Jonas', 'hello from Tom']);
    expect(client.events.filter(({ type }) => type === 'notice')).toEqual([]);
  }
  expect((await view(c, id)).unread).toBe(2);
});
