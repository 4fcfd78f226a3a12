/**
 * Passkey ceremonies that also evaluate the PRF extension, whose output opens the vault (protocol/README 10). The
 * output is taken out of the answer before anything is sent: the server sees that there is one, never which.
 */

import {
  browserSupportsWebAuthn,
  browserSupportsWebAuthnAutofill,
  startAuthentication,
  startRegistration,
} from '@simplewebauthn/browser';
import type {
  AuthenticationResponseJSON,
  PublicKeyCredentialCreationOptionsJSON,
  PublicKeyCredentialRequestOptionsJSON,
  RegistrationResponseJSON,
} from '@simplewebauthn/server';
import { toBase64 } from '../contract/bytes.ts';
import { t } from '../contract/words.ts';
import { PRF_SALT } from '../protocol/password.ts';

export interface MadePasskey {
  readonly response: RegistrationResponseJSON;
  /** 32 bytes, or null when this passkey cannot open a vault. */
  readonly prf: Uint8Array | null;
}
export interface UsedPasskey {
  readonly response: AuthenticationResponseJSON;
  /** 32 bytes, or null when this passkey cannot open a vault. */
  readonly prf: Uint8Array | null;
}

/** The person closed the browser's dialog, or nothing answered: no fault, nothing to report. */
export class PasskeyDismissed extends Error {
  override readonly name = 'PasskeyDismissed';
}

export const supportsPasskeys = (): boolean => browserSupportsWebAuthn();
export const supportsAutofill = (): Promise<boolean> => browserSupportsWebAuthnAutofill();

/** Makes a passkey. Throws PasskeyDismissed, or the browser's error. */
export async function createPasskey(options: PublicKeyCredentialCreationOptionsJSON): Promise<MadePasskey> {
  const made = await ceremony(startRegistration({ optionsJSON: withPrf(options) }));
  const extension = prfOf(made.clientExtensionResults);
  const response: RegistrationResponseJSON = { ...made, clientExtensionResults: withoutPrf(made) };
  if (extension.output || !extension.enabled) return { response, prf: extension.output };
  // Many authenticators evaluate only while signing: ask once more, with a challenge that goes nowhere.
  const used = await usePasskey({
    challenge: toBase64(crypto.getRandomValues(new Uint8Array(32))),
    ...(options.rp.id === undefined ? {} : { rpId: options.rp.id }),
    allowCredentials: [{ id: made.id, type: 'public-key' }],
    userVerification: 'required',
  });
  return { response, prf: used.prf };
}

/** Uses a passkey; with `autofill` it waits in the username field's suggestions until the person picks one. */
export async function usePasskey(
  options: PublicKeyCredentialRequestOptionsJSON,
  { autofill = false } = {},
): Promise<UsedPasskey> {
  const used = await ceremony(
    startAuthentication({ optionsJSON: withPrf(options), useBrowserAutofill: autofill }),
  );
  const response: AuthenticationResponseJSON = { ...used, clientExtensionResults: withoutPrf(used) };
  return { response, prf: prfOf(used.clientExtensionResults).output };
}

/** The options with the extension added. The library hands extensions on as they are, so the salt is bytes already. */
function withPrf<T extends { extensions?: object }>(options: T): T {
  return { ...options, extensions: { ...options.extensions, prf: { eval: { first: PRF_SALT } } } };
}

function prfOf(results: object): { enabled: boolean; output: Uint8Array | null } {
  const prf: unknown = 'prf' in results ? results.prf : null;
  if (typeof prf !== 'object' || prf === null) return { enabled: false, output: null };
  const answer: unknown = 'results' in prf ? prf.results : null;
  const first: unknown =
    typeof answer === 'object' && answer !== null && 'first' in answer ? answer.first : null;
  return {
    enabled: 'enabled' in prf && prf.enabled === true,
    output: first instanceof ArrayBuffer ? new Uint8Array(first) : null,
  };
}

function withoutPrf<T extends object>({ clientExtensionResults }: { clientExtensionResults: T }): T {
  const kept = { ...clientExtensionResults };
  if ('prf' in kept) delete kept.prf;
  return kept;
}

async function ceremony<T>(running: Promise<T>): Promise<T> {
  try {
    return await running;
  } catch (error) {
    const name = error instanceof Error ? error.name : '';
    if (name === 'NotAllowedError' || name === 'AbortError')
      throw new PasskeyDismissed(t('The passkey was not used. Try again, or use your password.'));
    throw error;
  }
}
