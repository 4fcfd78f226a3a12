import { beforeAll, describe, expect, test } from 'bun:test';
import { ecb } from '@noble/ciphers/aes.js';
import { BODY_HEADER_BYTES, encodeBodyHeader } from './body-header.ts';
import { concat } from './codec.ts';
import { hash, kdf } from './hash.ts';
import { SIGNATURE_BYTES } from './identity.ts';
import {
  decodeBodyHeader,
  openBody,
  openOriginal,
  type SealedBody,
  sealBody,
  verifyBody,
} from './message.ts';
import { noble } from './noble.ts';
import { historyPayload } from './payload.ts';
import { simulatedCrypto } from './simulation/crypto.ts';
import { createDevice, type Device, headerOf, sessionContent, textContent } from './simulation/device.ts';
import { refusal } from './simulation/refused.ts';

const clock = { now: 1_800_000_000_000 };
const NO_ROOT = new Uint8Array();
let mina: Device;
let noor: Device;

// Signatures are tested here: the real ones.
beforeAll(async () => {
  mina = await createDevice(simulatedCrypto('mina', clock, noble), 0);
  noor = await createDevice(simulatedCrypto('noor', clock, noble), 0);
});

const sealText = async (text: string) => {
  const header = headerOf(mina, 1);
  const content = textContent(text, 1, NO_ROOT, clock.now);
  return { header, content, sealed: await sealBody(mina.crypto, { header, content, device: mina.dik }) };
};

/** Seals any plaintext as a body, as a sender would who does not follow the rules. */
async function forge(sealed: SealedBody, change: (plain: Uint8Array) => Uint8Array) {
  const { header } = decodeBodyHeader(sealed.body);
  const keys = kdf({
    ikm: sealed.contentKey,
    salt: header.bodyId,
    label: 'body',
    context: hash(sealed.header),
    length: 76,
  });
  const associated = sealed.body.subarray(0, BODY_HEADER_BYTES + 32);
  const rest = sealed.body.subarray(BODY_HEADER_BYTES + 32);
  const plain = await noble.aesGcmOpen(keys.subarray(0, 32), keys.subarray(64), rest, associated);
  const again = await noble.aesGcmSeal(keys.subarray(0, 32), keys.subarray(64), change(plain), associated);
  const body = concat(associated, again);
  return { body, contentKey: sealed.contentKey, bodyHash: hash(body) };
}

describe('a body', () => {
  test('opens to what was sealed, signed by its device and by no other', async () => {
    const { header, content, sealed } = await sealText('good morning');
    const opened = await openBody(noor.crypto, sealed);
    expect(opened.header).toEqual(header);
    expect(opened.content).toEqual(content);
    expect(opened.contentHash).toEqual(sealed.contentHash);
    expect(await verifyBody(noor.crypto, opened, mina.dik.publicKey)).toBe(true);
    expect(await verifyBody(noor.crypto, opened, noor.dik.publicKey)).toBe(false);
  });

  test('of thirty characters for three devices is at most 3,980 bytes', async () => {
    const { sealed } = await sealText('thirty characters, no more now');
    expect(sealed.body).toHaveLength(3797);
  });

  test('is sealed anew each time: another key, another ciphertext, the same content', async () => {
    const { content, sealed } = await sealText('again');
    const again = await sealBody(mina.crypto, { header: headerOf(mina, 1), content, device: mina.dik });
    expect(again.contentKey).not.toEqual(sealed.contentKey);
    expect(again.contentHash).toEqual(sealed.contentHash);
    expect(again.content).toEqual(sealed.content);
  });

  test('does not open with a changed byte, another key or another hash', async () => {
    const { sealed } = await sealText('intact');
    for (const at of [20, 60, 119, 120, 151, 152, 2000, sealed.body.length - 1]) {
      const body = sealed.body.with(at, (sealed.body[at] ?? 0) ^ 1);
      const code = await refusal(openBody(noor.crypto, { ...sealed, body, bodyHash: hash(body) }));
      expect(['E_AUTH', 'E_FORMAT']).toContain(code);
      expect(['E_AUTH', 'E_FORMAT']).toContain(await refusal(openBody(noor.crypto, { ...sealed, body })));
    }
    expect(await refusal(openBody(noor.crypto, { ...sealed, contentKey: new Uint8Array(32) }))).toBe(
      'E_AUTH',
    );
    expect(await refusal(openBody(noor.crypto, { ...sealed, bodyHash: new Uint8Array(32) }))).toBe('E_AUTH');
  });

  test('of class 2 is not signed, unless it carries a handshake', async () => {
    const header = headerOf(mina, 2);
    const kx = new Uint8Array([1]);
    const plain = sessionContent('kx', kx, NO_ROOT, clock.now);
    const unsigned = await sealBody(mina.crypto, { header, content: plain, device: mina.dik });
    expect(unsigned.signature).toBe(null);
    const opened = await openBody(noor.crypto, unsigned);
    expect(await verifyBody(noor.crypto, opened, mina.dik.publicKey)).toBe(false);
    const first = sessionContent('kx', kx, new Uint8Array(32).fill(1), clock.now);
    const signed = await sealBody(mina.crypto, { header, content: first, device: mina.dik });
    expect(await verifyBody(noor.crypto, await openBody(noor.crypto, signed), mina.dik.publicKey)).toBe(true);
  });
});

