import { expect, test } from 'bun:test';
import fc from 'fast-check';
import { deletePayload, editPayload, MAX_REACTION_BYTES, pinPayload, reactionPayload } from './marks.ts';
import {
  historyPayload,
  kxPayload,
  type Payload,
  receiptPayload,
  resendPayload,
  STATE_LIMITS,
  statePayload,
  syncPayload,
  textPayload,
} from './payload.ts';

const bytes = (length: number) => fc.uint8Array({ minLength: length, maxLength: length });
const time = fc.integer({ min: 0, max: Number.MAX_SAFE_INTEGER });
const epoch = fc.nat(0xffff_ffff);
const bodies = (max: number) => fc.array(bytes(16), { minLength: 1, maxLength: max });

/** Every codec with values it must carry. */
const CODECS: readonly (readonly [string, Payload<unknown>, fc.Arbitrary<unknown>])[] = [
  [
    'text',
    textPayload as Payload<unknown>,
    fc.record({
      text: fc.string({ unit: 'grapheme' }),
      replyTo: fc.option(bytes(16)),
      timer: fc.option(fc.integer({ min: 1, max: 0xffff_ffff })),
    }),
  ],
  [
    'edit',
    editPayload as Payload<unknown>,
    fc.record({ target: bytes(16), text: fc.string({ unit: 'grapheme' }) }),
  ],
  ['delete', deletePayload as Payload<unknown>, fc.record({ target: bytes(16) })],
  [
    'reaction',
    reactionPayload as Payload<unknown>,
    fc.record({ target: bytes(16), emoji: fc.string({ maxLength: 9 }), on: fc.boolean() }),
  ],
  ['pin', pinPayload as Payload<unknown>, fc.record({ target: bytes(16), on: fc.boolean() })],
  [
    'kx',
    kxPayload as Payload<unknown>,
    fc.oneof(
      fc.record({ type: fc.constant('empty'), epoch }),
      fc.record({ type: fc.constant('offer'), epoch, key: bytes(1184) }),
      fc.record({ type: fc.constant('answer'), epoch, keyHash: bytes(32), ciphertext: bytes(1088) }),
    ),
  ],
  [
    'receipt',
    receiptPayload as Payload<unknown>,
    fc.record({ conversation: bytes(32), bodies: bodies(9), readAt: time }),
  ],
  ['resend', resendPayload as Payload<unknown>, fc.record({ bodies: bodies(9) })],
  [
    'state',
    statePayload as Payload<unknown>,
    fc.record({
      name: fc.option(fc.string({ unit: 'grapheme', maxLength: 20 })),
      topic: fc.option(fc.string({ unit: 'grapheme', maxLength: 40 })),
      picture: fc.option(fc.uint8Array({ maxLength: 64 })),
      timer: fc.option(epoch),
      nameSaid: fc.option(bytes(24)),
      topicSaid: fc.option(bytes(24)),
      timerSaid: fc.option(bytes(24)),
      fileDays: fc.option(epoch),
      fileDaysSaid: fc.option(bytes(24)),
    }),
  ],
  [
    'history',
    historyPayload as Payload<unknown>,
    fc.record({ header: bytes(120), content: fc.uint8Array(), signature: bytes(3373) }),
  ],
  [
    'sync',
    syncPayload as Payload<unknown>,
    fc.record({
      readMarks: fc.array(fc.record({ conversation: bytes(32), body: bytes(16), readAt: time }), {
        maxLength: 3,
      }),
      settings: fc.array(
        fc.record({ name: fc.string({ maxLength: 9 }), value: fc.uint8Array(), changedAt: time }),
        {
          maxLength: 3,
        },
      ),
    }),
  ],
];

for (const [kind, codec, values] of CODECS)
  test(`a ${kind} payload decodes to itself, and as no other kind [R3]`, () => {
    fc.assert(
      fc.property(values, (value) => {
        const encoded = codec.encode(value);
        expect(codec.decode(encoded)).toEqual(value);
        for (const [other, another] of CODECS)
          if (other !== kind) expect(() => another.decode(encoded)).toThrow('E_FORMAT');
        expect(() => codec.decode(encoded.subarray(0, -1))).toThrow('E_FORMAT');
      }),
      { numRuns: 30 },
    );
  });

test('receipts and resends name at least one message and not too many', () => {
  const many = (count: number) => Array.from({ length: count }, () => new Uint8Array(16));
  expect(() => resendPayload.encode({ bodies: [] })).toThrow('E_FORMAT');
  expect(() => resendPayload.encode({ bodies: many(65) })).toThrow('E_FORMAT');
  expect(resendPayload.decode(resendPayload.encode({ bodies: many(64) })).bodies).toHaveLength(64);
});

test('a state tells what is left as it is from what is emptied, and has limits', () => {
  const unsaid = { nameSaid: null, topicSaid: null, timerSaid: null, fileDays: null, fileDaysSaid: null };
  const nothing = { name: null, topic: null, picture: null, timer: null, ...unsaid };
  const emptied = { name: '', topic: '', picture: new Uint8Array(), timer: 0, ...unsaid };
  expect(statePayload.encode(nothing)).not.toEqual(statePayload.encode(emptied));
  expect(statePayload.decode(statePayload.encode(emptied))).toEqual(emptied);
  for (const over of [
    { name: 'x'.repeat(STATE_LIMITS.nameBytes + 1) },
    { topic: 'x'.repeat(STATE_LIMITS.topicBytes + 1) },
    { picture: new Uint8Array(STATE_LIMITS.pictureBytes + 1) },
  ])
    expect(() => statePayload.encode({ ...nothing, ...over })).toThrow('E_FORMAT');
});

test('a text that disappears is another record than one that stays, and never after no time at all', () => {
  const said = { text: 'soon gone', replyTo: null };
  const [lasting] = textPayload.encode({ ...said, timer: null });
  const [passing] = textPayload.encode({ ...said, timer: 60 });
  expect(passing).not.toBe(lasting);
  expect(() => textPayload.encode({ ...said, timer: 0 })).toThrow('E_FORMAT');
  const never = textPayload.encode({ ...said, timer: 1 });
  never[never.length - 1] = 0;
  expect(() => textPayload.decode(never)).toThrow('E_FORMAT');
});

test('a reaction has a length, and its switch is yes or no', () => {
  const reaction = { target: new Uint8Array(16), emoji: 'x'.repeat(MAX_REACTION_BYTES), on: true };
  expect(reactionPayload.decode(reactionPayload.encode(reaction))).toEqual(reaction);
  const longer = { ...reaction, emoji: 'x'.repeat(MAX_REACTION_BYTES + 1) };
  expect(() => reactionPayload.encode(longer)).toThrow('E_FORMAT');
  const neither = reactionPayload.encode(reaction);
  neither[neither.length - 1] = 2;
  expect(() => reactionPayload.decode(neither)).toThrow('E_FORMAT');
});
