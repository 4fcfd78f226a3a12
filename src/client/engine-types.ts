/** What the engine shows to those who draw it: the island and the command line. */
import type { AccountId, BodyId, ConversationId, DeviceId } from '../contract/ids.ts';
import type { Quiet } from '../contract/quiet.ts';
import type { OpenConversation } from '../contract/relay.ts';
import type { Archive } from './archive/types.ts';
import type { BackupActions } from './backup/types.ts';
import type { Sharing } from './files/sharing-types.ts';
import type { Files } from './files/types.ts';
import type { FileView } from './files/view.ts';
import type { ConversationActions, MessageActions } from './messages/types.ts';
import type { Presence } from './presence/types.ts';
import type { Transfers } from './transfer/types.ts';

/** States of one's own message. `Read` comes only from an encrypted receipt. */
export type SendStatus = 'Sending' | 'Sent' | 'Delivered' | 'Read' | 'Failed';

/** One message as this device holds it. */
export interface HistoryMessage {
  readonly id: BodyId;
  /** In the `updated` event of a message that was sealed anew under another id: the id it was drawn with. */
  readonly previousId?: BodyId;
  readonly conversation: ConversationId;
  /** Sorts messages of a conversation as they are shown; opaque text. */
  readonly order: string;
  readonly sender: { readonly account: AccountId; readonly device: DeviceId };
  readonly mine: boolean;
  /** Sender's clock, epoch milliseconds. */
  readonly sentAt: number;
  /** `deleted` was taken back by its author: nothing of it is left but its place. */
  readonly kind: 'text' | 'unknown' | 'unreadable' | 'notice' | 'deleted';
  readonly text: string;
  /** Both signatures verified under the pinned identity. */
  readonly verified: boolean;
  readonly status: SendStatus | null;
  /** Why it cannot be opened or was not sent, and what happens next: one sentence. */
  readonly reason: string | null;
  /** A remark about one that opened, in a few words, such as that it was sent before members changed. */
  readonly note: string | null;
  readonly suite: number;
  /** The message that it answers; it may not be known here. */
  readonly replyTo: BodyId | null;
  /** When its author last changed it, by their clock, epoch milliseconds. */
  readonly editedAt: number | null;
  readonly reactions: readonly Reaction[];
  readonly pinned: boolean;
  /** When it disappears from this device, epoch milliseconds; null for one that stays. */
  readonly expiresAt: number | null;
  /** It names oneself (`@username`) or everybody (`@everyone`). */
  readonly mention: boolean;
  /** How it came here. Everything but `live` was said before this device could read it, or elsewhere. */
  readonly origin: MessageOrigin;
  /** What came with a text; at most MAX_FILES_PER_MESSAGE. */
  readonly files: readonly FileView[];
}

/** `live` from the relay or written here; `backup` and `device` from one's own; `member` shown by another member; `import` from a file. */
export type MessageOrigin = 'live' | 'backup' | 'device' | 'member' | 'import';

/** One emoji under a message, and everybody who chose it, in the order in which they did. */
export interface Reaction {
  readonly emoji: string;
  readonly people: readonly AccountId[];
  /** Oneself among them. */
  readonly mine: boolean;
}

export interface ConversationView {
  readonly id: ConversationId;
  readonly kind: 'direct' | 'group';
  readonly members: readonly AccountId[];
  /** The other person of a direct conversation. */
  readonly peer: PeerView | null;
  /** Of a group, as its admins have sealed it; null while it is not known, and for direct ones. */
  readonly name: string | null;
  readonly topic: string | null;
  /** One's own role in a group; null in a direct conversation, and in a group that one is not in any more. */
  readonly role: GroupRole | null;
  /** False once one has left or was removed: it can be read and not written. */
  readonly writable: boolean;
  /** Anybody of the workspace may come in. */
  readonly open: boolean;
  readonly unread: number;
  /** Of the unread ones, those that name oneself. */
  readonly mentions: number;
  /** What notifications one wants of it; synced over one's own devices. */
  readonly notify: 'all' | 'mentions' | 'none';
  /** Put away by oneself: it leaves the list until somebody writes. */
  readonly archived: boolean;
  /** Messages disappear so many seconds after they were sent; 0 for never. */
  readonly timer: number;
  /** Files are deleted at the server after so many days; 0 for as the workspace has it. */
  readonly fileDays: number;
  /** What members who come later may read; null in a direct conversation. */
  readonly history: 'none' | 'fromInvitation' | 'all' | null;
  readonly last: HistoryMessage | null;
  readonly lastActivity: number;
}

