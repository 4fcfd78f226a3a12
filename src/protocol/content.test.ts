import { expect, test } from 'bun:test';
import fc from 'fast-check';
import {
  CONVERSATION_KINDS,
  type Content,
  contentHash,
  decodeContent,
  deviceListsHash,
  encodeContent,
  SESSION_KINDS,
} from './content.ts';

const ZEROS = new Uint8Array(32);
const bytes = (length: number) => fc.uint8Array({ minLength: length, maxLength: length });
const time = fc.integer({ min: 0, max: Number.MAX_SAFE_INTEGER });
const conversationContent: fc.Arbitrary<Content> = fc.record({
  kind: fc.oneof(fc.constantFrom(...CONVERSATION_KINDS), fc.constant('poll-2')),
  seq: fc.integer({ min: 1, max: Number.MAX_SAFE_INTEGER }),
  previous: bytes(32),
  rosterHash: bytes(32),
  deviceListsHash: bytes(32),
  ktSize: time,
  ktRoot: bytes(32),
  handshakeRoot: fc.oneof(bytes(0), bytes(32)),
  sentAt: time,
  payload: fc.uint8Array({ maxLength: 300 }),
});
const example: Content = {
  kind: 'text',
  seq: 1,
  previous: ZEROS,
  rosterHash: ZEROS,
  deviceListsHash: ZEROS,
  ktSize: 0,
  ktRoot: ZEROS,
  handshakeRoot: new Uint8Array(),
  sentAt: 0,
  payload: new Uint8Array(),
};
const sessionExample: Content = { ...example, kind: 'kx', seq: 0 };

test('a content decodes to itself, kinds that are not known yet too', () => {
  fc.assert(
    fc.property(conversationContent, (content) => {
      expect(decodeContent(encodeContent(content, 1), 1)).toEqual(content);
    }),
  );
});

test('a kind of one class is refused in the other, and order belongs to class 1', () => {
  for (const kind of SESSION_KINDS) {
    expect(() => encodeContent({ ...example, kind }, 1)).toThrow('E_FORMAT');
    expect(() => decodeContent(encodeContent({ ...sessionExample, kind }, 2), 1)).toThrow('E_FORMAT');
  }
  for (const kind of CONVERSATION_KINDS)
    expect(() => encodeContent({ ...sessionExample, kind }, 2)).toThrow('E_FORMAT');
  expect(() => encodeContent({ ...example, seq: 0 }, 1)).toThrow('E_FORMAT');
  for (const ordered of [{ seq: 1 }, { previous: ZEROS.with(0, 1) }, { rosterHash: ZEROS.with(0, 1) }])
    expect(() => encodeContent({ ...sessionExample, ...ordered }, 2)).toThrow('E_FORMAT');
});

test('malformed contents are E_FORMAT', () => {
  const encoded = encodeContent(example, 1);
  for (let length = 0; length < encoded.length; length++)
    expect(() => decodeContent(encoded.subarray(0, length), 1)).toThrow('E_FORMAT');
  for (const kind of ['', 'Text', 'a b', 'x'.repeat(33)])
    expect(() => encodeContent({ ...example, kind }, 1)).toThrow('E_FORMAT');
  expect(() => encodeContent({ ...example, handshakeRoot: new Uint8Array(31) }, 1)).toThrow('E_FORMAT');
});

test('64 KiB fit in class 1 and not a byte more; class 2 has room for such a message handed on', () => {
  const frame = encodeContent(example, 1).length;
  expect(encodeContent({ ...example, payload: new Uint8Array(65_536 - frame) }, 1)).toHaveLength(65_536);
  expect(() => encodeContent({ ...example, payload: new Uint8Array(65_537 - frame) }, 1)).toThrow('E_LIMIT');
  const handedOn = 120 + 65_536 + 3_373 + 32;
  expect(() =>
    encodeContent({ ...sessionExample, kind: 'history', payload: new Uint8Array(handedOn) }, 2),
  ).not.toThrow();
});

test('what a retry may change does not change the content hash; what was said does', () => {
  const hash = contentHash(example);
  const other = ZEROS.with(3, 9);
  for (const bound of [
    { rosterHash: other },
    { deviceListsHash: other },
    { ktSize: 4, ktRoot: other },
    { handshakeRoot: other },
  ])
    expect(contentHash({ ...example, ...bound })).toEqual(hash);
  for (const said of [{ kind: 'edit' }, { seq: 2 }, { previous: other }, { sentAt: 5 }, { payload: ZEROS }])
    expect(contentHash({ ...example, ...said })).not.toEqual(hash);
});

test('the hash of device lists does not depend on their order, and does on each part', () => {
  const list = (n: number) => ({
    account: new Uint8Array(16).fill(n),
    version: n,
    hash: new Uint8Array(32).fill(n),
  });
  const hash = deviceListsHash([list(1), list(2)]);
  expect(deviceListsHash([list(2), list(1)])).toEqual(hash);
  expect(deviceListsHash([list(1), { ...list(2), version: 3 }])).not.toEqual(hash);
  expect(deviceListsHash([list(1), { ...list(2), hash: ZEROS }])).not.toEqual(hash);
  expect(deviceListsHash([list(1)])).not.toEqual(hash);
});
