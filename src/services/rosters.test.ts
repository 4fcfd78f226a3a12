import { beforeAll, beforeEach, describe, expect, test } from 'bun:test';
import {
  type Actor,
  addActor,
  firstEvent,
  newSigner,
  nextEvent,
  type SignedEvent,
  subjectOf,
} from '../../test/support/group.ts';
import {
  addPerson,
  openRelay,
  type Someone,
  someConversation,
  type TestRelay,
} from '../../test/support/relay.ts';
import { fromBase64, toBase64 } from '../contract/bytes.ts';
import type { ErrorName } from '../contract/errors.ts';
import type { ConversationId } from '../contract/ids.ts';
import { ROSTER_EVENTS_PER_PAGE } from '../contract/limits.ts';
import type { RosterRecord } from '../contract/relay.ts';
import { runtime } from '../native/runtime.ts';
import { decodeCertificate } from '../protocol/certificate.ts';
import { createSigningKeyPair } from '../protocol/identity.ts';
import type { Roster } from '../protocol/roster.ts';
import { verifyRosterEvent } from '../protocol/roster-chain.ts';
import {
  DEFAULT_POLICY,
  decodeRosterEvent,
  ROSTER_OPS,
  ROSTER_ROLES,
  type RosterEvent,
  type RosterPolicy,
} from '../protocol/roster-event.ts';
import { setAccountRole } from '../store/accounts.ts';
import { Refusal } from './refusal.ts';

const { owner, admin, member, guest } = ROSTER_ROLES;
const OPEN: RosterPolicy = { ...DEFAULT_POLICY, open: 1, title: 'Town square' };

let relay: TestRelay;
let olga: Actor;
let ada: Actor;
let mina: Actor;
let gus: Actor;
let eve: Actor;

// Keys cost tens of milliseconds each: people stay, groups are new for every test.
beforeAll(async () => {
  relay = await openRelay();
  const names = ['Olga', 'Ada', 'Mina', 'Gus', 'Eve'];
  const people = await Promise.all(names.map((name) => addActor(relay.db, relay.clock(), 1, name)));
  const [one, two, three, four, five] = people;
  if (!one || !two || !three || !four || !five) throw new Error('nobody');
  [olga, ada, mina, gus, eve] = [one, two, three, four, five];
});
beforeEach(() => {
  relay.clock.advance(1000);
  relay.events.length = 0;
});

const asMember = ({ account }: Pick<Actor, 'account'>) => ({ account, role: 'member' }) as const;

async function refused(promise: Promise<unknown>): Promise<{ error: ErrorName; message: string }> {
  const error = await promise.then(
    () => null,
    (reason: unknown) => reason,
  );
  if (!(error instanceof Refusal)) throw new Error(`not refused: ${String(error)}`);
  expect(error.body.message).toMatch(/^[A-Z].*\.$/);
  return error.body;
}
const count = async (table: string) =>
  (await relay.db.read<{ count: number }>(`SELECT COUNT(*) AS count FROM ${table}`))[0]?.count ?? 0;
const TABLES = ['conversations', 'members', 'former_members', 'roster_events', 'roster_certificates'];
const rows = async () => (await Promise.all(TABLES.map(count))).join();

const first = (over: Partial<RosterEvent> = {}) =>
  firstEvent(olga, [subjectOf(ada, admin), subjectOf(mina), subjectOf(gus, guest)], {
    time: relay.clock(),
    ...over,
  });
async function newGroup(over: Partial<RosterEvent> = {}): Promise<{ id: ConversationId; roster: Roster }> {
  const event = await first(over);
  await relay.rosters.create(olga.session(), event.signed);
  return { id: event.id, roster: event.roster() };
}
const append = (event: SignedEvent, by: Someone) =>
  relay.rosters.append(by.session(), event.id, event.signed);
