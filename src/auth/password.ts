/**
 * Login secrets: what Argon2id in the browser makes of a password, and 160-bit recovery codes. The password itself
 * never arrives. A login secret is hashed once more, so that a stolen database signs nobody in.
 */
import { createHash, createHmac, timingSafeEqual } from 'node:crypto';
import type { PasswordParameters } from '../contract/accounts.ts';
import { toBase64 } from '../contract/bytes.ts';
import { PASSWORD_DEFAULTS } from '../protocol/password.ts';

const HASH = { algorithm: 'argon2id', memoryCost: 19_456, timeCost: 2 } as const;

let nobody: Promise<string> | null = null;

/** Argon2id in PHC form of a login secret (32 bytes). */
export function hashSecret(secret: Uint8Array): Promise<string> {
  return Bun.password.hash(toBase64(secret), HASH);
}

/** Whether the secret (32 bytes) is the hashed one. Null stands for nobody and costs the same time. */
export async function verifySecret(secret: Uint8Array, hash: string | null): Promise<boolean> {
  nobody ??= Bun.password.hash(toBase64(crypto.getRandomValues(new Uint8Array(32))), HASH);
  const matches = await Bun.password.verify(toBase64(secret), hash ?? (await nobody));
  return matches && hash !== null;
}

/** SHA-256 of a recovery code's login secret: fast is enough for 160 random bits. */
export function hashRecoverySecret(secret: Uint8Array): Uint8Array {
  return createHash('sha256').update(secret).digest();
}

/** Whether the secret is the hashed one; null stands for nobody and costs the same time. */
export function verifyRecoverySecret(secret: Uint8Array, hash: Uint8Array | null): boolean {
  const matches = timingSafeEqual(hashRecoverySecret(secret), hash ?? new Uint8Array(32));
  return matches && hash !== null;
}

/** Parameters for a username without a password: always the same ones, so that asking does not tell who exists. */
export function madeUpParameters(serverSecret: Uint8Array, username: string): PasswordParameters {
  const salt = createHmac('sha256', serverSecret).update(`salt\0${username}`).digest().subarray(0, 16);
  return { salt: toBase64(salt), ...PASSWORD_DEFAULTS };
}
