import { afterEach, beforeAll, beforeEach, describe, expect, setDefaultTimeout, test } from 'bun:test';
import { conversationId, fromBase64, fromHex, toBase64 } from '../../contract/bytes.ts';
import type { AccountId, ConversationId, DeviceId } from '../../contract/ids.ts';
import type { RosterRecord } from '../../contract/relay.ts';
import { decodeCertificate } from '../../protocol/certificate.ts';
import { hash } from '../../protocol/hash.ts';
import { signingKeyPairFromSecret } from '../../protocol/identity.ts';
import { applyRosterEvent, beginRoster, type Roster } from '../../protocol/roster.ts';
import {
  decodeRosterEvent,
  ROSTER_OPS,
  ROSTER_ROLES,
  type RosterEvent,
  signRosterEvent,
} from '../../protocol/roster-event.ts';
import { MemoryStorage } from '../memory-storage.ts';
import { readSecrets } from '../self.ts';
import { reusedSteps } from '../testing/crash.ts';
import { messagesOf, noticesIn, seen, textsIn, toldOf } from '../testing/reading.ts';
import { type Client, type MadePerson, World } from '../testing/world.ts';
import { wordsOf } from './state.ts';

/** Several devices with real keys take their time on a machine that does other things too. */
setDefaultTimeout(60_000);

let cast: Record<'mina' | 'jonas' | 'tom' | 'eve' | 'tomAnew', MadePerson>;
let world: World;
let mina: MadePerson;
let jonas: MadePerson;
let tom: MadePerson;
let eve: MadePerson;

beforeAll(async () => {
  const made = new World();
  const lostEverything = await made.makePerson('tom', 1);
  cast = {
    mina: await made.makePerson('mina', 2),
    jonas: await made.makePerson('jonas', 1),
    tom: lostEverything,
    eve: await made.makePerson('eve', 1),
    tomAnew: await made.makePerson('tom', 1, lostEverything),
  };
}, 60_000);
beforeEach(() => {
  world = new World();
  mina = world.enter(cast.mina, 1);
  jonas = world.enter(cast.jonas, 1);
  tom = world.enter(cast.tom, 1);
  eve = world.enter(cast.eve, 1);
});
afterEach(async () => {
  expect(reusedSteps(world.relay)).toEqual([]);
  await world.close();
});

async function harbour() {
  const a = await world.open(mina, 0);
  const b = await world.open(jonas, 0);
  const c = await world.open(tom, 0);
  const { id } = await a.engine.createGroup({ name: 'Harbour', people: [jonas.account, tom.account] });
  await world.settle();
  return { a, b, c, id };
}

/** Class 1 envelopes that were ever made for a device. */
const madeFor = (device: DeviceId): number =>
  [...world.relay.bodies.values()].filter(
    (body) => body.class === 1 && (body.pending.has(device) || body.delivered.has(device)),
  ).length;
const firstDevice = ({ devices }: MadePerson): DeviceId => {
  const [made] = devices;
  if (made === undefined) throw new Error('no device');
  return made.device;
};

/** An event that this person's first device signs, whatever it says. */
async function signed(
  person: MadePerson,
  before: Roster | null,
  change: Partial<RosterEvent>,
): Promise<{ readonly bytes: Uint8Array; readonly roster: Roster }> {
  const [made] = person.devices;
  const [certificate] = person.certificates;
  if (made === undefined || certificate === undefined) throw new Error('no device');
  const { signing } = await readSecrets(new MemoryStorage(made.disk));
  const zeros = new Uint8Array(32);
  const bytes = await signRosterEvent(world.crypto, await signingKeyPairFromSecret(world.crypto, signing), {
    conversation: before?.conversation ?? zeros,
    epoch: before === null ? 0 : before.epoch + 1,
    previous: before?.head ?? zeros,
    op: ROSTER_OPS.create,
    subjects: [],
    by: fromHex(person.account),
    certificate: decodeCertificate(certificate).hash,
    time: world.time.now,
    nonce: before === null ? new Uint8Array(32).fill(7) : null,
    policy: null,
    ...change,
  });
  const decoded = decodeRosterEvent(bytes);
  return { bytes, roster: before === null ? beginRoster(decoded) : applyRosterEvent(before, decoded) };
}

