/** Secrets come from the environment: arguments are seen by everybody on the machine. */

import type { EnrolTools, Unlocked } from '../client/enrol.ts';
import {
  signInWithPassword,
  signInWithRecoveryCode,
  unlockWithPassword,
  unlockWithRecoveryCode,
} from '../client/enrol.ts';
import type { SignedIn } from '../contract/accounts.ts';
import { WrongUse } from './failures.ts';

type SignInTools = Omit<EnrolTools, 'openStorage'>;
type Environment = Readonly<Record<string, string | undefined>>;

/** SOTTO_PASSWORD. Throws WrongUse when it is missing. */
export function passwordFrom(env: Environment): string {
  if (!env.SOTTO_PASSWORD) throw new WrongUse('Set SOTTO_PASSWORD to the password.');
  return env.SOTTO_PASSWORD;
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
