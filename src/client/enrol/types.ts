/** What enrolling a device takes and gives: shared by the island and the command line. */
import type { RegistrationResponseJSON } from '@simplewebauthn/server';
import type { SignedIn } from '../../contract/accounts.ts';
import type { AccountId, DeviceId } from '../../contract/ids.ts';
import type { SigningKeyPair } from '../../protocol/identity.ts';
import type { Crypto } from '../../protocol/ports.ts';
import type { VaultSecrets } from '../../protocol/vault.ts';
import type { PasswordHash, Storage, Transport } from '../ports.ts';

/** Argon2id costs: memory in KiB. */
export interface PasswordCost {
  readonly memory: number;
  readonly passes: number;
  readonly lanes: number;
}

/** What every flow works with. */
export interface EnrolTools {
  readonly crypto: Crypto;
  readonly transport: Transport;
  readonly hashPassword: PasswordHash;
  /** Cost of a password that is set now; PASSWORD_DEFAULTS when absent. Never below the floor [R16]. */
  readonly passwordCost?: PasswordCost;
  readonly openStorage: OpenStorage;
  /** Asks the person for a code of their second factor; `wrong` says what was wrong with the one before. Without it such accounts cannot sign in. */
  readonly askCode?: (wrong: string | null) => Promise<string>;
}

/**
 * Opens this place's storage for an account whose vault is open. Where values are sealed under a local key (IndexedDB),
 * the local key of an existing storage is unwrapped with `deviceWrapKey` (32 bytes), or a new one is made and wrapped
 * for `newDevice`, the id that the device will have when the storage is fresh. Called once per flow.
 */
export type OpenStorage = (vault: {
  readonly account: AccountId;
  readonly newDevice: DeviceId;
  readonly deviceWrapKey: Uint8Array;
}) => Promise<Storage>;

/** A passkey ceremony that the caller has run. */
export interface NewPasskey {
  readonly response: RegistrationResponseJSON;
  /** 32 bytes of the PRF extension for PRF_SALT, or null when the passkey has none. */
  readonly prf: Uint8Array | null;
}

/** A new account. Password, passkey or both; a passkey without PRF needs a password. */
export interface NewAccount {
  /** The token of the set-up link or of the invite. */
  readonly token: string;
  /** From `newAccountId`, the same that `registerStart` was asked with. */
  readonly account: AccountId;
  readonly username: string;
  readonly name: string;
  /** Only with the set-up link. */
  readonly workspaceName?: string;
  readonly password?: string;
  readonly passkey?: NewPasskey;
}

/** A session whose vault is open. `secrets` and `aik.secret` are wiped by `enrolDevice`. */
export interface Unlocked {
  readonly signedIn: SignedIn;
  readonly secrets: VaultSecrets;
  /** Derived from the vault and equal to what the directory says. */
  readonly aik: SigningKeyPair;
}

/** This place is a device of the account and the session acts for it. */
export interface Enrolled {
  readonly signedIn: SignedIn;
  readonly device: DeviceId;
  readonly storage: Storage;
  /** An existing device took the session; false for a new one. */
  readonly resumed: boolean;
}

export interface Registered extends Enrolled {
  /** Eight groups of four characters: shown once, kept nowhere. */
  readonly recoveryCode: string;
}