const subject = (person: MadePerson, role: number = ROSTER_ROLES.member) => ({
  account: fromHex(person.account),
  identity: hash(person.aik.publicKey),
  role,
});

/** The roster after the events that the relay has. */
function rosterOf(id: ConversationId): Roster {
  const [first, ...rest] = world.relay.rosters
    .eventsOf(id)
    .map((each) => decodeRosterEvent(fromBase64(each)));
  if (first === undefined) throw new Error('no group');
  return rest.reduce(applyRosterEvent, beginRoster(first));
}

const adding = (person: MadePerson): Partial<RosterEvent> => ({
  op: ROSTER_OPS.add,
  subjects: [subject(person)],
});

/** What the relay tells one account of a group from now on. */
function tell(to: AccountId, id: ConversationId, change: (record: RosterRecord) => RosterRecord) {
  world.relay.knobs.roster = (account, _, record) => (account === to ? change(record) : record);
  world.relay.rosters.tell(id, new Set([to]));
}

const signersOf = (...people: MadePerson[]): RosterRecord['signers'] =>
  people.map(({ aik, certificates: [certificate = new Uint8Array()] }) => ({
    certificate: toBase64(certificate),
    aik: toBase64(aik.publicKey),
  }));

test('the server adds a member: not one envelope for it, E_ROSTER, and a reason [R1]', async () => {
  const { a, id } = await harbour();
  world.relay.knobs.members = (_, members) => [...members, eve.account];
  const message = await a.engine.send(id, 'secret');
  await world.settle();
  expect(madeFor(firstDevice(eve))).toBe(0);
  expect(toldOf(a, 'E_ROSTER').at(-1)).toContain('recipients that nobody here has signed for');
  expect((await messagesOf(a, id)).find(({ text }) => text === 'secret')).toMatchObject({
    status: 'Failed',
    reason: expect.stringContaining('nobody here has signed for'),
  });
  world.relay.knobs.members = (_, members) => members;
  await a.engine.flush();
  await world.settle();
  expect((await a.engine.message(message.id))?.status ?? 'Delivered').toBe('Delivered');
});

