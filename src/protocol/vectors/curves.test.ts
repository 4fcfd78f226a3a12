import { describe, expect, test } from 'bun:test';
import { haveVectors, hex, loadVectors, type Wycheproof } from '../../../test/support/vectors.ts';
import { utf8 } from '../codec.ts';
import { isProtocolError } from '../errors.ts';
import { noble } from '../noble.ts';

/** The shared secret, or the code of the refusal. */
async function agree(secret: Uint8Array, publicKey: Uint8Array): Promise<string> {
  try {
    return (await noble.x25519(secret, publicKey)).toHex();
  } catch (error) {
    if (isProtocolError(error)) return error.code;
    throw error;
  }
}

describe.skipIf(!haveVectors())('curves, known answers', () => {
  test('Wycheproof X25519: low order and second encodings are refused [R26]', async () => {
    const { testGroups, numberOfTests } = loadVectors<
      Wycheproof<object, { public: string; private: string; shared: string }>
    >('wycheproof_x25519_test.json');
    let cases = 0;
    let refused = 0;
    for (const { tests } of testGroups)
      for (const { tcId, flags = [], result, ...vector } of tests) {
        const publicKey = hex(vector.public);
        const highBit = ((publicKey[31] ?? 0) & 0x80) !== 0;
        const refuse =
          highBit ||
          result === 'invalid' ||
          flags.includes('ZeroSharedSecret') ||
          flags.includes('LowOrderPublic') ||
          flags.includes('NonCanonicalPublic');
        const got = await agree(hex(vector.private), publicKey);
        expect([tcId, got]).toEqual([tcId, refuse ? 'E_AUTH' : vector.shared]);
        cases++;
        if (refuse) refused++;
      }
    expect(cases).toBe(numberOfTests);
    expect(refused).toBeGreaterThan(0);
  });

  test('Wycheproof Ed25519', async () => {
    const { testGroups, numberOfTests } = loadVectors<
      Wycheproof<{ publicKey: { pk: string } }, { msg: string; sig: string }>
    >('wycheproof_ed25519_test.json');
    let cases = 0;
    for (const { publicKey, tests } of testGroups)
      for (const { tcId, msg, sig, result } of tests) {
        const verdict = await noble.ed25519Verify(hex(publicKey.pk), hex(msg), hex(sig));
        expect([tcId, verdict]).toEqual([tcId, result === 'valid']);
        cases++;
      }
    expect(cases).toBe(numberOfTests);
  });

  test('CCTV Ed25519: no low-order key, no second encoding, otherwise the cofactored equation [R27]', async () => {
    const cases =
      loadVectors<
        readonly { number: number; key: string; sig: string; msg: string; flags: readonly string[] | null }[]
      >('cctv_ed25519.json');
    const verdicts = { true: 0, false: 0 };
    for (const { number, key, sig, msg, flags } of cases) {
      const has = (flag: string) => flags?.includes(flag) === true;
      const expected = !has('low_order_A') && !has('non_canonical_A') && !has('non_canonical_R');
      const verdict = await noble.ed25519Verify(hex(key), utf8(msg), hex(sig));
      expect([number, flags, verdict]).toEqual([number, flags, expected]);
      verdicts[`${verdict}`]++;
    }
    expect(verdicts.true).toBeGreaterThan(0);
    expect(verdicts.false).toBeGreaterThan(0);
    console.log(`CCTV Ed25519: ${verdicts.true} accepted, ${verdicts.false} refused`);
  });
});

describe('X25519', () => {
  const secret = new Uint8Array(32).fill(9);
  /** p = 2^255 - 19 plus a little, little-endian. */
  const nearP = (last: number) => Uint8Array.of(last, ...new Uint8Array(30).fill(0xff), 0x7f);

  test('refuses p and everything above, and takes p - 2 [R26]', async () => {
    for (let last = 0xed; last <= 0xff; last++) expect(await agree(secret, nearP(last))).toBe('E_AUTH');
    expect((await agree(secret, nearP(0xeb))).length).toBe(64);
  });

  test('refuses bit 255, which other implementations ignore [R26]', async () => {
    const publicKey = await noble.x25519PublicKey(secret);
    expect((await agree(secret, publicKey)).length).toBe(64);
    publicKey[31] = (publicKey[31] ?? 0) | 0x80;
    expect(await agree(secret, publicKey)).toBe('E_AUTH');
  });

  test('refuses points of low order [R26]', async () => {
    for (const point of [
      '0000000000000000000000000000000000000000000000000000000000000000',
      '0100000000000000000000000000000000000000000000000000000000000000',
      'ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f',
      'e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800',
      '5f9c95bca3508c24b1d0b1559c83ef5b04445cc4581c8e86d8224eddd09f1157',
    ])
      expect(await agree(secret, hex(point))).toBe('E_AUTH');
  });

  test('takes 32 bytes and no others', async () => {
    const publicKey = await noble.x25519PublicKey(secret);
    for (const length of [0, 31, 33, 64]) {
      expect(await agree(new Uint8Array(length), publicKey)).toBe('E_FORMAT');
      expect(await agree(secret, new Uint8Array(length).fill(9))).toBe('E_FORMAT');
    }
  });
});

test('Ed25519 refuses keys and signatures of other lengths', async () => {
  const seed = new Uint8Array(32).fill(1);
  const publicKey = await noble.ed25519PublicKey(seed);
  const signature = await noble.ed25519Sign(seed, utf8('m'));
  expect(await noble.ed25519Verify(publicKey, utf8('m'), signature)).toBe(true);
  for (const length of [0, 63, 65, 128])
    expect(await noble.ed25519Verify(publicKey, utf8('m'), new Uint8Array(length))).toBe(false);
  for (const length of [0, 31, 33])
    expect(await noble.ed25519Verify(new Uint8Array(length), utf8('m'), signature)).toBe(false);
  await expect(noble.ed25519Sign(new Uint8Array(31), utf8('m'))).rejects.toMatchObject({ code: 'E_FORMAT' });
});
