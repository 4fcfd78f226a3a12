/** Files of messages leave a device with its history, and come back with it. */
import { afterEach, beforeAll, beforeEach, expect, setDefaultTimeout, test } from 'bun:test';
import type { ConversationId } from '../../contract/ids.ts';
import { applyMessages } from '../archive/apply.ts';
import { archiveMessage, messageEntry, readMessageEntry } from '../archive/record.ts';
import { readAll } from '../testing/file-bytes.ts';
import { readAll as readText } from '../testing/files.ts';
import { messagesOf } from '../testing/reading.ts';
import { contextOf, sayFile } from '../testing/said-files.ts';
import { type Client, type MadePerson, randomBytes, World } from '../testing/world.ts';

setDefaultTimeout(60_000);
const MINUTE_MS = 60_000;

let cast: Record<'mina' | 'jonas' | 'tom', MadePerson>;
let world: World;
let minaPerson: MadePerson;
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
  const key = randomBytes(32);
  for (const { disk } of cast.mina.devices) disk.store('secrets').set('backup', key);
});
beforeEach(async () => {
  world = new World();
  minaPerson = world.enter(cast.mina, 1);
  mina = await world.open(minaPerson, 0);
  jonas = await world.open(world.enter(cast.jonas), 0);
  between = (await mina.engine.direct(jonas.account)).id;
  await jonas.engine.direct(mina.account);
});
afterEach(() => world.close());

const bytes = new TextEncoder().encode('what is in the file');
const about = { bytes, name: 'plan.txt', previewType: 'text/plain', preview: randomBytes(50) };
const say = async (client: Client, where = between, more: object = {}) => {
  const said = await sayFile(world, client, where, { ...about, ...more });
  await client.engine.flush();
  await world.settle();
  await world.advance(1000);
  return said;
};
const listed = async ({ engine }: Client) =>
  (await (await engine.files()).list({ latest: false })).map(({ file }) => `${file.version} ${file.name}`);
/** Every byte of the one file that this device lists. */
async function fetched({ engine }: Client): Promise<Uint8Array> {
  const files = await engine.files();
  const [kept] = await files.list();
  if (kept === undefined) throw new Error('No file is known here.');
  return readAll(files.open(kept.file));
}
const pieces = async function* (text: string) {
  yield text;
};
const exported = async ({ engine }: Client, format: 'json' | 'markdown') =>
  readText((await engine.archive()).export({ conversation: null, format }));
const imported = async ({ engine }: Client, text: string) =>
  (await engine.archive()).import(pieces(text), { into: null });
const timeless = (text: string) => text.replace(/("?created"?: ?)"[^"]*"/, '$1""');

test('a new device has the files of the backup, and opens them', async () => {
  await say(jonas);
  await say(mina, between, { name: 'other.txt', text: 'and this' });
  await world.advance(3 * MINUTE_MS);
  world.reveal(minaPerson, cast.mina);
  const second = await world.open(minaPerson, 1);
  await world.advance(1000);
  expect(await listed(second)).toEqual(['1 other.txt', '1 plan.txt']);
  expect(await fetched(second)).toEqual(bytes);
  const [first] = await messagesOf(second, between);
  expect(first).toMatchObject({ origin: 'backup', verified: true });
  expect(first?.files[0]?.preview).toEqual(about.preview);
});

test('who comes later and is shown the history can open its files, and nobody who is not in it', async () => {
  const tom = await world.open(world.enter(cast.tom), 0);
  const group = await mina.engine.createGroup({ name: 'Work', people: [jonas.account], history: 'all' });
  await world.settle();
  const { file } = await say(mina, group.id);
  await expect(tom.line.transport().files.chunk(file.id, 0)).rejects.toThrow();
  await mina.engine.addPeople(group.id, [tom.account]);
  for (let i = 0; i < 4; i++) await world.advance(1500);
  expect(await listed(tom)).toEqual(['1 plan.txt']);
  expect(await fetched(tom)).toEqual(bytes);
});

for (const format of ['json', 'markdown'] as const) {
  test(`a file of messages in ${format} brings their files, as they were signed [R19]`, async () => {
    await say(jonas);
    await say(mina, between, { name: 'b _[2]_ `c`.txt', text: 'with words' });
    world.reveal(minaPerson, cast.mina);
    // It has nothing from the backup.
    minaPerson.devices[1]?.disk.store('secrets').delete('backup');
    const second = await world.open(minaPerson, 1);
    await mina.engine.sync();
    const file = await exported(mina, format);
    expect(file).toContain('plan.txt');
    expect(await imported(second, file)).toMatchObject({ added: 2, verified: 2, isCut: false });
    expect(await listed(second)).toEqual(await listed(mina));
    expect(await fetched(second)).toEqual(bytes);
    const [first] = await messagesOf(second, between);
    expect(first).toMatchObject({ text: '', verified: true, origin: 'import' });
    expect(first?.files[0]?.preview).toEqual(about.preview);
    expect(timeless(await exported(second, format))).toBe(timeless(file));
  });
}

test('files that a file of messages claims beside signed words are not believed [R19]', async () => {
  const { message } = await say(jonas);
  const lines = (await exported(mina, 'json')).trim().split('\n');
  const line = lines.find((each) => each.includes('"type":"message"')) ?? '';
  const record = JSON.parse(line);
  await jonas.engine.edit(message.id, 'new words');
  await jonas.engine.flush();
  await world.settle();
  const edited = JSON.parse(
    (await exported(mina, 'json')).split('\n').find((each) => each.includes('"type":"message"')) ?? '',
  );
  const tom = await world.open(world.enter(cast.tom), 0);
  const other = (await tom.engine.direct(jonas.account)).id;
  const preview = async (value: object) =>
    (await tom.engine.archive()).preview(pieces(`${lines[0]}\n${JSON.stringify(value)}\n`), { into: null });
  // The signed file counts, whatever stands beside it.
  expect((await preview(record)).proofs.none + (await preview(record)).proofs.verified).toBe(1);
  // An edit proves words, and no files.
  expect((await preview(edited)).proofs).toMatchObject({ none: 1, verified: 0 });
  for (const bad of [
    [{ ...record.files[0], key: 'AA' }],
    [{ ...record.files[0], id: '../../etc' }],
    [{ ...record.files[0], size: -1 }],
    [{ ...record.files[0], version: 0 }],
    [{ ...record.files[0], root: 7 }],
    [record.files[0], record.files[0]],
    Array.from({ length: 11 }, () => record.files[0]),
    'plan.txt',
  ])
    await expect(preview({ ...record, files: bad })).rejects.toThrow(/^Line 2: “files” should be /);
  expect(other).not.toBe(between);
});

test('a name from another device’s record is cleaned as one from a message is [R33]', async () => {
  const { file, message } = await say(jonas);
  const ctx = await contextOf(world, mina);
  const record = archiveMessage({ ...message, files: [{ ...file, name: '../..\u202egpj.exe' }] }, null, null);
  const read = readMessageEntry(messageEntry(record));
  expect(read.files[0]?.name).not.toMatch(/[/\u202e]/);
  expect(() =>
    readMessageEntry(messageEntry({ ...record, files: [{ ...file, key: new Uint8Array(3) }] })),
  ).toThrow();
  const copy = { ...read, id: randomBytes(16).toHex() as typeof read.id, status: null };
  expect(await applyMessages(ctx, [copy], { origin: 'member' })).toMatchObject({ added: 1 });
  expect((await messagesOf(mina, between)).find(({ id }) => id === copy.id)?.verified).toBe(false);
});
