/** Where the bytes of uploads come from: from who sent them, the carrier's own store, a hint on the disk, or nowhere any more. */
import type { FileId } from '../../contract/files.ts';
import type { StoredUpload } from './pending.ts';
import type { FileCarrier, FileSource, SourceOf } from './ports.ts';
import { Lost } from './sealed-chunks.ts';

export class UploadSources {
  private readonly given = new Map<FileId, FileSource>();
  /** Files of which this process has sealed something from the source that it still has. */
  private readonly begun = new Set<FileId>();

  constructor(
    private readonly carrier: FileCarrier,
    private readonly sourceOf: SourceOf | undefined,
  ) {}

  give(id: FileId, source: FileSource): void {
    this.given.set(id, source);
    this.begun.delete(id);
  }

  /** What this process was given. */
  held(id: FileId): FileSource | null {
    return this.given.get(id) ?? null;
  }

  /** Throws Lost, or what `sourceOf` says of another file in its place. */
  async find(file: StoredUpload): Promise<{ readonly source: FileSource | null; readonly isSame: boolean }> {
    const isSame = this.begun.has(file.id);
    const own = this.given.get(file.id);
    if (own === undefined && (await this.carrier.keeps?.(file.id)) === true)
      return { source: null, isSame: true };
    const source = own ?? (file.hint === null ? null : ((await this.sourceOf?.(file.hint)) ?? null));
    if (source === null || source.size !== file.size) throw new Lost();
    this.given.set(file.id, source);
    this.begun.add(file.id);
    return { source, isSame };
  }

  drop(id: FileId): void {
    this.given.delete(id);
    this.begun.delete(id);
  }
}
