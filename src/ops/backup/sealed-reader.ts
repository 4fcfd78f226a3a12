/** Reads a backup part by part: nothing is given out that was not verified. */
import { type FileHandle, open } from 'node:fs/promises';
import { BadBackup } from './bad-backup.ts';
import { HEADER_BYTES, type Header, openHeader } from './header.ts';
import { openPart, PART_BYTES, TAG_BYTES } from './parts.ts';

export class SealedReader {
  private part: Uint8Array = new Uint8Array();
  private at = 0;
  private parts = 0;
  private offset = HEADER_BYTES;

  private constructor(
    private readonly file: FileHandle,
    private readonly header: Header,
    /** Bytes in the file. */
    readonly size: number,
  ) {}

  /** Throws BadBackup for a wrong passphrase and what is no backup. */
  static async open(path: string, passphrase: string): Promise<SealedReader> {
    const file = await openFile(path);
    try {
      const { size } = await file.stat();
      const { buffer, bytesRead } = await file.read(new Uint8Array(HEADER_BYTES), 0, HEADER_BYTES, 0);
      const header = await openHeader(buffer.subarray(0, bytesRead), passphrase);
      return new SealedReader(file, header, size);
    } catch (error) {
      await file.close();
      throw error;
    }
  }

  /** Exactly so many bytes. Throws BadBackup when there are fewer. */
  async read(length: number): Promise<Uint8Array> {
    const bytes = new Uint8Array(length);
    let filled = 0;
    for await (const piece of this.pieces(length)) {
      bytes.set(piece, filled);
      filled += piece.length;
    }
    return bytes;
  }

  /** The next `length` bytes as they come. */
  async *pieces(length: number): AsyncGenerator<Uint8Array> {
    for (let left = length; left > 0; ) {
      if (this.at === this.part.length) await this.next();
      const piece = this.part.subarray(this.at, this.at + left);
      this.at += piece.length;
      left -= piece.length;
      yield piece;
    }
  }

  /** Whether nothing follows. */
  isOver(): boolean {
    return this.at === this.part.length && this.offset === this.size;
  }

  close(): Promise<void> {
    return this.file.close();
  }

  private async next(): Promise<void> {
    const length = Math.min(PART_BYTES + TAG_BYTES, this.size - this.offset);
    if (length <= 0) throw new BadBackup('This backup is cut off.');
    const sealed = new Uint8Array(length);
    for (let filled = 0; filled < length; ) {
      const { bytesRead } = await this.file.read(sealed, filled, length - filled, this.offset + filled);
      if (bytesRead === 0) throw new BadBackup('This backup became shorter while it was read.');
      filled += bytesRead;
    }
    this.offset += length;
    this.part = openPart(this.header, this.parts++, this.offset === this.size, sealed);
    this.at = 0;
    // Only a last part may be empty, and then nothing more was promised.
    if (this.part.length === 0) throw new BadBackup('This backup is cut off.');
  }
}

async function openFile(path: string): Promise<FileHandle> {
  try {
    return await open(path, 'r');
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new BadBackup(`The backup ${path} cannot be read: ${why}`);
  }
}
