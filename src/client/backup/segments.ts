/** New segments, and the manifest that names them: stored first, named after, so that a crash leaves nothing that counts. */
import { isSegmentId, type SegmentId, segmentId } from '../../contract/backup.ts';
import { fromHex, toBase64 } from '../../contract/bytes.ts';
import {
  type ArchiveEntry,
  encodeEntry,
  entryLength,
  joinEntries,
  MAX_BLOB_CONTENT_BYTES,
  sealBlob,
} from '../../protocol/archive.ts';
import {
  type BackupKey,
  type BackupSegment,
  sealManifest,
  segmentHash,
  segmentPlace,
} from '../../protocol/backup.ts';
import { concat } from '../../protocol/codec.ts';
import type { Context } from '../context.ts';
import { TransportRefused } from '../ports.ts';
import { readSelf } from '../self.ts';
import { type BackupMemory, nameOf } from './state.ts';
import { Outdated } from './take.ts';

/** A segment that the server has, with what is in it. */
export interface Stored {
  readonly segment: BackupSegment;
  readonly entries: readonly ArchiveEntry[];
}

/** Seals entries into as few segments as they need, and stores each. @throws TransportRefused 413 */
export async function storeEntries(
  ctx: Context,
  owner: BackupKey,
  entries: readonly ArchiveEntry[],
  originals: boolean,
): Promise<readonly Stored[]> {
  const stored: Stored[] = [];
  for (const group of fill(entries)) {
    const id = ctx.crypto.random(16);
    const content = joinEntries(group.encoded);
    const sealed = await sealBlob(ctx.crypto, segmentPlace(owner, id), content);
    await ctx.transport.putBackupSegment(segmentId(id), sealed);
    const hash = segmentHash(sealed);
    const segment = { id, hash, size: sealed.length, entries: group.entries.length, originals };
    stored.push({ segment, entries: group.entries });
  }
  return stored;
}

interface Group {
  readonly entries: ArchiveEntry[];
  readonly encoded: Uint8Array[];
  bytes: number;
}

function fill(entries: readonly ArchiveEntry[]): readonly Group[] {
  const groups: Group[] = [];
  for (const entry of entries) {
    const encoded = encodeEntry(entry);
    const length = entryLength(encoded);
    const open = groups.at(-1);
    const fits = open !== undefined && open.bytes + length <= MAX_BLOB_CONTENT_BYTES;
    const last = fits ? open : { entries: [], encoded: [], bytes: 0 };
    if (!fits) groups.push(last);
    last.entries.push(entry);
    last.encoded.push(encoded);
    last.bytes += length;
  }
  return groups;
}

/**
 * Names these segments in the next manifest. @throws Outdated when another device was faster, or it is off
 * @param segments all of them, in their order
 */
export async function nameSegments(
  ctx: Context,
  owner: BackupKey,
  known: BackupMemory,
  segments: readonly BackupSegment[],
  messages: number,
): Promise<void> {
  const self = await readSelf(ctx.storage);
  if (self === null) throw new Outdated();
  const version = known.version + 1;
  const { sealed } = await sealManifest(ctx.crypto, owner, ctx.self.signing, {
    version,
    previous: known.root,
    segments,
    messages,
    created: ctx.now(),
    certificate: self.certificate,
  });
  const names: readonly SegmentId[] = segments.map(nameOf).filter(isSegmentId);
  await ctx.transport
    .updateBackup({
      version,
      manifest: toBase64(sealed),
      segments: toBase64(concat(...names.map(fromHex))),
      on: known.turnOn,
    })
    .catch((error: unknown) => {
      const isLate = error instanceof TransportRefused && (error.status === 409 || error.status === 410);
      throw isLate ? new Outdated('', { cause: error }) : error;
    });
}
