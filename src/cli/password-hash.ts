/** Argon2id by the runtime, off this thread: the same bytes as protocol/password.ts in a tenth of the time. */
import { argon2 } from 'node:crypto';
import type { PasswordHash } from '../client/ports.ts';
import { checkPasswordParameters } from '../protocol/password.ts';

/** 32 bytes; memory in KiB. @throws E_LIMIT for a cost outside floor and ceiling [R16] */
export const hashPassword: PasswordHash = async (password, { salt, memory, passes, lanes }) => {
  checkPasswordParameters({ memory, passes, lanes });
  const message = new TextEncoder().encode(password.normalize('NFC'));
  const options = { message, nonce: salt, memory, passes, parallelism: lanes, tagLength: 32 };
  return new Promise((resolve, reject) => {
    argon2('argon2id', options, (error, digest) => {
      message.fill(0);
      if (error) reject(error);
      else resolve(new Uint8Array(digest));
    });
  });
};
