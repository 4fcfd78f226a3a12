import { describe, expect, test } from 'bun:test';
import fc from 'fast-check';
import { concat } from './codec.ts';
import { isProtocolError } from './errors.ts';
import { equalBytes, hash } from './hash.ts';
import { SIGNATURE_BYTES } from './identity.ts';
import { applyRosterEvent, beginRoster, directConversationId, memberOf, type Roster } from './roster.ts';
import {
  DEFAULT_POLICY,
  decodeRosterEvent,
  encodeRosterEvent,
  MAX_ROSTER_EVENT_BYTES,
  MAX_ROSTER_MEMBERS,
  ROSTER_OPS,
  ROSTER_ROLES,
  type RosterEvent,
  type RosterOp,
  type RosterPolicy,
  type RosterSubject,
} from './roster-event.ts';

const sized = (length: number) => fc.uint8Array({ minLength: length, maxLength: length });

describe('a direct conversation', () => {
  test('has one id, whoever begins it', () => {
    fc.assert(
      fc.property(sized(16), sized(16), (one, other) => {
        fc.pre(one.toHex() !== other.toHex());
        const id = directConversationId(one, other);
        expect(id.length).toBe(32);
        expect(directConversationId(other, one)).toEqual(id);
      }),
    );
  });

  test('has its own id for every pair', () => {
    const accounts = Array.from({ length: 12 }, (_, i) => new Uint8Array(16).fill(i));
    const ids = accounts.flatMap((one, i) =>
      accounts.slice(i + 1).map((other) => directConversationId(one, other).toHex()),
    );
    expect(new Set(ids).size).toBe(66);
  });

  test('is H of its record: type 8, then lp(1 || lower), lp(2 || higher)', () => {
    const [lower, higher] = [new Uint8Array(16).fill(1), new Uint8Array(16).fill(2)];
    const frame = (tag: number, value: Uint8Array) => concat(Uint8Array.of(0, 0, 0, 17, tag), value);
    expect(directConversationId(higher, lower)).toEqual(
      hash(concat(Uint8Array.of(8), frame(1, lower), frame(2, higher))),
    );
  });

  test('with oneself has an id of its own', () => {
    const accounts = Array.from({ length: 4 }, (_, i) => new Uint8Array(16).fill(i));
    const ids = accounts.flatMap((one) => accounts.map((other) => directConversationId(one, other).toHex()));
    expect(new Set(ids).size).toBe(10);
  });

  test('is not with what is no account', () => {
    const one = new Uint8Array(16).fill(1);
    expect(() => directConversationId(one, new Uint8Array(15))).toThrow('E_FORMAT');
    expect(() => directConversationId(one, new Uint8Array(32))).toThrow('E_FORMAT');
  });
});

test('roster events come back as they went in', () => {
  const subject = fc.record({
    account: sized(16),
    identity: sized(32),
    role: fc.constantFrom(0, ...Object.values(ROSTER_ROLES)),
  });
  fc.assert(
    fc.property(
      fc.record({
        conversation: sized(32),
        epoch: fc.maxSafeNat(),
        previous: sized(32),
        op: fc.constantFrom(...Object.values(ROSTER_OPS)),
        subjects: fc.uniqueArray(subject, { maxLength: 4, selector: ({ account }) => account.toHex() }),
        by: sized(16),
        certificate: sized(32),
        time: fc.maxSafeNat(),
        nonce: fc.option(sized(32)),
        policy: fc.option(fc.constant({ ...DEFAULT_POLICY, title: 'Town square', open: 1 })),
      }),
      (event) => {
        const signed = concat(encodeRosterEvent(event), new Uint8Array(SIGNATURE_BYTES));
        const decoded = decodeRosterEvent(signed);
        expect(decoded.event).toEqual(event);
        expect(decoded.hash).toEqual(hash(encodeRosterEvent(event)));
      },
    ),
  );
});

const bytesOf = (length: number, value: number) => new Uint8Array(length).fill(value);
const NOBODY = bytesOf(32, 0);
const [OLGA, ADA, MINA, GUS, EVE] = [1, 2, 3, 4, 5].map((n) => bytesOf(16, n)) as unknown as [
  Uint8Array,
  Uint8Array,
  Uint8Array,
  Uint8Array,
  Uint8Array,
];
const identityOf = (account: Uint8Array) => hash(account);
const subject = (account: Uint8Array, role: number): RosterSubject => ({
  account,
  identity: identityOf(account),
  role,
});
const { owner, admin, member, guest } = ROSTER_ROLES;

