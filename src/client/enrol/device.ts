/** This place as a device of the account: added, resumed, renewed, revoked (PROTOCOL 3, 10). */
import type { DeviceId } from '../../contract/ids.ts';
import type { Transport } from '../ports.ts';
import type { Enrolled, EnrolTools, Unlocked } from './types.ts';

/**
 * Takes the session for the device found in storage (proof HSig "resume" over the challenge), or adds a new device:
 * secrets stored and read back first, then certificate, device list v+1 and prekeys published. A certificate older than
 * 60 days is renewed. Wipes the vault's secrets when it is done, whatever happens.
 *
 * @throws EnrolError offline, device-limit, not-this-account, identity-mismatch, refused
 */
export async function enrolDevice(_tools: EnrolTools, _unlocked: Unlocked): Promise<Enrolled> {
  throw new Error('not here yet');
}

/**
 * Signs a device list without this device and publishes it; the vault must be open [R38]. Wipes the vault's secrets.
 *
 * @throws EnrolError offline, refused
 */
export async function revokeDevice(
  _tools: Pick<EnrolTools, 'crypto' | 'transport'>,
  _unlocked: Unlocked,
  _device: DeviceId,
): Promise<void> {
  throw new Error('not here yet');
}

/**
 * Ends this session, or all of the account's. The device and its keys stay: signing in resumes it.
 *
 * @throws EnrolError offline; a session that is already gone is no error
 */
export async function signOut(_transport: Transport, _everywhere: boolean): Promise<void> {
  throw new Error('not here yet');
}