describe('a roster that does not hold stops the sending there, and nowhere else [R12]', () => {
  const cases: Readonly<
    Record<string, (id: ConversationId) => Promise<(record: RosterRecord) => RosterRecord>>
  > = {
    'an event that nobody signed': async (id) => {
      const { bytes } = await signed(mina, rosterOf(id), adding(eve));
      const last = bytes.length - 1;
      const forged = toBase64(bytes.with(last, (bytes[last] ?? 0) ^ 1));
      return (record) => ({ ...record, events: [...record.events, forged] });
    },
    'an event of somebody who may not': async (id) => {
      // The rules are checked by whoever reads: this one is signed by Tom as if he were an admin.
      const { bytes } = await signed(mina, rosterOf(id), adding(eve));
      const { event } = decodeRosterEvent(bytes);
      const [certificate = new Uint8Array()] = tom.certificates;
      const [made] = tom.devices;
      if (made === undefined) throw new Error('no device');
      const { signing } = await readSecrets(new MemoryStorage(made.disk));
      const own = await signRosterEvent(world.crypto, await signingKeyPairFromSecret(world.crypto, signing), {
        ...event,
        by: fromHex(tom.account),
        certificate: decodeCertificate(certificate).hash,
      });
      return (record) => ({
        ...record,
        events: [...record.events, toBase64(own)],
        signers: [...record.signers, ...signersOf(tom)],
      });
    },
    'an event under somebody else’s key': async (id) => {
      const { bytes } = await signed(mina, rosterOf(id), adding(eve));
      return (record) => ({
        ...record,
        events: [...record.events, toBase64(bytes)],
        signers: signersOf(eve),
      });
    },
    'a gap': async (id) => {
      const one = await signed(mina, rosterOf(id), adding(eve));
      const two = await signed(mina, one.roster, { op: ROSTER_OPS.leave });
      return (record) => ({ ...record, events: [...record.events, toBase64(two.bytes)] });
    },
    'an older list than the one seen': async () => (record) => ({ ...record, events: [], more: false }),
    'another first event': async () => {
      const { bytes } = await signed(mina, null, {
        subjects: [subject(mina, ROSTER_ROLES.owner), subject(eve)],
      });
      return (record) => ({ ...record, events: [toBase64(bytes)] });
    },
    'more events that never come': async () => (record) => ({ ...record, events: [], more: true }),
    'what is no event at all': async () => (record) => ({ ...record, events: [...record.events, 'AAAA'] }),
  };
  for (const [name, lie] of Object.entries(cases)) {
    test(name, async () => {
      const { a, b, id } = await harbour();
      const direct = await b.engine.direct(mina.account);
      const told = await lie(id);
      // The list claims another epoch, so that it is looked at.
      const record = world.relay.conversations.get(id);
      if (record === undefined) throw new Error('no group');
      world.relay.conversations.set(id, { ...record, epoch: 9 });
      tell(jonas.account, id, told);
      await world.settle();
      expect(toldOf(b, 'E_ROSTER').length).toBe(1);
      const posts = world.relay.posts.length;
      const waiting = await b.engine.send(id, 'who reads this?');
      await world.settle();
      expect(await b.engine.message(waiting.id)).toMatchObject({
        status: 'Failed',
        reason: toldOf(b, 'E_ROSTER')[0],
      });
      expect(world.relay.posts.length).toBe(posts);
      await b.engine.send(direct.id, 'elsewhere it goes on');
      await a.engine.send(id, 'others write on');
      await world.settle();
      expect(await textsIn(a, direct.id)).toEqual(['elsewhere it goes on']);
      expect(await textsIn(b, id)).toContain('others write on');
      await expect(b.engine.leave(id)).rejects.toThrow('nothing is sent here');
      world.relay.knobs.roster = (_to, _id, page) => page;
      world.relay.conversations.set(id, record);
      world.relay.rosters.tell(id, new Set([jonas.account]));
      await world.settle();
      await b.engine.flush();
      await world.settle();
      expect(await textsIn(a, id)).toContain('who reads this?');
      const kept = await b.storage.list('conversations', { prefix: `e/${id}/` });
      expect(kept.length).toBe(name.includes('older') || name.includes('never come') ? 0 : 1);
    });
  }

  test('two signed events at one place: both are kept, and nothing is sent there any more', async () => {
    const { a, b, id } = await harbour();
    const before = rosterOf(id);
    const other = await signed(mina, before, adding(eve));
    await a.engine.removePerson(id, tom.account);
    await world.settle();
    expect((await seen(b, id))?.members).not.toContain(tom.account);
    const record = world.relay.conversations.get(id);
    if (record === undefined) throw new Error('no group');
    world.relay.conversations.set(id, { ...record, epoch: 9 });
    tell(jonas.account, id, (page) => ({ ...page, events: [toBase64(other.bytes)] }));
    await world.settle();
    expect(toldOf(b, 'E_ROSTER')).toEqual([expect.stringContaining('two different lists')]);
    world.relay.knobs.roster = (_to, _id, page) => page;
    world.relay.conversations.set(id, record);
    world.relay.rosters.tell(id, new Set([jonas.account]));
    await world.settle();
    const waiting = await b.engine.send(id, 'to whom?');
    await world.settle();
    expect(await b.engine.message(waiting.id)).toMatchObject({ status: 'Failed' });
    expect((await b.storage.list('conversations', { prefix: `e/${id}/` })).map(([, value]) => value)).toEqual(
      [other.bytes],
    );
    expect((await b.storage.list('conversations', { prefix: `r/${id}/` })).length).toBe(2);
  });

  test('a group that a server has made up, with somebody’s name, is not shown', async () => {
    const b = await world.open(jonas, 0);
    await b.engine.direct(mina.account);
    // Another "Mina": the server's own keys under her account.
    const fake = { ...cast.eve, account: mina.account };
    const [made] = cast.eve.devices;
    if (made === undefined) throw new Error('no device');
    const first = await signed(fake, null, {
      subjects: [{ ...subject(fake, ROSTER_ROLES.owner), account: fromHex(mina.account) }, subject(jonas)],
    });
    const id = conversationId(first.roster.head);
    world.relay.rosters.create(mina.account, toBase64(first.bytes));
    await world.settle();
    expect(await seen(b, id)).toBeNull();
    expect(toldOf(b, 'E_ROSTER').length).toBe(1);
  });
});

