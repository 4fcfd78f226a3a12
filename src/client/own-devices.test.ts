import { afterEach, beforeAll, beforeEach, describe, expect, test } from 'bun:test';
import type { DeviceId } from '../contract/ids.ts';
import type { DeviceNews } from './engine-types.ts';
import { type Client, type MadePerson, World } from './testing/world.ts';

const people = new World();
let mina: MadePerson;
let ravi: MadePerson;
beforeAll(async () => {
  mina = await people.makePerson('mina', 3);
  ravi = await people.makePerson('ravi', 2);
}, 60_000);

let world: World;
beforeEach(() => {
  world = new World();
});
afterEach(() => world.close());

const named = (deviceName: string) => ({ ports: { deviceName } });
const kindsOf = (news: readonly DeviceNews[]) => news.map(({ kind, device }) => `${kind} ${device}`);
const namesOf = async ({ engine }: Client) =>
  Object.fromEntries((await engine.devices()).map(({ device, name }) => [device, name]));
const idOf = (person: MadePerson, index: number): DeviceId => {
  const made = person.devices[index];
  if (made === undefined) throw new Error('no such device');
  return made.device;
};
/** The person has seen what there was: their first device was told of the second. */
const dismissAll = async ({ engine }: Client) => {
  for (const { device } of await engine.deviceNews()) await engine.dismissNews(device);
};
/** Opens the device on its disk again, as after a restart. */
const again = async (person: MadePerson, index: number, client: Client) => {
  client.line.disconnect();
  await client.engine.stop();
  return world.open(person, index);
};

describe('a new device [R38]', () => {
  test('is told on every other one, online or at its next start, once, and not on itself', async () => {
    const here = world.enter(mina, 2);
    const other = world.enter(ravi, 1);
    const first = await world.open(here, 0, named('Firefox on Linux'));
    let away = await world.open(here, 1, named('Safari on iPhone'));
    const partner = await world.open(other, 0);
    const { id } = await partner.engine.direct(first.account);
    await partner.engine.send(id, 'hello');
    await world.settle();
    expect(kindsOf(await first.engine.deviceNews())).toEqual([`added ${idOf(mina, 1)}`]);
    expect(await away.engine.deviceNews()).toEqual([]);
    await dismissAll(first);
    away.line.disconnect();
    await away.engine.stop();

    world.reveal(here, mina);
    const third = await world.open(here, 2, named('Command line on mill'));
    await world.settle();
    const added = [`added ${idOf(mina, 2)}`];
    expect(kindsOf(await first.engine.deviceNews())).toEqual(added);
    expect((await first.engine.deviceNews())[0]?.message).toMatch(
      /^A new device was added to your account on \d+ \w+ \d{4}: Command line on mill\. If that was not you, remove it now\.$/,
    );
    expect(await third.engine.deviceNews()).toEqual([]);
    expect(partner.events.filter(({ type }) => type === 'notice')).toEqual([]);
    expect(await partner.engine.deviceNews()).toEqual([]);

    away = await world.open(here, 1);
    expect(kindsOf(await away.engine.deviceNews())).toEqual(added);

    await first.engine.dismissNews(idOf(mina, 2));
    expect(await first.engine.deviceNews()).toEqual([]);
    await first.engine.sync();
    expect(await first.engine.deviceNews()).toEqual([]);
    const later = await again(here, 0, first);
    await later.engine.sync();
    expect(await later.engine.deviceNews()).toEqual([]);
    expect(kindsOf(await away.engine.deviceNews())).toEqual(added);
  });

  test('that is removed again is told, too, and gets nothing', async () => {
    const here = world.enter(mina);
    const clients = [await world.open(here, 0), await world.open(here, 1)];
    await world.settle();
    for (const client of clients) await dismissAll(client);
    const gone = idOf(mina, 2);
    await world.signList(here, [gone]);
    world.relay.devices.delete(gone);
    world.publishList(here);
    for (const { engine } of clients) {
      await engine.sync();
      expect(kindsOf(await engine.deviceNews())).toEqual([`removed ${gone}`]);
      expect((await engine.devices()).map(({ device }) => device)).not.toContain(gone);
    }
  });

  test('is not believed on the server’s word', async () => {
    const here = world.enter(mina, 2);
    const first = await world.open(here, 0);
    await dismissAll(first);
    world.publishList({ ...here, certificates: mina.certificates });
    await first.engine.sync();
    expect(await first.engine.deviceNews()).toEqual([]);
    expect(await first.engine.devices()).toHaveLength(2);
  });
});