/** What a first event holds when nothing is wrong with it. */
const genesis: RosterEvent = {
  conversation: NOBODY,
  epoch: 0,
  previous: NOBODY,
  op: ROSTER_OPS.create,
  subjects: [subject(OLGA, owner), subject(ADA, admin), subject(MINA, member), subject(GUS, guest)],
  by: OLGA,
  certificate: bytesOf(32, 9),
  time: 1000,
  nonce: bytesOf(32, 7),
  policy: null,
};
const read = (event: RosterEvent) =>
  decodeRosterEvent(concat(encodeRosterEvent(event), new Uint8Array(SIGNATURE_BYTES)));
const begin = (over: Partial<RosterEvent> = {}) => beginRoster(read({ ...genesis, ...over }));
/** An event that follows this roster. */
const following = (roster: Roster, over: Partial<RosterEvent>): RosterEvent => ({
  conversation: roster.conversation,
  epoch: roster.epoch + 1,
  previous: roster.head,
  op: ROSTER_OPS.add,
  subjects: [],
  by: OLGA,
  certificate: bytesOf(32, 9),
  time: roster.time,
  nonce: null,
  policy: null,
  ...over,
});
const after = (roster: Roster, over: Partial<RosterEvent>): Roster =>
  applyRosterEvent(roster, read(following(roster, over)));
const refusal = (work: () => unknown): string => {
  try {
    work();
  } catch (error) {
    if (isProtocolError(error)) return error.message;
    throw error;
  }
  return 'not refused';
};
const roleOf = (roster: Roster, account: Uint8Array) => memberOf(roster, account)?.role ?? null;
const OPEN: RosterPolicy = { ...DEFAULT_POLICY, open: 1, title: 'Town square' };

describe('a first event [R12]', () => {
  test('makes its hash the conversation, and its subjects the members', () => {
    const roster = begin();
    const { hash: head } = read(genesis);
    expect(roster).toMatchObject({ conversation: head, head, epoch: 0, time: 1000, policy: DEFAULT_POLICY });
    expect([OLGA, ADA, MINA, GUS, EVE].map((account) => roleOf(roster, account))).toEqual([1, 2, 3, 4, null]);
  });

  test('is another conversation with another nonce', () => {
    expect(begin({ nonce: bytesOf(32, 8) }).conversation).not.toEqual(begin().conversation);
  });

  test('that is none is refused', () => {
    const wrong: readonly [Partial<RosterEvent>, string][] = [
      [{ op: ROSTER_OPS.add }, 'begins with its creation'],
      [{ epoch: 1 }, 'begins with its creation'],
      [{ conversation: bytesOf(32, 1) }, 'nothing before it'],
      [{ previous: bytesOf(32, 1) }, 'nothing before it'],
      [{ nonce: null }, 'nothing before it'],
      [{ subjects: [] }, 'only owner'],
      [{ by: ADA }, 'only owner'],
      [{ by: EVE }, 'only owner'],
      [{ subjects: [subject(OLGA, admin)] }, 'only owner'],
      [{ subjects: [subject(OLGA, owner), subject(ADA, owner)] }, 'only owner'],
      [{ subjects: [subject(OLGA, owner), subject(ADA, 0)] }, 'a role that there is not'],
      [{ subjects: [subject(OLGA, owner), subject(ADA, 5)] }, 'a role that there is not'],
    ];
    for (const [over, why] of wrong) {
      expect(refusal(() => begin(over))).toStartWith('E_ROSTER');
      expect(refusal(() => begin(over))).toContain(why);
    }
  });

  test('cannot lower the suite, nor name one that nobody has [R36]', () => {
    for (const suite of [0, 1, 3, 65_535])
      expect(refusal(() => begin({ policy: { ...DEFAULT_POLICY, suite } }))).toStartWith('E_ROSTER');
  });
});