test('a change while a message is being sealed restarts it, for whoever is there then [R13]', async () => {
  const { a, b, c, id } = await harbour();
  await a.engine.setRole(id, jonas.account, 'admin');
  await world.settle();
  const before = madeFor(c.device);
  let removed: Promise<void> | null = null;
  world.relay.knobs.answer = (call, device) => {
    if (call === 'claimPrekeys' && device === a.device) removed ??= b.engine.removePerson(id, tom.account);
  };
  // New sessions must be begun, so that there is something to ask between the snapshot and the sealing.
  for (const [key] of await a.storage.list('sessions', { prefix: '' }))
    await a.storage.commit([{ store: 'sessions', key, value: null }]);
  await a.engine.send(id, 'for those who are here');
  await world.settle();
  await removed;
  await world.settle();
  expect(removed).not.toBeNull();
  expect(madeFor(c.device)).toBe(before);
  const found = (await messagesOf(b, id)).find(({ text }) => text === 'for those who are here');
  expect(found).toMatchObject({ verified: true, note: null });
});

test('an admin signs for another identity than the one known here: that member gets nothing, and it is said', async () => {
  const { a, b, id } = await harbour();
  await b.engine.direct(eve.account);
  const other = { ...subject(eve), identity: hash(cast.tomAnew.aik.publicKey) };
  const { bytes } = await signed(mina, rosterOf(id), { op: ROSTER_OPS.add, subjects: [other] });
  world.relay.rosters.append(mina.account, id, toBase64(bytes));
  await world.settle();
  expect(toldOf(b, 'stranger')).toEqual([
    expect.stringContaining('Eve is in this group with another identity'),
  ]);
  await b.engine.send(id, 'without Eve');
  await world.settle();
  expect(madeFor(firstDevice(eve))).toBe(0);
  expect(await textsIn(a, id)).toEqual(['without Eve']);
});

test('an admin confirms an identity that the log does not have: that member gets nothing, and everybody is told [R12]', async () => {
  const { a, b, c, id } = await harbour();
  const confirming = async (person: MadePerson) => {
    const wrong = { ...subject(tom, 0), identity: hash(person.aik.publicKey) };
    const { bytes } = await signed(mina, rosterOf(id), { op: ROSTER_OPS.rekey, subjects: [wrong] });
    world.relay.rosters.append(mina.account, id, toBase64(bytes));
    await world.settle();
  };
  const told = 'Tom is in this group with another identity';
  await confirming(cast.eve);
  expect(toldOf(b, 'stranger')).toEqual([expect.stringContaining(told)]);
  expect((await noticesIn(b, id)).at(-1)).toBe(
    'Mina signed for an identity of Tom that is not the one known here.',
  );
  const before = madeFor(c.device);
  await b.engine.send(id, 'not for Tom, nor for anybody in his name');
  await world.settle();
  expect(madeFor(c.device) + madeFor(firstDevice(eve))).toBe(before);
  expect(await textsIn(a, id)).toEqual(['not for Tom, nor for anybody in his name']);
  // Also while Tom has a new one that waits to be acknowledged.
  world.relay.devices.delete(c.device);
  world.enter(cast.tomAnew, 1);
  await world.settle();
  await confirming(cast.mina);
  expect(toldOf(b, 'stranger').filter((each) => each.includes(told)).length).toBe(2);
  await confirming(cast.tomAnew);
  expect(toldOf(b, 'stranger').filter((each) => each.includes(told)).length).toBe(2);
  expect((await noticesIn(b, id)).at(-1)).toBe('Mina confirmed the new identity of Tom.');
});