describe('names of devices', () => {
  test('reach the other devices sealed, and one that joins later learns them', async () => {
    const here = world.enter(mina, 2);
    const first = await world.open(here, 0, named('Firefox on Linux'));
    const second = await world.open(here, 1, named('Safari on iPhone'));
    await world.settle();
    const both = { [idOf(mina, 0)]: 'Firefox on Linux', [idOf(mina, 1)]: 'Safari on iPhone' };
    expect(await namesOf(first)).toEqual(both);
    expect(await namesOf(second)).toEqual(both);

    await world.advance(1000);
    await second.engine.renameDevice(idOf(mina, 0), '  The mill  ');
    await world.settle();
    expect((await namesOf(first))[idOf(mina, 0)]).toBe('The mill');
    expect(first.events.some(({ type }) => type === 'devices')).toBe(true);

    world.reveal(here, mina);
    const third = await world.open(here, 2, named('Command line on mill'));
    await world.settle();
    const all = {
      [idOf(mina, 0)]: 'The mill',
      [idOf(mina, 1)]: 'Safari on iPhone',
      [idOf(mina, 2)]: 'Command line on mill',
    };
    for (const client of [first, second, third]) expect(await namesOf(client)).toEqual(all);
    expect(JSON.stringify([...world.relay.posts])).not.toContain('mill');
  });

  test('stay when a device that did not hear of them starts again', async () => {
    const here = world.enter(mina, 2);
    const first = await world.open(here, 0, named('Firefox on Linux'));
    const second = await world.open(here, 1, named('Safari on iPhone'));
    await world.settle();
    await first.engine.renameDevice(idOf(mina, 0), 'Desk');
    await world.settle();
    first.line.disconnect();
    await first.engine.stop();
    const back = await world.open(here, 0, named('Firefox on Linux'));
    await world.settle();
    expect((await namesOf(back))[idOf(mina, 0)]).toBe('Desk');
    expect((await namesOf(second))[idOf(mina, 0)]).toBe('Desk');
  });

  test('that are none, or of no device of one’s own, are refused in a sentence', async () => {
    const here = world.enter(mina, 1);
    const other = world.enter(ravi, 1);
    const { engine } = await world.open(here, 0);
    for (const name of ['', '   ', 'x'.repeat(65), 'a\u202eb', 'a\nb'])
      expect(engine.renameDevice(idOf(mina, 0), name)).rejects.toThrow('1 to 64 characters');
    expect(engine.renameDevice(idOf(other, 0), 'Mine')).rejects.toThrow('no such device');
  });
});

test('three devices of one person and two of another: what any of them writes reaches all the others', async () => {
  const [one, two] = [world.enter(mina), world.enter(ravi)];
  const all: Client[] = [];
  for (const [person, count] of [
    [one, 3],
    [two, 2],
  ] as const)
    for (let index = 0; index < count; index++) all.push(await world.open(person, index));
  await world.settle();
  const [first] = all;
  if (first === undefined) throw new Error('nobody');
  const { id } = await first.engine.direct(ravi.account);
  await world.settle();
  const texts: string[] = [];
  for (const [index, client] of all.entries()) {
    await client.engine.direct(client.account === mina.account ? ravi.account : mina.account);
    const text = `from device ${index}`;
    texts.push(text);
    await client.engine.send(id, text);
    await world.settle();
  }
  for (const { engine } of all) {
    const read = await engine.messages(id, { limit: 20 });
    expect(read.map(({ text }) => text).sort()).toEqual([...texts].sort());
    expect(read.every(({ verified }) => verified)).toBe(true);
  }
});
