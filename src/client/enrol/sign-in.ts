/** Signing in and opening the vault: by password, by recovery code, by passkey (PROTOCOL 10). */
import type { AuthenticationResponseJSON } from '@simplewebauthn/server';
import type { SignedIn } from '../../contract/accounts.ts';
import type { EnrolTools, Unlocked } from './types.ts';

type SignInTools = Omit<EnrolTools, 'openStorage'>;

/** @throws EnrolError offline, wrong-password, weak-parameters, identity-mismatch, damaged-vault, rate-limited */
export async function signInWithPassword(
  _tools: SignInTools,
  _request: { readonly username: string; readonly password: string },
): Promise<Unlocked> {
  throw new Error('not here yet');
}

/** @throws EnrolError offline, wrong-recovery-code, identity-mismatch, damaged-vault, rate-limited */
export async function signInWithRecoveryCode(
  _tools: SignInTools,
  _request: { readonly username: string; readonly code: string },
): Promise<Unlocked> {
  throw new Error('not here yet');
}

/**
 * Finishes a passkey ceremony that the caller has run over `transport.passkeyStart()`.
 *
 * @param request.prf 32 bytes of the PRF extension for PRF_SALT, or null: then the session stands, and NeedsVaultKey
 *   carries it to `unlockWithPassword` or `unlockWithRecoveryCode`
 * @throws EnrolError offline, wrong-passkey, identity-mismatch, damaged-vault, rate-limited; NeedsVaultKey
 */
export async function signInWithPasskey(
  _tools: SignInTools,
  _request: { readonly response: AuthenticationResponseJSON; readonly prf: Uint8Array | null },
): Promise<Unlocked> {
  throw new Error('not here yet');
}

/** Opens the vault of a session that stands, with the password or passphrase. Throws as signInWithPassword. */
export async function unlockWithPassword(
  _tools: SignInTools,
  _signedIn: SignedIn,
  _password: string,
): Promise<Unlocked> {
  throw new Error('not here yet');
}

/** Opens the vault of a session that stands, with the recovery code. Throws as signInWithRecoveryCode. */
export async function unlockWithRecoveryCode(
  _tools: SignInTools,
  _signedIn: SignedIn,
  _code: string,
): Promise<Unlocked> {
  throw new Error('not here yet');
}

/**
 * Opens the vault of a session that stands, with a passkey's PRF output.
 *
 * @param credentialId the passkey's credential id as WebAuthn's JSON writes it, which names the slot
 * @param prf 32 bytes
 */
export async function unlockWithPrf(
  _tools: SignInTools,
  _signedIn: SignedIn,
  _credentialId: string,
  _prf: Uint8Array,
): Promise<Unlocked> {
  throw new Error('not here yet');
}
