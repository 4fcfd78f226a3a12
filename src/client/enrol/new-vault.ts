/**
 * A new identity and the vault that keeps it: keys, slots for each way in, and the recovery code
 * (protocol/README 3, 10).
 */

import type { PasswordCredential, VaultRecord, VaultSlotRecord } from '../../contract/accounts.ts';
import { toBase64 } from '../../contract/bytes.ts';
import { MIN_PASSWORD_LENGTH } from '../../contract/limits.ts';
import { t } from '../../contract/words.ts';
import { createSigningKeyPair, type SigningKeyPair } from '../../protocol/identity.ts';
import { PASSWORD_DEFAULTS, prfVaultKey, splitPasswordKey } from '../../protocol/password.ts';
import type { Crypto } from '../../protocol/ports.ts';
import { createRecoveryCode, splitRecoveryCode } from '../../protocol/recovery-code.ts';
import {
  createVaultKey,
  type SlotKind,
  sealVault,
  type VaultSecrets,
  wrapSlot,
} from '../../protocol/vault.ts';
import { EnrolError } from './errors.ts';
import type { EnrolTools, NewAccount } from './types.ts';

/** Password, passkey or both; a passkey without PRF needs a password. */
export type ChosenWays = Pick<NewAccount, 'password' | 'passkey'>;

/** What was made; `secrets` are the caller's to wipe. */
export interface NewVault {
  readonly aik: SigningKeyPair;
  readonly secrets: VaultSecrets;
  /** For the request that publishes it. */
  readonly published: {
    readonly vault: VaultRecord;
    /** 32 bytes. */
    readonly recoverySecret: string;
    readonly password?: PasswordCredential;
  };
  /** Eight groups of four characters: shown once, kept nowhere. */
  readonly recoveryCode: string;
}

/** One way into the vault: its slot and the slot's key (32 B). */
interface Way {
  readonly kind: SlotKind;
  readonly id: string;
  readonly key: Uint8Array;
}

/** @throws EnrolError weak-password, needs-password */
export function checkWays({ password, passkey }: ChosenWays): void {
  if (password !== undefined && [...password].length < MIN_PASSWORD_LENGTH) {
    const sentence = t('A password has {n} characters or more.', { n: MIN_PASSWORD_LENGTH });
    throw new EnrolError('weak-password', sentence, { fields: { password: [sentence] } });
  }
  if (password === undefined && !passkey?.prf) {
    const sentence = passkey
      ? t('This passkey signs you in but cannot unlock your messages: choose a passphrase for that, too.')
      : t('Choose a password, a passkey, or both.');
    throw new EnrolError('needs-password', sentence, { fields: { password: [sentence] } });
  }
}

/**
 * Makes an identity and seals it.
 * @param account 16 B
 * @param version of the vault, from 1
 */
export async function makeVault(
  tools: EnrolTools,
  account: Uint8Array,
  version: number,
  chosen: ChosenWays,
): Promise<NewVault> {
  const { crypto } = tools;
  const { random } = crypto;
  const password = chosen.password ? await newPassword(tools, chosen.password) : null;
  const code = createRecoveryCode(random);
  const recovery = splitRecoveryCode(code.bytes);
  const aik = await createSigningKeyPair(crypto);
  const secrets = { aik: aik.secret, backupKey: random(32), deviceWrapKey: random(32) };
  const ways: Way[] = [{ kind: 'recovery', id: '', key: recovery.vaultKey }];
  if (password) ways.push({ kind: 'password', id: '', key: password.vaultKey });
  if (chosen.passkey?.prf)
    ways.push({ kind: 'prf', id: chosen.passkey.response.id, key: prfVaultKey(chosen.passkey.prf) });
  const vault = await sealWays(crypto, { account, version }, secrets, ways);
  return {
    aik,
    secrets,
    published: {
      vault,
      recoverySecret: toBase64(recovery.loginSecret),
      ...(password ? { password: password.credential } : {}),
    },
    recoveryCode: code.text,
  };
}

/** The secrets of a vault that was opened or made are not needed any more. */
export function wipeSecrets({ aik, backupKey, deviceWrapKey }: VaultSecrets): void {
  for (const secret of [aik, backupKey, deviceWrapKey]) secret.fill(0);
}

/** What a password leaves on the server, and the key (32 B) of the slot that it opens. */
export async function newPassword(
  {
    crypto,
    hashPassword,
    passwordCost = PASSWORD_DEFAULTS,
  }: Pick<EnrolTools, 'crypto' | 'hashPassword' | 'passwordCost'>,
  password: string,
): Promise<{ readonly credential: PasswordCredential; readonly vaultKey: Uint8Array }> {
  const salt = crypto.random(16);
  const { memory, passes, lanes } = passwordCost;
  const digest = await hashPassword(password, { salt, memory, passes, lanes });
  const { loginSecret, vaultKey } = splitPasswordKey(digest, salt);
  digest.fill(0);
  return {
    credential: { salt: toBase64(salt), memory, passes, lanes, secret: toBase64(loginSecret) },
    vaultKey,
  };
}

async function sealWays(
  crypto: Crypto,
  of: { readonly account: Uint8Array; readonly version: number },
  secrets: VaultSecrets,
  ways: readonly Way[],
): Promise<VaultRecord> {
  const dek = createVaultKey(crypto.random);
  const place = { ...of, dek };
  const sealed = await sealVault(crypto, { ...place, secrets });
  const slots: VaultSlotRecord[] = [];
  for (const way of ways) {
    const record = await wrapSlot(crypto, { ...place, ...way });
    slots.push({ kind: way.kind, id: way.id, record: toBase64(record) });
  }
  dek.fill(0);
  return { version: of.version, sealed: toBase64(sealed), slots };
}
