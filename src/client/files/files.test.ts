/** Files from one device to another: sizes around the borders of chunks, and every way in which sending is cut off. */
import { afterEach, beforeAll, beforeEach, expect, test } from 'bun:test';
import { CHUNK_BYTES } from '../../contract/files.ts';
import type { ConversationId } from '../../contract/ids.ts';
import { equalBytes } from '../../protocol/hash.ts';
import { memorySource, named, readAll } from '../testing/file-bytes.ts';
import { type Client, type MadePerson, World } from '../testing/world.ts';

let cast: { mina: MadePerson; jonas: MadePerson };
let world: World;
let mina: Client;
let jonas: Client;
let id: ConversationId;

beforeAll(async () => {
  const made = new World();
  cast = { mina: await made.makePerson('mina', 1), jonas: await made.makePerson('jonas', 1) };
}, 60_000);
beforeEach(async () => {
  world = new World();
  mina = await world.open(world.enter(cast.mina), 0);
  jonas = await world.open(world.enter(cast.jonas), 0);
  id = (await mina.engine.direct(jonas.account)).id;
});
afterEach(() => world.close());

const heard = async ({ engine }: Client) =>
  (await engine.messages(id, { limit: 100 })).filter((each) => each.kind === 'text');

test('files of sizes around the borders of chunks arrive as they were [R33]', async () => {
  const files = await mina.engine.files();
  for (const size of [
    0,
    1,
    CHUNK_BYTES - 1,
    CHUNK_BYTES,
    CHUNK_BYTES + 1,
    2 * CHUNK_BYTES,
    5 * CHUNK_BYTES + 17,
  ]) {
    const file = named(`of ${size}.bin`, size, size);
    const pending = await files.send(id, { text: `${size}`, files: [file] });
    const said = await files.sent(pending.id);
    expect(said?.files[0]).toMatchObject({ name: file.name, size, version: 1 });
    await world.settle();
    const message = (await heard(jonas)).at(-1);
    expect(message?.text).toBe(`${size}`);
    const [received] = message?.files ?? [];
    if (received === undefined) throw new Error('no file');
    const bytes = await readAll((await jonas.engine.files()).open(received));
    expect(equalBytes(bytes, await memorySource(size, size).read(0, size))).toBeTrue();
  }
  expect(await files.pending()).toEqual([]);
}, 60_000);
