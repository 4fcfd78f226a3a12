/** What the client needs from where it runs. The island and the command line each bring their own. */

import type * as accounts from '../contract/accounts.ts';
import type { PrekeyStock, PrekeyUpload, SignedIn } from '../contract/accounts.ts';
import type { BackupRecord, BackupUpdate, SegmentId } from '../contract/backup.ts';
import type { Base64 } from '../contract/bytes.ts';
import type { ErrorBody, WrongDevicesBody } from '../contract/errors.ts';
import type { AccountId, ConversationId, DeviceId } from '../contract/ids.ts';
import type { LogPage } from '../contract/log.ts';
import type { ParcelId } from '../contract/parcels.ts';
import type { PresenceFrame, PresenceSettings } from '../contract/presence.ts';
import type * as relay from '../contract/relay.ts';
import type { CodeSignInRequest } from '../contract/security.ts';
import { say, t } from '../contract/words.ts';
import type { KeyHandle } from '../protocol/provider.ts';
import type { FileTransport } from './files/ports.ts';
import type { SharingTransport } from './files/sharing-transport.ts';

/** Epoch milliseconds. */
export type Clock = () => number;
/** `length` bytes from a cryptographic source. */
export type Random = (length: number) => Uint8Array;

/** The rooms of the client's database; each key is text and sorts bytewise. */
export const STORES = [
  'meta', // one-off values: schema version, self, pins of the workspace
  'secrets', // device keys, wrapped local key
  'prekeys', // private halves, by kind and id
  'peers', // pinned accounts: AIK, device list, certificates, verification
  'sessions', // ratchet state, by peer device and sid
  'replay', // first-contact replay records, seen (device, conversation, seq)
  'outbox', // content waiting to be sealed and posted
  'inbox', // deliveries that could not be opened yet, kept 8 days
  'history', // messages, by conversation and order
  'log', // the transparency log as it was verified, and evidence against it
  'conversations', // what this device knows of each: read mark, last message, counts
  'search', // the index of the history, and which messages have changed since; can be built anew
  'files', // uploads that are on their way, and which files there are; see files/
  'backup', // which part of the history is saved where, and what still is not
] as const;
export type StoreName = (typeof STORES)[number];

export type Change =
  | { readonly store: StoreName; readonly key: string; readonly value: Uint8Array }
  | { readonly store: StoreName; readonly key: string; readonly value: null };

export interface Range {
  /** Keys that start with this. */
  readonly prefix: string;
  /** Only keys below this one (exclusive), for pages going back. */
  readonly before?: string;
  /** Only keys above this one (exclusive). */
  readonly after?: string;
  readonly reverse?: boolean;
  readonly limit?: number;
}

/**
 * Durable storage. Values are sealed at rest by the implementation (IndexedDB under the local key) or by file
 * permissions (SQLite, 0600).
 */
export interface Storage {
  get(store: StoreName, key: string): Promise<Uint8Array | null>;
  list(store: StoreName, range: Range): Promise<readonly (readonly [key: string, value: Uint8Array])[]>;
  /** All or nothing, on the disk when the promise resolves (IndexedDB: durability "strict"). Throws StorageFull. */
  commit(changes: readonly Change[]): Promise<void>;
  /**
   * One operation at a time over every tab and process that shares this storage (Web Lock `sotto-ratchet`, a lock file,
   * or a transaction). Not re-entrant.
   */
  exclusive<T>(operation: () => Promise<T>): Promise<T>;
  close(): Promise<void>;
  /** Only where the platform can keep secrets that nobody reads out. */
  readonly keys?: DeviceKeys;
}

/** A device's long-term secrets as bytes. */
export interface DeviceSeeds {
  /** DIK, 64 bytes: Ed25519 seed || ML-DSA-65 seed. */
  readonly signing: Uint8Array;
  /** DHK, 32 bytes. */
  readonly agreement: Uint8Array;
}
/** The same as keys that can be used and not be carried off. */
export interface HeldKeys {
  readonly signing: { readonly classical: KeyHandle; readonly lattice: KeyHandle };
  readonly agreement: KeyHandle;
}
/**
 * Keeps the device's long-term secrets beside the storage as keys. While the vault is open it also seals their seeds for the
 * next time it is open, so that the keys leave the disk when the person signs out.
 */