/**
 * What a camera saw on another person's screen: `same` (and they are verified now); `different`, another identity; `own-code`,
 * one's own code; `no-code`, something else; `other-log`, the same identities over another transparency log.
 */
export type Comparison = 'same' | 'different' | 'own-code' | 'no-code' | 'other-log';

export type GroupRole = 'owner' | 'admin' | 'member' | 'guest';

/** Somebody who can read a conversation, oneself included. */
export interface Reader {
  readonly account: AccountId;
  readonly username: string;
  readonly name: string;
  readonly isSelf: boolean;
  readonly verified: boolean;
  /** The identity is another one now: nothing is sealed for it until that is confirmed. */
  readonly identityChanged: boolean;
  /** Null in a direct conversation. */
  readonly role: GroupRole | null;
  /** Devices that messages are sealed for, from the signed list. */
  readonly devices: readonly {
    readonly device: DeviceId;
    readonly created: number;
    readonly expires: number;
    /** This very device. */
    readonly current: boolean;
  }[];
}

export interface PeerView {
  readonly account: AccountId;
  readonly username: string;
  readonly name: string;
  readonly verified: boolean;
  /** The pinned identity is another one now: sending waits for an acknowledgement (hard when verified). */
  readonly identityChanged: boolean;
  readonly devices: number;
}

/** What contradicts the transparency log as this device knows it. Bytes are base64url, `root` hexadecimal. */
export interface LogEvidence {
  /** Who it is from: `claim` is another device's word, everything else is the server's. */
  readonly kind: 'signature' | 'rollback' | 'fork' | 'leaf' | 'restored' | 'account' | 'claim';
  /** When it was found and when the person went on all the same, epoch milliseconds. */
  readonly at: number;
  readonly seen: number | null;
  /** The other side's log: leaves and root. */
  readonly size: number;
  readonly root: string;
  /** This device's head at that time, and the one that the server showed, both signed by the log. */
  readonly own: string | null;
  readonly shown: string | null;
  readonly leaf: string | null;
  /** Who said so: the message's header and content, and the device's signature over both. */
  readonly claim: null | {
    readonly account: AccountId;
    readonly device: DeviceId;
    readonly body: BodyId;
    readonly header: string;
    readonly content: string;
    readonly signature: string;
  };
}

/** Somebody of the workspace as the log has them. */
export interface LoggedPerson {
  readonly account: AccountId;
  readonly username: string;
  /** Of their identity, 32 bytes in hexadecimal. */
  readonly fingerprint: string;
  /** Changes that the log has of them: first device, and every later list. */
  readonly version: number;
}

/** The transparency log as this device has verified it. */
export interface LogStatus {
  /** Null until a server has shown one. */
  readonly head: null | { readonly size: number; readonly root: string; readonly time: number };
  /** The log's key as it was pinned when this device joined, base64url, and its fingerprint, 32 bytes in hexadecimal. */
  readonly key: string | null;
  readonly keyFingerprint: string | null;
  readonly people: readonly LoggedPerson[];
  readonly evidence: readonly LogEvidence[];
  /** Nothing is sent until the person has looked at the evidence. */
  readonly frozen: boolean;
}

/** One of one's own devices. */
export interface OwnDeviceView {
  readonly device: DeviceId;
  /** Null while nobody has told it here. */
  readonly name: string | null;
  /** Of its certificate, epoch milliseconds. */
  readonly created: number;
  readonly expires: number;
  readonly current: boolean;
}

/** A change in the signed list of one's own devices. */
export interface DeviceNews {
  readonly device: DeviceId;
  /** Null while nobody has told it here. */
  readonly name: string | null;
  readonly kind: 'added' | 'renewed' | 'removed';
  /** Epoch milliseconds. */
  readonly at: number;
  /** One sentence, with what to do. */
  readonly message: string;
}

