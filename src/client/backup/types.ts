/** What a person sees and does about the encrypted backup of their history. */

/**
 * `on`; `off` by this account's choice; `no-key` while this device has not been given the key, which the next opening of the
 * vault gives it; `stopped` when the server gave something that cannot be right, and nothing is taken or given until it is.
 */
export type BackupState = 'on' | 'off' | 'no-key' | 'stopped';

export interface BackupView {
  readonly state: BackupState;
  /** When everything of this device was last saved, epoch milliseconds; null before the first time. */
  readonly savedAt: number | null;
  /** Messages that are saved. */
  readonly messages: number;
  /** Bytes that they take on the server, and the most that there may be. */
  readonly bytes: number;
  readonly limit: number;
  /** Messages of this device that are not saved yet. */
  readonly waiting: number;
  /** While history arrives here: messages that have, of how many. */
  readonly restoring: null | { readonly done: number; readonly total: number };
  /** What is wrong and what to do, in one sentence. */
  readonly problem: string | null;
}

export interface BackupActions {
  backup(): Promise<BackupView>;
  /** Off deletes what the server has, for all devices; on begins anew. Throws Error with one sentence when the server is away. */
  setBackup(on: boolean): Promise<void>;
  /** Fetches what is missing here and saves what is missing there. Throws Error with one sentence. */
  backUpNow(): Promise<void>;
}
