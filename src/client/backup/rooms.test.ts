/** What leaves a device with its backup, and what never does. */
import { expect, test } from 'bun:test';
import { openBlob, splitEntries } from '../../protocol/archive.ts';
import { segmentPlace } from '../../protocol/backup.ts';
import { STORES } from '../ports.ts';
import { randomBytes, World } from '../testing/world.ts';
import { ROOMS } from './rooms.ts';

const MINUTE_MS = 60_000;

test('every room says what leaves it, and no secret does [R18]', async () => {
  const world = new World();
  const mina = await world.makePerson('mina', 1);
  const jonas = await world.makePerson('jonas', 1);
  const key = randomBytes(32);
  const [first] = mina.devices;
  first?.disk.store('secrets').set('backup', key);
  world.publish(mina);
  world.publish(jonas);
  const a = await world.open(mina, 0);
  const b = await world.open(jonas, 0);
  const { id } = await a.engine.direct(jonas.account);
  await a.engine.send(id, 'hello');
  await world.settle();
  await b.engine.send(id, 'hello to you');
  await a.engine.setVerified(jonas.account, true);
  const group = await a.engine.createGroup({ name: 'Work', people: [jonas.account] });
  await a.engine.send(group.id, 'to all');
  await world.settle();
  for (const message of await a.engine.messages(group.id, { limit: 1 }))
    await a.engine.react(message.id, '👍', true);
  await a.engine.setTimer(id, 3600);
  await a.engine.send(id, 'for an hour');
  await world.advance(2 * 60 * MINUTE_MS);
  await a.engine.backUpNow();

  const { disk } = a.storage;
  for (const room of STORES) {
    const leaves = ROOMS[room];
    if (typeof leaves === 'string') continue;
    for (const name of disk.store(room).keys())
      expect(`${room}: ${name.split('/')[0]} ${(name.split('/')[0] ?? '') in leaves}`).toEndWith('true');
  }

  const kept = world.relay.backups.of(mina.account);
  const said: Uint8Array[] = [];
  for (const [name, { sealed }] of kept.segments) {
    const place = segmentPlace({ account: Uint8Array.fromHex(mina.account), key }, Uint8Array.fromHex(name));
    said.push(await openBlob(world.crypto, place, sealed));
  }
  const kinds = new Set(said.flatMap((each) => splitEntries(each)).map((entry) => entry.kind));
  expect([...kinds].toSorted()).toEqual(['conversation', 'message', 'original', 'person']);
  const everything = said.map((each) => new TextDecoder('latin1').decode(each)).join();
  expect(everything).toContain('hello to you');
  const never = STORES.filter((room) => ROOMS[room] === 'never' && room !== 'backup' && room !== 'search');
  for (const room of never)
    for (const [name, value] of disk.store(room)) {
      // Short values are counters and words, which stand in anything.
      if (value.length < 32) continue;
      const bytes = new TextDecoder('latin1').decode(value);
      expect(`${room}/${name} ${everything.includes(bytes)}`).toEndWith('false');
      for (const [, text = ''] of bytes.matchAll(/"([A-Za-z0-9_-]{43,})"/g)) {
        const public_ = room === 'meta';
        if (!public_) expect(`${room}/${name} ${everything.includes(text)}`).toEndWith('false');
      }
    }
  await world.close();
}, 60_000);
