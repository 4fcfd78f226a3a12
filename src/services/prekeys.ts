/** One-time prekeys: stock, upload, hand-out. */
import type { DeviceSession } from '../auth/sessions.ts';
import type { PrekeyBundleRecord, PrekeyStock } from '../contract/accounts.ts';
import type { DeviceId } from '../contract/ids.ts';
import type { PrekeyUploadBytes } from './devices.ts';

export interface Prekeys {
  /** One bundle for each known device, in the order asked; a one-time key only within stock and daily caps [R23]. */
  claim(session: DeviceSession, devices: readonly DeviceId[]): Promise<readonly PrekeyBundleRecord[]>;
  stock(device: DeviceId): Promise<PrekeyStock>;
  upload(session: DeviceSession, upload: PrekeyUploadBytes): Promise<void>;
}
