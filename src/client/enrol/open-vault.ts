/** Opens the vault of a session and checks that it is this account's: a server cannot put another identity there. */

import type { SignedIn } from '../../contract/accounts.ts';
import { fromBase64, fromHex } from '../../contract/bytes.ts';
import { sentence, t } from '../../contract/words.ts';
import { verifyDeviceList } from '../../protocol/device-list.ts';
import { ProtocolError } from '../../protocol/errors.ts';
import { equalBytes } from '../../protocol/hash.ts';
import { signingKeyPairFromSecret } from '../../protocol/identity.ts';
import type { Crypto } from '../../protocol/ports.ts';
import { openSlot, openVault, type SlotKind } from '../../protocol/vault.ts';
import { EnrolError, type EnrolErrorCode } from './errors.ts';
import type { Unlocked } from './types.ts';

/** Which slot, the key for it (32 B), and what it means when the key does not fit. */
export interface SlotKey {
  readonly kind: SlotKind;
  /** Empty but for a passkey's slot. */
  readonly id: string;
  readonly key: Uint8Array;
  readonly wrong: () => EnrolError;
}

const wrong = (code: EnrolErrorCode, message: string) => () => new EnrolError(code, message);
export const wrongPassword = wrong(
  'wrong-password',
  sentence('This is not the password or passphrase of your vault. Try again.'),
);
export const wrongCode = wrong(
  'wrong-recovery-code',
  sentence('This is not your recovery code. Check it and try again.'),
);
export const wrongPasskey = wrong(
  'wrong-passkey',
  sentence(
    'This passkey signs you in but does not unlock your messages. Use your passphrase or your recovery code.',
  ),
);

const damaged = (cause?: unknown): EnrolError =>
  new EnrolError(
    'damaged-vault',
    t(
      'Your vault could not be opened: the server gave back something else than was stored. Tell your administrator, and do not go on.',
    ),
    { cause },
  );

/** @throws EnrolError damaged-vault, identity-mismatch, or what `wrong` gives */
export async function openSlotOf(crypto: Crypto, signedIn: SignedIn, slot: SlotKey): Promise<Unlocked> {
  const { vault } = signedIn;
  const account = fromHex(signedIn.account);
  const record = vault.slots.find(({ kind, id }) => kind === slot.kind && id === slot.id);
  if (record === undefined) throw slot.wrong();
  const place = { account, version: vault.version };
  const dek = await openSlot(crypto, {
    ...place,
    kind: slot.kind,
    id: slot.id,
    key: slot.key,
    record: bytesOf(record.record),
  }).catch((cause: unknown) => {
    throw cause instanceof ProtocolError && cause.code === 'E_AUTH' ? slot.wrong() : damaged(cause);
  });
  const secrets = await openVault(crypto, { ...place, dek, sealed: bytesOf(vault.sealed) }).catch(
    (cause: unknown) => {
      throw damaged(cause);
    },
  );
  dek.fill(0);
  const aik = await signingKeyPairFromSecret(crypto, secrets.aik);
  await checkDirectory(crypto, signedIn, account, aik.publicKey);
  return { signedIn, secrets, aik };
}

/** The directory's key is the vault's, and its newest device list is signed by it and names this version of the vault. */
async function checkDirectory(
  crypto: Crypto,
  { directory, vault, account: id }: SignedIn,
  account: Uint8Array,
  aik: Uint8Array,
): Promise<void> {
  const mismatch = (cause?: unknown) =>
    new EnrolError(
      'identity-mismatch',
      t(
        'The server shows another identity for your account than your vault holds. Tell your administrator, and do not go on.',
      ),
      { cause },
    );
  if (directory.account !== id || !equalBytes(bytesOf(directory.aik), aik)) throw mismatch();
  const { list } = await verifyDeviceList(crypto, bytesOf(directory.deviceList), { aik, account }).catch(
    (cause: unknown) => {
      throw mismatch(cause);
    },
  );
  if (list.vaultVersion !== vault.version) throw damaged();
}

function bytesOf(text: string): Uint8Array {
  try {
    return fromBase64(text);
  } catch (cause) {
    throw damaged(cause);
  }
}