describe('downgrade [R36]', () => {
  test('a stripped signature is refused', async () => {
    const { sealed } = await sealText('signed');
    const forged = await forge(sealed, (plain) => plain.subarray(0, -SIGNATURE_BYTES));
    expect(await refusal(openBody(noor.crypto, forged))).toBe('E_AUTH');
  });

  test('one signature of the two, or both in the other order, do not verify', async () => {
    const { sealed } = await sealText('signed');
    const changes = [
      (s: Uint8Array) => concat(s.subarray(64), s.subarray(0, 64)),
      (s: Uint8Array) => concat(s.subarray(0, 64), new Uint8Array(3309)),
      (s: Uint8Array) => concat(new Uint8Array(64), s.subarray(64)),
    ];
    for (const change of changes) {
      const forged = await forge(sealed, (plain) => {
        const end = plain.length - SIGNATURE_BYTES;
        return concat(plain.subarray(0, end), change(plain.subarray(end)));
      });
      const opened = await openBody(noor.crypto, forged);
      expect(await verifyBody(noor.crypto, opened, mina.dik.publicKey)).toBe(false);
    }
    const shorter = await forge(sealed, (plain) => plain.subarray(0, -3309));
    expect(await refusal(openBody(noor.crypto, shorter))).toBe('E_FORMAT');
  });

  test('another suite is neither sealed nor opened', async () => {
    const { sealed, content } = await sealText('suite two');
    for (const suite of [0, 1, 3, 9]) {
      const header = { ...headerOf(mina, 1), suite };
      expect(await refusal(sealBody(mina.crypto, { header, content, device: mina.dik }))).toBe('E_SUITE');
      const body = concat(encodeBodyHeader(header), sealed.body.subarray(BODY_HEADER_BYTES));
      expect(await refusal(openBody(noor.crypto, { ...sealed, body, bodyHash: hash(body) }))).toBe('E_SUITE');
    }
  });

  test('a signature counts for its own header and content only', async () => {
    const [one, two] = [await sealText('one'), await sealText('two')];
    const mixed = await openBody(noor.crypto, one.sealed);
    const signature = two.sealed.signature;
    expect(await verifyBody(noor.crypto, { ...mixed, signature }, mina.dik.publicKey)).toBe(false);
    const otherHeader = { ...mixed, headerBytes: two.sealed.header };
    expect(await verifyBody(noor.crypto, otherHeader, mina.dik.publicKey)).toBe(false);
  });
});

describe('mending', () => {
  test('hands an original on with its signature', async () => {
    const { sealed, content } = await sealText('from last week');
    if (sealed.signature === null) throw new Error('unsigned');
    const payload = { header: sealed.header, content: sealed.content, signature: sealed.signature };
    const original = openOriginal(historyPayload.decode(historyPayload.encode(payload)));
    expect(original.content).toEqual(content);
    expect(original.contentHash).toEqual(sealed.contentHash);
    expect(await verifyBody(noor.crypto, original, mina.dik.publicKey)).toBe(true);
    const other = openOriginal({ ...payload, content: (await sealText('from nobody')).sealed.content });
    expect(await verifyBody(noor.crypto, other, mina.dik.publicKey)).toBe(false);
  });

  test('hands on nothing but conversation messages', async () => {
    const content = sessionContent('sync', new Uint8Array(), new Uint8Array(32).fill(1), clock.now);
    const sealed = await sealBody(mina.crypto, { header: headerOf(mina, 2), content, device: mina.dik });
    const { signature } = sealed;
    if (signature === null) throw new Error('unsigned');
    expect(() => openOriginal({ header: sealed.header, content: sealed.content, signature })).toThrow(
      'E_FORMAT',
    );
  });
});

