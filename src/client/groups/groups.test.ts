import { afterEach, beforeAll, beforeEach, describe, expect, setDefaultTimeout, test } from 'bun:test';
import type { ConversationId, DeviceId } from '../../contract/ids.ts';
import { decodePost } from '../../contract/post.ts';
import { decodeBodyHeader } from '../../protocol/message.ts';
import { MemoryStorage } from '../memory-storage.ts';
import { reusedSteps } from '../testing/crash.ts';
import { messagesOf, noticesIn, seen, textsIn, toldOf } from '../testing/reading.ts';
import { lost } from '../testing/relay.ts';
import { type MadePerson, World } from '../testing/world.ts';

/** Several devices with real keys take their time on a machine that does other things too. */
setDefaultTimeout(60_000);

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

/** Everybody's engine, and a group of all three that Mina made. */
async function harbour() {
  const a = await world.open(mina, 0);
  const b = await world.open(jonas, 0);
  const c = await world.open(tom, 0);
  const people = [jonas.account, tom.account];
  const { id } = await a.engine.createGroup({ name: 'Harbour', topic: 'Boats', people });
  await world.settle();
  return { a, b, c, id };
}

const firstOf = ({ devices: [made] }: MadePerson): DeviceId => {
  if (made === undefined) throw new Error('no device');
  return made.device;
};

/** Envelopes that stand in this device's queue, or went through it, of class 1 bodies in a conversation. */
function deliveredTo(device: DeviceId, id: ConversationId): number {
  return world.relay.posts.filter(({ bytes, repeated }) => {
    const post = decodePost(bytes);
    if (post === null || repeated) return false;
    const { header } = decodeBodyHeader(post.body);
    if (header.class !== 1 || header.conversation.toHex() !== id) return false;
    const body = world.relay.bodies.get(header.bodyId.toHex() as never);
    return body !== undefined && (body.pending.has(device) || body.delivered.has(device));
  }).length;
}

