import { expect, test } from 'bun:test';
import { argon2id, PASSWORD_FLOOR } from '../protocol/password.ts';
import { hashPassword } from './password-hash.ts';

const salt = new Uint8Array(16).fill(7);

test('the same bytes as everywhere else, whatever the keyboard', async () => {
  const parameters = { ...PASSWORD_FLOOR, salt };
  const composed = 'pässword of some length';
  expect(await hashPassword(composed.normalize('NFD'), parameters)).toEqual(
    await argon2id(composed, parameters),
  );
}, 30_000);

test('nothing below the floor is computed', async () => {
  await expect(hashPassword('x', { ...PASSWORD_FLOOR, memory: 1024, salt })).rejects.toThrow('E_LIMIT');
});