/**
 * A ciphertext that AES-GCM opens under two keys (Dodis, Grubbs, Ristenpart, Woodage: "Fast message franking", 2018): one
 * block is solved so that both tags agree.
 */
describe('a two-key collision [R22]', () => {
  test('is real for AES-GCM alone, and rejected by both recipients', async () => {
    const header = headerOf(mina, 1);
    const headerBytes = encodeBodyHeader(header);
    const contentKeys = [mina.crypto.random(32), mina.crypto.random(32)] as const;
    const [one, two] = contentKeys.map((ikm) => {
      const out = kdf({ ikm, salt: header.bodyId, label: 'body', context: hash(headerBytes), length: 76 });
      return { key: out.slice(0, 32), commitment: out.slice(32, 64), nonce: out.slice(64) };
    });
    if (one === undefined || two === undefined) throw new Error('two keys');
    for (const commitment of [one.commitment, two.commitment, mina.crypto.random(32)]) {
      const associated = concat(headerBytes, commitment);
      const collision = collide(one, two, associated, mina.crypto.random(4096));
      // Both keys open it: without a commitment two recipients would read two texts.
      const texts = await Promise.all(
        [one, two].map(({ key, nonce }) => noble.aesGcmOpen(key, nonce, collision, associated)),
      );
      expect(texts[0]).not.toEqual(texts[1]);
      const body = concat(associated, collision);
      for (const [i, contentKey] of contentKeys.entries()) {
        const code = await refusal(openBody(noor.crypto, { body, contentKey, bodyHash: hash(body) }));
        // Who holds the committed key gets as far as the padding of random bytes.
        expect(code).toBe(commitment === [one, two][i]?.commitment ? 'E_FORMAT' : 'E_AUTH');
      }
    }
  });
});

interface GcmKey {
  readonly key: Uint8Array;
  readonly nonce: Uint8Array;
}

/** ciphertext || tag that authenticates under both keys; the last whole block of `ciphertext` is replaced. */
function collide(a: GcmKey, b: GcmKey, associated: Uint8Array, ciphertext: Uint8Array): Uint8Array {
  const out = ciphertext.slice();
  out.fill(0, out.length - 16);
  const parts = [a, b].map(({ key, nonce }) => {
    const h = field(block(key, new Uint8Array(16)));
    const mask = field(block(key, concat(nonce, Uint8Array.of(0, 0, 0, 1))));
    // The last block is multiplied by h twice: once for itself, once for the block of lengths.
    return { tag: ghash(h, associated, out) ^ mask, factor: multiply(h, h) };
  });
  const [x, y] = parts;
  if (x === undefined || y === undefined) throw new Error('two keys');
  const last = multiply(x.tag ^ y.tag, inverse(x.factor ^ y.factor));
  out.set(unfield(last), out.length - 16);
  return concat(out, unfield(x.tag ^ multiply(last, x.factor)));
}

const block = (key: Uint8Array, input: Uint8Array) => ecb(key, { disablePadding: true }).encrypt(input);
const field = (bytes: Uint8Array): bigint => BigInt(`0x${bytes.toHex()}`);
const unfield = (value: bigint): Uint8Array => Uint8Array.fromHex(value.toString(16).padStart(32, '0'));

/** GF(2^128) of SP 800-38D, 6.3: bit 0 is the leftmost. */
function multiply(x: bigint, y: bigint): bigint {
  let product = 0n;
  let shifted = y;
  for (let bit = 127n; bit >= 0n; bit--) {
    if ((x >> bit) & 1n) product ^= shifted;
    shifted = shifted & 1n ? (shifted >> 1n) ^ (0xe1n << 120n) : shifted >> 1n;
  }
  return product;
}

/** x^(2^128 - 2). */
function inverse(x: bigint): bigint {
  let power = x;
  let result = 1n << 127n;
  for (let i = 1; i < 128; i++) {
    power = multiply(power, power);
    result = multiply(result, power);
  }
  return result;
}

function ghash(h: bigint, associated: Uint8Array, ciphertext: Uint8Array): bigint {
  const lengths = new Uint8Array(16);
  const view = new DataView(lengths.buffer);
  view.setBigUint64(0, BigInt(associated.length * 8));
  view.setBigUint64(8, BigInt(ciphertext.length * 8));
  const padded = (bytes: Uint8Array) => concat(bytes, new Uint8Array((16 - (bytes.length % 16)) % 16));
  const all = concat(padded(associated), padded(ciphertext), lengths);
  let state = 0n;
  for (let at = 0; at < all.length; at += 16) state = multiply(state ^ field(all.subarray(at, at + 16)), h);
  return state;
}