describe('the next event [R12]', () => {
  const roster = begin();

  test('moves epoch, head and time, and leaves the roster before it as it was', () => {
    const event = following(roster, { subjects: [subject(EVE, member)], time: 2000 });
    const next = applyRosterEvent(roster, read(event));
    expect(next).toMatchObject({ conversation: roster.conversation, epoch: 1, time: 2000 });
    expect(next.head).toEqual(read(event).hash);
    expect(roleOf(next, EVE)).toBe(member);
    expect(roleOf(roster, EVE)).toBeNull();
  });

  test('that forks, skips, goes back or belongs elsewhere is refused', () => {
    const other = begin({ nonce: bytesOf(32, 8) });
    const next = after(roster, { subjects: [subject(EVE, member)] });
    const wrong: readonly [Roster, Partial<RosterEvent>][] = [
      [roster, { conversation: other.conversation }],
      [roster, { epoch: 0 }],
      [roster, { epoch: 2 }],
      [roster, { previous: other.head }],
      [roster, { previous: NOBODY }],
      [roster, { time: 999 }],
      [roster, { nonce: bytesOf(32, 1) }],
      // A second successor of the first event, after one is there.
      [next, { epoch: 1, previous: roster.head }],
      [next, { epoch: 2, previous: roster.head }],
      [next, { epoch: 1, previous: next.head }],
    ];
    for (const [from, over] of wrong)
      expect(refusal(() => after(from, { op: ROSTER_OPS.confirm, ...over }))).toStartWith('E_ROSTER');
    expect(refusal(() => after(next, { op: ROSTER_OPS.confirm }))).toBe('not refused');
  });

  test('is no second creation, and none that nobody makes', () => {
    expect(
      refusal(() => after(roster, { op: ROSTER_OPS.create, subjects: [subject(EVE, owner)] })),
    ).toStartWith('E_ROSTER');
    for (const op of [0, 10, 255])
      expect(refusal(() => after(roster, { op: op as RosterOp }))).toStartWith('E_FORMAT');
  });

  test('names nobody twice, and has one encoding', () => {
    const twice = following(roster, { subjects: [subject(EVE, member), subject(EVE, admin)] });
    expect(refusal(() => encodeRosterEvent(twice))).toStartWith('E_FORMAT');
    // By hand, as one who does not check would write it.
    const [one, two] = [subject(EVE, member), subject(MINA, member)];
    const encoded = encodeRosterEvent(following(roster, { subjects: [one, two] }));
    const at = encoded.toHex().indexOf(identityOf(EVE).toHex()) / 2 + 33;
    const forged = concat(encoded.slice(0, at), EVE, encoded.slice(at + 16), new Uint8Array(SIGNATURE_BYTES));
    expect(refusal(() => decodeRosterEvent(forged))).toStartWith('E_FORMAT');
  });

  test('writes nothing that would be read as something else', () => {
    const wrong: readonly RosterSubject[] = [
      { ...subject(EVE, member), role: 256 + owner },
      { account: EVE.slice(0, 15), identity: bytesOf(33, 1), role: member },
    ];
    for (const one of wrong)
      expect(refusal(() => encodeRosterEvent(following(roster, { subjects: [one] })))).toStartWith(
        'E_FORMAT',
      );
  });

  test('has a policy exactly where one belongs', () => {
    expect(refusal(() => after(roster, { op: ROSTER_OPS.policy }))).toContain('none in its own');
    expect(refusal(() => after(roster, { op: ROSTER_OPS.confirm, policy: OPEN }))).toContain('another event');
    expect(
      refusal(() => after(roster, { subjects: [subject(EVE, member)], policy: DEFAULT_POLICY })),
    ).toContain('another event');
  });
});

