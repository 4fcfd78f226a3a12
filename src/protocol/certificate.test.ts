import { describe, expect, test } from 'bun:test';
import {
  CERTIFICATE_LIFETIME_MS,
  type Certificate,
  CLOCK_TOLERANCE_MS,
  certificateRecord,
  decodeCertificate,
  issueCertificate,
  verifyCertificate,
} from './certificate.ts';
import { concat } from './codec.ts';
import { hash } from './hash.ts';
import { createSigningKeyPair, SIGNATURE_BYTES, signHybrid } from './identity.ts';
import { noble } from './noble.ts';
import { simulatedCrypto } from './simulation/crypto.ts';

const now = 1_800_000_000_000;
const crypto = simulatedCrypto('certificate', { now }, noble);
const [aik, otherAik, dik, otherDik] = [
  await createSigningKeyPair(crypto),
  await createSigningKeyPair(crypto),
  await createSigningKeyPair(crypto),
  await createSigningKeyPair(crypto),
];
const account = crypto.random(16);
const certificate: Certificate = {
  account,
  device: crypto.random(16),
  signingKey: dik.publicKey,
  agreementKey: crypto.random(32),
  suites: [2],
  created: now,
  expires: now + CERTIFICATE_LIFETIME_MS,
};
const expected = { aik: aik.publicKey, account, now };
const signed = await issueCertificate(crypto, aik, dik, certificate);

/** A certificate signed as the attacker likes, without the checks of issueCertificate. */
async function forge(over: Partial<Certificate>, by = { aik, dik }): Promise<Uint8Array> {
  const encoded = certificateRecord.encode({ ...certificate, ...over });
  const subject = over.account ?? account;
  return concat(
    encoded,
    await signHybrid(crypto, by.aik, 'devcert', encoded),
    await signHybrid(crypto, by.dik, 'pop', concat(hash(encoded), subject)),
  );
}
const refused = (bytes: Uint8Array, code: string, over: Partial<typeof expected> = {}) =>
  expect(verifyCertificate(crypto, bytes, { ...expected, ...over })).rejects.toMatchObject({ code });

describe('a device certificate', () => {
  test('verifies, and its hash leaves the signatures out', async () => {
    const verified = await verifyCertificate(crypto, signed, expected);
    expect(verified.certificate).toEqual(certificate);
    expect(verified.hash).toEqual(hash(signed.subarray(0, signed.length - 2 * SIGNATURE_BYTES)));
    const again = await issueCertificate(crypto, aik, dik, certificate);
    expect(again).not.toEqual(signed);
    expect(decodeCertificate(again).hash).toEqual(verified.hash);
  });

  test('over somebody else’s keys is refused: the device has to agree [R25]', async () => {
    // The account key signs anything; without the device's own signature it is nothing.
    await refused(await forge({ signingKey: otherDik.publicKey }), 'E_AUTH');
    await refused(await forge({}, { aik, dik: otherDik }), 'E_AUTH');
    await expect(issueCertificate(crypto, aik, otherDik, certificate)).rejects.toMatchObject({
      code: 'E_FORMAT',
    });
  });

  test('of an account that did not sign it is refused [R15]', async () => {
    await refused(await forge({}, { aik: otherAik, dik }), 'E_AUTH');
    await refused(signed, 'E_AUTH', { aik: otherAik.publicKey });
    await refused(signed, 'E_AUTH', { account: crypto.random(16) });
  });

  test('with its proof of possession taken from another certificate is refused', async () => {
    const renewed = await issueCertificate(crypto, aik, dik, {
      ...certificate,
      expires: certificate.expires - 1,
    });
    await refused(concat(signed.subarray(0, -SIGNATURE_BYTES), renewed.subarray(-SIGNATURE_BYTES)), 'E_AUTH');
  });

  test('with its signatures stripped, swapped or changed is refused [R36]', async () => {
    const encoded = signed.subarray(0, -2 * SIGNATURE_BYTES);
    const byAccount = signed.subarray(-2 * SIGNATURE_BYTES, -SIGNATURE_BYTES);
    const byDevice = signed.subarray(-SIGNATURE_BYTES);
    await refused(concat(encoded, byDevice, byAccount), 'E_AUTH');
    await refused(concat(encoded, byAccount), 'E_FORMAT');
    await refused(encoded, 'E_FORMAT');
    await refused(concat(signed, Uint8Array.of(0)), 'E_FORMAT');
    await refused(new Uint8Array(), 'E_FORMAT');
    await refused(new Uint8Array(2 * SIGNATURE_BYTES), 'E_FORMAT');
  });

  test('with any byte of it changed is refused', async () => {
    for (let at = 0; at < signed.length; at += 211)
      await expect(
        verifyCertificate(crypto, signed.with(at, (signed[at] ?? 0) ^ 4), expected),
      ).rejects.toMatchObject({ code: expect.stringMatching(/^E_(?:FORMAT|AUTH|STALE|SUITE)$/) });
  });

  test('holds until it expires, 180 days at most', async () => {
    const end = certificate.expires;
    expect((await verifyCertificate(crypto, signed, { ...expected, now: end - 1 })).certificate.expires).toBe(
      end,
    );
    await refused(signed, 'E_STALE', { now: end });
    await refused(await forge({ expires: end + 1 }), 'E_FORMAT');
    await refused(await forge({ expires: now }), 'E_FORMAT');
    await expect(
      issueCertificate(crypto, aik, dik, { ...certificate, expires: end + 1 }),
    ).rejects.toMatchObject({
      code: 'E_FORMAT',
    });
  });

  test('from the future is taken within a day', async () => {
    const early = certificate.created - CLOCK_TOLERANCE_MS;
    await verifyCertificate(crypto, signed, { ...expected, now: early });
    await refused(signed, 'E_STALE', { now: early - 1 });
  });

  test('has suites, ascending, and one at or above the floor [R36]', async () => {
    await refused(await forge({ suites: [1] }), 'E_SUITE');
    for (const suites of [[], [2, 1], [2, 2], [0]]) await refused(await forge({ suites }), 'E_FORMAT');
    const ahead = await forge({ suites: [1, 2, 3, 900] });
    expect((await verifyCertificate(crypto, ahead, expected)).certificate.suites).toEqual([1, 2, 3, 900]);
  });
});