/** Signs and hands in; gives the roster after it. */
async function move(roster: Roster, by: Actor, over: Partial<RosterEvent>): Promise<Roster> {
  const event = await nextEvent(roster, by, over);
  await append(event, by);
  return event.roster();
}
const removing = (person: Someone): Partial<RosterEvent> => ({
  op: ROSTER_OPS.remove,
  subjects: [subjectOf(person, 0)],
});
const adding = (person: Someone, role: number = member): Partial<RosterEvent> => ({
  op: ROSTER_OPS.add,
  subjects: [subjectOf(person, role)],
});
const joining = (person: Someone): Partial<RosterEvent> => ({
  op: ROSTER_OPS.join,
  subjects: [subjectOf(person)],
});

/** Reads a chain as a client does, and believes nothing of it. */
async function verified({ events, signers }: RosterRecord): Promise<Roster> {
  const known = new Map(
    signers.map(({ certificate, aik }) => {
      const signer = { certificate: fromBase64(certificate), aik: fromBase64(aik) };
      return [decodeCertificate(signer.certificate).hash.toHex(), signer];
    }),
  );
  let roster: Roster | null = null;
  for (const text of events) {
    const signed = fromBase64(text);
    const signer = known.get(decodeRosterEvent(signed).event.certificate.toHex());
    if (!signer) throw new Error('an event without its signer');
    const seen = { signer, now: relay.clock() };
    roster = (await verifyRosterEvent({ provider: runtime }, signed, roster, seen)).roster;
  }
  if (!roster) throw new Error('no events');
  return roster;
}

describe('a new group', () => {
  test('is the hash of its first event, with the members that this names', async () => {
    const event = await first();
    const record = await relay.rosters.create(olga.session(), event.signed);
    const accounts = [olga, ada, mina, gus].map(({ account }) => account).sort();
    expect(record).toEqual({
      id: event.id,
      kind: 'group',
      members: accounts,
      epoch: 0,
      lastActivity: relay.clock(),
    });
    for (const person of [olga, gus]) {
      expect(await relay.conversations.find(person.account, event.id)).toEqual(record);
      expect((await relay.conversations.list(person.account))[0]).toEqual(record);
    }
    expect((await refused(relay.conversations.find(eve.account, event.id))).error).toBe('NotFound');
    expect(relay.events.map((told) => told.type === 'conversation' && told.account).sort()).toEqual(accounts);
  });

  test('made again by the same bytes is the same, and told once', async () => {
    const event = await first();
    const [one, two] = await Promise.all([
      relay.rosters.create(olga.session(), event.signed),
      relay.rosters.create(olga.session(), event.signed),
    ]);
    expect(one).toEqual(two);
    expect(await relay.rosters.create(olga.session(), event.signed)).toEqual(one);
    expect(relay.events).toHaveLength(4);
  });

  test('is refused for what no client would take, and leaves no row', async () => {
    const before = await rows();
    const stranger = await addPerson(relay.db, relay.clock(), 1, 'Stranger');
    const session = olga.session();
    const create = async (event: Promise<SignedEvent>, by = session) =>
      (await refused(relay.rosters.create(by, (await event).signed))).error;
    expect(await create(first(), ada.session())).toBe('ValidationError');
    expect(await create(first({ subjects: [] }))).toBe('Forbidden');
    expect(await create(first({ epoch: 1 }))).toBe('Forbidden');
    expect(await create(first({ policy: { ...DEFAULT_POLICY, suite: 1 } }))).toBe('Forbidden');
    expect(await create(first({ time: relay.clock() + 25 * 3_600_000 }))).toBe('ValidationError');
    expect(await create(first({ policy: { ...OPEN, title: ' ' } }))).toBe('ValidationError');
    expect(await create(first({ policy: { ...OPEN, title: 'a\u202eb' } }))).toBe('ValidationError');
    const { signed } = await first();
    const last = signed.length - 1;
    for (const bytes of [
      new Uint8Array(),
      new Uint8Array(100_000),
      signed.slice(0, -1),
      signed.with(last, (signed[last] ?? 0) ^ 1),
    ])
      expect((await refused(relay.rosters.create(session, bytes))).error).toBe('ValidationError');
    // The session of a device that is not there any more.
    expect((await refused(relay.rosters.create(stranger.session(3), signed))).error).toBe('NotFound');
    expect(await rows()).toBe(before);
  });

  test('names only people who are here, who can write, and whose identity it is', async () => {
    const before = await rows();
    const gone = await addPerson(relay.db, relay.clock(), 1, 'Gone');
    await relay.db.write((tx) => tx.run('UPDATE accounts SET disabled = 1 WHERE id = $1', [gone.account]));
    const create = async (...people: RosterEvent['subjects'][number][]) => {
      const event = await firstEvent(olga, people, { time: relay.clock() });
      return refused(relay.rosters.create(olga.session(), event.signed));
    };
    expect(await create(subjectOf(gone))).toMatchObject({
      error: 'Forbidden',
      message: 'Gone cannot be added: the account is disabled.',
    });
    expect(await create({ ...subjectOf(ada), account: new Uint8Array(16) })).toMatchObject({
      error: 'NotFound',
    });
    const other = await create({ ...subjectOf(ada), identity: subjectOf(eve).identity });
    expect(other).toMatchObject({ error: 'ValidationError' });
    expect(other.message).toStartWith('Ada has another identity now.');
    expect(await rows()).toBe(before);
  });
});