describe('a member who has lost everything and begins anew', () => {
  async function begunAnew() {
    const { a, b, id } = await harbour();
    await a.engine.send(id, 'to the old Tom');
    await world.settle();
    for (const each of tom.devices) world.relay.devices.delete(each.device);
    const anew = world.enter(cast.tomAnew, 1);
    await world.settle();
    return { a, b, id, anew };
  }

  test('gets nothing and holds nobody up, until an admin confirms the new identity', async () => {
    const { a, b, id, anew } = await begunAnew();
    expect(toldOf(b, 'identity')[0]).toContain('Tom has a new identity');
    const d = await world.open(anew, 0);
    await b.engine.send(id, 'not for the new one');
    await a.engine.send(id, 'nor this');
    await world.settle();
    const early = await d.engine.send(id, 'it is me');
    await world.settle();
    expect(await d.engine.message(early.id)).toMatchObject({
      status: 'Failed',
      reason: expect.stringContaining('when an admin of this group has confirmed it'),
    });
    expect(madeFor(d.device)).toBe(0);
    expect((await textsIn(a, id)).toSorted()).toEqual(['nor this', 'not for the new one', 'to the old Tom']);
    const readers = await b.engine.readers(id);
    expect(readers.find(({ account }) => account === tom.account)).toMatchObject({
      identityChanged: true,
      devices: [],
    });
    await expect(b.engine.confirmIdentity(id, tom.account)).rejects.toThrow('Only owners and admins');
    await a.engine.confirmIdentity(id, tom.account);
    await world.settle();
    expect(await noticesIn(b, id)).toContain('Mina confirmed the new identity of Tom.');
    await d.engine.flush();
    await world.settle();
    expect(await textsIn(a, id)).toContain('it is me');
    await a.engine.send(id, 'welcome back');
    await world.settle();
    expect(await textsIn(d, id)).toEqual(['it is me', 'welcome back']);
    expect(await seen(d, id)).toMatchObject({ name: 'Harbour', role: 'member' });
    await b.engine.send(id, 'still without Tom');
    await world.settle();
    expect(await textsIn(a, id)).toContain('still without Tom');
    expect(await textsIn(d, id)).toEqual(['it is me', 'welcome back']);
    // Jonas decides for himself; an admin's word is not his.
    await b.engine.acknowledgeIdentity(tom.account);
    await world.settle();
    await b.engine.send(id, 'and from me');
    await world.settle();
    expect(await textsIn(d, id)).toEqual(['it is me', 'welcome back', 'and from me']);
  });
});

