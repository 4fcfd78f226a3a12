/** What a person can do with messages and conversations beside writing. */
import type { AccountId, BodyId, ConversationId, DeviceId } from '../../contract/ids.ts';
import type { HistoryMessage } from '../engine-types.ts';

/** Each is durable when it resolves and travels like a message; each throws Error with one sentence when it may not be. */
export interface MessageActions {
  /** Another text for one's own message. */
  edit(id: BodyId, text: string): Promise<void>;
  /** Takes one's own message back, for everybody. */
  deleteMessage(id: BodyId): Promise<void>;
  /** Adds or takes back one emoji of one's own. */
  react(id: BodyId, emoji: string, on: boolean): Promise<void>;
  /** Pins for everybody: in a group only owners and admins. */
  pin(id: BodyId, on: boolean): Promise<void>;
  /** Pinned messages that are known here, the last one pinned first. */
  pinned(conversation: ConversationId): Promise<readonly HistoryMessage[]>;
  /** Everything that can be known of one message. Null when it is not here. */
  messageDetails(id: BodyId): Promise<MessageDetails | null>;
}

/** For the person alone; synced over one's own devices. `setTimer` and `setFileDays` are for everybody. */
export interface ConversationActions {
  setNotify(conversation: ConversationId, notify: 'all' | 'mentions' | 'none'): Promise<void>;
  setArchived(conversation: ConversationId, archived: boolean): Promise<void>;
  /** New messages disappear after so many seconds for everybody, 0 for never; in a group only owners and admins. */
  setTimer(conversation: ConversationId, seconds: number): Promise<void>;
  /**
   * The server deletes new files after so many days, 0 for as the workspace has it, unless their sender says otherwise; from whom, as
   * for a timer.
   */
  setFileDays(conversation: ConversationId, days: number): Promise<void>;
}

/** Seconds that a timer may have, as choices; every whole number up to the last is valid. */
export const TIMER_CHOICES: readonly number[] = [0, 3600, 86_400, 604_800, 2_419_200, 7_776_000];

/** The emojis that stand ready beside a message. */
export const QUICK_REACTIONS: readonly string[] = ['👍', '❤️', '😂', '🎉', '👀', '✅'];

/** Different emojis under one message, at most; more are not taken. */
export const MAX_REACTIONS = 64;
/** Pinned messages of a conversation, at most. */
export const MAX_PINS = 50;

export interface MessageDetails {
  readonly message: HistoryMessage;
  /** Sender's clock and relay's or this device's, epoch milliseconds. */
  readonly sentAt: number;
  readonly receivedAt: number;
  readonly device: DeviceId;
  /** The device's name when it is one's own. */
  readonly deviceName: string | null;
  /** Null for what has no signature here: a notice, or one that stays closed. */
  readonly proof: null | {
    /** Derived from the suite, never chosen by it: crypto_version, encryption_algorithm, kdf_algorithm, signatures. */
    readonly version: string;
    readonly encryption: string;
    readonly kdf: string;
    readonly signatures: readonly {
      readonly algorithm: string;
      /** Checked now, against the sender's certificate that is known here; null when that is gone. */
      readonly valid: boolean | null;
    }[];
  };
  /** Who has it, of one's own message: from the relay, and from encrypted receipts. */
  readonly readBy: readonly { readonly account: AccountId; readonly at: number }[];
  /** Earlier texts are not kept; how often it was changed is. */
  readonly edits: number;
}