describe('the next event', () => {
  const people = () => ({ owner: olga, admin: ada, member: mina, guest: gus }) as const;
  type Who = keyof ReturnType<typeof people>;
  /** What is said, and who may say it. */
  const matrix: readonly [string, (by: Actor) => Partial<RosterEvent>, readonly Who[]][] = [
    ['add', () => adding(eve), ['owner', 'admin']],
    ['add an owner', () => adding(eve, owner), ['owner']],
    ['remove the owner', () => removing(olga), ['owner']],
    ['remove an admin', () => removing(ada), ['owner', 'admin']],
    ['remove a member', () => removing(mina), ['owner', 'admin']],
    ['leave', () => ({ op: ROSTER_OPS.leave }), ['owner', 'admin', 'member', 'guest']],
    ['role', () => ({ op: ROSTER_OPS.role, subjects: [subjectOf(mina, admin)] }), ['owner', 'admin']],
    ['policy', () => ({ op: ROSTER_OPS.policy, policy: OPEN }), ['owner', 'admin']],
    ['rekey', () => ({ op: ROSTER_OPS.rekey, subjects: [subjectOf(mina, 0)] }), ['owner', 'admin']],
    ['confirm', () => ({ op: ROSTER_OPS.confirm }), ['owner', 'admin']],
    ['join', (by) => joining(by), []],
    ['create', () => ({ op: ROSTER_OPS.create, subjects: [subjectOf(eve)] }), []],
  ];

  test.each([...matrix])(
    '%s is for those who may [R12]',
    async (_, event, who) => {
      for (const [name, by] of Object.entries(people()) as [Who, Actor][]) {
        const { id, roster } = await newGroup();
        const next = await nextEvent(roster, by, event(by));
        if (who.includes(name)) {
          const record = await append(next, by);
          expect(record.epoch).toBe(1);
          expect(await relay.db.read('SELECT epoch, is_open FROM conversations WHERE id = $1', [id])).toEqual(
            [{ epoch: 1, is_open: next.event.policy?.open ?? 0 }],
          );
          const stored = await relay.db.read<{ account: string; role: number }>(
            'SELECT account, role FROM members WHERE conversation = $1 ORDER BY account',
            [id],
          );
          const expected = [...next.roster().members.values()].map(({ account, role }) => ({
            account: account.toHex(),
            role,
          }));
          expect(stored).toEqual(expected.sort((a, b) => (a.account < b.account ? -1 : 1)));
        } else {
          const before = await rows();
          expect(`${name}: ${(await refused(append(next, by))).error}`).toBe(`${name}: Forbidden`);
          expect(await rows()).toBe(before);
        }
      }
    },
    20_000,
  );

  test('is for nobody else to see or to make, in the words for what does not exist', async () => {
    const { id, roster } = await newGroup();
    const forged = await nextEvent(roster, eve, adding(eve));
    const nowhere = await nextEvent({ ...roster, conversation: new Uint8Array(32).fill(3) }, eve, {});
    const unknown = await refused(relay.rosters.append(eve.session(), nowhere.id, nowhere.signed));
    expect(await refused(append(forged, eve))).toEqual(unknown);
    expect(await refused(relay.rosters.read(asMember(eve), id, -1))).toEqual(unknown);
    expect(await refused(relay.rosters.read(asMember(eve), someConversation(), -1))).toEqual(unknown);
    const { id: direct } = await relay.conversations.createDirect(eve.session(), mina.account);
    expect(await refused(relay.rosters.read(asMember(eve), direct, -1))).toEqual(unknown);
  });

  test('of another conversation, or signed by another device of the same person, is refused', async () => {
    const { roster } = await newGroup();
    const { id: other } = await newGroup();
    const next = await nextEvent(roster, olga);
    expect((await refused(relay.rosters.append(olga.session(), other, next.signed))).error).toBe(
      'ValidationError',
    );
    const two = await addActor(relay.db, relay.clock(), 2, 'Two');
    const event = await firstEvent(two, [], { time: relay.clock() }, 1);
    expect((await refused(relay.rosters.create(two.session(0), event.signed))).error).toBe('ValidationError');
    expect((await relay.rosters.create(two.session(1), event.signed)).members).toEqual([two.account]);
  });

  test('of two at one place exactly one is taken, and the other is told to look again [R12]', async () => {
    const { id, roster } = await newGroup();
    const events = [
      await nextEvent(roster, olga, adding(eve)),
      await nextEvent(roster, ada, removing(mina)),
      await nextEvent(roster, olga, removing(gus)),
      await nextEvent(roster, ada),
    ];
    const outcomes = await Promise.allSettled(
      events.map((event) => append(event, event.event.by.toHex() === olga.account ? olga : ada)),
    );
    const taken = outcomes.flatMap((outcome, index) =>
      outcome.status === 'fulfilled' ? [events[index]] : [],
    );
    expect(taken).toHaveLength(1);
    for (const outcome of outcomes)
      if (outcome.status === 'rejected') expect(outcome.reason.body.error).toBe('Conflict');
    const [winner] = taken;
    if (!winner) throw new Error('none was taken');
    const read = await relay.rosters.read(asMember(olga), id, 0);
    expect(read.events).toEqual([toBase64(winner.signed)]);
    const { members } = await relay.conversations.find(olga.account, id);
    expect([...members]).toEqual([...winner.roster().members.keys()].sort() as never);
  });

  test('handed in again gives the same answer, another one at its place a conflict', async () => {
    const { roster } = await newGroup();
    const next = await nextEvent(roster, olga, adding(eve));
    const record = await append(next, olga);
    relay.events.length = 0;
    expect(await append(next, olga)).toEqual(record);
    expect(relay.events).toEqual([]);
    expect((await refused(append(await nextEvent(roster, olga, removing(gus)), olga))).error).toBe(
      'Conflict',
    );
    const ahead = { ...next.roster(), epoch: 7 };
    expect((await refused(append(await nextEvent(ahead, olga), olga))).error).toBe('Conflict');
    // Leaving is answered as well when the first answer was lost.
    const leaving = await nextEvent(next.roster(), mina, { op: ROSTER_OPS.leave });
    const left = await append(leaving, mina);
    expect(left.members).not.toContain(mina.account);
    expect(await append(leaving, mina)).toEqual({ ...left, lastActivity: leaving.event.time });
  });

  test('is made by a device that is there and with its current certificate', async () => {
    const two = await addActor(relay.db, relay.clock(), 2, 'Two');
    const event = await firstEvent(two, [], { time: relay.clock() });
    await relay.rosters.create(two.session(), event.signed);
    const [device, signer] = [two.devices[0], two.signers[0]];
    if (!device || !signer) throw new Error('no device');
    const renewed = await newSigner(two.aik, two.account, device, relay.clock(), signer.dik);
    await relay.db.write((tx) =>
      tx.run('UPDATE devices SET certificate = $1, certificate_hash = $2 WHERE id = $3', [
        renewed.signed,
        renewed.certificate,
        device,
      ]),
    );
    const old = await nextEvent(event.roster(), two);
    expect((await refused(append(old, two))).error).toBe('ValidationError');
    const again = await nextEvent(event.roster(), { ...two, signers: [renewed] });
    expect((await append(again, two)).epoch).toBe(1);
    // Both certificates are kept for who verifies the chain.
    expect((await verified(await relay.rosters.read(asMember(two), event.id, -1))).epoch).toBe(1);
    await relay.db.write((tx) => tx.run('UPDATE devices SET revoked_at = 1 WHERE id = $1', [device]));
    const gone = await nextEvent(again.roster(), { ...two, signers: [renewed] });
    expect((await refused(append(gone, two))).error).toBe('NotFound');
  });

  test('is not kept when its device was removed while it was looked at', async () => {
    const two = await addActor(relay.db, relay.clock(), 1, 'Two');
    const event = await firstEvent(two, [], { time: relay.clock() });
    await relay.rosters.create(two.session(), event.signed);
    const before = await rows();
    const next = await nextEvent(event.roster(), two, adding(eve));
    // Verifying takes milliseconds; the removal is stored before them.
    const appending = append(next, two);
    await relay.db.write((tx) =>
      tx.run('UPDATE devices SET revoked_at = 1 WHERE account = $1', [two.account]),
    );
    expect((await refused(appending)).error).toBe('NotFound');
    expect(await rows()).toBe(before);
  });

  test('cannot go back in time', async () => {
    const { roster } = await newGroup();
    const early = await nextEvent(roster, olga, { time: roster.time - 1 });
    const { error, message } = await refused(append(early, olga));
    expect(error).toBe('ValidationError');
    expect(message).toContain('clock');
  });
});

