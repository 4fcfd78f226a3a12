import { expect, test } from 'bun:test';
import { gcm } from '@noble/ciphers/aes.js';
import { concat, utf8 } from './codec.ts';
import { COMMITTING_OVERHEAD, openCommitting, sealCommitting } from './committing.ts';
import { kdf } from './hash.ts';
import { noble } from './noble.ts';
import { simulatedCrypto } from './simulation/crypto.ts';

const crypto = simulatedCrypto('committing', { now: 0 }, noble);
const purpose = { key: crypto.random(32), label: 'slot', associated: utf8('whose it is') };
const plaintext = utf8('a secret');
const box = await sealCommitting(crypto, purpose, plaintext);
const unopened = (over: Partial<typeof purpose>, bytes = box) =>
  expect(openCommitting(crypto, { ...purpose, ...over }, bytes)).rejects.toMatchObject({ code: 'E_AUTH' });

test('opens for the same purpose and no other', async () => {
  expect(await openCommitting(crypto, purpose, box)).toEqual(plaintext);
  expect(box.length).toBe(plaintext.length + COMMITTING_OVERHEAD);
  await unopened({ key: crypto.random(32) });
  await unopened({ label: 'vault' });
  await unopened({ associated: utf8('whose it is not') });
});

test('no byte of it can be changed, taken or added', async () => {
  for (let at = 0; at < box.length; at++) await unopened({}, box.with(at, (box[at] ?? 0) ^ 1));
  for (let length = 0; length < box.length; length++) await unopened({}, box.subarray(0, length));
  await unopened({}, concat(box, Uint8Array.of(0)));
});

test('every box is under a key of its own', async () => {
  const again = await sealCommitting(crypto, purpose, plaintext);
  expect(again.subarray(0, 16)).not.toEqual(box.subarray(0, 16));
  expect(again.subarray(16, 48)).not.toEqual(box.subarray(16, 48));
});

test('the commitment decides, even where AES-GCM is content [R10]', async () => {
  const salt = crypto.random(16);
  const { key, label, associated } = purpose;
  const derived = kdf({ ikm: key, salt, label, context: associated, length: 76 });
  const commitment = derived.subarray(44);
  const cipher = gcm(derived.subarray(0, 32), derived.subarray(32, 44), concat(associated, commitment));
  const sealed = cipher.encrypt(plaintext);
  expect(await openCommitting(crypto, purpose, concat(salt, commitment, sealed))).toEqual(plaintext);
  await unopened({}, concat(salt, commitment.with(31, (commitment[31] ?? 0) ^ 1), sealed));
  await unopened({}, concat(salt, new Uint8Array(32), sealed));
});

test('keys have 32 bytes', async () => {
  for (const length of [0, 31, 33])
    await expect(
      sealCommitting(crypto, { ...purpose, key: new Uint8Array(length) }, plaintext),
    ).rejects.toMatchObject({ code: 'E_FORMAT' });
});
