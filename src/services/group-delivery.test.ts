/** Messages of groups: whom the relay expects them for, and from whom it takes them. */
import { beforeAll, beforeEach, expect, test } from 'bun:test';
import { type Actor, addActor, firstEvent, nextEvent, subjectOf } from '../../test/support/group.ts';
import {
  addPerson,
  countRows,
  makePost,
  openRelay,
  type Someone,
  type TestRelay,
} from '../../test/support/relay.ts';
import type { WrongDevicesBody } from '../contract/errors.ts';
import type { ConversationId, DeviceId } from '../contract/ids.ts';
import type { Roster } from '../protocol/roster.ts';
import { ROSTER_OPS, type RosterEvent } from '../protocol/roster-event.ts';
import { Refusal } from './refusal.ts';

let relay: TestRelay;
let olga: Actor;
let mina: Actor;
let ravi: Someone;
let id: ConversationId;
let roster: Roster;

beforeAll(async () => {
  relay = await openRelay();
  olga = await addActor(relay.db, relay.clock(), 2, 'Olga');
  mina = await addActor(relay.db, relay.clock(), 1, 'Mina');
});
beforeEach(async () => {
  relay.clock.advance(1000);
  ravi = await addPerson(relay.db, relay.clock(), 2, 'Ravi');
  const event = await firstEvent(olga, [subjectOf(mina), subjectOf(ravi)], { time: relay.clock() });
  await relay.rosters.create(olga.session(), event.signed);
  [id, roster] = [event.id, event.roster()];
  relay.events.length = 0;
});

async function move(by: Actor, over: Partial<RosterEvent>): Promise<void> {
  const event = await nextEvent(roster, by, over);
  await relay.rosters.append(by.session(), id, event.signed);
  roster = event.roster();
}
async function refused(promise: Promise<unknown>): Promise<Refusal['body']> {
  const error = await promise.then(
    () => null,
    (reason: unknown) => reason,
  );
  if (!(error instanceof Refusal)) throw new Error(`not refused: ${String(error)}`);
  return error.body;
}
const send = (by: Someone, to: readonly DeviceId[], device = 0) => {
  const session = by.session(device);
  return relay.delivery.send(session, makePost({ sender: session, conversation: id, to }).bytes);
};
const except = (sender: DeviceId | undefined, ...people: Someone[]) =>
  people.flatMap(({ devices }) => devices).filter((device) => device !== sender);
const expectedBy = async (by: Someone, device = 0): Promise<string[]> => {
  const body = (await refused(send(by, [], device))) as WrongDevicesBody;
  expect(body.error).toBe('WrongDevices');
  return body.expected.map((named) => named.device).sort();
};

test('a message is for every device of every member but the sending one', async () => {
  const to = except(olga.devices[1], olga, mina, ravi);
  expect(to).toHaveLength(4);
  const { recipients } = await send(olga, to, 1);
  expect(recipients).toBe(4);
  for (const device of to) {
    const { envelopes } = await relay.delivery.pending(device, 0);
    expect(envelopes.at(-1)).toMatchObject({ conversation: id, class: 1 });
  }
  expect(await expectedBy(mina)).toEqual(except(undefined, olga, ravi).sort());
});

test('after a change of members a stale sender is told at once whom it is for now [R12]', async () => {
  const eve = await addPerson(relay.db, relay.clock(), 1, 'Eve');
  const before = except(mina.devices[0], olga, ravi);
  await send(mina, before);
  await move(olga, { op: ROSTER_OPS.add, subjects: [subjectOf(eve)] });
  const body = (await refused(send(mina, before))) as WrongDevicesBody;
  expect(body.error).toBe('WrongDevices');
  expect(body.expected.map(({ device }) => device).sort()).toEqual(except(undefined, olga, ravi, eve).sort());
  await send(mina, [...before, ...eve.devices]);

  await move(olga, { op: ROSTER_OPS.remove, subjects: [subjectOf(ravi, 0)] });
  expect((await refused(send(mina, [...before, ...eve.devices]))).error).toBe('WrongDevices');
  await send(mina, except(undefined, olga, eve));
  // What was accepted before is still on its way to who was removed: they were meant.
  const [device] = ravi.devices;
  if (!device) throw new Error('no device');
  expect((await relay.delivery.pending(device, 0)).envelopes).toHaveLength(2);
});

