/** The same marks in any order, some of them twice, come to the same on every device. */
import { beforeAll, expect, test } from 'bun:test';
import fc from 'fast-check';
import { bodyId, conversationId, fromHex } from '../../contract/bytes.ts';
import type { ConversationId } from '../../contract/ids.ts';
import { type Content, contentHash, encodeContent } from '../../protocol/content.ts';
import { deletePayload, editPayload, pinPayload, reactionPayload } from '../../protocol/marks.ts';
import type { OpenedBody } from '../../protocol/message.ts';
import { textPayload } from '../../protocol/payload.ts';
import { ACTIVE_SUITE } from '../../protocol/suite.ts';
import { admitMessage } from '../admit.ts';
import { Context } from '../context.ts';
import { directId, ensureDirect, readConversation } from '../conversations.ts';
import { readPage } from '../history.ts';
import { MemoryStorage } from '../memory-storage.ts';
import { loadSelf } from '../open-self.ts';
import { FakeLine } from '../testing/line.ts';
import { type MadePerson, World } from '../testing/world.ts';
import { MAX_REACTIONS_PER_PERSON, readMarks } from './marks.ts';
import { MAX_WAITING_PER_PERSON } from './waiting.ts';

let world: World;
let mina: MadePerson;
let jonas: MadePerson;
beforeAll(async () => {
  world = new World();
  mina = await world.makePerson('mina', 2);
  jonas = await world.makePerson('jonas', 2);
}, 60_000);

/** An empty device of Mina's, and what opens messages on it. */
async function observer(): Promise<Context> {
  const made = mina.devices[0];
  if (made === undefined) throw new Error('no device');
  const storage = new MemoryStorage(made.disk.copy());
  const { self } = await loadSelf(storage, world.crypto);
  const line = new FakeLine(world.relay, mina.account, made.device);
  const ports = { storage, transport: line.transport(), crypto: world.crypto, timer: world.time.timer };
  const ctx = new Context(ports, self);
  await ctx.operate((op) => ensureDirect(op, conversation(), [mina.account, jonas.account], 0));
  return ctx;
}

/** One thing that somebody says. `sender` is a device, `target` one of the texts, both by number. */
interface Step {
  readonly sender: number;
  readonly kind: 'text' | 'edit' | 'delete' | 'reaction' | 'pin';
  readonly target: number;
  readonly words: string;
  readonly on: boolean;
  /** Seconds: few, so that many happen at once. */
  readonly at: number;
}
const TEXTS = 3;
/** Texts 0 and 1 are Mina's and Jonas's, whose devices are 0 and 1, 2. Most edits are by whom they count from. */
const authorOf = (target: number, sender: number): number => (target === 0 ? 0 : sender === 0 ? 1 : sender);
const steps = fc.array(
  fc
    .record({
      sender: fc.nat(2),
      isOwn: fc.constantFrom(true, true, true, false),
      kind: fc.constantFrom<Step['kind']>(
        'edit',
        'edit',
        'edit',
        'delete',
        'reaction',
        'reaction',
        'reaction',
        'pin',
      ),
      target: fc.nat(TEXTS - 1),
      words: fc.constantFrom('a', 'b', 'c @mina', '@everyone'),
      on: fc.boolean(),
      at: fc.nat(3),
    })
    .map(({ isOwn, ...step }): Step => {
      const isAuthors = isOwn && (step.kind === 'edit' || step.kind === 'delete');
      return isAuthors ? { ...step, sender: authorOf(step.target, step.sender) } : step;
    }),
  { minLength: 1, maxLength: 14 },
);
const EMOJIS: Readonly<Record<string, string>> = { a: '👍', b: '🎉', 'c @mina': '👀', '@everyone': '❤️' };
const textId = (n: number) => new Uint8Array(16).fill(n + 1);

const conversation = () => directId(mina.account, jonas.account);

