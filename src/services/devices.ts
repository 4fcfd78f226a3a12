/** Devices and their signed lists, as the server keeps them. */
import type { Caller, DeviceSession, OpenedSession, Session } from '../auth/sessions.ts';
import type { AccountId, DeviceId } from '../contract/ids.ts';

/** A device that a message may have to reach. */
export interface DeviceState {
  readonly device: DeviceId;
  /** End of its certificate, epoch milliseconds. */
  readonly expiresAt: number;
  /** Creation of its signed prekey by its own clock, epoch milliseconds. */
  readonly prekeyCreatedAt: number;
}

/** The current devices of one account, by its newest signed list. */
export interface AccountDevices {
  readonly account: AccountId;
  readonly disabled: boolean;
  readonly listVersion: number;
  /** In the order of their ids. */
  readonly devices: readonly DeviceState[];
}

export interface DeviceUploadBytes {
  readonly certificate: Uint8Array;
  readonly deviceList: Uint8Array;
  readonly prekeys: PrekeyUploadBytes;
}

export interface PrekeyUploadBytes {
  readonly signedPrekey: Uint8Array | null;
  readonly batch: Uint8Array | null;
}

export interface Devices {
  /** Grows with every change of any device list on this node: what was derived from an older one is void. */
  readonly version: number;
  /** From a bounded cache; unknown accounts are left out. */
  recipientsOf(accounts: readonly AccountId[]): Promise<ReadonlyMap<AccountId, AccountDevices>>;
  /** The accounts of current devices; unknown and revoked ones are left out. */
  ownersOf(devices: readonly DeviceId[]): Promise<ReadonlyMap<DeviceId, AccountId>>;
  /** Adds a device to the account and gives the session to it. */
  add(session: Session, upload: DeviceUploadBytes, caller: Caller): Promise<OpenedSession>;
  /** An existing device proves itself and takes the session. */
  resume(session: Session, device: DeviceId, proof: Uint8Array, caller: Caller): Promise<OpenedSession>;
  /** Removes a device: its sessions, prekeys and envelopes go with it. */
  revoke(session: DeviceSession, device: DeviceId, deviceList: Uint8Array): Promise<void>;
}
