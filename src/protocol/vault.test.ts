import { describe, expect, test } from 'bun:test';
import { noble } from './noble.ts';
import { simulatedCrypto } from './simulation/crypto.ts';
import {
  createVaultKey,
  openLocalKey,
  openSlot,
  openVault,
  type SlotKind,
  sealVault,
  wrapLocalKey,
  wrapSlot,
} from './vault.ts';

const crypto = simulatedCrypto('vault', { now: 0 }, noble);
const account = crypto.random(16);
const dek = createVaultKey(crypto.random);
const secrets = { aik: crypto.random(64), backupKey: crypto.random(32), deviceWrapKey: crypto.random(32) };
const place = { account, version: 3, dek };
const sealed = await sealVault(crypto, { ...place, secrets });
const refused = async (attempt: Promise<unknown>, code = 'E_AUTH') =>
  expect(attempt).rejects.toMatchObject({ code });

describe('the vault', () => {
  test('opens with its key, for its account and version [R10]', async () => {
    expect(await openVault(crypto, { ...place, sealed })).toEqual(secrets);
    await refused(openVault(crypto, { ...place, sealed, dek: crypto.random(32) }));
    await refused(openVault(crypto, { ...place, sealed, account: crypto.random(16) }));
    await refused(openVault(crypto, { ...place, sealed, version: 2 }));
    await refused(openVault(crypto, { ...place, sealed, version: 4 }));
  });

  test('has the same size whatever it holds, and shows nothing of it', async () => {
    const zeros = {
      aik: new Uint8Array(64),
      backupKey: new Uint8Array(32),
      deviceWrapKey: new Uint8Array(32),
    };
    expect((await sealVault(crypto, { ...place, secrets: zeros })).length).toBe(sealed.length);
    expect(sealed.length).toBeGreaterThan(1024);
    const text = sealed.toHex();
    for (const secret of [secrets.aik, secrets.backupKey, secrets.deviceWrapKey, dek])
      expect(text).not.toContain(secret.subarray(0, 8).toHex());
  });

  test('leaves the secrets it is given as they were', async () => {
    const copy = structuredClone(secrets);
    await sealVault(crypto, { ...place, secrets });
    expect(secrets).toEqual(copy);
    expect(dek.some((byte) => byte !== 0)).toBe(true);
  });

  test('with any byte changed does not open', async () => {
    for (let at = 0; at < sealed.length; at += 37)
      await expect(
        openVault(crypto, { ...place, sealed: sealed.with(at, (sealed[at] ?? 0) ^ 1) }),
      ).rejects.toMatchObject({ code: expect.stringMatching(/^E_(?:FORMAT|AUTH)$/) });
    await refused(openVault(crypto, { ...place, sealed: sealed.subarray(1) }), 'E_FORMAT');
  });

  test('takes secrets of their length only', async () => {
    await refused(
      sealVault(crypto, { ...place, secrets: { ...secrets, aik: new Uint8Array(32) } }),
      'E_FORMAT',
    );
  });
});

describe('a slot', async () => {
  const kinds: readonly (readonly [SlotKind, string])[] = [
    ['prf', 'credential-one'],
    ['prf', 'credential-two'],
    ['password', ''],
    ['recovery', ''],
  ];
  const key = crypto.random(32);
  const slots = await Promise.all(
    kinds.map(async ([kind, id]) => ({
      kind,
      id,
      record: await wrapSlot(crypto, { account, version: 3, kind, id, key, dek }),
    })),
  );

  test('gives the key, and in its own place only: swapping two of them fails [R10]', async () => {
    for (const slot of slots)
      for (const other of slots) {
        const attempt = openSlot(crypto, {
          account,
          version: 3,
          kind: slot.kind,
          id: slot.id,
          key,
          record: other.record,
        });
        if (slot === other) expect(await attempt).toEqual(dek);
        else await refused(attempt);
      }
  });

  test('of an older version or another account does not open [R10]', async () => {
    for (const { kind, id, record } of slots) {
      await refused(openSlot(crypto, { account, version: 4, kind, id, key, record }));
      await refused(openSlot(crypto, { account, version: 2, kind, id, key, record }));
      await refused(openSlot(crypto, { account: crypto.random(16), version: 3, kind, id, key, record }));
      await refused(openSlot(crypto, { account, version: 3, kind, id, key: crypto.random(32), record }));
    }
  });

  test('has the same size for every way in', () => {
    expect(new Set(slots.map(({ record }) => record.length)).size).toBe(1);
  });

  test('is no vault and no local key, and they are no slot [R3]', async () => {
    const record = slots[0]?.record ?? new Uint8Array();
    const device = crypto.random(16);
    const wrapped = await wrapLocalKey(crypto, { account, device, deviceWrapKey: key, localKey: dek });
    await refused(openVault(crypto, { account, version: 3, dek: key, sealed: record }), 'E_FORMAT');
    await refused(openLocalKey(crypto, { account, device, deviceWrapKey: key, wrapped: record }), 'E_FORMAT');
    await refused(
      openSlot(crypto, { account, version: 3, kind: 'recovery', id: '', key, record: wrapped }),
      'E_FORMAT',
    );
    // Nor under the other's type byte.
    const disguised = wrapped.with(0, record[0] ?? 0);
    await refused(
      openSlot(crypto, { account, version: 3, kind: 'recovery', id: '', key, record: disguised }),
    );
  });

  test('wraps keys of 32 bytes', async () => {
    for (const length of [0, 16, 64])
      await refused(
        wrapSlot(crypto, { account, version: 3, kind: 'password', id: '', key, dek: new Uint8Array(length) }),
        'E_FORMAT',
      );
  });
});

test('a local key opens on its device, with the vault it was wrapped by', async () => {
  const here = { account, device: crypto.random(16), deviceWrapKey: secrets.deviceWrapKey };
  const localKey = crypto.random(32);
  const wrapped = await wrapLocalKey(crypto, { ...here, localKey });
  expect(await openLocalKey(crypto, { ...here, wrapped })).toEqual(localKey);
  await refused(openLocalKey(crypto, { ...here, device: crypto.random(16), wrapped }));
  await refused(openLocalKey(crypto, { ...here, account: crypto.random(16), wrapped }));
  await refused(openLocalKey(crypto, { ...here, deviceWrapKey: crypto.random(32), wrapped }));
});
