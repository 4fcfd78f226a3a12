/** Several tabs or processes over one storage: one of them carries a message, and all of them know what became of it. */
import { afterEach, beforeAll, beforeEach, expect, test } from 'bun:test';
import { CHUNK_BYTES } from '../../contract/files.ts';
import type { ConversationId } from '../../contract/ids.ts';
import { MemoryStorage } from '../memory-storage.ts';
import { memorySource, named } from '../testing/file-bytes.ts';
import { lost } from '../testing/relay.ts';
import { type Client, type MadePerson, World } from '../testing/world.ts';
import type { Uploading } from './ports.ts';

let cast: { mina: MadePerson; jonas: MadePerson };
let world: World;
let tabs: [Client, Client];
let id: ConversationId;

/** As Web Locks: by name, in order, and given up by who goes. */
function locks(): Uploading {
  const held = new Map<string, Promise<unknown>>();
  return {
    exclusive: async (name, signal, task) => {
      const before = held.get(name) ?? Promise.resolve();
      const turn = before.then(() => {
        signal.throwIfAborted();
        return task();
      });
      held.set(
        name,
        turn.catch(() => {}),
      );
      return turn;
    },
  };
}

beforeAll(async () => {
  const made = new World();
  cast = { mina: await made.makePerson('mina', 1), jonas: await made.makePerson('jonas', 1) };
}, 60_000);
beforeEach(async () => {
  world = new World();
  const person = world.enter(cast.mina);
  world.enter(cast.jonas);
  const [made] = person.devices;
  if (made === undefined) throw new Error('no device');
  const storage = new MemoryStorage(made.disk);
  const uploading = locks();
  const open = (offline: boolean) => world.open(person, 0, { storage, offline, ports: { uploading } });
  // One line stands for both: the relay knows one device.
  tabs = [await open(false), await open(true)];
  tabs[1].line.cut = false;
  id = (await tabs[0].engine.direct(cast.jonas.account)).id;
});
afterEach(() => world.close());

const texts = async () =>
  (await tabs[0].engine.messages(id, { limit: 9 }))
    .filter(({ kind }) => kind === 'text')
    .map(({ text }) => text);

test('the tab that has the file carries it, and another one that waits hears that it was said', async () => {
  const [one, two] = [await tabs[0].engine.files(), await tabs[1].engine.files()];
  world.relay.knobs.request = (call) => {
    if (call === 'files') throw lost();
  };
  const { id: pending } = await one.send(id, { text: 'once', files: [named('a', 2 * CHUNK_BYTES)] });
  two.resume();
  const heard = [one.sent(pending), two.sent(pending)];
  await world.settle();
  expect((await two.pending()).map((each) => each.text)).toEqual(['once']);
  world.relay.knobs.request = () => {};
  const [upload] = (await one.pending())[0]?.files ?? [];
  if (upload === undefined) throw new Error('no upload');
  await one.retry(upload.id);
  await world.advance(60_000);
  expect((await one.pending()).length).toBe(0);
  expect((await Promise.all(heard)).map((message) => message?.text)).toEqual(['once', 'once']);
  expect(await texts()).toEqual(['once']);
  expect([...world.relay.files.attempts.values()].every(({ size }) => size === 1)).toBeTrue();
});

test('what is called off in one tab does not go on in another', async () => {
  const [one, two] = [await tabs[0].engine.files(), await tabs[1].engine.files()];
  let cancelled = false;
  const source = memorySource(32 * CHUNK_BYTES, 3);
  const pausing = {
    ...source,
    read: async (from: number, to: number) => {
      if (from === 4 * CHUNK_BYTES && !cancelled) {
        cancelled = true;
        await two.cancel((await two.pending())[0]?.id ?? '');
      }
      return source.read(from, to);
    },
  };
  const pending = await one.send(id, { text: 'never', files: [{ ...named('a', 0), source: pausing }] });
  expect(await one.sent(pending.id)).toBeNull();
  await world.advance(120_000);
  expect(await texts()).toEqual([]);
  expect(source.reads.length).toBeLessThan(32);
  expect(world.relay.files.kept.size).toBe(0);
  expect(await tabs[0].storage.list('files', { prefix: 'p/' })).toEqual([]);
});
