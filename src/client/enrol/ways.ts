/** New ways into a vault that stands: its key is wrapped once more, for the same version of it (protocol/README 10). */
import type { PasswordCredential, SignedIn } from '../../contract/accounts.ts';
import { fromBase64, fromHex, toBase64 } from '../../contract/bytes.ts';
import type { SlotUpdate } from '../../contract/security.ts';
import { prfVaultKey } from '../../protocol/password.ts';
import { openSlot, type SlotKind, wrapSlot } from '../../protocol/vault.ts';
import { checkWays, newPassword } from './new-vault.ts';
import { openSlotOf, type SlotKey } from './open-vault.ts';
import type { EnrolTools } from './types.ts';

/** A vault that was opened once, to be opened in another way from now on. */
export interface WayTools {
  readonly tools: Pick<EnrolTools, 'crypto' | 'hashPassword' | 'passwordCost'>;
  readonly signedIn: SignedIn;
  /** With what it was opened. */
  readonly with: SlotKey;
}

/** The slot that a passkey's PRF output (32 B) opens. @throws EnrolError as opening a vault does */
export async function slotForPasskey(opened: WayTools, id: string, prf: Uint8Array): Promise<SlotUpdate> {
  return wrapAgain(opened, 'prf', id, prfVaultKey(prf));
}

/** A new password, and the slot that it opens. @throws EnrolError weak-password, and as opening a vault does */
export async function slotForPassword(
  opened: WayTools,
  password: string,
): Promise<{ readonly password: PasswordCredential; readonly slot: SlotUpdate }> {
  checkWays({ password });
  const { credential, vaultKey } = await newPassword(opened.tools, password);
  return { password: credential, slot: await wrapAgain(opened, 'password', '', vaultKey) };
}

async function wrapAgain(
  { tools: { crypto }, signedIn, with: way }: WayTools,
  kind: SlotKind,
  id: string,
  key: Uint8Array,
): Promise<SlotUpdate> {
  // First as a whole, so that nothing is wrapped for a vault that is not this account's.
  const { secrets, aik } = await openSlotOf(crypto, signedIn, way);
  for (const secret of [secrets.aik, secrets.backupKey, secrets.deviceWrapKey, aik.secret]) secret.fill(0);
  const { version } = signedIn.vault;
  const place = { account: fromHex(signedIn.account), version };
  const dek = await openSlot(crypto, { ...place, ...way, record: recordOf(signedIn, way) });
  const record = await wrapSlot(crypto, { ...place, kind, id, key, dek });
  dek.fill(0);
  return { version, record: toBase64(record) };
}

/** It is there: `openSlotOf` has opened it. */
function recordOf({ vault }: SignedIn, { kind, id }: SlotKey): Uint8Array {
  const slot = vault.slots.find((each) => each.kind === kind && each.id === id);
  return fromBase64(slot?.record ?? '');
}