describe('limits', () => {
  test('200 people', async () => {
    const crowd = await Promise.all(
      Array.from({ length: 199 }, () => addPerson(relay.db, relay.clock(), 1, 'One of many')),
    );
    const event = await firstEvent(
      olga,
      crowd.map((person) => subjectOf(person)),
      { time: relay.clock() },
    );
    expect((await relay.rosters.create(olga.session(), event.signed)).members).toHaveLength(200);
    const { message } = await refused(append(await nextEvent(event.roster(), olga, adding(eve)), olga));
    expect(message).toBe('A conversation can have 200 people at most.');
  });

  test('600 devices', async () => {
    const crowd = await Promise.all(
      Array.from({ length: 120 }, () => addPerson(relay.db, relay.clock(), 5, 'One of many')),
    );
    const event = await firstEvent(
      olga,
      crowd.slice(0, 119).map((person) => subjectOf(person)),
      {
        time: relay.clock(),
      },
    );
    await relay.rosters.create(olga.session(), event.signed);
    const last = crowd[119];
    if (!last) throw new Error('nobody');
    const { message } = await refused(append(await nextEvent(event.roster(), olga, adding(last)), olga));
    expect(message).toContain('601 devices');
    expect(message).toContain('600');
    expect((await append(await nextEvent(event.roster(), olga, adding(eve)), olga)).members).toHaveLength(
      121,
    );
  });
});