/** What the devices of both have said, opened, in the order in which each of them said it. */
function open(all: readonly Step[]): readonly OpenedBody[] {
  const senders = [
    { account: mina.account, device: mina.devices[1]?.device ?? '' },
    { account: jonas.account, device: jonas.devices[0]?.device ?? '' },
    { account: jonas.account, device: jonas.devices[1]?.device ?? '' },
  ];
  const last = senders.map((): { seq: number; hash: Uint8Array } => ({ seq: 0, hash: new Uint8Array(32) }));
  return all.map((step, n) => {
    const from = senders[step.sender] ?? senders[0];
    const before = last[step.sender] ?? { seq: 0, hash: new Uint8Array(32) };
    if (from === undefined) throw new Error('no sender');
    const content: Content = {
      kind: step.kind,
      seq: before.seq + 1,
      previous: before.hash,
      rosterHash: fromHex(conversation()),
      deviceListsHash: new Uint8Array(32),
      ktSize: 1,
      ktRoot: new Uint8Array(32),
      handshakeRoot: new Uint8Array(),
      sentAt: world.time.now + step.at * 1000,
      payload: payloadOf(step),
    };
    last[step.sender] = { seq: content.seq, hash: contentHash(content) };
    return {
      header: {
        suite: ACTIVE_SUITE,
        class: 1,
        conversation: fromHex(conversation()),
        account: fromHex(from.account),
        device: fromHex(from.device),
        bodyId: step.kind === 'text' ? textId(step.target) : new Uint8Array(16).fill(100 + n),
      },
      headerBytes: new Uint8Array(120),
      content,
      contentBytes: encodeContent(content, 1),
      contentHash: contentHash(content),
      signature: new Uint8Array(3373),
    };
  });
}

function payloadOf({ kind, target: n, words: text, on }: Step): Uint8Array {
  const target = textId(n);
  if (kind === 'text') return textPayload.encode({ text, replyTo: null, timer: null });
  if (kind === 'edit') return editPayload.encode({ target, text });
  if (kind === 'delete') return deletePayload.encode({ target });
  if (kind === 'pin') return pinPayload.encode({ target, on });
  return reactionPayload.encode({ target, emoji: EMOJIS[text] ?? '👍', on });
}

async function take(ctx: Context, opened: readonly OpenedBody[]): Promise<void> {
  for (const each of opened)
    await ctx.operate((op) => admitMessage(op, ctx, each, { acceptedAt: world.time.now, before: 0 }));
}

/** What stands in the conversation, but for where and since when. */
async function viewed(ctx: Context, id: ConversationId) {
  const messages = await readPage(ctx.storage, id, { limit: 100 });
  const known = await readConversation(ctx.storage, id);
  const lines = await Promise.all(
    messages.map(async ({ id, kind, text, editedAt, reactions, pinned, mention, replyTo }) => {
      const { edits, reactions: stored, pin } = await readMarks(ctx.storage, id);
      const kept = [...stored].sort((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1));
      return { id, kind, text, editedAt, reactions, pinned, mention, replyTo, edits, pin, kept };
    }),
  );
  lines.sort((a, b) => (a.id < b.id ? -1 : 1));
  const originals = [...((await ctx.storage.list('history', { prefix: 'o/' })) ?? [])].map(([key, value]) => [
    key,
    value.toHex(),
  ]);
  const pins = (await ctx.storage.list('history', { prefix: 'p/' })).map(([key]) => key);
  const waiting = (await ctx.storage.list('history', { prefix: 'q/' })).length;
  return { lines, originals, pins, waiting, unread: known?.unread, mentions: known?.mentions };
}

