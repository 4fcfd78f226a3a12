import { describe, expect, test } from 'bun:test';
import { concat } from './codec.ts';
import {
  type DeviceList,
  decodeDeviceList,
  deviceListRecord,
  signDeviceList,
  verifyDeviceList,
} from './device-list.ts';
import { hash } from './hash.ts';
import { createSigningKeyPair, SIGNATURE_BYTES, signHybrid } from './identity.ts';
import { noble } from './noble.ts';
import { simulatedCrypto } from './simulation/crypto.ts';

const crypto = simulatedCrypto('device list', { now: 0 }, noble);
const aik = await createSigningKeyPair(crypto);
const stranger = await createSigningKeyPair(crypto);
const account = crypto.random(16);
const first: DeviceList = {
  account,
  version: 1,
  previous: new Uint8Array(32),
  certificates: [crypto.random(32)],
  revoked: [],
  vaultVersion: 2,
};
const signedFirst = await signDeviceList(crypto, aik, first);
const firstHash = decodeDeviceList(signedFirst).hash;
const second: DeviceList = { ...first, version: 2, previous: firstHash, revoked: [crypto.random(16)] };
const signedSecond = await signDeviceList(crypto, aik, second);
const expected = { aik: aik.publicKey, account };

const forge = async (over: Partial<DeviceList>, by = aik): Promise<Uint8Array> => {
  const encoded = deviceListRecord.encode({ ...second, ...over });
  return concat(encoded, await signHybrid(crypto, by, 'devlist', encoded));
};
const refused = (bytes: Uint8Array, code: string, over: object = {}) =>
  expect(verifyDeviceList(crypto, bytes, { ...expected, ...over })).rejects.toMatchObject({ code });
const seen = { previous: { version: 1, hash: firstHash, vaultVersion: 2 } };

describe('a device list', () => {
  test('verifies under the account’s key, and its hash leaves the signature out', async () => {
    const verified = await verifyDeviceList(crypto, signedFirst, expected);
    expect(verified).toEqual({ list: first, hash: hash(signedFirst.subarray(0, -SIGNATURE_BYTES)) });
  });

  test('of another account or signer is refused', async () => {
    await refused(await forge({}, stranger), 'E_AUTH');
    await refused(signedFirst, 'E_AUTH', { aik: stranger.publicKey });
    await refused(signedFirst, 'E_AUTH', { account: crypto.random(16) });
    await refused(signedFirst.subarray(0, -1), 'E_FORMAT');
    await refused(signedFirst.subarray(0, -SIGNATURE_BYTES), 'E_FORMAT');
    await refused(new Uint8Array(), 'E_FORMAT');
  });

  test('follows the one that was seen [R12]', async () => {
    expect((await verifyDeviceList(crypto, signedSecond, { ...expected, ...seen })).list).toEqual(second);
    // The same again is no news and no fork.
    expect((await verifyDeviceList(crypto, signedFirst, { ...expected, ...seen })).list).toEqual(first);
    // Versions that were missed are no reason to refuse.
    const later = await forge({ version: 9, previous: crypto.random(32) });
    expect((await verifyDeviceList(crypto, later, { ...expected, ...seen })).list.version).toBe(9);
  });

  test('that goes back, forks or follows another one is refused [R12]', async () => {
    await refused(signedFirst, 'E_ROSTER', {
      previous: { version: 2, hash: decodeDeviceList(signedSecond).hash },
    });
    const fork = await signDeviceList(crypto, aik, { ...first, certificates: [crypto.random(32)] });
    await refused(fork, 'E_ROSTER', seen);
    await refused(await forge({ previous: crypto.random(32) }), 'E_ROSTER', seen);
    await refused(await forge({ vaultVersion: 1 }), 'E_ROSTER', seen);
  });

  test('holds 5 certificates at most, and nothing twice', async () => {
    const certificates = Array.from({ length: 5 }, () => crypto.random(32));
    const full = await signDeviceList(crypto, aik, { ...first, certificates });
    expect(decodeDeviceList(full).list.certificates).toEqual(certificates);
    const [one] = certificates;
    if (!one) throw new Error('no certificate');
    const device = crypto.random(16);
    for (const over of [
      { certificates: [...certificates, crypto.random(32)] },
      { certificates: [one, one] },
      { revoked: [device, device] },
    ])
      await expect(signDeviceList(crypto, aik, { ...first, ...over })).rejects.toMatchObject({
        code: 'E_FORMAT',
      });
    await refused(await forge({ certificates: [one, one] }), 'E_FORMAT');
  });

  test('counts from 1, and only the first one has no predecessor', async () => {
    await refused(await forge({ version: 0 }), 'E_FORMAT');
    await refused(await forge({ version: 1 }), 'E_FORMAT');
    await refused(await forge({ previous: new Uint8Array(32) }), 'E_FORMAT');
  });

  test('with any byte of it changed is refused', async () => {
    for (let at = 0; at < signedSecond.length; at += 97)
      await expect(
        verifyDeviceList(crypto, signedSecond.with(at, (signedSecond[at] ?? 0) ^ 2), {
          ...expected,
          ...seen,
        }),
      ).rejects.toMatchObject({ code: expect.stringMatching(/^E_(?:FORMAT|AUTH)$/) });
  });
});
