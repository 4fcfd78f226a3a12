/**
 * The vault (protocol/README 10): the account's secrets under a random key (DEK), and slots that wrap the DEK for each
 * way in. Everything sealed here commits to its key and is bound to account, version and slot, so that boxes cannot be
 * swapped or brought back [R10].
 */
import { u32be } from './codec.ts';
import { COMMITTING_OVERHEAD, openCommitting, type Purpose, sealCommitting } from './committing.ts';
import { malformed, unauthentic } from './errors.ts';
import { wipe } from './hash.ts';
import { SIGNING_SECRET_BYTES } from './identity.ts';
import type { Crypto, Random } from './ports.ts';
import { bytes, fixed, record, text, u8, u32 } from './record.ts';

/** Plaintext of every vault, whatever it holds: 1,024 B, so that its size says nothing. */
const VAULT_PLAINTEXT_BYTES = 1024;
const KEY_BYTES = 32;
/** WebAuthn allows credential ids of 1,023 bytes: 1,364 characters of base64url. */
const MAX_SLOT_ID_BYTES = 1364;

export interface VaultSecrets {
  /** Secret of the account's signing pair, 64 B. */
  readonly aik: Uint8Array;
  /** 32 B: history backups. */
  readonly backupKey: Uint8Array;
  /** 32 B: wraps each device's local key. */
  readonly deviceWrapKey: Uint8Array;
}
export type SlotKind = 'prf' | 'password' | 'recovery';
const SLOT_KINDS: Readonly<Record<SlotKind, number>> = { prf: 1, password: 2, recovery: 3 };

const secretsRecord = record(9, 'vault secrets', {
  aik: fixed(SIGNING_SECRET_BYTES),
  backupKey: fixed(KEY_BYTES),
  deviceWrapKey: fixed(KEY_BYTES),
});
const vaultContext = record(10, 'vault context', { account: fixed(16), version: u32 });
const slotContext = record(11, 'slot context', {
  account: fixed(16),
  version: u32,
  kind: u8,
  id: text(MAX_SLOT_ID_BYTES),
});
const localKeyContext = record(12, 'local key context', { account: fixed(16), device: fixed(16) });
/** What is stored: which kind of box it is stands in front. */
const sealedVaultRecord = record(13, 'sealed vault', {
  box: bytes(VAULT_PLAINTEXT_BYTES + COMMITTING_OVERHEAD),
});
const slotRecord = record(14, 'vault slot', { box: bytes(KEY_BYTES + COMMITTING_OVERHEAD) });
const localKeyRecord = record(15, 'wrapped local key', { box: bytes(KEY_BYTES + COMMITTING_OVERHEAD) });

/** Which vault, under which key. */
export interface VaultPlace {
  /** 16 B. */
  readonly account: Uint8Array;
  /** The vaultVersion of the device list. */
  readonly version: number;
  /** 32 B. */
  readonly dek: Uint8Array;
}

/** A new data encryption key, 32 B. */
export const createVaultKey = (random: Random): Uint8Array => random(KEY_BYTES);

const vaultPurpose = ({ account, version, dek }: VaultPlace) => ({
  key: dek,
  label: 'vault',
  associated: vaultContext.encode({ account, version }),
});

/** Seals the secrets of this version of the vault; always the same size. */
export async function sealVault(
  crypto: Crypto,
  vault: VaultPlace & { readonly secrets: VaultSecrets },
): Promise<Uint8Array> {
  const encoded = secretsRecord.encode(vault.secrets);
  const plaintext = new Uint8Array(VAULT_PLAINTEXT_BYTES);
  plaintext.set(u32be(encoded.length));
  plaintext.set(encoded, 4);
  const box = await sealCommitting(crypto, vaultPurpose(vault), plaintext);
  wipe(encoded, plaintext);
  return sealedVaultRecord.encode({ box });
}