describe('a device that signed and was removed since', () => {
  /** Mina has two devices; the second one makes a change. */
  async function twoDevices() {
    const both = world.enter(cast.mina, 2);
    const a = await world.open(both, 0);
    const a2 = await world.open(both, 1);
    const b = await world.open(jonas, 0);
    const { id } = await a.engine.createGroup({ name: 'Harbour', people: [jonas.account, tom.account] });
    await world.settle();
    return { both, a, a2, b, id };
  }
  const revoke = async (person: MadePerson, device: DeviceId) => {
    await world.signList(person, [device]);
    world.publishList(person);
    world.relay.devices.delete(device);
  };

  test('what was known before counts, and an admin’s device confirms it by itself for those who come later', async () => {
    const { both, a, a2, b, id } = await twoDevices();
    await a2.engine.removePerson(id, tom.account);
    await world.settle();
    a2.line.disconnect();
    await a2.engine.stop();
    await revoke(both, a2.device);
    await world.advance(60_000);
    const last = decodeRosterEvent(fromBase64(world.relay.rosters.eventsOf(id).at(-1) ?? '')).event;
    expect(last.op).toBe(ROSTER_OPS.confirm);
    expect(world.relay.rosters.eventsOf(id).length).toBe(3);
    await a.engine.send(id, 'on we go');
    await world.settle();
    expect(await textsIn(b, id)).toEqual(['on we go']);
    expect((await seen(b, id))?.members).not.toContain(tom.account);
  });

  test('what comes up only afterwards is held, and so is the sending there', async () => {
    const { both, a2, b, id } = await twoDevices();
    a2.line.disconnect();
    await a2.engine.stop();
    // A thief with the removed device, and a server that helps.
    const thief = { ...both, devices: both.devices.slice(1), certificates: both.certificates.slice(1) };
    const forged = await signed(thief, rosterOf(id), adding(eve));
    await revoke(both, a2.device);
    await world.settle();
    world.relay.rosters.force(id, forged.bytes, forged.roster);
    world.relay.rosters.tell(id, new Set([jonas.account]));
    await world.settle();
    expect(toldOf(b, 'E_ROSTER')).toEqual([expect.stringContaining('a device that was removed since')]);
    expect((await seen(b, id))?.members).not.toContain(eve.account);
    await b.engine.send(id, 'not for Eve');
    await world.settle();
    expect(madeFor(firstDevice(eve))).toBe(0);
  });
});

test('what an admin calls a group is one line, and not from the future [R34]', async () => {
  const { b, id } = await harbour();
  await world.clients[0]?.engine.stop();
  world.clients[0]?.line.disconnect();
  const ahead = { ...world.crypto, clock: () => world.time.now + 48 * 3600_000 };
  const a = await world.open(mina, 0, { ports: { crypto: ahead } });
  await expect(a.engine.setDetails(id, { name: 'Harbour\nMina removed you.' })).rejects.toThrow(
    'cannot be shown',
  );
  await a.engine.setDetails(id, { name: 'For ever' });
  await world.settle();
  expect(await seen(b, id)).toMatchObject({ name: 'Harbour' });
  expect((await noticesIn(b, id)).at(-1)).toContain('Mina renamed this group with a clock');
  const rest = {
    picture: null,
    timer: null,
    nameSaid: null,
    topicSaid: null,
    timerSaid: null,
    fileDays: null,
    fileDaysSaid: null,
  };
  const words = wordsOf({ name: 'A\u202e\nTom left.', topic: 'x\u0000\ny', ...rest });
  expect(words).toEqual({ name: 'A Tom left.', topic: 'x y' });
  expect(wordsOf({ name: '\u200f', topic: null, ...rest })).toEqual({});
});

describe('a group of which somebody hears for the first time, from a removed device of somebody they know [R12]', () => {
  /** Mina's second device is stolen and removed; Jonas knows Mina, and nothing of any group. */
  async function stolenDevice() {
    const both = world.enter(cast.mina, 2);
    const b = await world.open(jonas, 0);
    await b.engine.direct(mina.account);
    await world.settle();
    const thief = { ...both, devices: both.devices.slice(1), certificates: both.certificates.slice(1) };
    const stolen = firstDevice(thief);
    const revoke = async () => {
      await world.signList(both, [stolen]);
      world.publishList(both);
      world.relay.devices.delete(stolen);
    };
    return { both, b, thief, revoke };
  }

  test('is not shown, also when an account that the server has made builds on it', async () => {
    const { b, thief, revoke } = await stolenDevice();
    await revoke();
    const { owner, admin } = ROSTER_ROLES;
    const subjects = [subject(thief, owner), subject(eve, admin), subject(jonas)];
    const first = await signed(thief, null, { subjects });
    const id = conversationId(first.roster.head);
    world.relay.rosters.create(mina.account, toBase64(first.bytes));
    const next = await signed(eve, first.roster, { op: ROSTER_OPS.confirm });
    world.relay.rosters.append(eve.account, id, toBase64(next.bytes));
    await world.settle();
    expect(await seen(b, id)).toBeNull();
    expect(toldOf(b, 'E_ROSTER')).toEqual([expect.stringContaining('a device has brought you')]);
  });

  test('is shown once their own device confirms it, which it does by itself', async () => {
    const { both, b, thief, revoke } = await stolenDevice();
    const a = await world.open(both, 0);
    const first = await signed(thief, null, {
      subjects: [subject(thief, ROSTER_ROLES.owner), subject(jonas)],
    });
    const id = conversationId(first.roster.head);
    b.line.disconnect();
    world.relay.rosters.create(mina.account, toBase64(first.bytes));
    await world.settle();
    expect(await seen(a, id)).not.toBeNull();
    await revoke();
    await world.settle();
    b.line.connect();
    await world.settle();
    await world.advance(60_000);
    expect(rosterOf(id).epoch).toBe(1);
    expect(await seen(b, id)).toMatchObject({ role: 'member' });
  });
});

