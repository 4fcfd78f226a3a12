/** How far a write-ahead log was read, and what was committed since. Nothing of a transaction that is not whole is ever given out. */
import { type FileHandle, open } from 'node:fs/promises';
import {
  FRAME_HEADER_BYTES,
  HEADER_BYTES,
  type LogHeader,
  readFrame,
  readLogHeader,
  type Sum,
} from './frames.ts';

/** The end of what was read: after a frame that ended a transaction, or after the header. */
export interface Position {
  readonly salt1: number;
  readonly salt2: number;
  readonly offset: number;
  readonly sum: Sum;
}

/** What some transactions, one after the other, have written: each page once, as the last of them left it. */
export interface Change {
  readonly pageSize: number;
  /** By number, from 1. */
  readonly pages: ReadonlyMap<number, Uint8Array>;
  /** Pages of the database afterwards. */
  readonly commit: number;
  readonly to: Position;
}

/** A change as it was read. Whoever waits for none to come waits for ever while others write without a pause. */
export interface ReadChange extends Change {
  /** Whether the log ended there when it was read. */
  readonly isEnd: boolean;
}

/** The log is another one than was read before: what was between is not known. */
export class LogLost extends Error {
  override readonly name = 'LogLost';
}

/** Bytes that are read at once, and those of a change from which on the next one begins. */
const BLOCK_BYTES = 1024 * 1024;
const CHANGE_BYTES = 8 * 1024 * 1024;
/** Bytes of one transaction that are taken into memory. */
const MOST_BYTES = 64 * 1024 * 1024;

export class LogCursor {
  /** @param position null: the log was empty, and whatever comes is its beginning; @param isFolded all up to there is in the database's file */
  constructor(
    readonly path: string,
    public position: Position | null,
    private isFolded = true,
  ) {}

  clone(): LogCursor {
    return new LogCursor(this.path, this.position, this.isFolded);
  }

  /** All that was read is in the file: the log may begin anew. */
  fold(): void {
    this.isFolded = true;
  }

  /** Bytes that were read of this log since it began; none once all of it is in the file. */
  get unfolded(): number {
    return this.isFolded ? 0 : (this.position?.offset ?? 0);
  }

  /** Whether the log is still the one that was read. Throws LogLost when it is another one. */
  async isThere(): Promise<boolean> {
    const file = await open(this.path, 'r').catch(() => null);
    if (file === null) return false;
    try {
      return (await this.beginning(file)) !== null;
    } finally {
      await file.close();
    }
  }

  /** The next changes, or null when there are none. Throws LogLost. @param keeps false: pages are passed over */
  async next(keeps = true): Promise<ReadChange | null> {
    const file = await open(this.path, 'r').catch(() => null);
    if (file === null) return null;
    try {
      const begin = await this.beginning(file);
      return begin && (await this.read(file, begin, keeps));
    } finally {
      await file.close();
    }
  }

  /** Goes to the end, as it is then, without giving anything out. */
  async skip(): Promise<void> {
    while ((await this.next(false))?.isEnd === false);
  }

  private async beginning(
    file: FileHandle,
  ): Promise<{ readonly header: LogHeader; readonly offset: number; readonly sum: Sum } | null> {
    const header = readLogHeader(await bytesAt(file, 0, HEADER_BYTES));
    if (header === null) return null;
    const known = this.position;
    const anew = { header, offset: HEADER_BYTES, sum: header.sum };
    if (known === null) return anew;
    if (known.salt1 === header.salt1 && known.salt2 === header.salt2) {
      const isThere = known.offset === HEADER_BYTES || (await hasLast(file, header, known));
      if (isThere) return { header, offset: known.offset, sum: known.sum };
      const now = readLogHeader(await bytesAt(file, 0, HEADER_BYTES));
      // It began anew between the two looks: the next one sees that.
      if (now === null || now.salt1 !== header.salt1) return null;
      throw new LogLost('The write-ahead log is not the one that was read before.');
    }
    // A log that begins anew counts its first salt up by one.
    if (this.isFolded && (known.salt1 + 1) >>> 0 === header.salt1) return anew;
    throw new LogLost('Something else has emptied the write-ahead log.');
  }

  private async read(
    file: FileHandle,
    { header, offset, sum }: { readonly header: LogHeader; readonly offset: number; readonly sum: Sum },
    keeps: boolean,
  ): Promise<ReadChange | null> {
    const { pageSize, salt1, salt2 } = header;
    const frameBytes = FRAME_HEADER_BYTES + pageSize;
    const blockBytes = Math.max(1, Math.floor(BLOCK_BYTES / frameBytes)) * frameBytes;
    const pages = new Map<number, Uint8Array>();
    /** Of the transaction that has not ended. */
    let begun = new Map<number, Uint8Array>();
    let found: Change | null = null;
    let [at, before] = [offset, sum];
    for (;;) {
      const block = await bytesAt(file, at, blockBytes);
      for (let start = 0; start + frameBytes <= block.length; start += frameBytes) {
        const frame = readFrame(block.subarray(start, start + frameBytes), header, before);
        if (frame === null) return this.found(found, true);
        [at, before] = [at + frameBytes, frame.sum];
        // A copy: a part of the block would keep all of it in memory, for one page of it.
        begun.set(frame.page, keeps ? frame.bytes.slice() : EMPTY);
        if (keeps && begun.size * pageSize > MOST_BYTES)
          throw new LogLost('One transaction has changed more than is taken into memory.');
        if (frame.commit === 0) continue;
        for (const [page, bytes] of begun) pages.set(page, bytes);
        begun = new Map();
        found = { pageSize, pages, commit: frame.commit, to: { salt1, salt2, offset: at, sum: before } };
        if (pages.size * pageSize >= CHANGE_BYTES) return this.found(found, false);
      }
      if (block.length < blockBytes) return this.found(found, true);
    }
  }

  private found(change: Change | null, isEnd: boolean): ReadChange | null {
    if (change === null) return null;
    this.position = change.to;
    this.isFolded = false;
    return { ...change, isEnd };
  }
}

/** Whether the last frame that was read stands there still: after a power cut, others may stand in its place. */
async function hasLast(file: FileHandle, header: LogHeader, { offset, sum }: Position): Promise<boolean> {
  const at = offset - FRAME_HEADER_BYTES - header.pageSize;
  const bytes = await bytesAt(file, at, FRAME_HEADER_BYTES);
  if (bytes.length < FRAME_HEADER_BYTES) return false;
  const view = new DataView(bytes.buffer, bytes.byteOffset);
  return view.getUint32(8) === header.salt1 && view.getUint32(16) === sum[0] && view.getUint32(20) === sum[1];
}

const EMPTY = new Uint8Array();

/** So many bytes, or fewer at the end of the file. */
async function bytesAt(file: FileHandle, at: number, length: number): Promise<Uint8Array> {
  const bytes = new Uint8Array(length);
  let filled = 0;
  while (filled < length) {
    const { bytesRead } = await file.read(bytes, filled, length - filled, at + filled);
    if (bytesRead === 0) break;
    filled += bytesRead;
  }
  return bytes.subarray(0, filled);
}
