import { expect, test } from 'bun:test';
import fc from 'fast-check';
import { decodePost, encodePost, type Post } from './post.ts';

const id = fc
  .uint8Array({ minLength: 16, maxLength: 16 })
  .map((bytes) => bytes.toHex() as Post['omitted'][number]);
const bytes = (minLength: number, maxLength: number) => fc.uint8Array({ minLength, maxLength });
const even = fc
  .tuple(fc.integer({ min: 1, max: 300 }), fc.integer({ min: 0, max: 6 }))
  .chain(([length, count]) => fc.array(bytes(length, length), { minLength: count, maxLength: count }));
const envelopes = fc.oneof(even, fc.array(bytes(1, 300), { maxLength: 6 }));
const post: fc.Arbitrary<Post> = envelopes.chain((each) =>
  fc.record({
    body: bytes(1, 900),
    omitted: fc.array(id, { maxLength: 3 }),
    recipients: fc.oneof(bytes(32, 32), fc.array(id, { minLength: each.length, maxLength: each.length })),
    envelopes: fc.constant(each),
  }),
);

test('a post comes back as it was, with envelopes of one length and of several', () => {
  fc.assert(
    fc.property(post, (made) => {
      expect(decodePost(encodePost(made))).toEqual(made);
    }),
  );
});

test('a post that is cut short, or longer, is none', () => {
  fc.assert(
    fc.property(post, fc.nat(), (made, at) => {
      const encoded = encodePost(made);
      expect(decodePost(encoded.subarray(0, at % encoded.length))).toBeNull();
      expect(decodePost(new Uint8Array([...encoded, 0]))).toBeNull();
    }),
  );
});

test('an unknown mode is none', () => {
  const encoded = encodePost({
    body: Uint8Array.of(1),
    omitted: [],
    recipients: new Uint8Array(32),
    envelopes: [],
  });
  encoded[1] = 4;
  expect(decodePost(encoded)).toBeNull();
});

test('envelopes of one length cost nothing beside themselves', () => {
  const of = (count: number) =>
    encodePost({
      body: Uint8Array.of(1),
      omitted: [],
      recipients: new Uint8Array(32),
      envelopes: Array.from({ length: count }, () => new Uint8Array(176)),
    }).length;
  expect(of(399) - of(2)).toBe(397 * 176);
});
