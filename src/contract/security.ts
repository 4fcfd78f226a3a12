/** How people show who they are: second factors, passkeys, passwords. JSON of /api/v1; bytes are base64url. */
import type {
  AuthenticationResponseJSON,
  PublicKeyCredentialCreationOptionsJSON,
  RegistrationResponseJSON,
} from '@simplewebauthn/server';
import type { PasswordCredential } from './accounts.ts';
import type { Base64 } from './bytes.ts';

/** The secret was right; POST CodeSignInRequest goes on within five minutes. */
export interface SecondFactorNeeded {
  readonly secondFactor: Base64; // ticket, 32 bytes
}
/** POST /api/v1/sign-in/code. */
export interface CodeSignInRequest {
  readonly ticket: Base64;
  /** Six digits of the authenticator app, or a backup code, in any spacing. */
  readonly code: string;
}

/** POST /api/v1/confirm/password and /recovery: a login secret, as for signing in. */
export interface SecretConfirmation {
  readonly secret: Base64; // 32 bytes
}
/** POST /api/v1/confirm/code. */
export interface CodeConfirmation {
  readonly code: string;
}
/** POST /api/v1/confirm/passkey. */
export interface PasskeyConfirmation {
  readonly response: AuthenticationResponseJSON;
}

/** GET /api/v1/passkeys. */
export interface PasskeyRecord {
  /** Credential id. */
  readonly id: string;
  /** What its person calls it; empty until they do. */
  readonly name: string;
  /** Epoch milliseconds, as both. */
  readonly addedAt: number;
  readonly usedAt: number;
  /** Whether it opens the vault too. */
  readonly opensVault: boolean;
}
/** POST /api/v1/passkeys/start. */
export interface PasskeyAddStart {
  readonly options: PublicKeyCredentialCreationOptionsJSON;
}
/** A way into the vault that stands, sealed for this version of it (protocol/README 10). */
export interface SlotUpdate {
  readonly version: number;
  readonly record: Base64;
}
/** POST /api/v1/passkeys. */
export interface PasskeyAdd {
  readonly response: RegistrationResponseJSON;
  readonly name: string;
  /** Null for a passkey that cannot open the vault. */
  readonly slot: SlotUpdate | null;
}
/** PATCH /api/v1/passkeys/ID. */
export interface PasskeyRename {
  readonly name: string;
}
/** PUT /api/v1/password. */
export interface PasswordChange {
  readonly password: PasswordCredential;
  readonly slot: SlotUpdate;
}
/** GET /api/v1/second-factor. */
export interface SecondFactorRecord {
  /** When it was turned on, epoch milliseconds; null while it is off. */
  readonly since: number | null;
  /** Backup codes that were not used yet. */
  readonly codes: number;
}