describe('who may do what [R12]', () => {
  const roster = begin();
  const open = after(roster, { op: ROSTER_OPS.policy, policy: OPEN });
  const people = { owner: OLGA, admin: ADA, member: MINA, guest: GUS, stranger: EVE } as const;
  type Who = keyof typeof people;
  const EVERYBODY: readonly Who[] = ['owner', 'admin', 'member', 'guest', 'stranger'];
  const NEW = bytesOf(16, 77);
  const of = (account: Uint8Array): RosterSubject => subject(account, 0);

  /** For each kind of event: what it says, and who may say it. */
  const rules: readonly [
    name: string,
    event: (by: Uint8Array) => Partial<RosterEvent>,
    who: readonly Who[],
  ][] = [
    ['add a member', () => ({ subjects: [subject(NEW, member)] }), ['owner', 'admin']],
    ['add an admin', () => ({ subjects: [subject(NEW, admin)] }), ['owner', 'admin']],
    ['add an owner', () => ({ subjects: [subject(NEW, owner)] }), ['owner']],
    ['remove the owner', () => ({ op: ROSTER_OPS.remove, subjects: [of(OLGA)] }), ['owner']],
    ['remove an admin', () => ({ op: ROSTER_OPS.remove, subjects: [of(ADA)] }), ['owner', 'admin']],
    ['remove a member', () => ({ op: ROSTER_OPS.remove, subjects: [of(MINA)] }), ['owner', 'admin']],
    ['remove a guest', () => ({ op: ROSTER_OPS.remove, subjects: [of(GUS)] }), ['owner', 'admin']],
    ['leave', () => ({ op: ROSTER_OPS.leave }), ['owner', 'admin', 'member', 'guest']],
    ['make a member owner', () => ({ op: ROSTER_OPS.role, subjects: [subject(MINA, owner)] }), ['owner']],
    [
      'make a member admin',
      () => ({ op: ROSTER_OPS.role, subjects: [subject(MINA, admin)] }),
      ['owner', 'admin'],
    ],
    ['make oneself owner', (by) => ({ op: ROSTER_OPS.role, subjects: [subject(by, owner)] }), ['owner']],
    ['make oneself admin', (by) => ({ op: ROSTER_OPS.role, subjects: [subject(by, admin)] }), ['admin']],
    ['make the owner a member', () => ({ op: ROSTER_OPS.role, subjects: [subject(OLGA, member)] }), []],
    [
      'make an admin a guest',
      () => ({ op: ROSTER_OPS.role, subjects: [subject(ADA, guest)] }),
      ['owner', 'admin'],
    ],
    ['change the policy', () => ({ op: ROSTER_OPS.policy, policy: OPEN }), ['owner', 'admin']],
    ['confirm an identity', () => ({ op: ROSTER_OPS.rekey, subjects: [of(MINA)] }), ['owner', 'admin']],
    ['confirm what stands', () => ({ op: ROSTER_OPS.confirm }), ['owner', 'admin']],
    ['join', (by) => ({ op: ROSTER_OPS.join, subjects: [subject(by, member)] }), []],
  ];

  test.each([...rules])('%s', (_, event, who) => {
    for (const name of EVERYBODY) {
      const by = people[name];
      const said = refusal(() => after(roster, { by, ...event(by) }));
      expect(`${name}: ${said.split(':')[0]}`).toBe(
        `${name}: ${who.includes(name) ? 'not refused' : 'E_ROSTER'}`,
      );
    }
  });

  test('an admin cannot change another admin', () => {
    const two = after(roster, { subjects: [subject(NEW, admin)] });
    for (const event of [
      { op: ROSTER_OPS.remove, subjects: [of(NEW)] },
      { op: ROSTER_OPS.role, subjects: [subject(NEW, guest)] },
    ])
      expect(refusal(() => after(two, { by: ADA, ...event }))).toContain('may not change');
    expect(roleOf(after(two, { op: ROSTER_OPS.role, subjects: [subject(NEW, guest)] }), NEW)).toBe(guest);
  });

  test('one who is refused among several refuses the whole event', () => {
    expect(
      refusal(() => after(roster, { by: ADA, op: ROSTER_OPS.remove, subjects: [of(MINA), of(OLGA)] })),
    ).toContain('may not change');
    expect(refusal(() => after(roster, { op: ROSTER_OPS.remove, subjects: [of(MINA), of(EVE)] }))).toContain(
      'no member',
    );
    expect(
      refusal(() => after(roster, { subjects: [subject(EVE, member), subject(MINA, member)] })),
    ).toContain('a member already');
  });

  test('an identity changes by confirmation alone', () => {
    const swapped = (role: number) => [{ account: MINA, identity: bytesOf(32, 66), role }];
    expect(refusal(() => after(roster, { op: ROSTER_OPS.role, subjects: swapped(member) }))).toContain(
      'another identity',
    );
    expect(refusal(() => after(roster, { op: ROSTER_OPS.remove, subjects: swapped(0) }))).toContain(
      'another identity',
    );
    expect(refusal(() => after(roster, { subjects: swapped(member) }))).toContain('a member already');
    const next = after(roster, { by: ADA, op: ROSTER_OPS.rekey, subjects: swapped(0) });
    expect(memberOf(next, MINA)).toEqual({ account: MINA, identity: bytesOf(32, 66), role: member });
  });

  test('an admin who confirms a key of their own as the owner’s is no owner by it', () => {
    const next = after(roster, {
      by: ADA,
      op: ROSTER_OPS.rekey,
      subjects: [{ account: OLGA, identity: identityOf(ADA), role: 0 }],
    });
    expect(roleOf(next, OLGA)).toBe(admin);
    expect(refusal(() => after(next, { op: ROSTER_OPS.role, subjects: [subject(ADA, owner)] }))).toStartWith(
      'E_ROSTER',
    );
    // Between equals the role stays.
    const two = after(roster, { op: ROSTER_OPS.role, subjects: [subject(ADA, owner)] });
    const confirmed = after(two, { by: ADA, op: ROSTER_OPS.rekey, subjects: [of(OLGA)] });
    expect(roleOf(confirmed, OLGA)).toBe(owner);
  });

  test('a confirmation and a removal give no roles', () => {
    for (const op of [ROSTER_OPS.rekey, ROSTER_OPS.remove])
      expect(refusal(() => after(roster, { op, subjects: [subject(MINA, member)] }))).toContain('a role');
  });

  test('the last owner may go, and may not become something else', () => {
    expect(refusal(() => after(roster, { op: ROSTER_OPS.role, subjects: [subject(OLGA, admin)] }))).toContain(
      'the last owner',
    );
    const two = after(roster, { op: ROSTER_OPS.role, subjects: [subject(ADA, owner)] });
    expect(roleOf(after(two, { op: ROSTER_OPS.role, subjects: [subject(OLGA, guest)] }), OLGA)).toBe(guest);
    const ownerless = after(roster, { op: ROSTER_OPS.leave });
    expect(roleOf(ownerless, OLGA)).toBeNull();
    // Its admins go on, and none of them becomes owner.
    expect(
      roleOf(after(ownerless, { by: ADA, op: ROSTER_OPS.role, subjects: [subject(MINA, admin)] }), MINA),
    ).toBe(admin);
    expect(
      refusal(() => after(ownerless, { by: ADA, op: ROSTER_OPS.role, subjects: [subject(ADA, owner)] })),
    ).toContain('above the one who gives it');
  });

  test('who comes into an open conversation comes alone, as a member, once', () => {
    const join = (by: Uint8Array, subjects: readonly RosterSubject[]) => ({
      by,
      op: ROSTER_OPS.join,
      subjects,
    });
    expect(roleOf(after(open, join(EVE, [subject(EVE, member)])), EVE)).toBe(member);
    const wrong: readonly (readonly [Partial<RosterEvent>, string])[] = [
      [join(EVE, [subject(NEW, member)]), 'joins alone'],
      [join(EVE, [subject(EVE, member), subject(NEW, member)]), 'joins alone'],
      [join(EVE, []), 'joins alone'],
      [join(EVE, [subject(EVE, admin)]), 'is a member'],
      [join(EVE, [subject(EVE, guest)]), 'is a member'],
      [join(GUS, [subject(GUS, member)]), 'a member already'],
    ];
    for (const [over, why] of wrong) expect(refusal(() => after(open, over))).toContain(why);
    const closed = after(open, { op: ROSTER_OPS.policy, policy: DEFAULT_POLICY });
    expect(refusal(() => after(closed, join(EVE, [subject(EVE, member)])))).toContain('not open');
  });

  test('who went can come back by whoever may add, and does nothing until then', () => {
    const gone = after(roster, { op: ROSTER_OPS.remove, subjects: [of(ADA)] });
    expect(refusal(() => after(gone, { by: ADA, op: ROSTER_OPS.confirm }))).toContain('no member');
    const back = after(gone, { subjects: [subject(ADA, guest)] });
    expect(roleOf(back, ADA)).toBe(guest);
    expect(refusal(() => after(back, { by: ADA, op: ROSTER_OPS.confirm }))).toContain(
      'only owners and admins',
    );
  });

  test('events about nobody name nobody, and the others somebody', () => {
    for (const over of [
      { op: ROSTER_OPS.leave },
      { op: ROSTER_OPS.confirm },
      { op: ROSTER_OPS.policy, policy: OPEN },
    ])
      expect(refusal(() => after(roster, { ...over, subjects: [of(MINA)] }))).toStartWith('E_ROSTER');
    for (const op of [ROSTER_OPS.add, ROSTER_OPS.remove, ROSTER_OPS.role, ROSTER_OPS.rekey])
      expect(refusal(() => after(roster, { op }))).toContain('names nobody');
  });
});

