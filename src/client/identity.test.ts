import { afterEach, beforeAll, beforeEach, expect, test } from 'bun:test';
import type { ConversationId } from '../contract/ids.ts';
import { type Client, type MadePerson, World } from './testing/world.ts';

let cast: { mina: MadePerson; jonas: MadePerson; anew: MadePerson };
let world: World;
let mina: MadePerson;
let jonas: MadePerson;

beforeAll(async () => {
  const made = new World();
  const first = await made.makePerson('jonas', 1);
  cast = {
    mina: await made.makePerson('mina', 1),
    jonas: first,
    anew: await made.makePerson('jonas', 1, first),
  };
}, 60_000);
beforeEach(() => {
  world = new World();
  mina = world.enter(cast.mina);
  jonas = world.enter(cast.jonas);
});
afterEach(() => world.close());

const texts = async (client: Client, id: ConversationId) =>
  (await client.engine.messages(id, { limit: 100 })).map(({ text }) => text);

/** Mina has talked to Jonas, who then loses everything and comes back with another identity. */
async function afterChange(verified: boolean) {
  const a = await world.open(mina, 0);
  const { id } = await a.engine.direct(jonas.account);
  await a.engine.send(id, 'hello');
  await world.settle();
  if (verified) await a.engine.setVerified(jonas.account, true);
  for (const { device } of jonas.devices) world.relay.devices.delete(device);
  const anew = world.enter(cast.anew);
  await world.settle();
  const b = await world.open(anew, 0);
  const peer = async () => (await a.engine.people()).find(({ account }) => account === jonas.account);
  return { a, b, id, peer };
}

test('the safety number is the same on both sides, and verification stays with the account', async () => {
  const a = await world.open(mina, 0);
  const b = await world.open(jonas, 0);
  const mine = await a.engine.safetyNumber(jonas.account);
  const theirs = await b.engine.safetyNumber(mina.account);
  expect(mine.digits).toMatch(/^\d{60}$/);
  expect(mine).toEqual(theirs);
  expect(mine.verified).toBe(false);
  await a.engine.setVerified(jonas.account, true);
  expect(await a.engine.safetyNumber(jonas.account)).toEqual({ ...mine, verified: true });
  expect((await a.engine.direct(jonas.account)).peer?.verified).toBe(true);
});

test('a new identity blocks sending until it is acknowledged; then it reads and is read', async () => {
  const { a, b, id, peer } = await afterChange(false);
  expect((await peer())?.identityChanged).toBe(true);
  expect(a.events.some((event) => event.type === 'notice' && event.code === 'identity')).toBe(true);
  const message = await a.engine.send(id, 'is it you?');
  await world.settle();
  const held = await a.engine.message(message.id);
  expect(held?.status).toBe('Failed');
  expect(held?.reason).toContain('until you have acknowledged it');
  expect((await a.engine.flush()).waiting).toBe(1);
  await b.engine.direct(mina.account);
  await b.engine.send(id, 'it is me');
  await world.settle();
  expect(await texts(a, id)).toEqual(['hello', 'is it you?', '']);
  const [closed] = (await a.engine.messages(id, { limit: 1 })).map(({ reason }) => reason);
  expect(closed).toContain('new identity');
  await a.engine.acknowledgeIdentity(jonas.account);
  await world.settle();
  expect((await peer())?.identityChanged).toBe(false);
  expect(await texts(a, id)).toEqual(['hello', 'is it you?', 'it is me']);
  expect((await texts(b, id)).sort()).toEqual(['is it you?', 'it is me']);
  expect((await a.engine.message(message.id))?.status).toBe('Delivered');
});

test('for a verified person it blocks hard, until the number is compared again [R15]', async () => {
  const { a, b, id, peer } = await afterChange(true);
  const message = await a.engine.send(id, 'is it you?');
  await world.settle();
  expect((await a.engine.message(message.id))?.reason).toContain('compare the safety number');
  await expect(a.engine.acknowledgeIdentity(jonas.account)).rejects.toThrow('compare the safety number');
  const [mine, theirs] = [
    await a.engine.safetyNumber(jonas.account),
    await b.engine.safetyNumber(mina.account),
  ];
  expect(mine.digits).toBe(theirs.digits);
  expect(mine.verified).toBe(false);
  await a.engine.setVerified(jonas.account, true);
  await world.settle();
  expect(await peer()).toMatchObject({ verified: true, identityChanged: false });
  expect(await texts(b, id)).toEqual(['is it you?']);
});

test('an identity that the server shows and its log does not have changes nothing', async () => {
  const a = await world.open(mina, 0);
  const b = await world.open(jonas, 0);
  const { id } = await a.engine.direct(jonas.account);
  const other = new World();
  other.enter(cast.jonas);
  other.enter(cast.anew);
  const lie = other.relay.people.get(jonas.account);
  world.relay.knobs.directory = (entry) => (entry.account === jonas.account ? (lie ?? entry) : entry);
  a.line.connect();
  await world.settle();
  expect(a.events).toContainEqual(expect.objectContaining({ type: 'notice', code: 'E_KT' }));
  expect((await a.engine.people()).every(({ identityChanged }) => !identityChanged)).toBe(true);
  await a.engine.send(id, 'to whom?');
  await world.settle();
  expect(await texts(b, id)).toEqual(['to whom?']);
});

test('another identity of one’s own in the directory is a lie: told, and nothing else', async () => {
  const a = await world.open(mina, 0);
  const b = await world.open(jonas, 0);
  const { id } = await a.engine.direct(jonas.account);
  const lie = world.relay.people.get(jonas.account);
  world.relay.knobs.directory = (entry) =>
    entry.account === mina.account ? { ...entry, aik: lie?.aik ?? entry.aik } : entry;
  a.line.connect();
  await world.settle();
  expect(a.events.some((event) => event.type === 'notice' && event.code === 'E_KT')).toBe(true);
  await a.engine.send(id, 'still me');
  await world.settle();
  world.relay.knobs.directory = (entry) => entry;
  b.line.connect();
  await world.settle();
  expect(await texts(b, id)).toEqual(['still me']);
});
