import { describe, expect, test } from 'bun:test';
import { concat } from './codec.ts';
import { hash } from './hash.ts';
import { SIGNATURE_BYTES } from './identity.ts';
import { applyRosterEvent, beginRoster, type Roster } from './roster.ts';
import { countedAtFirst, countedEvents, type NewRosterEvent } from './roster-counted.ts';
import {
  DEFAULT_POLICY,
  decodeRosterEvent,
  encodeRosterEvent,
  ROSTER_OPS,
  ROSTER_ROLES,
  type RosterEvent,
  type RosterSubject,
} from './roster-event.ts';

const { owner, admin, member } = ROSTER_ROLES;
const bytesOf = (length: number, value: number) => new Uint8Array(length).fill(value);
const [OLGA, ADA, MINA, EVE] = [bytesOf(16, 1), bytesOf(16, 2), bytesOf(16, 3), bytesOf(16, 4)];
const subject = (account: Uint8Array, role: number): RosterSubject => ({
  account,
  identity: hash(account),
  role,
});
const read = (event: RosterEvent) =>
  decodeRosterEvent(concat(encodeRosterEvent(event), new Uint8Array(SIGNATURE_BYTES)));

const genesis = read({
  conversation: new Uint8Array(32),
  epoch: 0,
  previous: new Uint8Array(32),
  op: ROSTER_OPS.create,
  subjects: [subject(OLGA, owner), subject(ADA, admin), subject(MINA, member)],
  by: OLGA,
  certificate: bytesOf(32, 9),
  time: 1,
  nonce: bytesOf(32, 7),
  policy: { ...DEFAULT_POLICY, open: 1, title: 'Square' },
});
const known = beginRoster(genesis);

/** A chain after `known`; `removed` says that the device that signed is on no list any more. */
function chain(
  ...steps: readonly (Partial<RosterEvent> & { readonly by: Uint8Array; readonly removed?: true })[]
) {
  let roster: Roster = known;
  return steps.map(({ removed, ...over }): NewRosterEvent => {
    const decoded = read({
      conversation: known.conversation,
      epoch: roster.epoch + 1,
      previous: roster.head,
      op: ROSTER_OPS.confirm,
      subjects: [],
      certificate: bytesOf(32, 9),
      time: roster.time,
      nonce: null,
      policy: null,
      ...over,
    });
    roster = applyRosterEvent(roster, decoded);
    return { event: decoded.event, roster, isCurrent: removed !== true };
  });
}
const adding = (...subjects: RosterSubject[]) => ({ op: ROSTER_OPS.add, subjects });

describe('what a removed device signed [R12]', () => {
  test('does not count by itself, and nothing of its own after it does', () => {
    expect(countedEvents(known, [])).toBe(0);
    expect(countedEvents(known, chain({ by: ADA, removed: true }))).toBe(0);
    expect(
      countedEvents(known, chain({ by: ADA }, { by: ADA, removed: true }, { by: ADA, removed: true })),
    ).toBe(1);
  });

  test('counts when an owner or admin builds on it with a current device, be it their own', () => {
    const stolen = { by: ADA, removed: true, ...adding(subject(EVE, member)) } as const;
    expect(countedEvents(known, chain(stolen, { by: OLGA }))).toBe(2);
    expect(countedEvents(known, chain(stolen, { by: ADA }))).toBe(2);
    expect(
      countedEvents(
        known,
        chain(stolen, { by: ADA, removed: true }, { by: OLGA }, { by: ADA, removed: true }),
      ),
    ).toBe(3);
  });

  test('does not count because of somebody whom it brought in, promoted, or gave another key', () => {
    const brought = chain({ by: ADA, removed: true, ...adding(subject(EVE, admin)) }, { by: EVE });
    expect(countedEvents(known, brought)).toBe(0);
    const promoted = chain(
      { by: ADA, removed: true, op: ROSTER_OPS.role, subjects: [subject(MINA, admin)] },
      { by: MINA },
    );
    expect(countedEvents(known, promoted)).toBe(0);
    const swapped = chain(
      {
        by: ADA,
        removed: true,
        op: ROSTER_OPS.rekey,
        subjects: [{ account: OLGA, identity: bytesOf(32, 66), role: 0 }],
      },
      { by: OLGA },
    );
    expect(countedEvents(known, swapped)).toBe(0);
  });

  test('does not count because of a member who is no admin, nor of one who comes in', () => {
    const stolen = { by: ADA, removed: true } as const;
    expect(countedEvents(known, chain(stolen, { by: MINA, op: ROSTER_OPS.leave }))).toBe(0);
    const joined = chain(stolen, { by: EVE, op: ROSTER_OPS.join, subjects: [subject(EVE, member)] });
    expect(countedEvents(known, joined)).toBe(0);
    // Without a removed device before them they count by themselves.
    expect(countedEvents(known, chain({ by: MINA, op: ROSTER_OPS.leave }))).toBe(1);
  });

  test('is vouched for by those whom a counted event made admins', () => {
    const steps = chain(
      { by: OLGA, ...adding(subject(EVE, admin)) },
      { by: ADA, removed: true },
      { by: EVE },
    );
    expect(countedEvents(known, steps)).toBe(3);
  });
});

