/** The server, for somebody who shows once more who they are and changes their ways in. */
import type { PasskeySignInStart, SignedIn } from '../contract/accounts.ts';
import { PATHS } from '../contract/paths.ts';
import type {
  PasskeyAdd,
  PasskeyAddStart,
  PasskeyConfirmation,
  PasswordChange,
} from '../contract/security.ts';
import { ceremony, passkeyStart, signedIn } from './account-answers.ts';
import type { HttpCalls } from './http-relay.ts';
import { record, type Shape } from './stored.ts';

/** Every call throws TransportRefused or TransportFailed. */
export interface SecurityTransport {
  session(): Promise<SignedIn>;
  /** By a login secret (32 bytes, base64url) of the password or of the recovery code. */
  confirmSecret(way: 'password' | 'recovery', secret: string): Promise<void>;
  confirmPasskeyStart(): Promise<PasskeySignInStart>;
  confirmPasskey(confirmation: PasskeyConfirmation): Promise<void>;
  addPasskeyStart(): Promise<PasskeyAddStart>;
  addPasskey(passkey: PasskeyAdd): Promise<void>;
  changePassword(change: PasswordChange): Promise<void>;
}

const addStart: Shape<PasskeyAddStart> = record({ options: ceremony() });

export function httpSecurity({ asked, told }: Pick<HttpCalls, 'asked' | 'told'>): SecurityTransport {
  return {
    session: () => asked(signedIn, 'GET', PATHS.session),
    confirmSecret: (way, secret) =>
      told('POST', way === 'password' ? PATHS.confirmPassword : PATHS.confirmRecovery, { secret }),
    confirmPasskeyStart: () => asked(passkeyStart, 'POST', PATHS.confirmPasskeyStart),
    confirmPasskey: (confirmation) => told('POST', PATHS.confirmPasskey, confirmation),
    addPasskeyStart: () => asked(addStart, 'POST', PATHS.passkeysStart),
    addPasskey: (passkey) => told('POST', PATHS.passkeys, passkey),
    changePassword: (change) => told('PUT', PATHS.password, change),
  };
}
