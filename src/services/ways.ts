/** The ways into an account: password, passkey and recovery code, checked together with the vault that they open. */
import type { RegistrationResponseJSON } from '@simplewebauthn/server';
import { hashRecoverySecret, hashSecret } from '../auth/password.ts';
import type { NewPasskey, Webauthn } from '../auth/webauthn.ts';
import type { AccountId } from '../contract/ids.ts';
import { ProtocolError } from '../protocol/errors.ts';
import { checkPasswordParameters } from '../protocol/password.ts';
import { insertPasskey, insertPassword, insertRecoveryCode, type PasswordRow } from '../store/credentials.ts';
import type { Tx } from '../store/db.ts';
import { invalid } from './refusal.ts';
import type { Vault } from './vaults.ts';

export interface NewPassword {
  readonly salt: Uint8Array;
  readonly memory: number;
  readonly passes: number;
  readonly lanes: number;
  readonly secret: Uint8Array;
}

/** As they come. */
export interface NewWays {
  readonly password: NewPassword | null;
  readonly passkey: RegistrationResponseJSON | null;
  /** 32 bytes. */
  readonly recoverySecret: Uint8Array;
  readonly vault: Vault;
}

/** As they are stored. */
export interface VerifiedWays {
  readonly password: { readonly given: NewPassword; readonly hash: string } | null;
  readonly passkey: NewPasskey | null;
  /** SHA-256, 32 bytes. */
  readonly recoveryHash: Uint8Array;
}

/**
 * Verifies the passkey and hashes the secrets. ValidationError.
 * @param ceremony that the passkey was made in
 */
export async function verifyWays(webauthn: Webauthn, ceremony: string, ways: NewWays): Promise<VerifiedWays> {
  const passkey = ways.passkey && (await verifyPasskey(webauthn, ceremony, ways.vault, ways.passkey));
  const { password } = ways;
  return {
    password: password && { given: password, hash: await hashSecret(password.secret) },
    passkey,
    recoveryHash: hashRecoverySecret(ways.recoverySecret),
  };
}

/** Stores the ways of an account that has none. ValidationError for somebody else's passkey. */
export async function storeWays(
  tx: Tx,
  account: AccountId,
  { password, passkey, recoveryHash }: VerifiedWays,
  now: number,
): Promise<void> {
  if (password) await insertPassword(tx, passwordRow(account, password));
  if (passkey) await storePasskey(tx, account, passkey, now);
  await insertRecoveryCode(tx, account, recoveryHash);
}

/** Checks that there is a way to sign in, and a slot of the vault for each; costs nothing. ValidationError. */
export function checkWays({ password, passkey, vault }: NewWays): void {
  if (!password && !passkey) throw invalid({ password: ['Choose a password, a passkey, or both.'] });
  const slots = new Set(vault.slots.map((slot) => slot.kind));
  if (!slots.has('recovery')) throw invalid({ vault: ['The vault needs a slot for the recovery code.'] });
  if (!slots.has('password') && !slots.has('prf'))
    throw invalid({ vault: ['The vault needs a slot for a password or a passkey.'] });
  if (password) checkPassword(password);
}

/** Refuses parameters that would make guessing cheap, or opening impossible. ValidationError. */
export function checkPassword(password: NewPassword): void {
  try {
    checkPasswordParameters(parametersOf(password));
  } catch (error) {
    if (!(error instanceof ProtocolError)) throw error;
    throw invalid({ password: ['These password parameters are too weak, or too costly to open again.'] });
  }
}

/** As the store keeps it. */
export const passwordRow = (
  account: AccountId,
  { given, hash }: NonNullable<VerifiedWays['password']>,
): PasswordRow => ({ ...parametersOf(given), account, secret_hash: hash });

async function verifyPasskey(
  webauthn: Webauthn,
  ceremony: string,
  vault: Vault,
  response: RegistrationResponseJSON,
): Promise<NewPasskey> {
  const passkey = await webauthn.verifyRegistration(response, ceremony);
  if (!passkey) throw invalid({ passkey: ['This passkey was not accepted. Make it again.'] });
  if (vault.slots.some((slot) => slot.kind === 'prf' && slot.id !== passkey.id))
    throw invalid({ vault: ['The vault has a slot for another passkey.'] });
  return passkey;
}

async function storePasskey(tx: Tx, account: AccountId, passkey: NewPasskey, now: number): Promise<void> {
  const stored = await insertPasskey(tx, {
    id: passkey.id,
    account,
    public_key: passkey.publicKey,
    counter: passkey.counter,
    transports: passkey.transports.join(','),
    created_at: now,
    last_used_at: now,
    name: '',
  });
  if (!stored) throw invalid({ passkey: ['This passkey belongs to an account already. Make a new one.'] });
}

const parametersOf = ({ salt, memory, passes, lanes }: NewPassword) => ({ salt, memory, passes, lanes });