test('who was removed or never was in it cannot post, and is not told who is [R12]', async () => {
  const eve = await addPerson(relay.db, relay.clock(), 1, 'Eve');
  await send(ravi, except(ravi.devices[0], olga, mina, ravi));
  await move(olga, { op: ROSTER_OPS.remove, subjects: [subjectOf(ravi, 0)] });
  const before = await countRows(relay.db, 'messages');
  const [gone, never] = [
    await refused(send(ravi, except(undefined, olga, mina))),
    await refused(send(eve, [])),
  ];
  expect(gone).toEqual(never);
  expect(gone.error).toBe('NotFound');
  expect(gone).not.toHaveProperty('expected');
  expect(await countRows(relay.db, 'messages')).toBe(before);
});

test('a member with another identity than the roster names is left out until it is confirmed', async () => {
  expect(await expectedBy(mina)).toEqual(except(undefined, olga, ravi).sort());
  await relay.db.write((tx) =>
    tx.run('UPDATE accounts SET aik = $1 WHERE id = $2', [new Uint8Array([1]), ravi.account]),
  );
  relay.recipients.forget(ravi.account);
  expect(await expectedBy(mina)).toEqual(except(undefined, olga).sort());
  await send(mina, except(undefined, olga));
});

test('somebody whom the sender does not trust may be left out, with all their devices', async () => {
  const sender = mina.session();
  const [one, two] = ravi.devices;
  if (one === undefined || two === undefined) throw new Error('no devices');
  const post = (to: readonly DeviceId[], omitted: readonly DeviceId[]) =>
    relay.delivery.send(sender, makePost({ sender, conversation: id, to, omitted }).bytes);
  expect((await refused(post([...except(undefined, olga), one], [two]))).error).toBe('WrongDevices');
  expect((await post(except(undefined, olga), [one, two].sort())).recipients).toBe(2);
  expect((await relay.delivery.pending(one, 0)).envelopes).toEqual([]);
});

test('a disabled member stays a recipient until the signed removal, and gets nothing', async () => {
  await relay.db.write((tx) => tx.run('UPDATE accounts SET disabled = 1 WHERE id = $1', [ravi.account]));
  relay.recipients.forget(ravi.account);
  const { recipients } = await send(mina, except(undefined, olga, ravi));
  expect(recipients).toBe(2);
  await move(olga, { op: ROSTER_OPS.remove, subjects: [subjectOf(ravi, 0)] });
  expect((await refused(send(mina, except(undefined, olga, ravi)))).error).toBe('WrongDevices');
});

test('somebody alone in a group writes to their other devices, or to nobody', async () => {
  const event = await firstEvent(olga, [], { time: relay.clock() });
  await relay.rosters.create(olga.session(), event.signed);
  [id, roster] = [event.id, event.roster()];
  expect((await send(olga, except(olga.devices[0], olga))).recipients).toBe(1);
  await move(olga, { op: ROSTER_OPS.leave });
  expect((await refused(send(olga, []))).error).toBe('NotFound');
});

test('sends and changes of members at the same time leave no message for a mixture of both', async () => {
  const eve = await addPerson(relay.db, relay.clock(), 1, 'Eve');
  const before = except(undefined, olga, ravi);
  const event = await nextEvent(roster, olga, { op: ROSTER_OPS.add, subjects: [subjectOf(eve)] });
  const posts = Array.from({ length: 20 }, (_, index) =>
    send(mina, index % 2 ? before : [...before, ...eve.devices]),
  );
  const [, ...outcomes] = await Promise.allSettled([
    relay.rosters.append(olga.session(), id, event.signed),
    ...posts,
  ]);
  for (const outcome of outcomes)
    if (outcome.status === 'rejected') expect(outcome.reason.body.error).toBe('WrongDevices');
    else expect([3 + 1, 4 + 1]).toContain(outcome.value.recipients);
  expect((await send(mina, [...before, ...eve.devices])).recipients).toBe(5);
});