export interface DeviceKeys {
  /**
   * Takes the seeds over, then reads the keys back and uses them against the certificate's public keys (1,984 and 32 bytes)
   * [R40]. Null, and nothing kept, when that fails or the vault is not open.
   */
  keep(
    seeds: DeviceSeeds,
    publicKeys: { readonly signingKey: Uint8Array; readonly agreementKey: Uint8Array },
  ): Promise<HeldKeys | null>;
  /** What is kept; null for nothing. Seeds when only the sealed ones are here and the vault is open: `keep` comes next. */
  read(): Promise<HeldKeys | DeviceSeeds | null>;
  forget(): Promise<void>;
}

/** The storage has no room: nothing of the commit was kept, and everything that was kept before still is. */
export class StorageFull extends Error {
  override readonly name = 'StorageFull';
  constructor(options?: ErrorOptions) {
    super(
      t('This device has no room left, so this was not kept: make room on its disk and try again.'),
      options,
    );
  }
}

/** One small text beside the storage and not in it, so that putting back the one does not put back the other. */
export interface Note {
  read(): Promise<string | null>;
  write(text: string): Promise<void>;
}

/** An answer that is not a success. */
export class TransportRefused extends Error {
  override readonly name = 'TransportRefused';
  constructor(
    readonly status: number,
    readonly body: ErrorBody | WrongDevicesBody,
  ) {
    super(body.message);
  }
}
/** The secret was right; the ticket and a code of the second factor open the session. */
export class SecondFactorAsked extends Error {
  override readonly name = 'SecondFactorAsked';
  constructor(readonly ticket: Base64) {
    super('A code of the second factor is needed.');
  }
}
/** No answer: the outcome is unknown; repeat the identical bytes later. */
export class TransportFailed extends Error {
  override readonly name = 'TransportFailed';

  /** @param message one sentence, plain or kept */
  constructor(message: string, options?: ErrorOptions) {
    super(say(message), options);
  }
}

/** Policies of the workspace that a device goes by. */
export type DevicePolicies = Omit<accounts.WorkspacePolicies, 'registration'>;

/** The server, as an engine sees it. Every call throws TransportRefused or TransportFailed. */
export interface RelayTransport {
  people(): Promise<readonly accounts.Person[]>;
  directory(people: readonly AccountId[]): Promise<readonly accounts.DirectoryEntry[]>;
  /** The transparency log from this place on. */
  log(from: number): Promise<LogPage>;
  /** Its public key, for a device that has none pinned. */
  logKey(): Promise<Base64>;
  /** What the workspace has decided that a device goes by. */
  policies(): Promise<DevicePolicies>;
  claimPrekeys(devices: readonly DeviceId[]): Promise<readonly accounts.PrekeyBundleRecord[]>;
  prekeyStock(): Promise<PrekeyStock>;
  uploadPrekeys(upload: PrekeyUpload): Promise<void>;

  conversations(): Promise<readonly relay.ConversationRecord[]>;
  createConversation(request: relay.ConversationRequest): Promise<relay.ConversationRecord>;
  /** Signed membership events of a group after this epoch, -1 for all. */
  roster(conversation: ConversationId, after: number): Promise<relay.RosterRecord>;
  /** The next signed event; TransportRefused 409 when another one took its place. */
  appendRoster(conversation: ConversationId, append: relay.RosterAppend): Promise<relay.ConversationRecord>;
  openConversations(): Promise<readonly relay.OpenConversation[]>;
  /** A binary post of contract/post.ts. */
  post(post: Uint8Array): Promise<relay.Accepted>;
  pending(after: number): Promise<relay.Pending>;
  acknowledge(seqs: readonly number[]): Promise<void>;
  statuses(ids: readonly string[]): Promise<readonly relay.MessageStatus[]>;
  /** A sealed part of history for another device, at most MAX_PART_BYTES. */
  putParcelPart(
    parcel: { readonly id: ParcelId },
    n: number,
    to: DeviceId,
    sealed: Uint8Array,
  ): Promise<void>;
  parcelPart(id: ParcelId, n: number): Promise<Uint8Array>;
  removeParcel(id: ParcelId): Promise<void>;
  readonly files: FileTransport;
  /** Loaded when somebody makes or looks at links. */
  sharing(): Promise<SharingTransport>;
  presence(): Promise<PresenceSettings>;
  choosePresence(shown: boolean): Promise<PresenceSettings>;