describe('for who knows nothing of the group yet, what counts [R12]', () => {
  const first = (over: Partial<NewRosterEvent> = {}) => ({
    event: genesis.event,
    roster: known,
    isCurrent: true,
    ...over,
  });
  const stolen = { isCurrent: false };

  test('is everything up to whoever brought them in, with a current device', () => {
    expect(countedAtFirst(MINA, [first()])).toBe(1);
    expect(countedAtFirst(EVE, [first(stolen), ...chain({ by: ADA, ...adding(subject(EVE, member)) })])).toBe(
      2,
    );
    const joins = chain({ by: EVE, op: ROSTER_OPS.join, subjects: [subject(EVE, member)] });
    expect(countedAtFirst(EVE, [first(stolen), ...joins])).toBe(2);
    expect(countedAtFirst(EVE, [first(stolen), ...chain({ by: ADA })])).toBe(2);
  });

  test('is nothing when a removed device brought them in, whoever else builds on it', () => {
    expect(countedAtFirst(MINA, [first(stolen)])).toBe(0);
    expect(countedAtFirst(MINA, [first(stolen), ...chain({ by: ADA })])).toBe(0);
    const added = chain({ by: ADA, removed: true, ...adding(subject(EVE, member)) }, { by: OLGA });
    expect(countedAtFirst(EVE, [first(), ...added])).toBe(0);
    const own = chain({ by: EVE, op: ROSTER_OPS.join, subjects: [subject(EVE, member)], removed: true });
    expect(countedAtFirst(EVE, [first(), ...own])).toBe(0);
  });

  test('is everything once that person’s current device has built on it', () => {
    expect(countedAtFirst(MINA, [first(stolen), ...chain({ by: ADA, removed: true }, { by: OLGA })])).toBe(3);
  });

  test('goes on by the rules of those who know it', () => {
    const brought = chain(
      { by: OLGA },
      { by: ADA, removed: true, ...adding(subject(EVE, admin)) },
      { by: EVE },
    );
    expect(countedAtFirst(MINA, [first(), ...brought])).toBe(2);
    const vouched = chain({ by: ADA, removed: true, ...adding(subject(EVE, admin)) }, { by: OLGA });
    expect(countedAtFirst(MINA, [first(), ...vouched])).toBe(3);
  });

  test('begins anew with the last time that they came in', () => {
    const again = chain(
      { by: ADA, op: ROSTER_OPS.remove, subjects: [subject(MINA, 0)] },
      { by: ADA, removed: true, ...adding(subject(MINA, member)) },
    );
    expect(countedAtFirst(MINA, [first(), ...again])).toBe(0);
  });
});
