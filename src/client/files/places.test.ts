import { afterEach, beforeAll, beforeEach, expect, setDefaultTimeout, test } from 'bun:test';
import type { ConversationId } from '../../contract/ids.ts';
import { addWords } from '../compose.ts';
import { messagesOf } from '../testing/reading.ts';
import { lost, refused } from '../testing/refusals.ts';
import { contextOf, sayFile } from '../testing/said-files.ts';
import { type Client, type MadePerson, randomBytes, World } from '../testing/world.ts';
import { fileActions } from './actions.ts';

setDefaultTimeout(60_000);

let cast: Record<'mina' | 'jonas' | 'tom', MadePerson>;
let world: World;
let people: Record<'mina' | 'jonas' | 'tom', MadePerson>;
let mina: Client;
let jonas: Client;
let between: ConversationId;
beforeAll(async () => {
  const made = new World();
  cast = {
    mina: await made.makePerson('mina', 2),
    jonas: await made.makePerson('jonas', 1),
    tom: await made.makePerson('tom', 1),
  };
});
beforeEach(async () => {
  world = new World();
  people = { mina: world.enter(cast.mina), jonas: world.enter(cast.jonas), tom: world.enter(cast.tom) };
  mina = await world.open(people.mina, 0);
  jonas = await world.open(people.jonas, 0);
  between = (await mina.engine.direct(jonas.account)).id;
});
afterEach(() => world.close());

const actionsOf = async (client: Client) => fileActions(await contextOf(world, client));
const flush = async (client: Client) => {
  await client.engine.flush();
  await world.settle();
  await world.advance(1000);
};
const say = async (client: Client, about: Parameters<typeof sayFile>[3] = {}, where = between) => {
  const said = await sayFile(world, client, where, about);
  await flush(client);
  return said;
};
const versionsOf = async (
  client: Client,
  id: Parameters<Awaited<ReturnType<typeof actionsOf>>['versions']>[0],
) => (await (await actionsOf(client)).versions(id)).map(({ file }) => `${file.version} ${file.name}`);

test('versions of a file are one series, whoever said them, and the newest stands for all', async () => {
  const { file: first } = await say(mina, { name: 'plan 1.txt' });
  const { file: second } = await say(jonas, { name: 'plan 2.txt', replaces: first.id });
  await say(mina, { name: 'plan 3.txt', replaces: first.id });
  for (const each of [mina, jonas]) {
    const all = ['3 plan 3.txt', '2 plan 2.txt', '1 plan 1.txt'];
    expect(await versionsOf(each, first.id)).toEqual(all);
    expect(await versionsOf(each, second.id)).toEqual(all);
    const actions = await actionsOf(each);
    expect((await actions.list()).map(({ file }) => file.name)).toEqual(['plan 3.txt']);
    const every = await actions.list({ latest: false });
    expect(every.map(({ superseded }) => superseded)).toEqual([false, true, true]);
  }
});

test('two devices that say a version at once keep both, in one order everywhere', async () => {
  const { file } = await say(mina);
  await sayFile(world, mina, between, { name: 'hers.txt', replaces: file.id });
  await say(jonas, { name: 'his.txt', replaces: file.id });
  await flush(mina);
  const seen = await versionsOf(mina, file.id);
  expect(seen).toHaveLength(3);
  expect(seen.slice(0, 2).sort()).toEqual(['2 hers.txt', '2 his.txt']);
  expect(await versionsOf(jonas, file.id)).toEqual(seen);
});

test('what is said under a file’s series in another conversation is no version of it', async () => {
  const { file } = await say(mina);
  const { id: elsewhere } = await mina.engine.direct(people.tom.account);
  const tom = await world.open(people.tom, 0);
  const ctx = await contextOf(world, mina);
  await fileActions(ctx).forward(file.id, elsewhere);
  await flush(mina);
  await say(tom, { name: 'false.txt', replaces: file.id }, elsewhere);
  expect(
    (await fileActions(ctx).list({ conversation: between })).map(({ superseded }) => superseded),
  ).toEqual([false]);
  expect((await fileActions(ctx).versions(file.id, between)).map(({ file }) => file.name)).toEqual([
    'notes.txt',
  ]);
  expect(await fileActions(ctx).versions(file.id, elsewhere)).toHaveLength(2);
});

