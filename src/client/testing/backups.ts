/** Backups on a FakeRelay: what an honest server keeps of them, and knobs for one that is not. */
import {
  type BackupRecord,
  type BackupUpdate,
  MAX_BACKUP_BYTES,
  type SegmentId,
  segmentId,
  UNNAMED_SEGMENT_MS,
} from '../../contract/backup.ts';
import { fromBase64 } from '../../contract/bytes.ts';
import type { AccountId, DeviceId } from '../../contract/ids.ts';
import type { Clock } from '../ports.ts';
import { refused } from './refusals.ts';

export interface KeptBackup {
  version: number;
  manifest: string | null;
  off: boolean;
  readonly segments: Map<SegmentId, { readonly sealed: Uint8Array; readonly at: number }>;
}

export class FakeBackups {
  readonly kept = new Map<AccountId, KeptBackup>();
  /** Every manifest that was taken, in order. */
  readonly manifests: string[] = [];
  limit = MAX_BACKUP_BYTES;
  readonly knobs = {
    /** What a device is told. */
    read: (record: BackupRecord, _device: DeviceId): BackupRecord => record,
    /** What it is given for a segment; null for nothing. */
    segment: (_id: SegmentId, sealed: Uint8Array): Uint8Array | null => sealed,
  };

  constructor(private readonly clock: Clock) {}

  of(account: AccountId): KeptBackup {
    const kept = this.kept.get(account) ?? { version: 0, manifest: null, off: false, segments: new Map() };
    this.kept.set(account, kept);
    return kept;
  }

  read(account: AccountId, device: DeviceId): BackupRecord {
    const { version, manifest, off } = this.of(account);
    return this.knobs.read({ version, manifest, bytes: this.bytes(account), limit: this.limit, off }, device);
  }

  private bytes(account: AccountId): number {
    return [...this.of(account).segments.values()].reduce((sum, { sealed }) => sum + sealed.length, 0);
  }

  update(account: AccountId, update: BackupUpdate): void {
    const kept = this.of(account);
    if (kept.off && !update.on) throw refused(410, 'Gone', 'It was turned off.');
    const joined = fromBase64(update.segments);
    const named = new Set(
      Array.from({ length: joined.length / 16 }, (_, at) =>
        segmentId(joined.subarray(at * 16, at * 16 + 16)),
      ),
    );
    if (update.version !== kept.version + 1 || [...named].some((id) => !kept.segments.has(id)))
      throw refused(409, 'Conflict', 'Another device was faster.');
    for (const [id, { at }] of kept.segments)
      if (!named.has(id) && this.clock() - at >= UNNAMED_SEGMENT_MS) kept.segments.delete(id);
    kept.version = update.version;
    kept.manifest = update.manifest;
    kept.off = false;
    this.manifests.push(update.manifest);
  }

  turnOff(account: AccountId): void {
    const kept = this.of(account);
    kept.segments.clear();
    kept.manifest = null;
    kept.off = true;
  }

  segment(account: AccountId, id: SegmentId): Uint8Array {
    const found = this.of(account).segments.get(id);
    const given = found === undefined ? null : this.knobs.segment(id, found.sealed);
    if (given === null) throw refused(404, 'NotFound', 'There is no such segment.');
    return given.slice();
  }

  putSegment(account: AccountId, id: SegmentId, sealed: Uint8Array): void {
    const kept = this.of(account);
    if (this.bytes(account) + sealed.length > this.limit) throw refused(413, 'TooLarge', 'There is no room.');
    kept.segments.set(id, { sealed: sealed.slice(), at: this.clock() });
  }
}
