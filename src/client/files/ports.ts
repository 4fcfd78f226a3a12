/** What the files of an engine need of the world: the server's calls, bytes to send, and somebody who carries them. */
import type { FileId, FileRecord, FileUpload, FileUsage } from '../../contract/files.ts';
import type { ConversationId } from '../../contract/ids.ts';
import type { SpareBytes } from '../../contract/spare-bytes.ts';
import type { FileSecret } from '../../protocol/file.ts';
import type { KeepHashes } from './hash-keeper.ts';
import type { ChunkBody } from './put-run.ts';
import type { RunLength } from './run-length.ts';
import type { FileView } from './view.ts';

/** The server's calls about files. Every call throws TransportRefused or TransportFailed, and AbortError once `signal` is. */
export interface FileTransport {
  usage(): Promise<FileUsage>;
  /** Begins an upload, or finds the one that was begun. */
  begin(upload: FileUpload): Promise<FileRecord>;
  record(id: FileId): Promise<FileRecord>;
  /** Stores chunks that follow each other; after a failure, those that were answered before it are there. */
  putChunks(id: FileId, first: number, sealed: readonly ChunkBody[], signal?: AbortSignal): Promise<void>;
  /** How many of them are worth giving at a time. */
  readonly runs: RunLength;
  /** Memory for them, where it is used again. */
  readonly spare?: SpareBytes | undefined;
  /** Bytes in memory of their own. */
  chunk(id: FileId, n: number, signal?: AbortSignal): Promise<Uint8Array>;
  /** SHA-256 of every stored chunk, 32 B each. */
  hashes(id: FileId): Promise<Uint8Array>;
  complete(id: FileId): Promise<FileRecord>;
  remove(id: FileId): Promise<void>;
  setExpiry(id: FileId, expiresAt: number | null): Promise<FileRecord>;
  place(id: FileId, conversation: ConversationId): Promise<void>;
  unplace(id: FileId, conversation: ConversationId): Promise<void>;
}

/** Bytes that do not change while they are read: a file of the disk, a Blob. */
export interface FileSource {
  readonly size: number;
  /** Bytes `from` to `to` (exclusive). Throws Error with a sentence when they cannot be read, or are other ones by now. */
  read(from: number, to: number): Promise<Uint8Array>;
  /** Given what `read` gave, once it is sealed: then nobody else has it. */
  giveBack?(bytes: Uint8Array): void;
}

/** A source by the hint that was kept with its upload; null when it is not there. Throws Error with a sentence for another file. */
export type SourceOf = (hint: string) => Promise<FileSource | null>;

/**
 * One tab or process at a time for work of this name, whoever dies in it included (a Web Lock, a lock of the kernel). Rejects
 * with AbortError when the signal is.
 */
export interface Uploading {
  exclusive<T>(name: string, signal: AbortSignal, task: () => Promise<T>): Promise<T>;
}

export interface Watch {
  readonly signal?: AbortSignal;
  /** Bytes of the file that are done; at most ten times a second, and at the end. */
  readonly progress?: (done: number) => void;
}

export interface UploadWatch extends Watch {
  /** Keeps the SHA-256 of chunks that were sealed, by their numbers, durably. It is waited for before those chunks leave. */
  readonly sealed: KeepHashes;
}

/** A file whose upload has begun; can be handed to a worker. */
export interface UploadJob extends FileSecret {
  readonly fileId: FileId;
  readonly size: number;
  /**
   * SHA-256 of chunks as they were sealed before. Whatever is sealed again must come out the same: a key and a nonce never
   * meet two texts.
   */
  readonly known: readonly (readonly [n: number, hash: Uint8Array])[];
  /** They were sealed from this very source: what the server has need not be read again. */
  readonly sameSource: boolean;
}

/**
 * Seals, sends, fetches and opens the chunks of one file, some of them at a time: a worker in browsers, this thread on the command line.
 * What was cut off is gone on with by calling again.
 */
export interface FileCarrier {
  /**
   * Sends every chunk that the server has not, and gives the root over all of them.
   * @param source null to go on from what was sealed before (`keeps`)
   * @throws TransportRefused, TransportFailed: the caller tries again; OtherFile; what the source throws
   */
  upload(
    job: UploadJob,
    source: FileSource | null,
    watch: UploadWatch,
  ): Promise<{ readonly root: Uint8Array }>;
  /** Begins to keep a file of which nothing has left yet, while the server cannot be reached: `keeps` is true once all of it is sealed. */
  keep?(job: UploadJob, source: FileSource): Promise<void>;
  /** Sealed chunks of this upload are kept here, all of them: it goes on without its source. */
  keeps?(id: FileId): Promise<boolean>;
  /** Forgets what is kept of it. */
  forget?(id: FileId): Promise<void>;
  /** Verified bytes `from` to `to` (exclusive), in order; nothing of a chunk is given before all of it has been verified. */
  download(file: FileView, from: number, to: number, watch: Watch): AsyncIterable<Uint8Array>;
}
