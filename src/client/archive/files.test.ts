/** Files of messages: out of one device, into another, and out of that one again. */
import { beforeAll, expect, test } from 'bun:test';
import type { ExportFormat } from '../../contract/export.ts';
import type { ConversationId } from '../../contract/ids.ts';
import { readAll } from '../testing/files.ts';
import { type Client, type MadePerson, World } from '../testing/world.ts';

let cast: { mina: MadePerson; jonas: MadePerson };
beforeAll(async () => {
  const made = new World();
  cast = { mina: await made.makePerson('mina', 2), jonas: await made.makePerson('jonas', 1) };
}, 60_000);

/** Mina and Jonas have talked; her second device comes later and knows nothing of it. */
async function begin() {
  const world = new World();
  const mina = world.enter(cast.mina, 1);
  const jonas = world.enter(cast.jonas, 1);
  const a = await world.open(mina, 0);
  const b = await world.open(jonas, 0);
  const { id } = await b.engine.direct(mina.account);
  const first = await b.engine.send(id, 'hello <b>Mina</b>\n---\n> and\r\nmore');
  await world.settle();
  await a.engine.send(id, 'hello yourself', { replyTo: first.id });
  const changed = await a.engine.send(id, 'a mistaek');
  await world.settle();
  await a.engine.edit(changed.id, 'a mistake');
  await world.settle();
  world.reveal(mina, cast.mina);
  const second = await world.open(mina, 1);
  await world.settle();
  return { world, a, b, second, id };
}

const exported = async (
  { engine }: Client,
  format: ExportFormat,
  conversation: ConversationId | null = null,
) => readAll((await engine.archive()).export({ conversation, format }));

const pieces = async function* (text: string, size = 1000) {
  for (let at = 0; at < text.length; at += size) yield text.slice(at, at + size);
};
const imported = async ({ engine }: Client, text: string, into: ConversationId | null = null) =>
  (await engine.archive()).import(pieces(text), { into });

/** Without the time at which it was made. */
const timeless = (text: string) => text.replace(/("?created"?: ?)"[^"]*"/, '$1""');

for (const format of ['json', 'markdown'] as const) {
  test(`what one device writes as ${format} another one reads, verifies, and writes again [R19]`, async () => {
    const { world, a, second, id } = await begin();
    const file = await exported(a, format);
    const before = await (await second.engine.archive()).preview(pieces(file), { into: null });
    expect(before).toMatchObject({ format, messages: 3, known: 0, passed: 0, isCut: false });
    expect(before.proofs).toEqual({ verified: 3, gone: 0, stranger: 0, elsewhere: 0, older: 0, none: 0 });
    expect(before.conversations).toMatchObject([{ id, messages: 3, isHere: true }]);
    expect(await second.engine.messages(id, { limit: 9 })).toEqual([]);

    expect(await imported(second, file)).toEqual({
      added: 3,
      known: 0,
      refused: 0,
      verified: 3,
      isCut: false,
    });
    const shown = (messages: Awaited<ReturnType<typeof a.engine.messages>>) =>
      messages.map(({ text, verified, sentAt, editedAt, replyTo }) => ({
        text,
        verified,
        sentAt,
        editedAt,
        replyTo,
      }));
    const there = await second.engine.messages(id, { limit: 9 });
    expect(shown(there)).toEqual(shown(await a.engine.messages(id, { limit: 9 })));
    expect(new Set(there.map(({ origin }) => origin))).toEqual(new Set(['import']));

    expect(timeless(await exported(second, format))).toBe(timeless(file));
    // Once more: nothing doubles.
    expect(await imported(second, file)).toMatchObject({ added: 0, known: 3 });
    expect(await second.engine.messages(id, { limit: 9 })).toHaveLength(3);
    await world.close();
  });
}