describe('reading', () => {
  test('gives members all of it, with what it verifies with, each once [R12]', async () => {
    const { id, roster } = await newGroup();
    let now = await move(roster, olga, adding(eve));
    now = await move(now, ada, removing(mina));
    const read = await relay.rosters.read(asMember(eve), id, -1);
    expect(read).toMatchObject({ more: false });
    expect(read.events).toHaveLength(3);
    expect(read.signers).toHaveLength(2);
    expect(await verified(read)).toEqual(now);
    expect((await relay.rosters.read(asMember(gus), id, 1)).events).toEqual(read.events.slice(2));
    expect(await relay.rosters.read(asMember(gus), id, 2)).toEqual({ events: [], signers: [], more: false });
  });

  test('comes in pages', async () => {
    const { id } = await newGroup();
    // Filled in by hand: signing hundreds takes seconds.
    await relay.db.write(async (tx) => {
      for (let epoch = 1; epoch <= 2 * ROSTER_EVENTS_PER_PAGE; epoch++)
        await tx.run(
          `INSERT INTO roster_events (conversation, epoch, hash, certificate, event)
           SELECT conversation, $1, hash, certificate, event FROM roster_events WHERE conversation = $2 AND epoch = 0`,
          [epoch, id],
        );
    });
    const sizes = [];
    for (let after = -1; ; ) {
      const { events, more } = await relay.rosters.read(asMember(olga), id, after);
      sizes.push(events.length);
      after += events.length;
      if (!more) break;
    }
    expect(sizes).toEqual([ROSTER_EVENTS_PER_PAGE, ROSTER_EVENTS_PER_PAGE, 1]);
  });

  test('ends for who was removed with the event that did it [R12]', async () => {
    const { id, roster } = await newGroup();
    const without = await move(roster, olga, removing(mina));
    const later = await move(without, olga, adding(eve));
    const read = await relay.rosters.read(asMember(mina), id, -1);
    expect(read.events).toHaveLength(2);
    expect(await verified(read)).toEqual(without);
    expect((await relay.rosters.read(asMember(mina), id, 1)).events).toEqual([]);
    // The record says that one was in it, and nothing of those who are.
    const known = await relay.conversations.find(mina.account, id);
    expect(known).toMatchObject({ kind: 'group', members: [], epoch: without.epoch });
    expect(await relay.conversations.list(mina.account)).toContainEqual(known);
    expect((await refused(relay.conversations.find(eve.account, '0'.repeat(64) as typeof id))).error).toBe(
      'NotFound',
    );
    // Nor does an old event of one's own bring the newer members out.
    const back = await nextEvent(later, mina);
    expect((await refused(append(back, mina))).error).toBe('NotFound');
    const fork = await nextEvent(without, mina);
    expect((await refused(append(fork, mina))).error).toBe('NotFound');
    // Who comes back reads everything.
    await move(later, olga, adding(mina));
    expect((await relay.rosters.read(asMember(mina), id, -1)).events).toHaveLength(4);
  });

  test('tells whoever made a group and was removed nothing newer when the first event comes again', async () => {
    const event = await first();
    await relay.rosters.create(olga.session(), event.signed);
    let roster = await move(event.roster(), olga, { op: ROSTER_OPS.leave });
    roster = await move(roster, ada, adding(eve));
    const record = await relay.rosters.create(olga.session(), event.signed);
    expect(record.epoch).toBe(1);
    expect(record.members).not.toContain(eve.account);
    expect(roster.epoch).toBe(2);
  });

  test('tells everybody whom a change concerns, and who was just removed', async () => {
    const { id, roster } = await newGroup();
    relay.events.length = 0;
    await move(roster, olga, removing(mina));
    expect(relay.events).toHaveLength(4);
    for (const person of [olga, ada, mina, gus])
      expect(relay.events).toContainEqual({ type: 'conversation', account: person.account, id });
  });
});

