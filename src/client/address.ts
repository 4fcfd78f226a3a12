/** A device, named in full. Device ids alone are chosen by whoever makes them, so nothing is looked up by them alone. */
import { accountId, deviceId } from '../contract/bytes.ts';
import { isAccountId, isDeviceId } from '../contract/ids.ts';
import type { Session } from '../protocol/session.ts';
import { type Of, record, word } from './stored.ts';

/** Account and device ids, 16 bytes each in hexadecimal. */
export const Address = record({ account: word(isAccountId), device: word(isDeviceId) });
export type Address = Of<typeof Address>;

/** The address as part of a storage key. */
export const addressKey = ({ account, device }: Address): string => `${account}/${device}`;

/** Whether two addresses name the same device of the same account. */
export const isSameAddress = (a: Address, b: Address): boolean =>
  a.account === b.account && a.device === b.device;

/** Who is at the other end of a session. */
export const peerOf = ({ peer }: Session): Address => ({
  account: accountId(peer.account),
  device: deviceId(peer.device),
});
