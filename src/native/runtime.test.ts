import { expect, test } from 'bun:test';
import { noble } from '../protocol/noble.ts';
import { ACTIVE_SUITE } from '../protocol/suite.ts';
import { chosenProvider, runtime } from './runtime.ts';

const filled = (length: number, byte: number) => new Uint8Array(length).fill(byte);

test('this runtime has every primitive natively', async () => {
  expect((await chosenProvider()).name).toBe('native');
});

test('what one of them signs, agrees on, wraps or seals, the other one takes', async () => {
  const seed = filled(32, 7);
  const [message, context] = [filled(100, 1), filled(3, 2)];
  for (const [ours, theirs] of [
    [runtime, noble],
    [noble, runtime],
  ] as const) {
    const dsa = await theirs.mlDsaPublicKey(ACTIVE_SUITE, seed);
    const signature = await ours.mlDsaSign(ACTIVE_SUITE, seed, message, context, filled(32, 3));
    expect(await theirs.mlDsaVerify(ACTIVE_SUITE, dsa, message, context, signature)).toBe(true);
    signature[9] = (signature[9] ?? 0) ^ 1;
    expect(await theirs.mlDsaVerify(ACTIVE_SUITE, dsa, message, context, signature)).toBe(false);

    const edwards = await theirs.ed25519PublicKey(seed);
    expect(await ours.ed25519PublicKey(seed)).toEqual(edwards);
    expect(await ours.ed25519Sign(seed, message)).toEqual(await theirs.ed25519Sign(seed, message));
    expect(await theirs.ed25519Verify(edwards, message, await ours.ed25519Sign(seed, message))).toBe(true);

    const { publicKey } = await theirs.mlKemKeyPair(ACTIVE_SUITE, filled(64, 4));
    const wrapped = await ours.mlKemEncapsulate(ACTIVE_SUITE, publicKey, filled(32, 5));
    expect(await theirs.mlKemDecapsulate(ACTIVE_SUITE, filled(64, 4), wrapped.ciphertext)).toEqual(
      wrapped.sharedSecret,
    );

    const point = await theirs.x25519PublicKey(filled(32, 8));
    expect(await ours.x25519(seed, point)).toEqual(await theirs.x25519(seed, point));

    const sealed = await ours.aesGcmSeal(seed, filled(12, 1), message, context);
    expect(await theirs.aesGcmOpen(seed, filled(12, 1), sealed, context)).toEqual(message);
  }
});

test('a secret that was prepared does what its bytes do', async () => {
  const seed = filled(32, 9);
  const key = (await runtime.prepare?.('Ed25519', seed)) ?? seed;
  expect(key).not.toBeInstanceOf(Uint8Array);
  expect(await runtime.ed25519Sign(key, filled(5, 5))).toEqual(await noble.ed25519Sign(seed, filled(5, 5)));
});

test('what is long is sealed, opened and hashed as noble does, and opens with no bit of it changed', async () => {
  const [key, nonce, associated] = [filled(32, 1), filled(12, 2), filled(33, 3)];
  for (const length of [0, 1, 65_535, 65_536, 65_537, 200_000]) {
    const text = Uint8Array.from({ length }, (_, index) => (index * 7) % 251);
    const sealed = await runtime.aesGcmSeal(key, nonce, text, associated);
    expect(Buffer.compare(sealed, await noble.aesGcmSeal(key, nonce, text, associated))).toBe(0);
    const room = filled(length + 20, 9).subarray(2, length + 18);
    expect(Buffer.compare(await runtime.aesGcmSeal(key, nonce, text, associated, room), sealed)).toBe(0);
    expect(Buffer.compare(room, sealed)).toBe(0);
    await expect(
      runtime.aesGcmSeal(key, nonce, text, associated, new Uint8Array(length)),
    ).rejects.toMatchObject({ code: 'E_FORMAT' });
    expect(Buffer.compare(await runtime.aesGcmOpen(key, nonce, sealed, associated), text)).toBe(0);
    expect(await runtime.sha256(sealed)).toEqual(await noble.sha256(sealed));
    for (const at of [0, length >> 1, length, length + 15]) {
      const other = sealed.with(at, (sealed[at] ?? 0) ^ 1);
      await expect(runtime.aesGcmOpen(key, nonce, other, associated)).rejects.toMatchObject({
        code: 'E_AUTH',
      });
    }
    await expect(runtime.aesGcmOpen(key, nonce, sealed, filled(33, 4))).rejects.toMatchObject({
      code: 'E_AUTH',
    });
  }
  await expect(runtime.aesGcmOpen(key, nonce, filled(15, 0), associated)).rejects.toMatchObject({
    code: 'E_AUTH',
  });
});
