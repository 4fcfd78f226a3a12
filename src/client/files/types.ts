/** Files, as the island and the command line see them. */
import type { FileId, FileRecord, FileUsage } from '../../contract/files.ts';
import type { AccountId, BodyId, ConversationId, DeviceId } from '../../contract/ids.ts';
import type { HistoryMessage } from '../engine-types.ts';
import type { FileSource, Watch } from './ports.ts';
import type { FileView } from './view.ts';

/** What a sender's device knows of a file before it is sealed; made by island/preview and the command line. */
export interface NewFile {
  readonly source: FileSource;
  /** As the person sees it; cleaned before it leaves. */
  readonly name: string;
  /** Sniffed from the first bytes (sniff.ts); empty for any other type. */
  readonly type: string;
  readonly preview?: { readonly type: string; readonly bytes: Uint8Array } | null;
  /** Pixels. */
  readonly width?: number | null;
  readonly height?: number | null;
  /** Milliseconds. */
  readonly duration?: number | null;
  /** Epoch milliseconds; null for as long as conversation and workspace keep files. */
  readonly expiresAt?: number | null;
  /** Any version of the file that this one follows. */
  readonly replaces?: FileId | null;
  /** Kept with the upload: where its source is found again after a restart (EnginePorts.sourceOf). */
  readonly hint?: string;
}

/** A message whose files are on their way; it is said, in its order, when all of them are there. */
export interface PendingMessage {
  /** Names it here; not its body id. */
  readonly id: string;
  readonly conversation: ConversationId;
  readonly text: string;
  readonly replyTo: BodyId | null;
  readonly createdAt: number;
  readonly files: readonly Upload[];
}

export interface Upload {
  readonly id: FileId;
  readonly name: string;
  readonly type: string;
  readonly size: number;
  /** As it was given with the file. */
  readonly hint: string | null;
  /** Bytes that the server has. */
  readonly done: number;
  /**
   * `lost`: its bytes are not at hand any more, because the page was closed before all of it was sealed: it goes on when the same
   * file is picked again.
   */
  readonly state: 'waiting' | 'running' | 'done' | 'failed' | 'lost';
  /** Why it does not go on, and what happens next: one sentence. */
  readonly reason: string | null;
}

/** A file that this device knows, from a message. */
export interface KeptFile {
  /** Without its preview, which its message has; `expiresAt` is the server's word where that is known here. */
  readonly file: FileView;
  readonly message: BodyId;
  readonly conversation: ConversationId;
  readonly sender: { readonly account: AccountId; readonly device: DeviceId };
  readonly mine: boolean;
  readonly sentAt: number;
  /** Later versions are known here. */
  readonly superseded: boolean;
}

export interface FileFilter {
  readonly conversation?: ConversationId;
  readonly sender?: AccountId;
  /** Words of the name, in any order, partial ones included. */
  readonly query?: string;
  readonly kind?: 'image' | 'video' | 'audio' | 'document' | 'other';
  readonly sort?: 'newest' | 'oldest' | 'name' | 'size';
  /** Newest versions only, unless it is false. */
  readonly latest?: boolean;
}

/** A file that is being read. */
export interface OpenFile {
  readonly file: FileView;
  /** Verified bytes `from` to `to` (exclusive), each part in memory of its own. Throws FileProblem. */
  read(from?: number, to?: number, watch?: Watch): AsyncIterable<Uint8Array>;
}

export interface Files {
  /** Keeps the message (durable), begins to seal and to send its files. Throws Error with a sentence for what may not be sent. */
  send(
    conversation: ConversationId,
    message: { readonly text: string; readonly replyTo?: BodyId; readonly files: readonly NewFile[] },
  ): Promise<PendingMessage>;
  /** What is on its way, oldest first. */
  pending(conversation?: ConversationId): Promise<readonly PendingMessage[]>;
  /** Ends a file's upload, or a whole message's when it is the last one; the server forgets what it has. */
  cancel(id: string | FileId): Promise<void>;
  /** Goes on with what failed; with a source for what was lost. Throws Error with a sentence when it is another file. */
  retry(id: FileId, source?: FileSource): Promise<void>;
  /** Goes on with whatever is on its way; returns at once. Who only looks need not call it. */
  resume(): void;
  /** Resolves when the message has been put into the outbox, or was cancelled (null). Rejects with the sentence of a failure. */
  sent(id: string): Promise<HistoryMessage | null>;

  open(file: FileView): OpenFile;
  list(filter?: FileFilter): Promise<readonly KeptFile[]>;
  /**
   * Every version that this device knows of the file's series, newest first: in the conversation where it was said last, unless one
   * is named.
   */
  versions(id: FileId, conversation?: ConversationId): Promise<readonly KeptFile[]>;
  /**
   * Says an old version again, as the newest one. Throws FileProblem when the server has it no more.
   * @param as the file as it was looked at: several messages may say different things of one id
   */
  restore(id: FileId, conversation?: ConversationId, as?: FileView): Promise<HistoryMessage>;
  /** The same file in another conversation. @param as as for `restore` */
  forward(id: FileId, to: ConversationId, text?: string, as?: FileView): Promise<HistoryMessage>;
  /** Of one's own: when the server deletes it; null for never. */
  setExpiry(id: FileId, expiresAt: number | null): Promise<void>;
  /** Of one's own: the server deletes it, wherever it was said. Messages keep its name. */
  remove(id: FileId): Promise<void>;
  usage(): Promise<FileUsage>;
  /**
   * Of one's own, at the server for a day and longer: those that no message on this device names. Another device may.
   * Throws TransportFailed, TransportRefused.
   */
  unknown(usage: FileUsage): Promise<readonly FileRecord[]>;
}

/** A file that cannot be had, and why: one sentence that says what to do. Nothing of the chunk in question was given. */
export class FileProblem extends Error {
  override readonly name = 'FileProblem';
  constructor(
    /** `damaged` does not verify; `gone` was deleted or is over; `refused` is not for this person; `away` no server answers. */
    readonly kind: 'damaged' | 'gone' | 'refused' | 'away',
    message: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}
