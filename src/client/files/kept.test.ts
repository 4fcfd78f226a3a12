import { afterEach, beforeAll, beforeEach, expect, setDefaultTimeout, test } from 'bun:test';
import { fileId } from '../../contract/files.ts';
import type { ConversationId } from '../../contract/ids.ts';
import { fileRequestId } from '../../contract/shares.ts';
import type { HistoryMessage } from '../engine-types.ts';
import { placeMessage } from '../history.ts';
import { messagesOf } from '../testing/reading.ts';
import { contextOf, sayFile } from '../testing/said-files.ts';
import { type Client, type MadePerson, randomBytes, World } from '../testing/world.ts';
import { fileActions } from './actions.ts';
import type { FileFilter } from './types.ts';
import { unknownFiles } from './unknown.ts';

setDefaultTimeout(60_000);

let cast: Record<'mina' | 'jonas', MadePerson>;
let world: World;
let mina: Client;
let jonas: Client;
let jonasPerson: MadePerson;
let between: ConversationId;
beforeAll(async () => {
  const made = new World();
  cast = { mina: await made.makePerson('mina', 2), jonas: await made.makePerson('jonas', 2) };
});
beforeEach(async () => {
  world = new World();
  mina = await world.open(world.enter(cast.mina, 1), 0);
  jonasPerson = world.enter(cast.jonas, 1);
  jonas = await world.open(jonasPerson, 0);
  between = (await mina.engine.direct(jonas.account)).id;
});
afterEach(() => world.close());

const actionsOf = async (client: Client) => fileActions(await contextOf(world, client));
const namesOf = async (client: Client, filter?: FileFilter) =>
  (await (await actionsOf(client)).list(filter)).map(({ file }) => file.name);
const say = async (client: Client, about: Parameters<typeof sayFile>[3]) => {
  const said = await sayFile(world, client, between, about);
  await client.engine.flush();
  await world.settle();
  await world.advance(1000);
  return said;
};

test('every device lists the files of messages, as filters and orders ask', async () => {
  await say(mina, { name: 'Größe.PNG', type: 'image/png', bytes: randomBytes(10) });
  await say(jonas, { name: 'minutes of may.odt', bytes: randomBytes(30), text: 'here' });
  await say(mina, { name: 'archive.bin', bytes: randomBytes(20) });
  for (const each of [mina, jonas]) {
    expect(await namesOf(each)).toEqual(['archive.bin', 'minutes of may.odt', 'Größe.PNG']);
    expect(await namesOf(each, { sort: 'oldest' })).toEqual([
      'Größe.PNG',
      'minutes of may.odt',
      'archive.bin',
    ]);
    expect(await namesOf(each, { sort: 'name' })).toEqual(['archive.bin', 'Größe.PNG', 'minutes of may.odt']);
    expect(await namesOf(each, { sort: 'size' })).toEqual(['minutes of may.odt', 'archive.bin', 'Größe.PNG']);
    expect(await namesOf(each, { query: 'MAY min' })).toEqual(['minutes of may.odt']);
    expect(await namesOf(each, { query: 'grosse' })).toEqual(['Größe.PNG']);
    expect(await namesOf(each, { kind: 'image' })).toEqual(['Größe.PNG']);
    expect(await namesOf(each, { kind: 'document' })).toEqual(['minutes of may.odt']);
    expect(await namesOf(each, { kind: 'other' })).toEqual(['archive.bin']);
    expect(await namesOf(each, { sender: jonas.account })).toEqual(['minutes of may.odt']);
    expect(await namesOf(each, { conversation: between })).toHaveLength(3);
  }
  expect(jonas.events.filter(({ type }) => type === 'files')).toHaveLength(2);
  const [file] = await (await actionsOf(jonas)).list({ query: 'archive' });
  const message = (await messagesOf(jonas, between)).find(({ id }) => id === file?.message);
  expect(file?.sender).toEqual({ account: mina.account, device: mina.device });
  expect(message?.files[0]?.name).toBe('archive.bin');
});

test('the list has no previews, which would make it as large as the files; the message has', async () => {
  const { message } = await say(mina, { previewType: 'image/webp', preview: randomBytes(5000) });
  const [kept] = await (await actionsOf(jonas)).list();
  expect(kept?.file.preview).toBeNull();
  expect((await jonas.engine.message(message.id))?.files[0]?.preview).toHaveLength(5000);
});

