/**
 * What a password, a passphrase or a passkey becomes (protocol/README 10): a login secret that the server may see, and
 * a vault key that it never does. Neither tells anything of the other.
 */
import { argon2idAsync } from '@noble/hashes/argon2.js';
import { utf8 } from './codec.ts';
import { malformed, ProtocolError } from './errors.ts';
import { hash, kdf, wipe } from './hash.ts';

/** Argon2id's cost: memory in KiB. */
export interface PasswordCost {
  readonly memory: number;
  readonly passes: number;
  readonly lanes: number;
}

/** 64 MiB, three passes. */
export const PASSWORD_DEFAULTS: PasswordCost = { memory: 65_536, passes: 3, lanes: 1 };
/** 19 MiB, two passes: nothing cheaper is computed, whoever asks for it [R16]. */
export const PASSWORD_FLOOR: PasswordCost = { memory: 19_456, passes: 2, lanes: 1 };
/** 1 GiB, ten passes: more would be a trick to stop the client. */
const PASSWORD_CEILING: PasswordCost = { memory: 1_048_576, passes: 10, lanes: 4 };
/** Bytes of a salt, at least and at most. */
const SALT_BYTES = { min: 16, max: 64 };
const EMPTY = new Uint8Array();

/** What every passkey ceremony evaluates the PRF for: 32 B, constant. */
export const PRF_SALT: Uint8Array = hash(utf8('sotto/2/prf-salt'));

/** Refuses parameters below the floor, which would make guessing cheap, and absurd ones. @throws E_LIMIT [R16] */
export function checkPasswordParameters({ memory, passes, lanes }: PasswordCost): void {
  for (const [name, value, floor, ceiling] of [
    ['memory', memory, PASSWORD_FLOOR.memory, PASSWORD_CEILING.memory],
    ['passes', passes, PASSWORD_FLOOR.passes, PASSWORD_CEILING.passes],
    ['lanes', lanes, PASSWORD_FLOOR.lanes, PASSWORD_CEILING.lanes],
  ] as const) {
    if (!Number.isSafeInteger(value) || value < floor || value > ceiling)
      throw new ProtocolError('E_LIMIT', `Argon2id ${name} of ${value}, outside ${floor} to ${ceiling}`);
  }
}

/** Refuses a salt that is too short to be anybody's own, or absurdly long. @throws E_FORMAT [R16] */
export function checkSalt(salt: Uint8Array): void {
  if (salt.length < SALT_BYTES.min || salt.length > SALT_BYTES.max)
    throw malformed('a salt of another length');
}

/**
 * Argon2id 1.3 (RFC 9106) over the password in Unicode normalisation form C, so that every keyboard means the same.
 * Yields to the event loop as it goes.
 * @param parameters.salt 16 to 64 B; memory in KiB
 * @returns 32 B
 * @throws E_LIMIT for a cost outside floor and ceiling, E_FORMAT for a salt of another length
 */
export async function argon2id(
  password: string,
  parameters: PasswordCost & { readonly salt: Uint8Array },
): Promise<Uint8Array> {
  checkPasswordParameters(parameters);
  const { salt, memory, passes, lanes } = parameters;
  checkSalt(salt);
  const secret = utf8(password.normalize('NFC'));
  const digest = await argon2idAsync(secret, salt, { m: memory, t: passes, p: lanes, dkLen: 32 });
  wipe(secret);
  return digest;
}

/** What a secret of the person is split into: 32 B each. */
export interface SplitKey {
  /** Sent to the server, which hashes it once more. */
  readonly loginSecret: Uint8Array;
  /** Opens the vault's slot; never leaves the device. */
  readonly vaultKey: Uint8Array;
}

/** Splits Argon2id's output (32 B). @throws E_FORMAT for another length */
export function splitPasswordKey(digest: Uint8Array, salt: Uint8Array): SplitKey {
  if (digest.length !== 32) throw malformed('a password key of another length');
  return split(digest, salt, 'password');
}

/** Splits any secret of at least 20 bytes of entropy, under labels of its kind. */
export function split(secret: Uint8Array, salt: Uint8Array, kind: 'password' | 'recovery'): SplitKey {
  const derive = (half: 'login' | 'vault') =>
    kdf({ ikm: secret, salt, label: `${kind}-${half}`, context: EMPTY, length: 32 });
  return { loginSecret: derive('login'), vaultKey: derive('vault') };
}

/** The slot's key (32 B) from a passkey's PRF output for PRF_SALT. @throws E_FORMAT unless that has 32 B */
export function prfVaultKey(output: Uint8Array): Uint8Array {
  if (output.length !== 32) throw malformed('a PRF output of another length');
  return kdf({ ikm: output, salt: EMPTY, label: 'prf-vault', context: EMPTY, length: 32 });
}