test('a message under a roster that the server keeps back waits for it, and does not ask for ever', async () => {
  const { a, b, id } = await harbour();
  const stale = world.relay.conversations.get(id);
  const page: RosterRecord = {
    events: [...world.relay.rosters.eventsOf(id)],
    signers: signersOf(mina),
    more: false,
  };
  const listener = world.relay.device(b.device).listener;
  world.relay.device(b.device).listener = (frame) => frame.event !== 'conversation' && listener?.(frame);
  world.relay.knobs.roster = (to, _, record) => (to === jonas.account ? page : record);
  await a.engine.addPeople(id, [eve.account]);
  await a.engine.send(id, 'after Eve');
  await world.settle();
  expect(stale?.epoch).toBe(0);
  const closed = (await messagesOf(b, id)).find(({ kind }) => kind === 'unreadable');
  expect(closed?.reason).toContain('members that the server has not shown here');
  const calls = world.relay.calls.roster ?? 0;
  await world.advance(3600_000);
  expect((world.relay.calls.roster ?? 0) - calls).toBeLessThan(5);
  world.relay.knobs.roster = (_to, _id, record) => record;
  world.relay.device(b.device).listener = listener;
  world.relay.rosters.tell(id, new Set([jonas.account]));
  await world.settle();
  expect(await textsIn(b, id)).toEqual(['after Eve']);
});

