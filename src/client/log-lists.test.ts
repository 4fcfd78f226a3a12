/**
 * What the log says of a device list counts, also while the directory keeps it back (protocol/README 11,
 * "Transparency"; R12, R15, R38).
 */
import { afterEach, beforeAll, beforeEach, expect, setDefaultTimeout, test } from 'bun:test';
import type { DirectoryEntry } from '../contract/accounts.ts';
import type { DeviceId } from '../contract/ids.ts';
import { messagesOf, textsIn } from './testing/reading.ts';
import { type Client, type MadePerson, World } from './testing/world.ts';

setDefaultTimeout(60_000);

let cast: Record<'mina' | 'jonas' | 'tom' | 'tomAnew', MadePerson>;
let world: World;
let mina: MadePerson;
let jonas: MadePerson;
let tom: MadePerson;

beforeAll(async () => {
  const made = new World();
  const lostEverything = await made.makePerson('tom', 1);
  cast = {
    mina: await made.makePerson('mina', 2),
    jonas: await made.makePerson('jonas', 1),
    tom: lostEverything,
    tomAnew: await made.makePerson('tom', 1, lostEverything),
  };
}, 60_000);
beforeEach(() => {
  world = new World();
  mina = world.enter(cast.mina);
  jonas = world.enter(cast.jonas);
  tom = world.enter(cast.tom);
});
afterEach(() => world.close());

const madeFor = (device: DeviceId): number =>
  [...world.relay.bodies.values()].filter(
    (body) => body.class === 1 && (body.pending.has(device) || body.delivered.has(device)),
  ).length;

/** The directory goes on showing this client what it shows now of this person; the log does not. */
function keepBack(person: MadePerson, from: Client): void {
  const before = world.relay.people.get(person.account);
  if (before === undefined) throw new Error('nobody');
  let asking: DeviceId | null = null;
  world.relay.knobs.request = (_, device) => {
    asking = device;
  };
  world.relay.knobs.directory = (entry: DirectoryEntry) =>
    entry.account === person.account && asking === from.device ? before : entry;
}
/** Nobody is told by the server that a person has other devices now. */
function tellNobody(): void {
  for (const device of world.relay.devices.values()) {
    const { listener } = device;
    device.listener = (frame) => frame.event !== 'devices' && listener?.(frame);
  }
}

test('a device that was removed gets nothing more, once anybody has shown the log in which it was', async () => {
  const a = await world.open(mina, 0);
  const b = await world.open(jonas, 0);
  const { id } = await b.engine.direct(mina.account);
  await b.engine.send(id, 'to both devices');
  await world.settle();
  const stolen = mina.devices[1]?.device as DeviceId;
  expect(madeFor(stolen)).toBe(1);
  world.relay.devices.delete(stolen);
  keepBack(mina, b);
  tellNobody();
  await world.signList(mina, [stolen]);
  world.publishList(mina);
  a.line.connect();
  await world.settle();
  await a.engine.send(id, 'I have lost my telephone');
  await world.settle();
  // Nobody can know here whether it is of the device that is gone.
  expect((await messagesOf(b, id)).at(-1)).toMatchObject({
    kind: 'unreadable',
    reason: expect.stringContaining('newer list of the sender’s devices'),
  });
  // The relay still wants it among the recipients of those who do not know.
  world.relay.putDevice(mina.account, stolen);
  await b.engine.send(id, 'the secret');
  await world.settle();
  expect(madeFor(stolen)).toBe(1);
  expect((await messagesOf(b, id)).at(-1)).toMatchObject({
    status: 'Failed',
    reason: expect.stringContaining('devices does not verify'),
  });
  world.relay.knobs.directory = (entry) => entry;
  world.relay.devices.delete(stolen);
  await b.engine.flush();
  await world.settle();
  expect(await textsIn(a, id)).toContain('the secret');
  expect(await textsIn(b, id)).toContain('I have lost my telephone');
  expect(madeFor(stolen)).toBe(1);
});

test('a group goes on without somebody whose identity the log has replaced', async () => {
  const a = await world.open(mina, 0);
  const b = await world.open(jonas, 0);
  const { id } = await a.engine.createGroup({ name: 'Harbour', people: [jonas.account, tom.account] });
  await world.settle();
  const old = tom.devices[0]?.device as DeviceId;
  keepBack(tom, b);
  tellNobody();
  world.enter(cast.tomAnew);
  a.line.connect();
  await world.settle();
  await a.engine.send(id, 'hello');
  await world.settle();
  const before = madeFor(old);
  await b.engine.send(id, 'without the old key');
  await world.settle();
  expect(madeFor(old)).toBe(before);
  expect(await textsIn(a, id)).toContain('without the old key');
});

test('nor is it heard any more, while the directory keeps the newer list back', async () => {
  const a = await world.open(mina, 0);
  const thief = await world.open(mina, 1);
  const b = await world.open(jonas, 0);
  const { id } = await b.engine.direct(mina.account);
  await b.engine.send(id, 'to both devices');
  await world.settle();
  await thief.engine.send(id, 'from the telephone');
  await world.settle();
  keepBack(mina, b);
  tellNobody();
  await world.signList(mina, [thief.device]);
  world.publishList(mina);
  const helped = world.relay.device(thief.device);
  world.relay.devices.delete(thief.device);
  a.line.connect();
  await world.settle();
  await a.engine.send(id, 'I have lost my telephone');
  await world.settle();
  world.relay.devices.set(thief.device, helped);
  await thief.engine.send(id, 'send me the secret');
  await world.settle();
  expect(await textsIn(b, id)).not.toContain('send me the secret');
  world.relay.devices.delete(thief.device);
  world.relay.knobs.directory = (entry) => entry;
  await world.advance(10_000);
  b.line.connect();
  await world.advance(10_000);
  expect(await textsIn(b, id)).toEqual(['to both devices', 'from the telephone', 'I have lost my telephone']);
});
