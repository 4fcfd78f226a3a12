/** What the workspace allows: one record, for the whole of it. */
import { MAX_FILE_BYTES } from './files.ts';

export interface PolicyValues {
  /** People see when others are here. */
  readonly presence: boolean;
  /** People see who is writing. */
  readonly typing: boolean;
  /** Who may make an account: those with an invite, or anybody who reaches the server (as member). */
  readonly registration: 'invite' | 'open';
  /** `required`: who signs in by password alone must set up a passkey or a second factor before anything else. */
  readonly secondFactor: 'optional' | 'required';
  /** Days that the relay keeps what a device did not fetch. */
  readonly relayDays: number;
  /** What a new group says that those who come later may read: ROSTER_HISTORY of the protocol. Each group can choose otherwise. */
  readonly history: 'none' | 'invitation' | 'all';
  /** Days without use after which a session is over. */
  readonly sessionDays: number;
  /** Suite that a new group's signed policy demands. */
  readonly suite: number;
  /** `messages`: each accepted message is a row of the audit too, ids only. */
  readonly audit: 'accounts' | 'messages';
  /** Bytes of sealed files that one account may have here. */
  readonly accountFileBytes: number;
  /** The same for everybody together. */
  readonly workspaceFileBytes: number;
  /** Bytes of one file, at most MAX_FILE_BYTES. */
  readonly maxFileBytes: number;
  /** A file for which nobody chose otherwise is deleted after so many days; null for never. */
  readonly fileDays: number | null;
  /** Devices fetch chunks from the bucket themselves, where it has an address for them: who keeps it then sees who fetches. */
  readonly directDownloads: boolean;
}

export const DEFAULT_POLICIES: PolicyValues = {
  presence: true,
  typing: true,
  registration: 'invite',
  secondFactor: 'optional',
  relayDays: 7,
  history: 'none',
  sessionDays: 30,
  suite: 2,
  audit: 'accounts',
  accountFileBytes: 10e9,
  workspaceFileBytes: 100e9,
  maxFileBytes: MAX_FILE_BYTES,
  fileDays: null,
  directDownloads: false,
};

/** Smallest and largest value of policies that are numbers. */
export const POLICY_RANGES = {
  relayDays: { min: 1, max: 30 },
  sessionDays: { min: 1, max: 365 },
} as const;
