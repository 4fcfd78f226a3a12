/** A new account: identity, vault, first device and recovery code, published in one request (PROTOCOL 3, 10). */
import type { AccountId } from '../../contract/ids.ts';
import type { Random } from '../ports.ts';
import type { EnrolTools, NewAccount, Registered } from './types.ts';

/** A fresh account id: 16 random bytes. A passkey ceremony needs it before `register`. */
export function newAccountId(_random: Random): AccountId {
  throw new Error('not here yet');
}

/**
 * Makes the account and this device. The device's secrets are on disk, and read back, before anything is published
 * [R40]; a refused registration leaves nothing behind.
 *
 * @throws EnrolError offline, link-used, invalid, conflict, weak-password, needs-password, rate-limited, refused
 */
export async function register(_tools: EnrolTools, _request: NewAccount): Promise<Registered> {
  throw new Error('not here yet');
}