describe('an open group', () => {
  test('is listed for who is not in it, can be read and come into, until it is closed', async () => {
    const { id, roster } = await newGroup({ policy: OPEN });
    expect(await relay.rosters.open(asMember(eve))).toContainEqual({ id, title: 'Town square', members: 4 });
    expect((await relay.rosters.open(asMember(mina))).map((group) => group.id)).not.toContain(id);
    expect((await relay.rosters.read(asMember(eve), id, -1)).events).toHaveLength(1);
    // Reading is not being in it.
    expect((await refused(relay.conversations.find(eve.account, id))).error).toBe('NotFound');

    const joined = await move(roster, eve, joining(eve));
    expect((await relay.conversations.find(eve.account, id)).members).toContain(eve.account);
    const closed = await move(joined, olga, { op: ROSTER_OPS.policy, policy: DEFAULT_POLICY });
    expect((await relay.rosters.open(asMember(gus))).map((group) => group.id)).not.toContain(id);
    const late = await addActor(relay.db, relay.clock(), 1, 'Late');
    const event = await nextEvent(closed, late, joining(late));
    expect((await refused(append(event, late))).error).toBe('NotFound');
    expect((await refused(relay.rosters.read(asMember(late), id, -1))).error).toBe('NotFound');
  });

  test('is come into under one’s own identity', async () => {
    const { roster } = await newGroup({ policy: OPEN });
    const event = await nextEvent(roster, eve, {
      op: ROSTER_OPS.join,
      subjects: [{ ...subjectOf(eve), identity: subjectOf(ada).identity }],
    });
    expect((await refused(append(event, eve))).error).toBe('Forbidden');
  });

  test('without anybody left can be come into, and a closed one is nobody’s', async () => {
    for (const policy of [OPEN, DEFAULT_POLICY]) {
      const event = await firstEvent(olga, [], { time: relay.clock(), policy });
      await relay.rosters.create(olga.session(), event.signed);
      const empty = await move(event.roster(), olga, { op: ROSTER_OPS.leave });
      expect(empty.members.size).toBe(0);
      const listed = (await relay.rosters.open(asMember(eve))).find(({ id }) => id === event.id);
      const come = nextEvent(empty, eve, joining(eve)).then((next) => append(next, eve));
      if (policy === OPEN) {
        expect(listed).toMatchObject({ members: 0 });
        expect((await come).members).toEqual([eve.account]);
      } else {
        expect(listed).toBeUndefined();
        expect((await refused(come)).error).toBe('NotFound');
      }
    }
  });
});