test('marks in any order, before their message or long after it, twice or once, come to the same', async () => {
  const texts = Array.from(
    { length: TEXTS },
    (_, n): Step => ({
      sender: n % 3,
      kind: 'text',
      target: n,
      words: ['hello', 'hello @mina', '@everyone'][n] ?? '',
      on: true,
      at: 0,
    }),
  );
  await fc.assert(
    fc.asyncProperty(
      steps,
      fc.infiniteStream(fc.nat(1000)),
      fc.subarray([0, 1, 2, 3, 4, 5, 6, 7]),
      async (marks, order, twice) => {
        const opened = open([...texts, ...marks]);
        const repeated = twice.flatMap((n) => opened.slice(n, n + 1));
        const shuffled = [...opened, ...repeated]
          .map((each) => ({ each, at: order.next().value ?? 0 }))
          .sort((a, b) => a.at - b.at)
          .map(({ each }) => each);
        const [straight, crooked] = [await observer(), await observer()];
        await take(straight, opened);
        await take(crooked, shuffled);
        expect(await viewed(crooked, conversation())).toEqual(await viewed(straight, conversation()));
      },
    ),
    { numRuns: process.env.SOTTO_LONG === '1' ? 2000 : 60 },
  );
}, 600_000);

test('what one person’s reactions take is bounded, and the same whatever order they came in', async () => {
  const text: Step = { sender: 0, kind: 'text', target: 0, words: 'hello', on: true, at: 0 };
  const flood = Array.from(
    { length: 3 * MAX_REACTIONS_PER_PERSON },
    (_, n): Step => ({
      sender: 1,
      kind: 'reaction',
      target: 0,
      words: String.fromCodePoint(0x1f400 + (n % 60)),
      on: n % 5 !== 0,
      at: (n * 7) % 100,
    }),
  );
  const opened = open([text, ...flood]).map((each, n) => {
    const step = flood[n - 1];
    if (step === undefined) return each;
    const content = {
      ...each.content,
      payload: reactionPayload.encode({ target: textId(0), emoji: step.words, on: step.on }),
      // Each alone in its sender's order: what hangs together is another test's matter.
      seq: 2 * n,
      previous: new Uint8Array(32),
    };
    return {
      ...each,
      content,
      contentHash: contentHash(content),
      header: { ...each.header, bodyId: idOf(n) },
    };
  });
  const [straight, backwards] = [await observer(), await observer()];
  await take(straight, opened);
  await take(backwards, [...opened].reverse());
  const id = bodyId(textId(0));
  const kept = (await readMarks(straight.storage, id)).reactions;
  expect(kept.length).toBe(MAX_REACTIONS_PER_PERSON);
  const [one, other] = await Promise.all(
    [straight, backwards].map(async (ctx) => (await viewed(ctx, conversation())).lines[0]),
  );
  expect(other).toEqual(one);
});

const idOf = (n: number) =>
  new Uint8Array(16).fill(200).map((byte, i) => (i < 2 ? (n >> (8 * i)) & 255 : byte));

test('marks that wait for a message are bounded for each person, and the latest ones stay', async () => {
  const ctx = await observer();
  const most = MAX_WAITING_PER_PERSON;
  const [first] = open([{ sender: 1, kind: 'reaction', target: 0, words: 'a', on: true, at: 0 }]);
  if (first === undefined) throw new Error('no message');
  for (let n = 1; n <= most + 20; n++) {
    const content = {
      ...first.content,
      seq: 2 * n,
      payload: reactionPayload.encode({ target: idOf(n), emoji: '👍', on: true }),
    };
    await take(ctx, [
      {
        ...first,
        content,
        contentHash: contentHash(content),
        header: { ...first.header, bodyId: idOf(n + 5000) },
      },
    ]);
  }
  const waiting = (await ctx.storage.list('history', { prefix: 'q/' })).map(([key]) => key);
  expect(waiting.length).toBe(most);
  expect(waiting.some((key) => key.includes(bodyId(idOf(20))))).toBe(false);
  expect(waiting.some((key) => key.includes(bodyId(idOf(most + 20))))).toBe(true);
  expect(conversationId(first.header.conversation)).toBe(conversation());
});