describe('a removal that the server keeps back, of which a member’s message tells [R12]', () => {
  /** Jonas goes on seeing the group as it was, with Tom in it. */
  async function keptBack() {
    const { a, b, c, id } = await harbour();
    const page: RosterRecord = {
      events: [...world.relay.rosters.eventsOf(id)],
      signers: signersOf(mina),
      more: false,
    };
    world.relay.knobs.roster = (to, _, record) => (to === jonas.account ? page : record);
    const show = () => {
      world.relay.knobs.roster = (_to, _id, record) => record;
      world.relay.rosters.tell(id, new Set([jonas.account]));
    };
    return { a, b, c, id, show };
  }

  test('nothing is sealed for who was removed, also after a restart, and it leaves when the server shows it', async () => {
    const { a, b, c, id, show } = await keptBack();
    await a.engine.removePerson(id, tom.account);
    await a.engine.send(id, 'Tom is gone');
    await world.settle();
    const before = madeFor(c.device);
    // For those who do not know, the relay goes on counting him in.
    world.relay.knobs.members = (_, members) => [...new Set([...members, tom.account])];
    const waiting = await b.engine.send(id, 'among us');
    await world.settle();
    expect(madeFor(c.device)).toBe(before);
    expect(await b.engine.message(waiting.id)).toMatchObject({
      status: 'Failed',
      reason: expect.stringContaining(
        'Mina goes by members of this group that the server has not shown here',
      ),
    });
    b.line.disconnect();
    await b.engine.stop();
    const again = await world.open(jonas, 0);
    await again.engine.flush();
    await world.settle();
    expect(madeFor(c.device)).toBe(before);
    world.relay.knobs.members = (_, members) => members;
    show();
    await world.settle();
    expect(await textsIn(again, id)).toEqual(['Tom is gone', 'among us']);
    expect(await textsIn(a, id)).toEqual(['Tom is gone', 'among us']);
    expect(madeFor(c.device)).toBe(before);
  });

  test('a member who claims it falsely holds nothing up once an admin has removed them', async () => {
    const { a, b, c, id } = await harbour();
    // Tom alone is shown an event that nobody else ever sees.
    const { bytes } = await signed(mina, rosterOf(id), adding(eve));
    tell(tom.account, id, (record) => ({
      ...record,
      events: [...record.events, toBase64(bytes)],
      signers: signersOf(mina),
    }));
    const record = world.relay.conversations.get(id);
    if (record === undefined) throw new Error('no group');
    world.relay.conversations.set(id, { ...record, epoch: 1 });
    world.relay.rosters.tell(id, new Set([tom.account]));
    await world.settle();
    world.relay.conversations.set(id, record);
    world.relay.knobs.members = (_, members) => [...members, eve.account];
    await c.engine.send(id, 'with Eve');
    await world.settle();
    world.relay.knobs.members = (_, members) => members;
    expect((await messagesOf(b, id)).at(-1)).toMatchObject({ kind: 'unreadable' });
    const waiting = await b.engine.send(id, 'held');
    await world.settle();
    expect(await b.engine.message(waiting.id)).toMatchObject({
      status: 'Failed',
      reason: expect.stringContaining('Tom goes by members'),
    });
    await a.engine.removePerson(id, tom.account);
    await world.settle();
    expect(await textsIn(a, id)).toEqual(['held']);
    expect(await b.storage.list('conversations', { prefix: `b/${id}/` })).toEqual([]);
  });
});

test('a message that was given again under members that the server keeps back is not lost', async () => {
  const { a, b, id } = await harbour();
  const page: RosterRecord = {
    events: [...world.relay.rosters.eventsOf(id)],
    signers: signersOf(mina),
    more: false,
  };
  world.relay.knobs.roster = (to, _, record) => (to === jonas.account ? page : record);
  await a.engine.removePerson(id, tom.account);
  await world.settle();
  world.relay.knobs.deliver = (to, each) => {
    if (to !== b.device || each.class !== 1) return [each];
    const envelope = fromBase64(each.envelope);
    return [{ ...each, envelope: toBase64(envelope.with(-1, (envelope.at(-1) ?? 0) ^ 1)) }];
  };
  await a.engine.send(id, 'given again');
  await world.advance(120_000);
  expect(await textsIn(b, id)).toEqual([]);
  world.relay.knobs.roster = (_to, _id, record) => record;
  world.relay.rosters.tell(id, new Set([jonas.account]));
  await world.settle();
  expect(await textsIn(b, id)).toEqual(['given again']);
});

test('who is not a member any more is not heard, however they got in [R1]', async () => {
  const { a, b, c, id } = await harbour();
  // Tom's device never learns that he was removed, and the relay helps him.
  const disk: Client = c;
  const listener = world.relay.device(c.device).listener;
  world.relay.device(c.device).listener = (frame) => frame.event !== 'conversation' && listener?.(frame);
  await a.engine.removePerson(id, tom.account);
  await world.settle();
  await world.advance(25 * 3600_000);
  world.relay.knobs.members = (_, members) => [...members, tom.account];
  world.relay.knobs.roster = (to, _, record) =>
    to === tom.account ? { ...record, events: record.events.slice(0, 1), more: false } : record;
  await disk.engine.send(id, 'still here');
  await world.settle();
  expect(await textsIn(b, id)).toEqual([]);
  expect((await messagesOf(b, id)).find(({ kind }) => kind === 'unreadable')?.reason).toContain(
    'long after its sender',
  );
});