test('a new identity takes part once it is confirmed, with the role that its confirmer may give', async () => {
  const { id, roster } = await newGroup();
  const anew = await createSigningKeyPair({
    provider: runtime,
    random: (n) => crypto.getRandomValues(new Uint8Array(n)),
    clock: relay.clock,
  });
  const back = await addActor(relay.db, relay.clock(), 1, 'Back');
  const inside = await move(roster, olga, adding(back));
  await relay.db.write((tx) =>
    tx.run('UPDATE accounts SET aik = $1 WHERE id = $2', [anew.publicKey, back.account]),
  );
  // The roster has the old one, and the old one is not the account's any more.
  const old = { op: ROSTER_OPS.rekey, subjects: [subjectOf(back, 0)] };
  expect((await refused(append(await nextEvent(inside, ada, old), ada))).message).toStartWith(
    'Back has another',
  );
  const subject = { ...subjectOf({ ...back, aik: anew } as Actor, 0) };
  await move(inside, ada, { op: ROSTER_OPS.rekey, subjects: [subject] });
  const [row] = await relay.db.read<{ identity: Uint8Array; role: number }>(
    'SELECT identity, role FROM members WHERE conversation = $1 AND account = $2',
    [id, back.account],
  );
  expect(row).toEqual({ identity: new Uint8Array(subject.identity), role: member });
});

describe('what the workspace decides for new groups', () => {
  test('one that demands less than the workspace is refused, and groups that exist go on', async () => {
    const before = await first();
    const { id } = await relay.rosters.create(olga.session(), before.signed);
    // A suite of a later release, which this one does not speak yet.
    await relay.policies.write({ suite: 3 });
    const { message } = await refused(relay.rosters.create(olga.session(), (await first()).signed));
    expect(message).toContain('suite 3');
    expect((await relay.rosters.read(asMember(olga), id, -1)).events).toHaveLength(1);
    await relay.policies.write({ suite: 2 });
  });

  test('guests see no open group, and an auditor is never added', async () => {
    const open = await firstEvent(olga, [], { policy: OPEN, time: relay.clock() });
    const { id } = await relay.rosters.create(olga.session(), open.signed);
    const asGuest = { account: eve.account, role: 'guest' } as const;
    expect(await relay.rosters.open(asGuest)).toEqual([]);
    expect((await refused(relay.rosters.read(asGuest, id, -1))).error).toBe('NotFound');
    expect(await relay.rosters.open(asMember(eve))).not.toEqual([]);
    await relay.db.write((tx) => setAccountRole(tx, eve.account, 'auditor'));
    const { message } = await refused(
      relay.rosters.create(
        olga.session(),
        (await firstEvent(olga, [subjectOf(eve)], { time: relay.clock() })).signed,
      ),
    );
    expect(message).toContain('an auditor takes part in no conversation');
    await relay.db.write((tx) => setAccountRole(tx, eve.account, 'member'));
  });
});
