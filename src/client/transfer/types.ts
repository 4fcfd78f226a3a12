/** History from one of one's own devices to another, as a person sees it. */
import type { DeviceId } from '../../contract/ids.ts';
import type { ParcelId } from '../../contract/parcels.ts';

/**
 * `waiting` for the other device; `compare`, both show their words; `moving`, history is on its way; `done`; `failed`, and
 * `reason` says what happened.
 */
export type TransferState = 'waiting' | 'compare' | 'moving' | 'done' | 'failed';

export interface TransferView {
  readonly id: ParcelId;
  /** This device gives its history, or takes the other one's. */
  readonly role: 'gives' | 'takes';
  readonly device: DeviceId;
  /** Null while nobody has told it here. */
  readonly deviceName: string | null;
  readonly state: TransferState;
  /** Six, once both sides have agreed on them. */
  readonly words: readonly string[];
  /** Messages given or taken by now. */
  readonly moved: number;
  /** Parts of the parcel that are here and that there are; 0 while that is not known. */
  readonly done: number;
  readonly total: number;
  /** One sentence. */
  readonly reason: string | null;
}

/** Reached by `engine.transfers()`, which fetches its code on demand. Changes are told by the event `transfers`. */
export interface Transfers {
  /** What is under way, and what has ended and was not put away. */
  list(): Promise<readonly TransferView[]>;
  /** Asks another of one's own devices for its history. Throws Error with one sentence for a device that is none. */
  begin(from: DeviceId): Promise<ParcelId>;
  /** The person has compared the words on this device, which gives. Throws Error with one sentence. */
  accept(id: ParcelId): Promise<void>;
  /** Calls it off, or puts away what has ended. */
  end(id: ParcelId): Promise<void>;
}

/** Without an answer, or a yes, it is over after so long, in milliseconds. */
export const TRANSFER_WAITS_MS = 15 * 60_000;
/** Requests of other devices that wait for a yes at a time. */
export const MAX_TRANSFERS = 3;
/** Messages of one conversation that somebody new in it is given, the newest ones. */
export const MAX_GIVEN = 10_000;