export type EngineEvent =
  | { readonly type: 'message'; readonly message: HistoryMessage }
  /** A message drawn before has another status, text or reason. */
  | { readonly type: 'updated'; readonly message: HistoryMessage }
  /** A message has disappeared: its time was over. */
  | { readonly type: 'removed'; readonly id: BodyId; readonly conversation: ConversationId }
  | { readonly type: 'conversation'; readonly conversation: ConversationView }
  | { readonly type: 'peer'; readonly peer: PeerView }
  /** The server's word of somebody, or their own, is another one: see `presence()`. */
  | { readonly type: 'presence' | 'status'; readonly account: AccountId }
  /** Somebody writes there, or has stopped. */
  | { readonly type: 'typing'; readonly conversation: ConversationId }
  /** Files of a message are on their way, further, there, or called off: see `files().pending`. */
  | { readonly type: 'uploads'; readonly conversation: ConversationId }
  /** A file came to be known here, or is known no more: see `files().list`. */
  | { readonly type: 'files'; readonly conversation: ConversationId }
  /** History between one's own devices: see `transfers()`. */
  | { readonly type: 'transfers' }
  /** One's own devices, their names or the news about them are other ones: see `devices` and `deviceNews`. */
  | { readonly type: 'devices' }
  /** The transparency log has grown, or evidence against it was found or looked at: see `log`. */
  | { readonly type: 'log' }
  /** Something the person must know, in one sentence, with what happens next. */
  | { readonly type: 'notice'; readonly code: string; readonly message: string }
  /** `outbox` is what waits to be sent. */
  | { readonly type: 'connection'; readonly online: boolean; readonly outbox: number }
  /** The backup of one's history is another one, or more of it has arrived: see `backup`. */
  | { readonly type: 'backup' }
  /** History of a conversation has arrived from elsewhere, wherever it belongs; at most 500 ids in one event. */
  | { readonly type: 'restored'; readonly conversation: ConversationId; readonly ids: readonly BodyId[] }
  /** First contact with many devices: how many of them are done. Told at most once in 100 ms, and at the end. */
  | {
      readonly type: 'progress';
      readonly conversation: ConversationId;
      readonly done: number;
      readonly total: number;
    };

export interface Engine extends MessageActions, ConversationActions, BackupActions {
  readonly self: {
    readonly account: AccountId;
    readonly device: DeviceId;
    readonly username: string;
    readonly name: string;
  };
  /** Messages out of this device as a file, and into it. */
  archive(): Promise<Archive>;
  /** History from one of one's own devices to another. */
  transfers(): Promise<Transfers>;
  /** Files of messages and of one's own. */
  files(): Promise<Files>;
  /** Links for people without an account. */
  sharing(): Promise<Sharing>;
  /** Who is here, who writes, and what people say of themselves. */
  presence(): Promise<Presence>;
  /** Connects, resynchronises, flushes the outbox, keeps prekeys stocked; returns at once. */
  start(): void;
  stop(): Promise<void>;
  /** Resolves when nothing runs that was begun by now; what is due later stays due. */
  idle(): Promise<void>;
  subscribe(listener: (event: EngineEvent) => void): () => void;

  /** Puts the text in the outbox (durable), then tries to send everything that waits. Resolves once durable. */
  send(
    conversation: ConversationId,
    text: string,
    about?: {
      readonly replyTo?: BodyId;
      /** Names in the store `meta` that go in the same commit: its draft, which would otherwise be sent twice. */
      readonly forgets?: readonly string[];
    },
  ): Promise<HistoryMessage>;
  /**
   * Posts what waits, in order. Resolves when the outbox is empty or the network says no. `sent` names what left since
   * the last call, whoever set it off.
   */
  flush(): Promise<{ readonly sent: readonly BodyId[]; readonly waiting: number }>;
  /** Takes one delivery, from the socket or from a page of pending ones. Idempotent. Never throws for what a server sends. */
  receive(deliveries: readonly import('../contract/relay.ts').Delivery[]): Promise<void>;
  /** Fetches and takes everything pending, refreshes statuses, acknowledges. */
  sync(): Promise<void>;