test('an old version is said again as the newest, and stays when its first message is deleted', async () => {
  const preview = randomBytes(40);
  const { file, message } = await say(mina, { name: 'good.txt', previewType: 'text/plain', preview });
  await say(mina, { name: 'bad.txt', replaces: file.id });
  const again = await (await actionsOf(jonas)).restore(file.id);
  await flush(jonas);
  expect(again.files[0]).toEqual({ ...file, version: 3 });
  expect(await versionsOf(mina, file.id)).toEqual(['3 good.txt', '2 bad.txt', '1 good.txt']);
  await mina.engine.deleteMessage(message.id);
  await flush(mina);
  expect(await versionsOf(jonas, file.id)).toEqual(['3 good.txt', '2 bad.txt']);
  expect(world.relay.files.kept.get(file.id)?.places.get(between)).toEqual(new Set([jonas.account]));
});

test('a deleted message takes its file from the server, after a restart and without a network, too', async () => {
  const { file, message } = await say(mina);
  mina.line.cut = true;
  await mina.engine.deleteMessage(message.id);
  await world.settle();
  expect(world.relay.files.kept.has(file.id)).toBe(true);
  await mina.engine.stop();
  const anew = await world.open(people.mina, 0, { storage: mina.storage });
  await anew.engine.sync();
  await world.settle();
  expect(world.relay.files.kept.has(file.id)).toBe(false);
  expect([...anew.storage.disk.store('files').keys()].filter((key) => key.startsWith('u/'))).toEqual([]);
  await anew.engine.stop();
});

test('a server that cannot take a file back now is told again', async () => {
  const { file, message } = await say(mina);
  world.relay.knobs.request = (name) => {
    if (name === 'files') throw refused(503, 'Unavailable', 'The server can store nothing at present.');
  };
  await mina.engine.deleteMessage(message.id);
  await flush(mina);
  expect([...mina.storage.disk.store('files').keys()].filter((key) => key.startsWith('u/'))).toHaveLength(1);
  world.relay.knobs.request = () => {};
  await mina.engine.sync();
  await world.settle();
  expect(world.relay.files.kept.has(file.id)).toBe(false);
});

test('a file that another message of one’s own names stays there until that goes, too', async () => {
  const { file, message } = await say(mina);
  const again = await (await actionsOf(mina)).restore(file.id);
  await flush(mina);
  await mina.engine.deleteMessage(message.id);
  await flush(mina);
  expect(world.relay.files.kept.has(file.id)).toBe(true);
  await mina.engine.deleteMessage(again.id);
  await flush(mina);
  expect(world.relay.files.kept.has(file.id)).toBe(false);
});

test('a message whose time is over takes its file along, and so does one that never left', async () => {
  await mina.engine.setTimer(between, 60);
  await flush(mina);
  const { file } = await say(mina);
  await world.advance(61_000);
  expect(await messagesOf(mina, between)).toSatisfy((all) => all.every(({ kind }) => kind === 'notice'));
  expect(world.relay.files.kept.has(file.id)).toBe(false);
  const { message, file: other } = await sayFile(world, mina, between);
  await mina.engine.deleteMessage(message.id);
  await flush(mina);
  expect(world.relay.files.kept.has(other.id)).toBe(false);
});

test('a file that was begun for nobody leaves the server with the last message that names it', async () => {
  const { files } = mina.line.transport();
  const { file, message } = await say(mina);
  const kept = world.relay.files.kept.get(file.id) ?? never();
  world.relay.files.kept.set(file.id, { ...kept, isPrivate: true });
  const { id: notes } = await mina.engine.direct(mina.account);
  const again = await (await actionsOf(mina)).forward(file.id, notes);
  await flush(mina);
  await mina.engine.deleteMessage(message.id);
  await flush(mina);
  expect((await files.record(file.id)).conversations).toEqual([notes]);
  await mina.engine.deleteMessage(again.id);
  await flush(mina);
  expect(world.relay.files.kept.size).toBe(0);
});

test('a file that was begun for nobody leaves the server also when that was cut off half-way', async () => {
  const { file, message } = await say(mina);
  const kept = world.relay.files.kept.get(file.id) ?? never();
  world.relay.files.kept.set(file.id, { ...kept, isPrivate: true });
  let calls = 0;
  world.relay.knobs.request = (name) => {
    if (name === 'files' && ++calls === 2) throw lost();
  };
  await mina.engine.deleteMessage(message.id);
  await flush(mina);
  expect(world.relay.files.kept.get(file.id)?.places.size).toBe(0);
  await mina.engine.sync();
  await world.settle();
  expect(world.relay.files.kept.size).toBe(0);
});

