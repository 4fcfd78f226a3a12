import { describe, expect, test } from 'bun:test';
import { utf8 } from './codec.ts';
import { hash } from './hash.ts';
import {
  argon2id,
  checkPasswordParameters,
  PASSWORD_DEFAULTS,
  PASSWORD_FLOOR,
  PRF_SALT,
  prfVaultKey,
  splitPasswordKey,
} from './password.ts';

const salt = utf8('sixteen bytes !!');

describe('the cost of a password', () => {
  test('is never below the floor, whoever asks for it [R16]', () => {
    checkPasswordParameters(PASSWORD_DEFAULTS);
    checkPasswordParameters(PASSWORD_FLOOR);
    for (const weak of [
      { memory: PASSWORD_FLOOR.memory - 1 },
      { passes: 1 },
      { lanes: 0 },
      { memory: 0 },
      { memory: 19_456.5 },
      { memory: Number.NaN },
      { passes: Number.NaN },
    ])
      expect(() => checkPasswordParameters({ ...PASSWORD_FLOOR, ...weak })).toThrow('E_LIMIT');
  });

  test('is never absurd: a server cannot stop a client with it', () => {
    checkPasswordParameters({ memory: 1_048_576, passes: 10, lanes: 1 });
    for (const heavy of [
      { memory: 1_048_577 },
      { passes: 11 },
      { lanes: 5 },
      { memory: Number.POSITIVE_INFINITY },
    ])
      expect(() => checkPasswordParameters({ ...PASSWORD_FLOOR, ...heavy })).toThrow('E_LIMIT');
  });

  test('is checked where the work is done too', async () => {
    await expect(argon2id('a password', { ...PASSWORD_FLOOR, passes: 1, salt })).rejects.toMatchObject({
      code: 'E_LIMIT',
    });
    for (const length of [0, 8, 15, 65])
      await expect(
        argon2id('a password', { ...PASSWORD_FLOOR, salt: new Uint8Array(length) }),
      ).rejects.toMatchObject({ code: 'E_FORMAT' });
  });
});

test('Argon2id is what the runtime’s own gives for the same parameters', async () => {
  const digest = await argon2id('correct horse battery', { ...PASSWORD_FLOOR, salt });
  const phc = `$argon2id$v=19$m=${PASSWORD_FLOOR.memory},t=${PASSWORD_FLOOR.passes},p=1$${salt.toBase64({ omitPadding: true })}$${digest.toBase64({ omitPadding: true })}`;
  expect(await Bun.password.verify('correct horse battery', phc)).toBe(true);
  expect(await Bun.password.verify('correct horse batterz', phc)).toBe(false);
});

test('a password means the same however its letters are composed', async () => {
  const composed = await argon2id('pässword long', { ...PASSWORD_FLOOR, salt });
  expect(await argon2id('pa\u0308ssword long', { ...PASSWORD_FLOOR, salt })).toEqual(composed);
});

describe('what a password is split into', () => {
  const digest = hash(utf8('digest'));
  test('are two keys that say nothing of each other', () => {
    const { loginSecret, vaultKey } = splitPasswordKey(digest, salt);
    expect([loginSecret.length, vaultKey.length]).toEqual([32, 32]);
    const all = [
      loginSecret,
      vaultKey,
      digest,
      ...Object.values(splitPasswordKey(digest, utf8('another salt'))),
    ];
    expect(new Set(all.map((each) => each.toHex())).size).toBe(5);
    expect(splitPasswordKey(digest, salt)).toEqual({ loginSecret, vaultKey });
  });
  test('comes from 32 bytes', () => {
    for (const length of [0, 31, 64])
      expect(() => splitPasswordKey(new Uint8Array(length), salt)).toThrow('E_FORMAT');
  });
});

test('a passkey’s output becomes a key of its own', () => {
  const output = hash(utf8('prf'));
  expect(PRF_SALT.length).toBe(32);
  expect(prfVaultKey(output).length).toBe(32);
  expect(prfVaultKey(output)).not.toEqual(output);
  expect(prfVaultKey(output)).not.toEqual(splitPasswordKey(output, new Uint8Array()).vaultKey);
  for (const length of [0, 31, 64]) expect(() => prfVaultKey(new Uint8Array(length))).toThrow('E_FORMAT');
});

test('the salt of every passkey ceremony never changes: it would lock everybody out', () => {
  expect(PRF_SALT.toHex()).toBe('8c774ce90fa2fa608526b711792479d455ef371ef462b74988b419efce421044');
});