  conversations(): Promise<readonly ConversationView[]>;
  /** The direct conversation with this person, made when there is none. */
  direct(person: AccountId): Promise<ConversationView>;
  /**
   * A new group with oneself as owner. Resolves when the relay has its roster; its name is in the outbox then. Throws Error
   * with one sentence for an empty name, too many people, or somebody whose identity cannot be checked.
   */
  createGroup(group: {
    readonly name: string;
    readonly topic?: string;
    readonly people: readonly AccountId[];
    /** Anybody may come in; its name is then known to the server and to everybody of the workspace. */
    readonly open?: boolean;
    /** What members who come later may read; nothing when it is not said. */
    readonly history?: 'none' | 'fromInvitation' | 'all';
  }): Promise<ConversationView>;
  /** Each resolves when the relay has the signed event, and throws Error with one sentence when it may not be. */
  addPeople(conversation: ConversationId, people: readonly AccountId[]): Promise<void>;
  removePerson(conversation: ConversationId, person: AccountId): Promise<void>;
  setRole(conversation: ConversationId, person: AccountId, role: GroupRole): Promise<void>;
  setOpen(conversation: ConversationId, open: boolean): Promise<void>;
  setHistory(conversation: ConversationId, history: 'none' | 'fromInvitation' | 'all'): Promise<void>;
  leave(conversation: ConversationId): Promise<void>;
  /** Lets a member whose identity is another one now take part again. */
  confirmIdentity(conversation: ConversationId, person: AccountId): Promise<void>;
  /** Renames a group, or gives it another topic; sealed like every message. */
  setDetails(
    conversation: ConversationId,
    details: { readonly name?: string; readonly topic?: string },
  ): Promise<void>;
  /** Open groups that one is not in. */
  openGroups(): Promise<readonly OpenConversation[]>;
  joinGroup(conversation: ConversationId): Promise<ConversationView>;
  /** A group that follows this one when no admin is left in it, with the same people. */
  succeedGroup(conversation: ConversationId): Promise<ConversationView>;
  /** Who can read what is written here from now on, with each device, from the verified lists. */
  readers(conversation: ConversationId): Promise<readonly Reader[]>;

  /** Oldest first: the newest ones below `before`, or the oldest ones above `after`, both orders (see `orderAt`). */
  messages(
    conversation: ConversationId,
    page: { readonly before?: string; readonly after?: string; readonly limit: number },
  ): Promise<readonly HistoryMessage[]>;
  /** One message by its id, or by an id it had before it was sealed anew; its own id is then the new one. */
  message(id: BodyId): Promise<HistoryMessage | null>;
  /** Marks everything up to here as read, and lets the senders know, encrypted. */
  markRead(conversation: ConversationId): Promise<void>;

  /** Whether this device tells senders what was read. One's own devices hear it either way. */
  readReceipts(): Promise<boolean>;
  setReadReceipts(on: boolean): Promise<void>;
  /** When one does not want to be disturbed, on any of one's devices. */
  quiet(): Promise<Quiet>;
  setQuiet(quiet: Quiet): Promise<void>;

  /** Everybody whom the log names. */
  people(): Promise<readonly PeerView[]>;
  /** The transparency log, and what contradicts it. */
  log(): Promise<LogStatus>;
  /** The person has seen the evidence and goes on: what waits is sent, the evidence stays. */
  acknowledgeLog(): Promise<void>;
  /** 60 digits, the same on both sides, and whether this person is verified. */
  safetyNumber(person: AccountId): Promise<{ readonly digits: string; readonly verified: boolean }>;
  setVerified(person: AccountId, verified: boolean): Promise<void>;
  /** The text of the QR code that this person scans to compare. */
  verificationCode(person: AccountId): Promise<string>;
  /** Compares the text of the code on this person's screen; marks them as verified when all of it is the same. */
  compareCode(person: AccountId, text: string): Promise<Comparison>;
  /** The person has seen that this identity is another one. */
  acknowledgeIdentity(person: AccountId): Promise<void>;
  /** One's own devices, from the signed list. */
  devices(): Promise<readonly OwnDeviceView[]>;
  /** Names one of them, here and on the others. Throws Error with one sentence. */
  renameDevice(device: DeviceId, name: string): Promise<void>;
  /** What changed in that list and was not dismissed yet. */
  deviceNews(): Promise<readonly DeviceNews[]>;
  dismissNews(device: DeviceId): Promise<void>;
}