describe('a policy [R12]', () => {
  const roster = begin({ policy: { ...DEFAULT_POLICY, predecessor: bytesOf(32, 5) } });

  test('keeps what the conversation follows, and takes nothing new', () => {
    expect(after(roster, { op: ROSTER_OPS.policy, policy: OPEN }).policy).toEqual({
      ...OPEN,
      predecessor: bytesOf(32, 5),
    });
    const policy = { ...OPEN, predecessor: bytesOf(32, 6) };
    expect(refusal(() => after(roster, { op: ROSTER_OPS.policy, policy }))).toContain('predecessor');
  });

  test('never lowers the suite, and names none that would end the conversation [R36]', () => {
    for (const suite of [0, 1, 3, 65_535])
      expect(
        refusal(() => after(roster, { op: ROSTER_OPS.policy, policy: { ...DEFAULT_POLICY, suite } })),
      ).toStartWith('E_ROSTER');
  });

  test('is not lowered from what a later release has raised it to [R36]', () => {
    const raised = { ...roster, policy: { ...roster.policy, suite: 3 } };
    expect(refusal(() => after(raised, { op: ROSTER_OPS.policy, policy: DEFAULT_POLICY }))).toContain(
      'a lower suite',
    );
  });

  test('that no Sotto makes is none', () => {
    for (const over of [{ open: 2 }, { history: 3 }, { open: 0, title: 'Town square' }])
      expect(
        refusal(() => after(roster, { op: ROSTER_OPS.policy, policy: { ...OPEN, ...over } })),
      ).toStartWith('E_FORMAT');
  });
});

