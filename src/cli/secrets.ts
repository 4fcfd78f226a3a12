/** Secrets come from the environment: arguments are seen by everybody on the machine. */

import type { EnrolTools, Unlocked } from '../client/enrol.ts';
import {
  signInWithPassword,
  signInWithRecoveryCode,
  unlockWithPassword,
  unlockWithRecoveryCode,
} from '../client/enrol.ts';
import type { SignedIn } from '../contract/accounts.ts';
import { Failed, WrongUse } from './failures.ts';
import type { Io } from './io.ts';

type SignInTools = Omit<EnrolTools, 'openStorage'>;
type Environment = Readonly<Record<string, string | undefined>>;

/** SOTTO_PASSWORD. Throws WrongUse when it is missing. */
export function passwordFrom(env: Environment): string {
  if (!env.SOTTO_PASSWORD) throw new WrongUse('Set SOTTO_PASSWORD to the password.');
  return env.SOTTO_PASSWORD;
}

/**
 * Codes of a second factor: SOTTO_CODE, or what somebody types at a terminal. Asks once; throws Failed for a wrong code,
 * WrongUse when there is nobody to ask.
 */
export function codeFrom(io: Pick<Io, 'env' | 'terminalWidth' | 'warn' | 'readInput'>) {
  return async (wrong: string | null): Promise<string> => {
    if (wrong !== null) throw new Failed(wrong);
    if (io.env.SOTTO_CODE) return io.env.SOTTO_CODE;
    if (io.terminalWidth === null)
      throw new WrongUse(
        'This account has a second factor: set SOTTO_CODE to a code of its authenticator app, or to a backup code.',
      );
    await io.warn('Code of your authenticator app, or a backup code: ');
    return (await io.readInput(0)).trim();
  };
}

/** What opens a vault: SOTTO_PASSWORD, or SOTTO_RECOVERY_CODE. Throws WrongUse when there is neither, or both. */
export function vaultKeyFrom(env: Environment): {
  signIn(tools: SignInTools, username: string): Promise<Unlocked>;
  unlock(tools: SignInTools, signedIn: SignedIn): Promise<Unlocked>;
} {
  const { SOTTO_PASSWORD: password, SOTTO_RECOVERY_CODE: code } = env;
  if (password && code)
    throw new WrongUse('SOTTO_PASSWORD and SOTTO_RECOVERY_CODE are both set: leave one of them out.');
  if (password)
    return {
      signIn: (tools, username) => signInWithPassword(tools, { username, password }),
      unlock: (tools, signedIn) => unlockWithPassword(tools, signedIn, password),
    };
  if (code)
    return {
      signIn: (tools, username) => signInWithRecoveryCode(tools, { username, code }),
      unlock: (tools, signedIn) => unlockWithRecoveryCode(tools, signedIn, code),
    };
  throw new WrongUse('Set SOTTO_PASSWORD, or SOTTO_RECOVERY_CODE, to open the vault.');
}
