/** How a device that was removed from its account learns of it: from the account's own signature, not the server's word. */
import type { Base64 } from './bytes.ts';
import type { DeviceId } from './ids.ts';

/** POST RemovalRequest -> Removal. Needs no session: those have ended. */
export const REMOVAL_PATH = '/api/v1/devices/removal';

export interface RemovalRequest {
  readonly device: DeviceId;
}
export interface Removal {
  /** The account's signed device list, which names the device as revoked; null while it is a device, or never was one. */
  readonly deviceList: Base64 | null;
}
