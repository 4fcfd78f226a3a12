/**
 * The file of an export: lines of records, in JSON Lines or as front matter in Markdown (docs/export.md, for people who
 * write tools). Ids are lowercase hexadecimal, bytes unpadded base64url, times ISO 8601 in UTC with milliseconds.
 */
import type { Base64 } from './bytes.ts';
import type { FileId } from './files.ts';
import type { AccountId, BodyId, ConversationId, DeviceId } from './ids.ts';

export type ExportFormat = 'json' | 'markdown';

/** What the first record says of the file. */
export const EXPORT_NAME = 'sotto-export';
/** Later versions only add fields and kinds of records. */
export const EXPORT_VERSION = 1;

/** Characters of one line, at most: the longest text with every character escaped, and its original beside it. */
export const MAX_EXPORT_LINE = 1024 * 1024;
/** Characters of the fields of one record that this release does not know, as JSON; and how deep they go. */
export const MAX_UNKNOWN_FIELDS = 16 * 1024;
export const MAX_UNKNOWN_DEPTH = 8;
/** People whom one file names, and certificates that it brings, at most. */
export const MAX_EXPORTED_PEOPLE = 10_000;

/** First record. */
export interface ExportHead {
  readonly type: 'export';
  readonly format: typeof EXPORT_NAME;
  readonly version: number;
  /** The lowest version that a reader has to know. */
  readonly needs: number;
  readonly created: string;
}

/** Before its messages. What it is called is for people: an import takes names from the conversation itself. */
export interface ExportedConversation {
  readonly type: 'conversation';
  readonly id: ConversationId;
  readonly kind: 'direct' | 'group';
  readonly name: string | null;
  readonly topic: string | null;
  readonly members: readonly AccountId[];
}

/** Somebody who wrote, before their first message. */
export interface ExportedPerson {
  readonly type: 'person';
  readonly account: AccountId;
  readonly username: string;
  readonly name: string;
  /** Public identity key: Ed25519 32 B || ML-DSA-65 1,952 B. */
  readonly identity: Base64;
}

/** A device of somebody, signed by their identity: protocol record 1 with both signatures. */
export interface ExportedCertificate {
  readonly type: 'certificate';
  readonly account: AccountId;
  readonly device: DeviceId;
  readonly certificate: Base64;
}

export interface ExportedSignature {
  readonly algorithm: string;
  readonly value: Base64;
}

/** A file that came with a message: what is needed to fetch it from the server and to open it. Whoever has `key` can read it. */
export interface ExportedFile {
  readonly id: FileId;
  readonly name: string;
  readonly type: string;
  readonly size: number;
  /** 32 B each; see the protocol, "Files". */
  readonly key: Base64;
  readonly root: Base64;
  readonly commitment: Base64;
  readonly series: FileId;
  readonly version: number;
  /** Pixels. */
  readonly width?: number;
  readonly height?: number;
  /** Milliseconds. */
  readonly duration?: number;
  /** When the server deletes it, as its sender said. */
  readonly expires?: string;
}

/** A message. In Markdown `text` stands below the front matter, whose `lines` says how many lines it has. */
export interface ExportedMessage {
  readonly type: 'message';
  readonly id: BodyId;
  readonly conversation: ConversationId;
  /** Account. */
  readonly sender: AccountId;
  readonly device: DeviceId;
  /** What the sender is called, for people. */
  readonly name: string;
  /** Sender's clock. */
  readonly time: string;
  /** Its place in the conversation: sorts as text. */
  readonly order: string;
  readonly text: string;
  /** At most MAX_FILES_PER_MESSAGE. */
  readonly files?: readonly ExportedFile[];
  readonly reply_to?: BodyId;
  /** When it was last changed. */
  readonly edited?: string;
  /** For people; an import believes nobody about them. */
  readonly reactions?: readonly { readonly emoji: string; readonly people: readonly AccountId[] }[];
  readonly pinned?: true;
  /** Derived from the suite and compared with it; they select nothing. */
  readonly crypto_version: string;
  readonly encryption_algorithm: string;
  readonly kdf_algorithm: string;
  /** In the suite's order; empty where the original was not kept. */
  readonly signatures: readonly ExportedSignature[];
  /** What the signatures are over: protocol records 64 and 65. */
  readonly original?: {
    readonly header: Base64;
    readonly content: Base64;
  };
  /** Of suite 1 alone, which has no certificates: the device's Ed25519 key as the file names it, 32 B. */
  readonly signing_key?: Base64;
}

/** Last record: without it the file was cut off. */
export interface ExportEnd {
  readonly type: 'end';
  readonly messages: number;
}

export type ExportRecord =
  | ExportHead
  | ExportedConversation
  | ExportedPerson
  | ExportedCertificate
  | ExportedMessage
  | ExportEnd;
