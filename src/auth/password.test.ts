import { expect, test } from 'bun:test';
import { fromBase64 } from '../contract/bytes.ts';
import { checkPasswordParameters } from '../protocol/password.ts';
import {
  hashRecoverySecret,
  hashSecret,
  madeUpParameters,
  verifyRecoverySecret,
  verifySecret,
} from './password.ts';

const bytes = (fill: number, length = 32) => new Uint8Array(length).fill(fill);

test('a login secret is kept as Argon2id with 19 MiB and two passes, salted', async () => {
  const [one, two] = await Promise.all([hashSecret(bytes(1)), hashSecret(bytes(1))]);
  expect(one).toStartWith('$argon2id$v=19$m=19456,t=2,p=1$');
  expect(one).not.toBe(two);
  expect(await verifySecret(bytes(1), one)).toBe(true);
  expect(await verifySecret(bytes(2), one)).toBe(false);
});

test('nobody has no secret', async () => {
  expect(await verifySecret(bytes(1), null)).toBe(false);
  expect(verifyRecoverySecret(bytes(1), null)).toBe(false);
  // Not even the one whose hash would be all zeros.
  expect(verifyRecoverySecret(bytes(0), null)).toBe(false);
});

test('a recovery secret is its SHA-256', () => {
  const hash = hashRecoverySecret(bytes(3));
  expect(hash).toEqual(new Bun.CryptoHasher('sha256').update(bytes(3)).digest());
  expect(verifyRecoverySecret(bytes(3), hash)).toBe(true);
  expect(verifyRecoverySecret(bytes(4), hash)).toBe(false);
});

test('made-up parameters depend on the name and the server, and pass what clients demand', () => {
  const made = madeUpParameters(bytes(1), 'nobody');
  expect(made).toEqual(madeUpParameters(bytes(1), 'nobody'));
  expect(made.salt).not.toBe(madeUpParameters(bytes(1), 'nobodz').salt);
  expect(made.salt).not.toBe(madeUpParameters(bytes(2), 'nobody').salt);
  expect(fromBase64(made.salt).length).toBe(16);
  expect(() => checkPasswordParameters(made)).not.toThrow();
});