  /** One's own encrypted backup, its manifest still sealed. */
  backup(): Promise<BackupRecord>;
  /** TransportRefused 409 when another device was faster, 410 while it is off. */
  updateBackup(update: BackupUpdate): Promise<void>;
  turnBackupOff(): Promise<void>;
  /** TransportRefused 404 for one that is gone. */
  backupSegment(id: SegmentId): Promise<Uint8Array>;
  /** TransportRefused 413 when there is no room for it. */
  putBackupSegment(id: SegmentId, sealed: Uint8Array): Promise<void>;
}

/** The server, as the whole client sees it: accounts, vaults and devices besides. */
export interface Transport extends RelayTransport {
  workspace(): Promise<accounts.Workspace>;
  registerStart(request: accounts.RegisterStartRequest): Promise<accounts.RegisterStart>;
  register(request: accounts.RegisterRequest): Promise<SignedIn>;
  signInStart(username: string): Promise<accounts.PasswordParameters>;
  /** SecondFactorAsked when the secret was right and a code is needed, too. */
  signInWithPassword(request: accounts.PasswordSignInRequest): Promise<SignedIn>;
  /** The same. */
  signInWithRecovery(request: accounts.RecoverySignInRequest): Promise<SignedIn>;
  /** Goes on from SecondFactorAsked. TransportRefused 400 for a wrong code, 410 when the ticket is over. */
  signInWithCode(request: CodeSignInRequest): Promise<SignedIn>;
  passkeyStart(): Promise<accounts.PasskeySignInStart>;
  signInWithPasskey(request: accounts.PasskeySignInRequest): Promise<SignedIn>;
  /** The session as it is, for an unlock after a reload; TransportRefused 401 when there is none. */
  session(): Promise<SignedIn>;
  signOut(everywhere: boolean): Promise<void>;

  addDevice(device: accounts.DeviceUpload): Promise<void>;
  resumeDevice(request: accounts.ResumeRequest): Promise<void>;
  /** The same device under a new certificate. */
  renewDevice(device: DeviceId, request: accounts.RenewRequest): Promise<void>;
  /** The new signed list leaves the device out. */
  revokeDevice(device: DeviceId, request: accounts.RevokeRequest): Promise<void>;
}

/** The live line. The island feeds it from htmx's socket, the command line from its own. */
export interface Live {
  /** Called for each event, in order; and once after each connection with `hello`. */
  onEvent(listener: (frame: relay.ServerFrame) => void): () => void;
  readonly connected: boolean;
  /** Says something of the person when connected; lost otherwise, and nothing with it. */
  say?(frame: PresenceFrame): void;
}

/** Runs `task` once after `delay` milliseconds; gives the function that calls it off. */
export type Timer = (delay: number, task: () => void) => () => void;

/**
 * Tells other tabs and processes on the same storage that something changed (BroadcastChannel in a browser). Text holds
 * ids only, never content: the others read what changed from the storage.
 */
export interface Notify {
  post(text: string): void;
  /** Calls back for what others posted, never for one's own. Gives the function that ends it. */
  listen(heard: (text: string) => void): () => void;
}

/** Argon2id off the main thread: 32 bytes out; memory in KiB. */
export type PasswordHash = (
  password: string,
  parameters: {
    readonly salt: Uint8Array;
    readonly memory: number;
    readonly passes: number;
    readonly lanes: number;
  },
) => Promise<Uint8Array>;