/** Opens a vault. @throws E_FORMAT when it is no vault, E_AUTH for another key, account or version */
export async function openVault(
  crypto: Pick<Crypto, 'provider'>,
  vault: VaultPlace & { readonly sealed: Uint8Array },
): Promise<VaultSecrets> {
  const { box } = sealedVaultRecord.decode(vault.sealed);
  const plaintext = await openCommitting(crypto, vaultPurpose(vault), box);
  try {
    return secretsRecord.decode(unpad(plaintext));
  } finally {
    wipe(plaintext);
  }
}

function unpad(plaintext: Uint8Array): Uint8Array {
  const length = new DataView(plaintext.buffer, plaintext.byteOffset, plaintext.byteLength).getUint32(0);
  const end = 4 + length;
  if (end > plaintext.length || plaintext.subarray(end).some((byte) => byte !== 0))
    throw malformed('a vault that is padded wrongly');
  return plaintext.subarray(4, end);
}

/** One way into a vault. */
export interface SlotPlace {
  /** 16 B. */
  readonly account: Uint8Array;
  /** The vaultVersion of the device list. */
  readonly version: number;
  readonly kind: SlotKind;
  /** A passkey's credential id, otherwise empty. */
  readonly id: string;
  /** 32 B: from the PRF, the password or the recovery code. */
  readonly key: Uint8Array;
}

const slotPurpose = ({ account, version, kind, id, key }: SlotPlace) => ({
  key,
  label: 'slot',
  associated: slotContext.encode({ account, version, kind: SLOT_KINDS[kind], id }),
});

/** Wraps the DEK (32 B) for one way in; all slots have the same size. */
export async function wrapSlot(
  crypto: Crypto,
  slot: SlotPlace & { readonly dek: Uint8Array },
): Promise<Uint8Array> {
  return slotRecord.encode({ box: await sealKey(crypto, slotPurpose(slot), slot.dek) });
}

/** The DEK (32 B). @throws E_FORMAT when it is no slot, E_AUTH for another key, account, version, kind or id */
export async function openSlot(
  crypto: Pick<Crypto, 'provider'>,
  slot: SlotPlace & { readonly record: Uint8Array },
): Promise<Uint8Array> {
  return openKey(crypto, slotPurpose(slot), slotRecord.decode(slot.record).box);
}

/** A device's local key, which seals what lies on its disk. */
export interface LocalKeyPlace {
  /** 16 B. */
  readonly account: Uint8Array;
  /** 16 B. */
  readonly device: Uint8Array;
  /** 32 B, from the vault. */
  readonly deviceWrapKey: Uint8Array;
}

const localKeyPurpose = ({ account, device, deviceWrapKey }: LocalKeyPlace) => ({
  key: deviceWrapKey,
  label: 'local-key',
  associated: localKeyContext.encode({ account, device }),
});

/** Wraps the local key (32 B), so that a device that was signed out can be resumed once the vault is open. */
export async function wrapLocalKey(
  crypto: Crypto,
  place: LocalKeyPlace & { readonly localKey: Uint8Array },
): Promise<Uint8Array> {
  return localKeyRecord.encode({ box: await sealKey(crypto, localKeyPurpose(place), place.localKey) });
}

/** The local key (32 B). @throws E_FORMAT, E_AUTH for another vault, account or device */
export async function openLocalKey(
  crypto: Pick<Crypto, 'provider'>,
  place: LocalKeyPlace & { readonly wrapped: Uint8Array },
): Promise<Uint8Array> {
  return openKey(crypto, localKeyPurpose(place), localKeyRecord.decode(place.wrapped).box);
}

async function sealKey(crypto: Crypto, purpose: Purpose, key: Uint8Array): Promise<Uint8Array> {
  if (key.length !== KEY_BYTES) throw malformed('a key of another length');
  return sealCommitting(crypto, purpose, key);
}

async function openKey(
  crypto: Pick<Crypto, 'provider'>,
  purpose: Purpose,
  box: Uint8Array,
): Promise<Uint8Array> {
  const key = await openCommitting(crypto, purpose, box);
  if (key.length !== KEY_BYTES) throw unauthentic();
  return key;
}