test('a group of three: its name, its members, and what is written reach everybody', async () => {
  const { a, b, c, id } = await harbour();
  for (const [client, role] of [
    [a, 'owner'],
    [b, 'member'],
    [c, 'member'],
  ] as const) {
    expect(await seen(client, id)).toMatchObject({
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
  expect(await noticesIn(a, id)).toEqual([
    'You made this group with Jonas and Tom.',
    'You named this group Harbour.',
  ]);
  expect((await noticesIn(b, id)).slice(1)).toEqual(['Mina named this group Harbour.']);
  await a.engine.send(id, 'hello');
  await b.engine.send(id, 'hello from Jonas');
  await c.engine.send(id, 'hello from Tom');
  await world.settle();
  for (const client of [a, b, c]) {
    expect((await textsIn(client, id)).toSorted()).toEqual(['hello', 'hello from Jonas', 'hello from Tom']);
    expect(client.events.filter(({ type }) => type === 'notice')).toEqual([]);
  }
  expect((await seen(c, id))?.unread).toBe(2);
});

test('what is no name, and who cannot be signed for, is said before anything leaves', async () => {
  const a = await world.open(mina, 0);
  const make = (name: string, people = [jonas.account]) => a.engine.createGroup({ name, people });
  await expect(make('  ')).rejects.toThrow('needs a name');
  await expect(make('x'.repeat(257))).rejects.toThrow('longer than 256 bytes');
  await expect(make('Harbour', [cast.eve.account])).rejects.toThrow('whose identity can be checked');
  await expect(
    make(
      'Harbour',
      Array.from({ length: 200 }, (_, i) => i.toString(16).padStart(32, '0') as never),
    ),
  ).rejects.toThrow('200 people at most');
  expect(world.relay.rosters.groups.size).toBe(0);
  expect(await a.engine.conversations()).toEqual([]);
});

test('one who was away has everything when they are back', async () => {
  const { a, b, c, id } = await harbour();
  c.line.disconnect();
  c.line.cut = true;
  await a.engine.send(id, 'one');
  await b.engine.send(id, 'two');
  const eve = world.enter(cast.eve);
  const e = await world.open(eve, 0);
  await a.engine.addPeople(id, [eve.account]);
  await world.settle();
  await e.engine.send(id, 'three');
  await world.settle();
  c.line.connect();
  await world.settle();
  expect((await textsIn(c, id)).toSorted()).toEqual(['one', 'three', 'two']);
  expect((await seen(c, id))?.members).toContain(eve.account);
  expect(await noticesIn(c, id)).toContain('Mina added Eve.');
  expect(toldOf(c, 'E_ROSTER')).toEqual([]);
  await c.engine.send(id, 'four');
  await world.settle();
  expect(await textsIn(e, id)).toEqual(['three', 'four']);
});

test('somebody who is added sees what the group is called, and only what is written from then on', async () => {
  const { a, b, id } = await harbour();
  await a.engine.send(id, 'before');
  await world.settle();
  const eve = world.enter(cast.eve);
  const e = await world.open(eve, 0);
  await a.engine.addPeople(id, [eve.account]);
  await world.settle();
  expect(await seen(e, id)).toMatchObject({ name: 'Harbour', topic: 'Boats', role: 'member', unread: 0 });
  expect(await noticesIn(e, id)).toEqual(['Mina added you.', 'This group is called Harbour.']);
  await b.engine.send(id, 'after');
  await world.settle();
  expect(await textsIn(e, id)).toEqual(['after']);
  expect(await noticesIn(b, id)).toEqual([
    'Mina made this group with Tom and you.',
    'Mina named this group Harbour.',
    'Mina added Eve.',
  ]);
});

test('a message that comes before the change of members it goes by is read once that is known', async () => {
  const { a, b, id } = await harbour();
  // Jonas does not hear of changes by himself, and has asked about the group a moment ago.
  const told = world.relay.device(b.device).listener;
  world.relay.device(b.device).listener = (frame) => frame.event !== 'conversation' && told?.(frame);
  await a.engine.removePerson(id, tom.account);
  await a.engine.send(id, 'ahead');
  await world.settle();
  await world.advance(5000);
  expect(await textsIn(b, id)).toEqual(['ahead']);
});

test('who is removed gets nothing from the next message on, from anybody', async () => {
  const { a, b, c, id } = await harbour();
  await a.engine.send(id, 'with Tom');
  await world.settle();
  const before = deliveredTo(c.device, id);
  expect(before).toBeGreaterThan(0);
  // Jonas does not hear of it by himself: the relay's refusal is what tells him.
  const told = world.relay.device(b.device).listener;
  world.relay.device(b.device).listener = (frame) => frame.event !== 'conversation' && told?.(frame);
  await a.engine.removePerson(id, tom.account);
  await world.settle();
  await b.engine.send(id, 'without Tom');
  await a.engine.send(id, 'also without Tom');
  await world.settle();
  // Whose message comes first: the second may have to wait until the members may be asked for again.
  await world.advance(5000);
  expect(deliveredTo(c.device, id)).toBe(before);
  expect(await textsIn(b, id)).toEqual(['with Tom', 'without Tom', 'also without Tom']);
  expect(await textsIn(c, id)).toEqual(['with Tom']);
  expect(await seen(c, id)).toMatchObject({ writable: false, role: null });
  expect((await noticesIn(c, id)).at(-1)).toBe('Mina removed you.');
  await expect(c.engine.send(id, 'still here?')).rejects.toThrow('not in this group any more');
  // A body that Tom forces under the roster of his time is refused by the relay, and by everybody's own roster.
  expect(toldOf(b, 'E_ROSTER')).toEqual([]);
});

test('what waits when somebody is removed does not leave, and says why', async () => {
  const { a, c, id } = await harbour();
  c.line.disconnect();
  c.line.cut = true;
  const waiting = await c.engine.send(id, 'on the train');
  await a.engine.removePerson(id, tom.account);
  await world.settle();
  c.line.connect();
  await world.settle();
  expect(await c.engine.message(waiting.id)).toMatchObject({
    status: 'Failed',
    reason: 'You are not in this group any more, so this message was not sent.',
  });
  expect(await textsIn(a, id)).toEqual([]);
});

test('two admins at the same time: both changes are made, one after the other', async () => {
  const { a, b, id } = await harbour();
  await a.engine.setRole(id, jonas.account, 'admin');
  await world.settle();
  expect(await noticesIn(b, id)).toContain('Mina made you an admin.');
  const eve = world.enter(cast.eve);
  const e = await world.open(eve, 0);
  // Of two topics set in one millisecond either may stay.
  await world.advance(1_000);
  await Promise.all([
    a.engine.removePerson(id, tom.account),
    b.engine.addPeople(id, [eve.account]),
    a.engine.setDetails(id, { topic: 'Ships' }),
    b.engine.setDetails(id, { name: 'Port' }),
  ]);
  await world.advance(60_000);
  for (const client of [a, b, e]) {
    expect(await seen(client, id)).toMatchObject({
      name: 'Port',
      topic: 'Ships',
      members: [mina.account, jonas.account, eve.account].sort(),
    });
    expect(toldOf(client, 'E_ROSTER')).toEqual([]);
  }
  expect(world.relay.rosters.eventsOf(id).length).toBe(4);
  await Promise.all([a.engine.removePerson(id, eve.account), b.engine.removePerson(id, eve.account)]);
  await world.settle();
  expect(world.relay.rosters.eventsOf(id).length).toBe(5);
});

test('who may do what is said before anything is signed', async () => {
  const { a, b, c, id } = await harbour();
  const count = () => world.relay.rosters.eventsOf(id).length;
  for (const attempt of [
    () => b.engine.addPeople(id, [cast.eve.account]),
    () => b.engine.removePerson(id, tom.account),
    () => b.engine.setRole(id, tom.account, 'admin'),
    () => b.engine.setOpen(id, true),
    () => b.engine.setDetails(id, { name: 'Mine' }),
    () => b.engine.confirmIdentity(id, tom.account),
  ])
    await expect(attempt()).rejects.toThrow('Only owners and admins');
  await a.engine.setRole(id, jonas.account, 'admin');
  await world.settle();
  await expect(b.engine.removePerson(id, mina.account)).rejects.toThrow('Mina is an owner here');
  await expect(b.engine.setRole(id, tom.account, 'owner')).rejects.toThrow('Only an owner');
  await expect(a.engine.setRole(id, mina.account, 'member')).rejects.toThrow('A group needs an owner');
  await expect(a.engine.setRole(id, cast.eve.account, 'admin')).rejects.toThrow('not in this group');
  expect(count()).toBe(2);
  await a.engine.setRole(id, tom.account, 'guest');
  await c.engine.send(id, 'guests may write');
  await world.settle();
  expect(await textsIn(a, id)).toEqual(['guests may write']);
});

test('leaving: the others see it, and it stays to be read', async () => {
  const { a, b, c, id } = await harbour();
  await a.engine.send(id, 'before');
  await world.settle();
  await c.engine.leave(id);
  await world.settle();
  await b.engine.send(id, 'after');
  await world.settle();
  expect(await textsIn(c, id)).toEqual(['before']);
  expect(await seen(c, id)).toMatchObject({ writable: false, role: null, name: 'Harbour' });
  expect((await noticesIn(c, id)).at(-1)).toBe('You left.');
  expect((await noticesIn(a, id)).at(-1)).toBe('Tom left.');
  await a.engine.addPeople(id, [tom.account]);
  await world.settle();
  await b.engine.send(id, 'again');
  await world.settle();
  expect(await textsIn(c, id)).toEqual(['before', 'again']);
  expect(await seen(c, id)).toMatchObject({ writable: true, role: 'member' });
});

test('a message from just before a change is taken, and marked when it stands below it', async () => {
  const { a, b, c, id } = await harbour();
  const held: (() => void)[] = [];
  world.relay.knobs.deliver = (to, delivery) => {
    if (to !== b.device || delivery.sender.device !== c.device || delivery.class !== 1) return [delivery];
    held.push(() => world.relay.enqueue(to, delivery));
    return [];
  };
  await c.engine.send(id, 'sent before');
  await world.settle();
  await world.advance(60_000);
  await a.engine.removePerson(id, tom.account);
  await a.engine.send(id, 'after');
  await world.settle();
  world.relay.knobs.deliver = (_, delivery) => [delivery];
  for (const let_ of held) let_();
  await world.settle();
  const found = (await messagesOf(b, id)).find(({ text }) => text === 'sent before');
  expect(found).toMatchObject({ kind: 'text', verified: true, note: 'sent before the change' });
  expect((await messagesOf(b, id)).find(({ text }) => text === 'after')?.note).toBeNull();
});

test('an open group: found by everybody, entered alone, and its name follows', async () => {
  const a = await world.open(mina, 0);
  const c = await world.open(tom, 0);
  const { id } = await a.engine.createGroup({ name: 'Town square', people: [jonas.account], open: true });
  await world.settle();
  expect(await c.engine.openGroups()).toEqual([{ id, title: 'Town square', members: 2 }]);
  expect(await a.engine.openGroups()).toEqual([]);
  const joined = await c.engine.joinGroup(id);
  expect(joined).toMatchObject({ name: 'Town square', role: 'member', open: true });
  await world.advance(60_000);
  expect(await noticesIn(a, id)).toContain('Tom came in.');
  expect(await seen(c, id)).toMatchObject({ name: 'Town square' });
  await c.engine.send(id, 'good morning');
  await world.settle();
  expect(await textsIn(a, id)).toEqual(['good morning']);
  await a.engine.setDetails(id, { name: 'Market' });
  await world.settle();
  expect(await seen(c, id)).toMatchObject({ name: 'Market' });
  // Its new name is in its policy, and nobody has opened it again.
  expect((await noticesIn(c, id)).filter((words) => words.includes('opened this group'))).toEqual([]);
  await a.engine.setOpen(id, false);
  expect(await noticesIn(a, id)).toContain('You closed this group: only who is added comes in.');
  await world.settle();
  await expect((await world.open(world.enter(cast.eve), 0)).engine.joinGroup(id)).rejects.toThrow();
});

test('one admin of those who are online says the name to somebody who came in', async () => {
  const a = await world.open(mina, 0);
  const b = await world.open(jonas, 0);
  const c = await world.open(tom, 0);
  const { id } = await a.engine.createGroup({
    name: 'Square',
    topic: 'News',
    people: [jonas.account],
    open: true,
  });
  await a.engine.setRole(id, jonas.account, 'admin');
  await world.settle();
  await c.engine.joinGroup(id);
  await world.advance(60_000);
  expect(await seen(c, id)).toMatchObject({ name: 'Square', topic: 'News' });
  const states = world.relay.posts.filter(({ bytes }) => {
    const post = decodePost(bytes);
    return post !== null && decodeBodyHeader(post.body).header.class === 1;
  });
  // One when it was made, one for Tom.
  expect(states.length).toBe(2);
  expect(await noticesIn(b, id)).toEqual([
    'Mina made this group with you.',
    'Mina named this group Square.',
    'Mina made you an admin.',
    'Tom came in.',
  ]);
});

test('a group without an admin: any member begins the one that follows', async () => {
  const { a, b, c, id } = await harbour();
  await expect(b.engine.succeedGroup(id)).rejects.toThrow('still has an owner');
  await a.engine.leave(id);
  await world.settle();
  const next = await b.engine.succeedGroup(id);
  await world.settle();
  expect(await seen(c, next.id)).toMatchObject({
    name: 'Harbour',
    topic: 'Boats',
    members: [jonas.account, tom.account].sort(),
  });
  expect((await noticesIn(c, next.id))[0]).toBe(
    'Jonas made this group with you; it follows another group, in which no admin was left.',
  );
});

test('one’s own other devices are in every group, and get everything', async () => {
  const both = world.enter(cast.mina, 2);
  const a = await world.open(both, 0);
  const a2 = await world.open(both, 1);
  const b = await world.open(jonas, 0);
  const { id } = await a.engine.createGroup({ name: 'Harbour', people: [jonas.account] });
  await a.engine.send(id, 'from one');
  await world.settle();
  await a2.engine.send(id, 'from the other');
  await b.engine.send(id, 'answer');
  await world.settle();
  for (const client of [a, a2, b])
    expect((await textsIn(client, id)).toSorted()).toEqual(['answer', 'from one', 'from the other']);
  expect(await seen(a2, id)).toMatchObject({ role: 'owner', name: 'Harbour' });
  await a2.engine.addPeople(id, [tom.account]);
  await world.settle();
  expect((await seen(a, id))?.members).toContain(tom.account);
  expect((await b.engine.readers(id)).map(({ name, role, devices }) => [name, role, devices.length])).toEqual(
    [
      ['Jonas', 'member', 1],
      ['Mina', 'owner', 2],
      ['Tom', 'member', 1],
    ],
  );
});

test('two tabs of one device: what one of them signs, the other goes by at once', async () => {
  const { a, b, c, id } = await harbour();
  const [made] = mina.devices;
  if (made === undefined) throw new Error('no device');
  const tab = await world.open(mina, 0, {
    offline: true,
    storage: new MemoryStorage(made.disk),
    ports: { live: null },
  });
  tab.line.cut = false;
  await tab.engine.send(id, 'from the other tab');
  await world.settle();
  await a.engine.removePerson(id, tom.account);
  await tab.engine.send(id, 'without Tom');
  await tab.engine.addPeople(id, [world.enter(cast.eve).account]);
  await Promise.all([a.engine.send(id, 'one'), tab.engine.send(id, 'two')]);
  await world.settle();
  expect(await textsIn(c, id)).toEqual(['from the other tab']);
  expect((await textsIn(b, id)).toSorted()).toEqual(['from the other tab', 'one', 'two', 'without Tom']);
  expect(world.relay.rosters.eventsOf(id).length).toBe(3);
  expect(toldOf(b, 'E_EQUIV')).toEqual([]);
});

test('a device that one adds later knows what the groups are called', async () => {
  const { a, b, c, id } = await harbour();
  await a.engine.setDetails(id, { name: 'Port' });
  await world.settle();
  world.reveal(tom, cast.tom);
  await world.settle();
  const c2 = await world.open(tom, 1);
  await world.advance(60_000);
  expect(await seen(c2, id)).toMatchObject({ name: 'Port', topic: 'Boats', role: 'member', writable: true });
  await b.engine.send(id, 'for both');
  await c2.engine.send(id, 'from the new one');
  await world.settle();
  for (const client of [a, c, c2]) {
    expect((await textsIn(client, id)).toSorted()).toEqual(['for both', 'from the new one']);
    expect(toldOf(client, 'E_ROSTER')).toEqual([]);
  }
});

test('somebody who has no keys at the relay does not keep a group waiting', async () => {
  const { a, b, id } = await harbour();
  world.relay.knobs.bundle = (bundle) => (bundle.device === firstOf(tom) ? null : bundle);
  for (const [key] of await a.storage.list('sessions', { prefix: tom.account }))
    await a.storage.commit([{ store: 'sessions', key, value: null }]);
  await a.engine.send(id, 'for those who can');
  await world.settle();
  expect(await textsIn(b, id)).toEqual(['for those who can']);
  expect(deliveredTo(firstOf(tom), id)).toBe(1);
});

describe('when the network goes in the middle', () => {
  test('an answer that is lost is found out, and nothing is done twice', async () => {
    const { a, b, id } = await harbour();
    let once = true;
    world.relay.knobs.answer = (call) => {
      if (call !== 'appendRoster' || !once) return;
      once = false;
      throw lost();
    };
    const eve = world.enter(cast.eve);
    const e = await world.open(eve, 0);
    await a.engine.addPeople(id, [eve.account]);
    await world.settle();
    expect(world.relay.rosters.eventsOf(id).length).toBe(2);
    expect(await seen(e, id)).toMatchObject({ name: 'Harbour' });
    expect((await seen(b, id))?.members).toContain(eve.account);
  });

  test('a change that did not arrive is made anew', async () => {
    const { a, id } = await harbour();
    let once = true;
    world.relay.knobs.request = (call) => {
      if (call !== 'appendRoster' || !once) return;
      once = false;
      throw lost();
    };
    await a.engine.removePerson(id, tom.account);
    expect((await seen(a, id))?.members).not.toContain(tom.account);
  });

  test('a device that dies when its group was made finds it, and says its name', async () => {
    const a = await world.open(mina, 0);
    const b = await world.open(jonas, 0);
    world.relay.knobs.answer = (call) => {
      if (call === 'createConversation') a.line.cut = true;
      if (call === 'createConversation') throw lost();
    };
    await expect(a.engine.createGroup({ name: 'Harbour', people: [jonas.account] })).rejects.toThrow(
      'cannot be reached',
    );
    await a.engine.stop();
    a.line.disconnect();
    world.relay.knobs.answer = () => {};
    const again = await world.open(mina, 0, { storage: a.storage });
    await world.settle();
    const [group] = await again.engine.conversations();
    expect(group).toMatchObject({ name: 'Harbour', role: 'owner' });
    expect((await b.engine.conversations())[0]).toMatchObject({ name: 'Harbour', role: 'member' });
  });
});
