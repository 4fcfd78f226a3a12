/** Whose page the server says this is. The island checks it against its own keys. */
import { type AccountId, type DeviceId, isAccountId, isDeviceId } from '../contract/ids.ts';

export interface Page {
  /** Null when signed out. */
  readonly account: AccountId | null;
  /** Null when this session has no device yet. */
  readonly device: DeviceId | null;
}

/** Reads `<body data-account data-device>`. */
export function readPage(body: HTMLElement): Page {
  const { account = '', device = '' } = body.dataset;
  return { account: isAccountId(account) ? account : null, device: isDeviceId(device) ? device : null };
}
