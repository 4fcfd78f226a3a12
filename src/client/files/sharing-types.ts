/** Links for people without an account, as the island and the command line see them. */
import type { FileId } from '../../contract/files.ts';
import type { ConversationId } from '../../contract/ids.ts';
import type { FileRequestId, ShareId } from '../../contract/shares.ts';
import type { HistoryMessage } from '../engine-types.ts';
import type { PasswordHash } from '../ports.ts';
import type { FileView } from './view.ts';

export interface NewShareLink {
  /** With the function that hashes it, off the thread that draws; null for a link without one. */
  readonly password: { readonly text: string; readonly hash: PasswordHash } | null;
  /** Epoch milliseconds. */
  readonly expiresAt: number;
  /** Null for any number. */
  readonly downloads: number | null;
}

/** One of one's own links to a file. */
export interface ShareLink {
  readonly id: ShareId;
  readonly file: FileId;
  /** What the file was called; null when the link was made where this device could not hear of it. */
  readonly name: string | null;
  /** What follows the `#`, base64url; null as above. */
  readonly key: string | null;
  readonly createdAt: number;
  readonly expiresAt: number;
  readonly hasPassword: boolean;
  readonly downloads: number | null;
  readonly used: number;
}

export interface NewFileRequestLink {
  /** What is asked for, for whoever opens the link. */
  readonly title: string;
  readonly expiresAt: number;
  /** Files, at most. */
  readonly files: number;
  /** Bytes of each, at most. */
  readonly maxFileBytes: number;
}

/** One of one's own file requests. */
export interface FileRequestLink {
  readonly id: FileRequestId;
  /** Null when it was made where this device could not hear of it: what was handed in opens on the device that made it. */
  readonly title: string | null;
  readonly key: string | null;
  readonly createdAt: number;
  readonly expiresAt: number;
  readonly files: number;
  readonly maxFileBytes: number;
  readonly received: readonly ReceivedFile[];
}

/** A file that was handed in and waits. */
export interface ReceivedFile {
  readonly id: FileId;
  readonly size: number;
  readonly receivedAt: number;
  /** Null for what does not open: it is not from this request, or was changed on the way. */
  readonly file: FileView | null;
}

export interface Sharing {
  /** Makes a link to a file that this device knows. Throws Error with a sentence. */
  share(file: FileView, link: NewShareLink): Promise<ShareLink>;
  shares(): Promise<readonly ShareLink[]>;
  /** Ends a link, and whatever is being fetched by it. */
  endShare(id: ShareId): Promise<void>;

  request(link: NewFileRequestLink): Promise<FileRequestLink>;
  requests(): Promise<readonly FileRequestLink[]>;
  /** Ends a request, and deletes what was handed in and not taken. */
  endRequest(id: FileRequestId): Promise<void>;
  /** Says a file that was handed in in a conversation, one's own notes as a rule; it does not wait any more. */
  keep(id: FileRequestId, file: FileId, conversation: ConversationId): Promise<HistoryMessage>;
  /** Deletes it. */
  throwAway(id: FileRequestId, file: FileId): Promise<void>;
}
