/**
 * Bytes of files straight from where they lie, where the workspace allows it: addresses of single chunks, good for a minute, for whoever
 * may fetch them through this server, and noted as that is. What is ended within the minute is ended after it.
 */
import { type DirectChunks, type FileId, MOST_DIRECT } from '../contract/files.ts';
import type { Ports } from '../deps.ts';
import * as store from '../store/files.ts';
import { type Asker, actorOf, type FileDesk, type FileParts, gone } from './file-desk.ts';
import type { Policies } from './policies.ts';

export interface FileDirect {
  /** Of which origin `direct` gives addresses now; null when it gives none. */
  directOrigin(): Promise<string | null>;
  /** Addresses of chunk `first` and some after it; none where everything comes through this server. */
  direct(asker: Asker, id: FileId, first: number): Promise<DirectChunks>;
}

export function createFileDirect(
  { db, clock }: Pick<Ports, 'db' | 'clock'>,
  {
    audit,
    bytes,
    asking,
    noting,
    policies,
  }: FileDesk & Pick<FileParts, 'audit' | 'bytes'> & { readonly policies: Pick<Policies, 'read'> },
): FileDirect {
  const directOrigin = async () =>
    bytes.directOrigin !== null && (await policies.read()).directDownloads ? bytes.directOrigin : null;
  return {
    directOrigin,

    direct: (asker, id, first) =>
      noting(asker, 'fetch', id, async () => {
        const who = await asking(asker);
        const found = await store.chunksFor(db, who, id, { first, count: MOST_DIRECT }, clock());
        if (found.length === 0) throw gone();
        if ((await directOrigin()) === null) return { urls: [] };
        await audit.recordHourly({ actor: actorOf(asker), action: 'file.fetched', subject: id });
        return { urls: found.flatMap((key) => bytes.direct(key) ?? []) };
      }),
  };
}