describe('limits', () => {
  const many = (count: number, from = 0) =>
    Array.from({ length: count }, (_, i) => {
      const account = new Uint8Array(16);
      new DataView(account.buffer).setUint32(0, 1_000 + from + i);
      return subject(account, member);
    });

  test('200 members, however they come [R41]', () => {
    const full = begin({ subjects: [subject(OLGA, owner), ...many(199)] });
    expect(full.members.size).toBe(200);
    expect(refusal(() => after(full, { subjects: many(1, 500) }))).toStartWith('E_LIMIT');
    const open = after(full, { op: ROSTER_OPS.policy, policy: OPEN });
    expect(
      refusal(() => after(open, { by: EVE, op: ROSTER_OPS.join, subjects: [subject(EVE, member)] })),
    ).toStartWith('E_LIMIT');
    expect(refusal(() => begin({ subjects: [subject(OLGA, owner), ...many(200)] }))).toStartWith('E_FORMAT');
    // One goes, one comes.
    const [first] = many(1);
    if (!first) throw new Error('nobody');
    const room = after(full, { op: ROSTER_OPS.remove, subjects: [{ ...first, role: 0 }] });
    expect(after(room, { subjects: many(1, 500) }).members.size).toBe(200);
  });

  test('the largest event fits, and no longer one is looked at', () => {
    const largest = concat(
      encodeRosterEvent({
        ...genesis,
        subjects: [subject(OLGA, owner), ...many(199)],
        policy: { ...OPEN, title: 'x'.repeat(256), predecessor: bytesOf(32, 1) },
      }),
      new Uint8Array(SIGNATURE_BYTES),
    );
    expect(largest.length).toBeLessThanOrEqual(MAX_ROSTER_EVENT_BYTES);
    expect(decodeRosterEvent(largest).event.subjects.length).toBe(200);
    expect(refusal(() => decodeRosterEvent(new Uint8Array(MAX_ROSTER_EVENT_BYTES + 1)))).toContain(
      'too many bytes',
    );
    for (const length of [0, 1, SIGNATURE_BYTES, SIGNATURE_BYTES + 1])
      expect(refusal(() => decodeRosterEvent(new Uint8Array(length)))).toStartWith('E_FORMAT');
  });
});

