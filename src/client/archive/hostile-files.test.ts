/** Files that somebody has made to do harm, or with an older or a newer Sotto. */
import { afterAll, beforeAll, expect, test } from 'bun:test';
import fc from 'fast-check';
import { bodyId, toBase64 } from '../../contract/bytes.ts';
import type { ConversationId } from '../../contract/ids.ts';
import { encodeBodyHeader } from '../../protocol/body-header.ts';
import { concat } from '../../protocol/codec.ts';
import { encodeContent } from '../../protocol/content.ts';
import { suiteHash } from '../../protocol/hash.ts';
import { createSigningKeyPair, signHybrid } from '../../protocol/identity.ts';
import { openArchived, openOriginal } from '../../protocol/message.ts';
import { textPayload } from '../../protocol/payload.ts';
import { readAll } from '../testing/files.ts';
import { type Client, randomBytes, World } from '../testing/world.ts';
import { quoteText, unquoteText } from './markdown-quote.ts';

let world: World;
let mina: Client;
let jonas: Client;
let id: ConversationId;
let message: Readonly<Record<string, unknown>>;

const whole = async (text: string) => (await mina.engine.archive()).import(pieces(text), { into: null });
async function* pieces(text: string) {
  yield text;
}
const exported = async (client: Client, format: 'json' | 'markdown') =>
  readAll((await client.engine.archive()).export({ conversation: null, format }));
/** A message of the file under an id of its own, which no signature knows. */
const another = (more: object) => ({ ...message, id: bodyId(randomBytes(16)), ...more });
const found = async (text: string) =>
  (await mina.engine.messages(id, { limit: 100 })).find((each) => each.text === text);

beforeAll(async () => {
  world = new World();
  const people = [await world.makePerson('mina', 1), await world.makePerson('jonas', 1)] as const;
  for (const person of people) world.publish(person);
  mina = await world.open(people[0], 0);
  jonas = await world.open(people[1], 0);
  id = (await jonas.engine.direct(mina.account)).id;
  await jonas.engine.send(id, 'true words');
  await world.settle();
  const lines = (await exported(mina, 'json')).trim().split('\n');
  message = JSON.parse(lines.find((line) => line.includes('"type":"message"')) ?? '');
}, 60_000);
afterAll(() => world.close());

test('a text in a quote is the same text again, and holds no tag', () => {
  const part = fc.constantFrom('`', '```', '~~~', '\n', '<', '\\', 'b', '>', '/', ' ', '---', '\r', '!', '#');
  const texts = fc.oneof(
    fc.array(part).map((all) => all.join('')),
    fc.string(),
  );
  fc.assert(
    fc.property(texts, (text) => {
      const quote = quoteText(text);
      const lines = quote.split('\n').slice(0, -1);
      expect(lines.every((line) => line.startsWith('> '))).toBe(true);
      expect(unquoteText(lines)).toBe(text);
    }),
  );
  expect(quoteText('<img src=x>\n```\n<b>\n```\n\\<b>')).toBe(
    '> \\<img src=x>\n> ```\n> <b>\n> ```\n> \\\\\\<b>\n',
  );
});

test('changed words, another sender and other names of the encryption are not verified [R19, R36]', async () => {
  const original = await found('true words');
  const forged = [
    another({ text: 'never said' }),
    another({ text: 'by somebody else', sender: mina.account }),
    { ...another({ text: 'of another encryption' }), crypto_version: 'v1' },
    { ...another({ text: 'half signed' }), signatures: [] },
    // The id of what is here.
    { ...message, text: 'in place of the true words' },
  ];
  const outcome = await whole(forged.map((each) => JSON.stringify(each)).join('\n'));
  expect(outcome).toEqual({ added: 4, known: 1, refused: 0, verified: 0, isCut: false });
  for (const text of ['never said', 'by somebody else', 'of another encryption', 'half signed'])
    expect(await found(text)).toMatchObject({ verified: false, origin: 'import' });
  expect(await found('true words')).toEqual(original);
});

test('what is not a file of messages is refused with the line and the field', async () => {
  const line = (value: object) => JSON.stringify(value);
  const cases: readonly (readonly [file: string, sentence: string])[] = [
    ['hello', 'begins neither with'],
    ['{"type":"message"', 'Line 1: it is not JSON'],
    [`${line(message)}\n[1]`, 'Line 2: a record begins with'],
    [`{"type":"message","x":${'['.repeat(500_000)}`, 'Line 1: it is not JSON'],
    ['x'.repeat(1024 * 1024 + 1), 'Line 1: it is longer'],
    [line(another({ id: '../../etc/passwd' })), 'Line 1: “id” should be 32 hexadecimal digits'],
    [line(another({ time: 'yesterday' })), '“time” should be a time'],
    [line(another({ text: 'x'.repeat(70_000) })), '“text” should be at most'],
    [line(another({ text: '€'.repeat(30_000) })), '“text” should be at most'],
    [line(another({ deep: [[[[[[[[[[1]]]]]]]]]] })), 'nested too deep'],
    [line(another({ much: 'x'.repeat(20_000) })), 'more unknown fields'],
    [line(another({})).replace('{', '{"__proto__":{"polluted":1},'), 'a field cannot be called'],
    [
      line({ type: 'export', format: 'sotto-export', version: 9, needs: 9, created: message.time }),
      'newer Sotto',
    ],
    ['---\nid: 1\n', 'has no end'],
    ['---\nid: "1"\nid: "2"\n---\n', 'there twice'],
  ];
  for (const [file, sentence] of cases) {
    const said = await whole(file).then(
      () => 'taken',
      (error: unknown) => (error instanceof Error ? error.message : ''),
    );
    expect(said).toContain(sentence);
  }
  expect(({} as { polluted?: number }).polluted).toBeUndefined();
});

