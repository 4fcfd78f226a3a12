/** What keeps the write-ahead log elsewhere, where the server is told to. */
import { resolve } from 'node:path';
import type { Config } from '../../config.ts';
import { RELEASE } from '../../contract/release.ts';
import type { Shipper } from '../../ops/wal/shipper.ts';
import type { OpenPorts } from '../open.ts';

/** Null where nothing is kept; then nothing of it is loaded. Throws DbUnavailable. */
export async function openShipper(
  { wal, data }: Config,
  { sqlite, clock, random, log }: OpenPorts,
): Promise<Shipper | null> {
  if (wal === null || sqlite === null) return null;
  const [{ Shipper }, { openPlace }] = await Promise.all([
    import('../../ops/wal/shipper.ts'),
    import('../../ops/wal/open-place.ts'),
  ]);
  const { passphrase, keep } = wal;
  const place = await openPlace(wal.to);
  return new Shipper({
    place,
    passphrase,
    keep,
    release: RELEASE,
    random,
    data: resolve(data),
    db: sqlite,
    clock,
    log,
  });
}
