import { expect, test } from 'bun:test';
import fc from 'fast-check';
import { splitPasswordKey } from './password.ts';
import { createRecoveryCode, parseRecoveryCode, splitRecoveryCode } from './recovery-code.ts';

const twenty = fc.uint8Array({ minLength: 20, maxLength: 20 });

test('a code is eight groups of four, and comes back', () => {
  fc.assert(
    fc.property(twenty, (bytes) => {
      const code = createRecoveryCode(() => bytes);
      expect(code.text).toMatch(/^(?:[0-9A-HJKMNP-TV-Z]{4}-){7}[0-9A-HJKMNP-TV-Z]{4}$/);
      expect(code.bytes).toEqual(bytes);
      expect(parseRecoveryCode(code.text)).toEqual(bytes);
    }),
  );
});

test('a code takes 20 bytes from the random source [R14]', () => {
  const asked: number[] = [];
  createRecoveryCode((length) => {
    asked.push(length);
    return new Uint8Array(length);
  });
  expect(asked).toEqual([20]);
});

test('a code is read as people write it', () => {
  const all = Uint8Array.fromHex('00443214c74254b635cf84653a56d7c675be77df');
  const code = createRecoveryCode(() => all).text;
  expect(code).toBe('0123-4567-89AB-CDEF-GHJK-MNPQ-RSTV-WXYZ');
  for (const written of [
    code.toLowerCase(),
    code.replaceAll('-', ''),
    code.replaceAll('-', ' '),
    `  ${code.replaceAll('-', ' - ')}\n`,
    code.replaceAll('-', '\u2013'),
    code.replace('0', 'O').replace('1', 'l'),
    code.replace('0', 'o').replace('1', 'I'),
    code.replace('1', 'i').replace('-', '\u00a0'),
  ])
    expect(parseRecoveryCode(written)).toEqual(all);
});

test('what no code has is refused', () => {
  const code = createRecoveryCode(() => new Uint8Array(20)).text;
  for (const wrong of [
    '',
    '0123',
    code.slice(1),
    `${code}0`,
    code.replace('0', 'U'),
    code.replace('0', '!'),
    code.replace('0', 'é'),
  ])
    expect(() => parseRecoveryCode(wrong)).toThrow('E_FORMAT');
});

test('one wrong letter is another code', () => {
  fc.assert(
    fc.property(
      twenty,
      fc.nat(31),
      fc.constantFrom(...'0123456789ABCDEFGHJKMNPQRSTVWXYZ'),
      (bytes, at, letter) => {
        const plain = createRecoveryCode(() => bytes).text.replaceAll('-', '');
        fc.pre(plain[at] !== letter);
        expect(parseRecoveryCode(plain.slice(0, at) + letter + plain.slice(at + 1))).not.toEqual(bytes);
      },
    ),
  );
});

test('a code splits into two keys that are not a password’s', () => {
  const code = new Uint8Array(20).fill(5);
  const { loginSecret, vaultKey } = splitRecoveryCode(code);
  const password = splitPasswordKey(new Uint8Array(32).fill(5), new Uint8Array());
  const all = [loginSecret, vaultKey, password.loginSecret, password.vaultKey];
  expect(new Set(all.map((each) => each.toHex())).size).toBe(4);
  for (const length of [0, 19, 32])
    expect(() => splitRecoveryCode(new Uint8Array(length))).toThrow('E_FORMAT');
});
