/** What `sotto restore` prints when it is done. */
import { bytesWritten } from '../../contract/words.ts';
import type { BlobsFound } from '../../ops/wal/find-blobs.ts';
import type { Rebuilt } from '../../ops/wal/rebuild.ts';

export interface Restored extends Omit<Rebuilt, 'files'> {
  readonly blobs: BlobsFound;
  readonly audit: { readonly entries: number; readonly head: string; readonly broken: number | null };
}

export const AFTERWARDS =
  'Everybody signs in again. What people see whose devices know more than that: docs/backup.md.';

export function printRestored(
  { at, segments, size, stopped, release, audit, blobs }: Restored,
  about: { readonly data: string; readonly at: number; readonly isJson: boolean },
): void {
  const reached = new Date(at).toISOString();
  if (about.isJson)
    console.log(
      JSON.stringify({
        event: 'restored',
        path: about.data,
        at: reached,
        release,
        size,
        segments,
        stopped,
        blobs: blobs.found,
        missing: blobs.missing,
        audit,
      }),
    );
  else
    console.log(
      `Restored: ${about.data}, ${bytesWritten(size)}, as it was at ${reached}, and ${blobs.found} parts of files. ${AFTERWARDS}`,
    );
  if (stopped !== null)
    console.error(`What was kept is not whole: ${stopped} It goes to ${reached}, no further.`);
  if (blobs.missing > 0)
    console.error(
      `${blobs.missing} parts of files that were there then are gone. If their bytes lie in another folder, restore once more with --blobs FOLDER.`,
    );
  sayAudit(audit.broken);
}

export function sayAudit(broken: number | null): void {
  if (broken !== null) console.error(`The audit log is broken at entry ${broken}; it was so then.`);
}