test('one of one’s own devices tells the server, and the others only forget', async () => {
  const second = await world.open(people.mina, 1);
  const { message } = await say(mina);
  const before = world.relay.calls.files ?? 0;
  await mina.engine.deleteMessage(message.id);
  await flush(mina);
  expect(world.relay.files.kept.size).toBe(0);
  expect(await (await actionsOf(second)).list()).toEqual([]);
  expect([...second.storage.disk.store('files').keys()].filter((key) => key.startsWith('u/'))).toEqual([]);
  // It was taken back, and that nothing else keeps it was looked up: once each.
  expect((world.relay.calls.files ?? 0) - before).toBe(2);
});

test('nobody else takes a file from the server by deleting what they said of it', async () => {
  const { file } = await say(mina);
  const { message } = await say(jonas, { text: 'mine' });
  await jonas.engine.deleteMessage(message.id);
  await flush(jonas);
  expect([...world.relay.files.kept.keys()]).toEqual([file.id]);
});

test('a forwarded file can be fetched where it is said, and begins a series there', async () => {
  const { file } = await say(mina, { name: 'plan.txt' });
  await say(mina, { name: 'plan.txt', replaces: file.id });
  const tom = await world.open(people.tom, 0);
  await expect(tom.line.transport().files.record(file.id)).rejects.toThrow();
  const { id: elsewhere } = await jonas.engine.direct(people.tom.account);
  await (await actionsOf(jonas)).forward(file.id, elsewhere, 'look');
  await flush(jonas);
  expect((await tom.line.transport().files.record(file.id)).missing).toEqual([]);
  const [kept] = await (await actionsOf(tom)).list();
  expect(kept?.file).toMatchObject({ id: file.id, series: file.id, version: 1 });
  expect((await messagesOf(tom, elsewhere)).at(-1)?.text).toBe('look');
});

test('what somebody else says of a file’s id is not forwarded, nor said again, in its place', async () => {
  const { file } = await say(mina, { name: 'contract.pdf' });
  const ctx = await contextOf(world, jonas);
  const other = { ...file, name: 'other.exe', key: randomBytes(32), root: randomBytes(32) };
  await ctx.operate((op) => addWords(op, ctx, between, { text: '', answers: null, files: [other] }));
  await flush(jonas);
  await flush(mina);
  const { id: notes } = await mina.engine.direct(mina.account);
  const actions = await actionsOf(mina);
  const [said] = (await actions.forward(file.id, notes, '', file)).files;
  expect(said).toMatchObject({ name: 'contract.pdf', key: file.key, root: file.root });
  const [again] = (await actions.restore(file.id, between, { ...file, preview: null })).files;
  expect(again).toMatchObject({ name: 'contract.pdf', root: file.root, version: 2 });
  const never = { ...file, name: 'never.txt' };
  await expect(actions.forward(file.id, notes, '', never)).rejects.toThrow('not on this device');
});

test('what the server does not have any more is neither said again nor forwarded', async () => {
  const { file } = await say(mina);
  world.relay.files.kept.delete(file.id);
  const actions = await actionsOf(mina);
  await expect(actions.restore(file.id)).rejects.toThrow('The server does not have this file any more');
  await expect(actions.forward(file.id, between)).rejects.toThrow(
    'The server does not have this file any more',
  );
  expect(await messagesOf(mina, between)).toHaveLength(1);
});

test('the server’s word on when a file is deleted is what is shown', async () => {
  const { file } = await say(mina);
  const actions = await actionsOf(mina);
  const at = world.time.now + 5000;
  await actions.setExpiry(file.id, at);
  expect((await actions.list()).map((each) => each.file.expiresAt)).toEqual([at]);
  await actions.setExpiry(file.id, null);
  expect((await actions.list()).map((each) => each.file.expiresAt)).toEqual([null]);
  world.relay.files.kept.set(file.id, { ...(world.relay.files.kept.get(file.id) ?? never()), expiresAt: at });
  expect((await actions.usage()).files).toHaveLength(1);
  expect((await actions.list()).map((each) => each.file.expiresAt)).toEqual([at]);
  await expect((await actionsOf(jonas)).setExpiry(file.id, at)).rejects.toThrow();
  await actions.remove(file.id);
  expect(world.relay.files.kept.size).toBe(0);
  const [removed] = await actions.list();
  expect(removed?.file.expiresAt).toBe(world.time.now);
  // Its message shows it as over, too.
  const said = removed && (await mina.engine.message(removed.message));
  expect(said?.files.map((each) => each.expiresAt)).toEqual([world.time.now]);
});

const never = (): never => {
  throw new Error('It is there.');
};
