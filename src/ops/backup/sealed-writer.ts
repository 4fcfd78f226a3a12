/** Writes a backup part by part, with a little more than one part in memory. */
import type { FileHandle } from 'node:fs/promises';
import type { Header } from './header.ts';
import { PART_BYTES, sealPart } from './parts.ts';

export class SealedWriter {
  private readonly buffer = new Uint8Array(PART_BYTES);
  private filled = 0;
  private parts = 0;
  /** Bytes in the file so far. */
  written = 0;

  private constructor(
    private readonly file: FileHandle,
    private readonly header: Header,
  ) {}

  /** @param file open, empty */
  static async begin(file: FileHandle, header: Header): Promise<SealedWriter> {
    const writer = new SealedWriter(file, header);
    await writer.put(header.bytes);
    return writer;
  }

  async write(bytes: Uint8Array): Promise<void> {
    for (let at = 0; at < bytes.length; ) {
      // A full part is written when more comes: the last one has its own nonce.
      if (this.filled === PART_BYTES) await this.flush(false);
      const taken = Math.min(bytes.length - at, PART_BYTES - this.filled);
      this.buffer.set(bytes.subarray(at, at + taken), this.filled);
      this.filled += taken;
      at += taken;
    }
  }

  /** Writes the last part, and puts all of it on the disk. */
  async end(): Promise<void> {
    await this.flush(true);
    await this.file.sync();
  }

  private async flush(isLast: boolean): Promise<void> {
    await this.put(sealPart(this.header, this.parts++, isLast, this.buffer.subarray(0, this.filled)));
    this.filled = 0;
  }

  private async put(bytes: Uint8Array): Promise<void> {
    for (let at = 0; at < bytes.length; ) {
      const { bytesWritten } = await this.file.write(bytes, at, bytes.length - at, this.written);
      at += bytesWritten;
      this.written += bytesWritten;
    }
  }
}
