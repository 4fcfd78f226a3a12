/** A new account: identity, vault, first device and recovery code, published in one request (PROTOCOL 3, 10). */

import type { PasswordCredential, VaultRecord, VaultSlotRecord } from '../../contract/accounts.ts';
import { accountId, deviceId, fromBase64, fromHex, toBase64 } from '../../contract/bytes.ts';
import type { AccountId } from '../../contract/ids.ts';
import { MIN_PASSWORD_LENGTH } from '../../contract/limits.ts';
import { t } from '../../contract/words.ts';
import { createSigningKeyPair } from '../../protocol/identity.ts';
import { PASSWORD_DEFAULTS, prfVaultKey, splitPasswordKey } from '../../protocol/password.ts';
import type { Crypto } from '../../protocol/ports.ts';
import { createRecoveryCode, splitRecoveryCode } from '../../protocol/recovery-code.ts';
import { createVaultKey, type SlotKind, sealVault, wrapSlot } from '../../protocol/vault.ts';
import type { Random } from '../ports.ts';
import { forgetDevice, keepBackupKey, markPublished, readSelf, storeNewDevice } from '../self.ts';
import { makeDevice } from './device-keys.ts';
import { EnrolError } from './errors.ts';
import { ask, isRefusal } from './refusals.ts';
import type { EnrolTools, NewAccount, Registered } from './types.ts';

/** The first version of every vault. */
const FIRST_VAULT = 1;

/** One way into the vault: its slot and the slot's key (32 B). */
interface Way {
  readonly kind: SlotKind;
  readonly id: string;
  readonly key: Uint8Array;
}

/** A fresh account id: 16 random bytes. A passkey ceremony needs it before `register`. */
export function newAccountId(random: Random): AccountId {
  return accountId(random(16));
}

/**
 * Makes the account and this device. The device's secrets are on disk, and read back, before anything is published
 * [R40]; a refused registration leaves nothing behind.
 *
 * @throws EnrolError offline, link-used, invalid, conflict, weak-password, needs-password, not-this-account,
 *   rate-limited, refused
 */
export async function register(tools: EnrolTools, request: NewAccount): Promise<Registered> {
  checkWays(request);
  const { crypto, transport } = tools;
  const { random } = crypto;
  const username = request.username.trim().toLowerCase();
  const account = fromHex(request.account);
  const password = request.password ? await newPassword(tools, request.password) : null;
  const code = createRecoveryCode(random);
  const recovery = splitRecoveryCode(code.bytes);

  const aik = await createSigningKeyPair(crypto);
  const secrets = { aik: aik.secret, backupKey: random(32), deviceWrapKey: random(32) };
  const ways: Way[] = [{ kind: 'recovery', id: '', key: recovery.vaultKey }];
  if (password) ways.push({ kind: 'password', id: '', key: password.vaultKey });
  if (request.passkey?.prf)
    ways.push({ kind: 'prf', id: request.passkey.response.id, key: prfVaultKey(request.passkey.prf) });
  const vault = await newVault(crypto, account, secrets, ways);

  const device = random(16);
  const made = await makeDevice(
    crypto,
    { account, aik, username, name: request.name, vaultVersion: FIRST_VAULT, previous: null, leaf: null },
    device,
  );
  const storage = await tools.openStorage({
    account: request.account,
    newDevice: deviceId(device),
    deviceWrapKey: secrets.deviceWrapKey,
  });
  const found = await readSelf(storage);
  if (found?.published)
    throw new EnrolError(
      'not-this-account',
      t('This place is a device of {username} already. Use another one, or remove that device first.', {
        username: found.username,
      }),
    );
  if (found) await forgetDevice(storage);
  await storeNewDevice(storage, { ...made.stored, account: request.account });
  await keepBackupKey(storage, secrets.backupKey);
  try {
    const signedIn = await ask(() =>
      transport.register({
        token: request.token,
        account: request.account,
        username,
        name: request.name,
        ...(request.workspaceName === undefined ? {} : { workspaceName: request.workspaceName }),
        aik: toBase64(aik.publicKey),
        ...(password ? { password: password.credential } : {}),
        ...(request.passkey ? { passkey: request.passkey.response } : {}),
        recoverySecret: toBase64(recovery.loginSecret),
        vault,
        device: made.upload,
      }),
    );
    await markPublished(storage, fromBase64(signedIn.logKey));
    return { signedIn, device: deviceId(device), storage, resumed: false, recoveryCode: code.text };
  } catch (error) {
    // Without an answer the account may exist: the keys stay, and signing in finds out.
    if (isRefusal(error)) await forgetDevice(storage);
    await storage.close();
    throw error;
  } finally {
    secrets.aik.fill(0);
    secrets.backupKey.fill(0);
    secrets.deviceWrapKey.fill(0);
  }
}

function checkWays({ password, passkey }: NewAccount): void {
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

async function newPassword(
  { crypto, hashPassword, passwordCost = PASSWORD_DEFAULTS }: EnrolTools,
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

async function newVault(
  crypto: Crypto,
  account: Uint8Array,
  secrets: { readonly aik: Uint8Array; readonly backupKey: Uint8Array; readonly deviceWrapKey: Uint8Array },
  ways: readonly Way[],
): Promise<VaultRecord> {
  const dek = createVaultKey(crypto.random);
  const place = { account, version: FIRST_VAULT, dek };
  const sealed = await sealVault(crypto, { ...place, secrets });
  const slots: VaultSlotRecord[] = [];
  for (const way of ways) {
    const record = await wrapSlot(crypto, { ...place, ...way });
    slots.push({ kind: way.kind, id: way.id, record: toBase64(record) });
  }
  dek.fill(0);
  return { version: FIRST_VAULT, sealed: toBase64(sealed), slots };
}
