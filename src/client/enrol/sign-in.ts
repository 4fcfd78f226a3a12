/** Signing in and opening the vault: by password, by recovery code, by passkey (protocol/README 10). */

import type { AuthenticationResponseJSON } from '@simplewebauthn/server';
import type { SignedIn } from '../../contract/accounts.ts';
import { fromBase64, toBase64 } from '../../contract/bytes.ts';
import { t } from '../../contract/words.ts';
import { ProtocolError } from '../../protocol/errors.ts';
import {
  checkPasswordParameters,
  checkSalt,
  prfVaultKey,
  type SplitKey,
  splitPasswordKey,
} from '../../protocol/password.ts';
import { parseRecoveryCode, splitRecoveryCode } from '../../protocol/recovery-code.ts';
import { SecondFactorAsked } from '../ports.ts';
import { EnrolError, NeedsVaultKey } from './errors.ts';
import { openSlotOf, wrongCode, wrongPasskey, wrongPassword } from './open-vault.ts';
import { ask } from './refusals.ts';
import type { EnrolTools, Unlocked } from './types.ts';

type SignInTools = Omit<EnrolTools, 'openStorage'>;

/** @throws EnrolError offline, wrong-password, weak-parameters, identity-mismatch, damaged-vault, rate-limited */
export async function signInWithPassword(
  tools: SignInTools,
  request: { readonly username: string; readonly password: string },
): Promise<Unlocked> {
  const username = request.username.trim().toLowerCase();
  const { loginSecret, vaultKey } = await passwordKeys(tools, username, request.password);
  const signedIn = await throughSecondFactor(tools, () =>
    ask(
      () => tools.transport.signInWithPassword({ username, secret: toBase64(loginSecret) }),
      'wrong-password',
    ),
  );
  return openSlotOf(tools.crypto, signedIn, {
    kind: 'password',
    id: '',
    key: vaultKey,
    wrong: wrongPassword,
  });
}

/** @throws EnrolError offline, wrong-recovery-code, identity-mismatch, damaged-vault, rate-limited */
export async function signInWithRecoveryCode(
  tools: SignInTools,
  request: { readonly username: string; readonly code: string },
): Promise<Unlocked> {
  const { loginSecret, vaultKey } = codeKeys(request.code);
  const username = request.username.trim().toLowerCase();
  const signedIn = await throughSecondFactor(tools, () =>
    ask(
      () => tools.transport.signInWithRecovery({ username, secret: toBase64(loginSecret) }),
      'wrong-recovery-code',
    ),
  );
  return openSlotOf(tools.crypto, signedIn, { kind: 'recovery', id: '', key: vaultKey, wrong: wrongCode });
}

/**
 * Finishes a passkey ceremony that the caller has run over `transport.passkeyStart()`.
 *
 * @param request.prf 32 bytes of the PRF extension for PRF_SALT, or null: then the session stands, and NeedsVaultKey
 *   carries it to `unlockWithPassword` or `unlockWithRecoveryCode`
 * @throws EnrolError offline, wrong-passkey, identity-mismatch, damaged-vault, rate-limited; NeedsVaultKey
 */
export async function signInWithPasskey(
  tools: SignInTools,
  { response, prf }: { readonly response: AuthenticationResponseJSON; readonly prf: Uint8Array | null },
): Promise<Unlocked> {
  const signedIn = await ask(() => tools.transport.signInWithPasskey({ response }), 'wrong-passkey');
  const slot = signedIn.vault.slots.some(({ kind, id }) => kind === 'prf' && id === response.id);
  if (prf === null || !slot) throw new NeedsVaultKey(signedIn);
  return unlockWithPrf(tools, signedIn, response.id, prf);
}

/** Opens the vault of a session that stands, with the password or passphrase. Throws as signInWithPassword. */
export async function unlockWithPassword(
  tools: SignInTools,
  signedIn: SignedIn,
  password: string,
): Promise<Unlocked> {
  const { vaultKey } = await passwordKeys(tools, signedIn.username, password);
  return openSlotOf(tools.crypto, signedIn, {
    kind: 'password',
    id: '',
    key: vaultKey,
    wrong: wrongPassword,
  });
}

/** Opens the vault of a session that stands, with the recovery code. Throws as signInWithRecoveryCode. */
export async function unlockWithRecoveryCode(
  tools: SignInTools,
  signedIn: SignedIn,
  code: string,
): Promise<Unlocked> {
  const { vaultKey } = codeKeys(code);
  return openSlotOf(tools.crypto, signedIn, { kind: 'recovery', id: '', key: vaultKey, wrong: wrongCode });
}

/**
 * Opens the vault of a session that stands, with a passkey's PRF output.
 *
 * @param credentialId the passkey's credential id as WebAuthn's JSON writes it, which names the slot
 * @param prf 32 bytes
 */
export async function unlockWithPrf(
  tools: SignInTools,
  signedIn: SignedIn,
  credentialId: string,
  prf: Uint8Array,
): Promise<Unlocked> {
  const key = prfVaultKey(prf);
  return openSlotOf(tools.crypto, signedIn, { kind: 'prf', id: credentialId, key, wrong: wrongPasskey });
}

/** Asks for codes, where the account has a second factor, until one is right or the ticket is over. */
async function throughSecondFactor(
  { transport, askCode }: Pick<SignInTools, 'transport' | 'askCode'>,
  signIn: () => Promise<SignedIn>,
): Promise<SignedIn> {
  let ticket: string;
  try {
    return await signIn();
  } catch (error) {
    if (!(error instanceof SecondFactorAsked)) throw error;
    if (!askCode)
      throw new EnrolError(
        'needs-code',
        t('This account has a second factor: a code of its authenticator app is needed, or a backup code.'),
      );
    ticket = error.ticket;
  }
  for (let wrong: string | null = null; ; ) {
    const code = await askCode(wrong);
    try {
      return await ask(() => transport.signInWithCode({ ticket, code }));
    } catch (error) {
      if (!(error instanceof EnrolError) || error.code !== 'invalid') throw error;
      wrong = error.fields.code?.join(' ') ?? error.message;
    }
  }
}

/** Both halves of a password, under the parameters that the server keeps; weaker ones than the floor are refused [R16]. */
export async function passwordKeys(
  tools: Pick<SignInTools, 'transport' | 'hashPassword'>,
  username: string,
  password: string,
): Promise<SplitKey> {
  const { salt: text, ...cost } = await ask(() => tools.transport.signInStart(username));
  let salt: Uint8Array;
  try {
    checkPasswordParameters(cost);
    salt = fromBase64(text);
    checkSalt(salt);
  } catch (cause) {
    if (!(cause instanceof ProtocolError) && !(cause instanceof SyntaxError)) throw cause;
    throw new EnrolError(
      'weak-parameters',
      t(
        'The server asked for your password in a way that would make it easy to guess. It was not sent. Tell your administrator.',
      ),
      { cause },
    );
  }
  const digest = await tools.hashPassword(password, { salt, ...cost });
  const keys = splitPasswordKey(digest, salt);
  digest.fill(0);
  return keys;
}

/** Both halves of a recovery code. @throws EnrolError wrong-recovery-code for what is none */
export function codeKeys(text: string): SplitKey {
  try {
    return splitRecoveryCode(parseRecoveryCode(text));
  } catch (cause) {
    if (!(cause instanceof ProtocolError)) throw cause;
    throw new EnrolError(
      'wrong-recovery-code',
      t('A recovery code has eight groups of four letters and digits. Check it and try again.'),
      { cause },
    );
  }
}