describe('any events in any order', () => {
  const CAST = Array.from({ length: 6 }, (_, i) => bytesOf(16, i + 1));
  const somebody = fc.constantFrom(...CAST);
  const roles = fc.constantFrom(0, 1, 2, 3, 4, 5);
  const WITHOUT = new Set<RosterOp>([ROSTER_OPS.leave, ROSTER_OPS.policy, ROSTER_OPS.confirm]);
  const ROLELESS = new Set<RosterOp>([ROSTER_OPS.remove, ROSTER_OPS.rekey]);
  const event = fc.record({
    op: fc.constantFrom(...Object.values(ROSTER_OPS)),
    by: somebody,
    who: fc.uniqueArray(somebody, { maxLength: 3, selector: (account) => account.toHex() }),
    role: roles,
    /** Written as a client would, or anyhow. */
    careful: fc.boolean(),
    swapped: fc.integer({ min: 0, max: 3 }).map((n) => n === 0),
    open: fc.boolean(),
    ago: fc.integer({ min: -1, max: 9 }),
  });

  test('keep what always holds: one chain, no role from below, no identity but by confirmation [R12]', () => {
    let applied = 0;
    fc.assert(
      fc.property(fc.array(event, { minLength: 30, maxLength: 60 }), (events) => {
        let roster = begin();
        const seen = new Set([roster.head.toHex()]);
        for (const { op, by, who, role, careful, swapped, open, ago } of events) {
          const named = careful && op === ROSTER_OPS.join ? [by] : careful && WITHOUT.has(op) ? [] : who;
          const subjects = named.map((account) => ({
            account,
            identity: swapped
              ? hash(roster.head)
              : (memberOf(roster, account)?.identity ?? identityOf(account)),
            role: careful && ROLELESS.has(op) ? 0 : careful && op === ROSTER_OPS.join ? member : role,
          }));
          const policy = op === ROSTER_OPS.policy ? (open ? OPEN : DEFAULT_POLICY) : null;
          const said = read(following(roster, { op, by, subjects, policy, time: roster.time + ago }));
          const before = structuredClone([...roster.members]);
          let next: Roster;
          try {
            next = applyRosterEvent(roster, said);
          } catch (error) {
            if (!isProtocolError(error) || (error.code !== 'E_ROSTER' && error.code !== 'E_LIMIT'))
              throw error;
            expect([...roster.members]).toEqual(before);
            continue;
          }
          applied++;
          check(roster, next, op, by);
          // Neither the same event again nor another one in its place follows it.
          expect(refusal(() => applyRosterEvent(next, said))).toStartWith('E_ROSTER');
          expect(seen.has(next.head.toHex())).toBe(false);
          seen.add(next.head.toHex());
          roster = next;
        }
      }),
      { numRuns: 300 },
    );
    expect(applied).toBeGreaterThan(1000);
  });

  function check(before: Roster, next: Roster, op: RosterOp, by: Uint8Array): void {
    expect(next.conversation).toEqual(before.conversation);
    expect(next.epoch).toBe(before.epoch + 1);
    expect(next.time).toBeGreaterThanOrEqual(before.time);
    expect(next.members.size).toBeLessThanOrEqual(MAX_ROSTER_MEMBERS);
    const signer = memberOf(before, by);
    if (signer === null) expect(op).toBe(ROSTER_OPS.join);
    for (const [key, now] of next.members) {
      expect(now.account.toHex()).toBe(key);
      expect([1, 2, 3, 4]).toContain(now.role);
      const then = before.members.get(key);
      if (then !== undefined && !equalBytes(then.identity, now.identity)) expect(op).toBe(ROSTER_OPS.rekey);
      if (then?.role === now.role) continue;
      // A role that is new was given by somebody who has it, and taken from nobody above an admin.
      if (signer === null) expect(now.role).toBe(member);
      else {
        expect(now.role).toBeGreaterThanOrEqual(signer.role);
        if (then !== undefined && op !== ROSTER_OPS.rekey && signer.role !== owner && then !== signer)
          expect(then.role).toBeGreaterThan(signer.role);
      }
    }
    for (const [key, then] of before.members) {
      if (next.members.has(key) || signer === null || key === by.toHex()) continue;
      expect(op).toBe(ROSTER_OPS.remove);
      if (signer.role !== owner) expect(then.role).toBeGreaterThan(signer.role);
    }
  }
});
