import { expect, test } from 'bun:test';
import { hkdf } from '@noble/hashes/hkdf.js';
import { sha3_256 } from '@noble/hashes/sha3.js';
import fc from 'fast-check';
import { concat, lp, u16be, utf8 } from './codec.ts';
import { kdf, kdfEach } from './hash.ts';

const bytes = (maxLength: number) => fc.uint8Array({ maxLength });
const purpose = fc.record({
  label: fc.constantFrom('mk', 'ck', 'root'),
  context: bytes(80),
  length: fc.integer({ min: 0, max: 200 }),
});

test('a derivation is HKDF over the labelled info, with and without a salt', () => {
  fc.assert(
    fc.property(bytes(200), bytes(150), purpose, (ikm, salt, { label, context, length }) => {
      const info = concat(lp(utf8(`sotto/2/${label}`)), u16be(2), lp(context));
      const expected = hkdf(sha3_256, ikm, salt, info, length);
      expect(kdf({ ikm, salt, label, context, length })).toEqual(expected);
    }),
  );
});

test('several derivations of one secret are what each would be alone', () => {
  fc.assert(
    fc.property(bytes(64), bytes(40), fc.array(purpose, { maxLength: 4 }), (ikm, salt, purposes) => {
      const alone = purposes.map((each) => kdf({ ikm, salt, ...each }));
      expect(kdfEach({ ikm, salt }, purposes)).toEqual(alone);
    }),
  );
});