test('a file leaves the list with its message, whoever’s it is, and says so', async () => {
  const { message } = await say(mina, {});
  expect(await namesOf(jonas)).toHaveLength(1);
  await mina.engine.deleteMessage(message.id);
  await mina.engine.flush();
  await world.settle();
  expect(await namesOf(mina)).toEqual([]);
  expect(await namesOf(jonas)).toEqual([]);
  expect(jonas.events.filter(({ type }) => type === 'files')).toHaveLength(2);
  expect([...jonas.storage.disk.store('files').keys()].filter((key) => /^[ki]\//.test(key))).toEqual([]);
});

test('new words for a message change nothing of its files', async () => {
  const { message } = await say(mina, { text: 'first' });
  await mina.engine.edit(message.id, 'second');
  await mina.engine.flush();
  await world.settle();
  expect((await jonas.engine.message(message.id))?.text).toBe('second');
  expect(await namesOf(jonas)).toEqual(['notes.txt']);
  expect(jonas.events.filter(({ type }) => type === 'files')).toHaveLength(1);
  // And files may stand without any.
  await mina.engine.edit(message.id, '');
  expect((await mina.engine.message(message.id))?.text).toBe('');
});

test('what was never noted is noted from the history', async () => {
  await say(mina, { name: 'one.txt' });
  await say(mina, { name: 'two.txt' });
  const store = jonas.storage.disk.store('files');
  store.clear();
  expect(await namesOf(jonas)).toEqual(['two.txt', 'one.txt']);
  expect(await namesOf(jonas)).toEqual(['two.txt', 'one.txt']);
});

test('a message that is sealed anew under another id is one file still', async () => {
  await say(mina, { name: 'before.txt' });
  world.reveal(jonasPerson, cast.jonas);
  const { message } = await say(mina, {});
  const kept = await (await actionsOf(mina)).list();
  expect(kept.map(({ file }) => file.name)).toEqual(['notes.txt', 'before.txt']);
  const own = (await messagesOf(mina, between)).at(-1);
  expect(own?.id).not.toBe(message.id);
  expect(kept[0]?.message).toBe(own?.id ?? message.id);
});

test('a list of a thousand files asks the storage as often as one of two', async () => {
  const { message, file } = await say(mina, {});
  const ctx = await contextOf(world, mina);
  const many = (n: number): HistoryMessage => ({
    ...message,
    id: randomBytes(16).toHex() as HistoryMessage['id'],
    order: `${message.order}${n}`,
    sentAt: n,
    files: [
      { ...file, id: fileId(randomBytes(16)), series: fileId(randomBytes(16)), name: `Report ${n}.pdf` },
    ],
  });
  const actions = fileActions(ctx);
  const asked = async () => {
    await actions.list();
    const before = { ...mina.storage.counts };
    const found = await actions.list({ query: 'report', sort: 'name' });
    const { get, list } = mina.storage.counts;
    return { found: found.length, get: get - before.get, list: list - before.list };
  };
  await ctx.operate(async (op) => placeMessage(op, many(0)));
  const few = await asked();
  expect(few.found).toBe(1);
  await ctx.operate(async (op) => {
    for (let n = 1; n < 1000; n++) placeMessage(op, many(n));
  });
  expect(await asked()).toEqual({ ...few, found: 1000 });
});

test('what the server keeps of one’s own and no message names is told apart from what is on its way', async () => {
  const here = await actionsOf(mina);
  const said = await say(mina, { name: 'said.bin', bytes: randomBytes(10) });
  const { files } = mina.line.transport();
  const begin = async () => {
    const id = fileId(randomBytes(16));
    await files.begin({ id, size: 7, conversation: null, expiresAt: null });
    return id;
  };
  const lost = await begin();
  const handedIn = await begin();
  await world.advance(25 * 3600_000);
  const young = await begin();
  const { transport } = await contextOf(world, mina);
  const usage = await transport.files.usage();
  expect(usage.files.map(({ id }) => id).sort()).toEqual([said.file.id, lost, handedIn, young].sort());

  const sharing = await transport.sharing();
  const request = {
    id: fileRequestId(randomBytes(16)),
    createdAt: 0,
    expiresAt: 0,
    files: 1,
    maxFileBytes: 7,
  };
  const received = [{ file: handedIn, size: 7, receivedAt: 0, manifest: '' }];
  const ctx = await contextOf(world, mina);
  const waiting = {
    ...ctx.transport,
    sharing: async () => ({ ...sharing, requests: async () => [{ ...request, received }] }),
  };
  Object.defineProperty(ctx, 'transport', { value: waiting });
  expect((await unknownFiles(ctx, usage)).map(({ id }) => id)).toEqual([lost]);
  await here.remove(lost);
  expect(await unknownFiles(ctx, await transport.files.usage())).toEqual([]);
  expect(await namesOf(mina)).toEqual(['said.bin']);
});