test('fields that this release does not know come out again', async () => {
  const more = { from_the_future: { a: [1, 'two'] }, constructor: 'x' };
  const head = {
    type: 'export',
    format: 'sotto-export',
    version: 2,
    needs: 1,
    created: message.time,
    theme: 'blue',
  };
  const file = [
    head,
    another({ text: 'from a newer one', ...more }),
    { type: 'poll' },
    { type: 'end', messages: 1 },
  ];
  expect(await whole(file.map((each) => JSON.stringify(each)).join('\n'))).toMatchObject({ added: 1 });
  for (const format of ['json', 'markdown'] as const) {
    const text = await exported(mina, format);
    expect(text).toMatch(/"?theme"?: ?"blue"/);
    expect(text).toMatch(/"?from_the_future"?: ?\{"a":\[1,"two"\]\}/);
  }
});

test('messages of suite 1 are read, marked, and never spoken [R36]', async () => {
  const { crypto } = world;
  const pair = await createSigningKeyPair(crypto, 1);
  const bytes = randomBytes(16);
  const header = encodeBodyHeader({
    suite: 1,
    class: 1,
    conversation: Uint8Array.fromHex(id),
    account: Uint8Array.fromHex(jonas.account),
    device: new Uint8Array(16).fill(7),
    bodyId: bytes,
  });
  const zero = new Uint8Array(32);
  const content = encodeContent(
    {
      kind: 'text',
      seq: 1,
      previous: zero,
      rosterHash: Uint8Array.fromHex(id),
      deviceListsHash: zero,
      ktSize: 0,
      ktRoot: zero,
      handshakeRoot: new Uint8Array(),
      sentAt: world.time.now,
      payload: textPayload.encode({ text: 'long ago', replyTo: null, timer: null }),
    },
    1,
  );
  const signed = concat(suiteHash(1, header), suiteHash(1, content));
  const signature = await signHybrid(crypto, pair, 'msg', signed, 1);
  const old = another({
    id: bodyId(bytes),
    device: '07'.repeat(16),
    text: 'long ago',
    crypto_version: 'v1',
    encryption_algorithm: 'ECDH-AES256-GCM',
    kdf_algorithm: 'HKDF-SHA256',
    signatures: [{ algorithm: 'Ed25519', value: toBase64(signature) }],
    original: { header: toBase64(header), content: toBase64(content) },
    signing_key: toBase64(pair.publicKey),
  });
  const archive = await mina.engine.archive();
  const { proofs } = await archive.preview(pieces(JSON.stringify(old)), { into: null });
  expect(proofs.older).toBe(1);
  expect(await whole(JSON.stringify(old))).toMatchObject({ added: 1, verified: 0 });
  const here = await found('long ago');
  expect(here).toMatchObject({
    suite: 1,
    verified: false,
    note: 'Older encryption, signed with Ed25519 alone',
  });
  const details = here === undefined ? null : await mina.engine.messageDetails(here.id);
  expect(details?.proof).toMatchObject({
    version: 'v1',
    kdf: 'HKDF-SHA256',
    signatures: [{ algorithm: 'Ed25519' }],
  });
  expect(await exported(mina, 'json')).toContain(toBase64(pair.publicKey));

  const original = { header, content, signature };
  expect(openArchived(original).header.suite).toBe(1);
  expect(() => openOriginal(original)).toThrow('suite 1');
  // A front matter with the names alone, as people write it.
  const bare = `---\nid: ${bodyId(randomBytes(16))}a\n`.slice(0, -2);
  const plain = `${bare}\nconversation: ${id}\nsender: ${jonas.account}\ntime: 2020-01-02T03:04:05Z\ncrypto_version: v1\nencryption_algorithm: ECDH-AES256-GCM\nkdf_algorithm: HKDF-SHA256\nsignatures:\n  - Ed25519\n---\n\nby hand\n`;
  expect(await whole(plain)).toMatchObject({ added: 1, verified: 0 });
  expect(await found('by hand')).toMatchObject({ suite: 1, verified: false, note: 'Older encryption' });
});
