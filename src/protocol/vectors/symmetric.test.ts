import { describe, expect, test } from 'bun:test';
import { haveVectors, hex, loadVectors, type Wycheproof } from '../../../test/support/vectors.ts';
import { concat } from '../codec.ts';
import { isProtocolError } from '../errors.ts';
import { hash, hkdfBytes, hkdfExtract, sha256 } from '../hash.ts';
import { noble } from '../noble.ts';

/** The result in hexadecimal, or the code of the refusal. */
async function outcome(run: () => Uint8Array | Promise<Uint8Array>): Promise<string> {
  try {
    return (await run()).toHex();
  } catch (error) {
    if (isProtocolError(error)) return error.code;
    throw error;
  }
}

describe.skipIf(!haveVectors())('symmetric primitives, known answers', () => {
  test('Wycheproof HKDF-SHA-256', async () => {
    const { testGroups, numberOfTests } = loadVectors<
      Wycheproof<object, { ikm: string; salt: string; info: string; size: number; okm: string }>
    >('wycheproof_hkdf_sha256_test.json');
    let cases = 0;
    for (const { tests } of testGroups)
      for (const { tcId, ikm, salt, info, size, okm, result } of tests) {
        const got = await outcome(() => hkdfBytes('SHA-256', hex(ikm), hex(salt), hex(info), size));
        expect([tcId, got]).toEqual([tcId, result === 'valid' ? okm : 'E_FORMAT']);
        cases++;
      }
    expect(cases).toBe(numberOfTests);
  });

  test('Wycheproof HMAC-SHA3-256, by HKDF-Extract', () => {
    const { testGroups, numberOfTests } = loadVectors<
      Wycheproof<{ tagSize: number }, { key: string; msg: string; tag: string }>
    >('wycheproof_hmac_sha3_256_test.json');
    let cases = 0;
    for (const { tagSize, tests } of testGroups)
      for (const { tcId, key, msg, tag, result } of tests) {
        const computed = hkdfExtract('SHA3-256', hex(key), hex(msg))
          .subarray(0, tagSize / 8)
          .toHex();
        expect([tcId, computed === tag]).toEqual([tcId, result === 'valid']);
        cases++;
      }
    expect(cases).toBe(numberOfTests);
  });

  test('Wycheproof AES-GCM: 32-byte keys and 12-byte nonces, everything else refused', async () => {
    const { testGroups, numberOfTests } = loadVectors<
      Wycheproof<
        { keySize: number; ivSize: number; tagSize: number },
        { key: string; iv: string; aad: string; msg: string; ct: string; tag: string }
      >
    >('wycheproof_aes_gcm_test.json');
    let ours = 0;
    let others = 0;
    for (const { keySize, ivSize, tagSize, tests } of testGroups)
      for (const { tcId, key, iv, aad, msg, ct, tag, result } of tests) {
        const sealed = concat(hex(ct), hex(tag));
        const opened = await outcome(() => noble.aesGcmOpen(hex(key), hex(iv), sealed, hex(aad)));
        if (keySize !== 256 || ivSize !== 96 || tagSize !== 128) {
          others++;
          expect(opened).toMatch(/^E_(?:FORMAT|AUTH)$/);
          if (keySize === 256 && ivSize === 96) continue;
          expect(await outcome(() => noble.aesGcmSeal(hex(key), hex(iv), hex(msg), hex(aad)))).toBe(
            'E_FORMAT',
          );
          continue;
        }
        expect([tcId, opened]).toEqual([tcId, result === 'valid' ? msg : 'E_AUTH']);
        if (result === 'valid')
          expect(await noble.aesGcmSeal(hex(key), hex(iv), hex(msg), hex(aad))).toEqual(sealed);
        ours++;
      }
    expect(ours + others).toBe(numberOfTests);
    expect(ours).toBeGreaterThan(0);
  });
});

describe('hashing', () => {
  const abc = new TextEncoder().encode('abc');

  test('FIPS 202 and FIPS 180-4, the example "abc", in one part or several', () => {
    const sha3 = '3a985da74fe225b2045c172d6bd390bd855f086e3e9d525b46bfe24511431532';
    const sha2 = 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad';
    expect(hash(abc).toHex()).toBe(sha3);
    expect(hash(abc.subarray(0, 1), abc.subarray(1)).toHex()).toBe(sha3);
    expect(sha256(abc).toHex()).toBe(sha2);
  });

  test('HKDF gives 255 blocks and not a byte more, for every hash', async () => {
    const empty = new Uint8Array();
    for (const [name, block] of [
      ['SHA-256', 32],
      ['SHA3-256', 32],
      ['SHA3-512', 64],
    ] as const) {
      expect(hkdfBytes(name, abc, empty, empty, 255 * block).length).toBe(255 * block);
      for (const length of [255 * block + 1, -1, 1.5, Number.NaN])
        expect(await outcome(() => hkdfBytes(name, abc, empty, empty, length))).toBe('E_FORMAT');
      // An empty salt is HashLen zeros (RFC 5869, 2.2).
      expect(hkdfBytes(name, abc, new Uint8Array(block), empty, 32)).toEqual(
        hkdfBytes(name, abc, empty, empty, 32),
      );
    }
  });
});

test('AES-GCM refuses what is shorter than a tag, and changed associated data', async () => {
  const key = new Uint8Array(32).fill(1);
  const nonce = new Uint8Array(12);
  const sealed = await noble.aesGcmSeal(key, nonce, new Uint8Array(), new Uint8Array(3));
  expect(sealed.length).toBe(16);
  const open = (bytes: Uint8Array, associated: Uint8Array) =>
    outcome(() => noble.aesGcmOpen(key, nonce, bytes, associated));
  expect(await open(sealed, new Uint8Array(3))).toBe('');
  expect(await open(sealed, new Uint8Array(4))).toBe('E_AUTH');
  for (let length = 0; length < 16; length++)
    expect(await open(sealed.subarray(0, length), new Uint8Array(3))).toBe('E_AUTH');
});
