/** What time takes away: files that are over, uploads that nobody goes on with, and bytes that no row names. */

import type { AuditAction } from '../contract/audit.ts';
import { UPLOAD_RETENTION_MS } from '../contract/files.ts';
import type { Ports } from '../deps.ts';
import type { Tx } from '../store/db.ts';
import * as lists from '../store/file-lists.ts';
import { deleteFile, type FileRow } from '../store/files.ts';
import { putSetting, readSetting } from '../store/settings.ts';
import type { Audit } from './audit.ts';
import type { BlobWrites } from './blob-writes.ts';

/** What one run removed. */
export interface Cleaned {
  /** Epoch milliseconds of its end. */
  readonly at: number;
  /** Files that were over. */
  readonly expired: number;
  /** Uploads that nobody went on with. */
  readonly abandoned: number;
  /** Bytes of ciphertext of those two. */
  readonly bytes: number;
  /** Blobs that no row named. */
  readonly orphans: number;
}

export interface FileCleanup {
  /** One run at a time: who asks meanwhile gets the one that is going on. @param actor who asked; null for the server itself */
  run(actor?: string | null): Promise<Cleaned>;
  /** The latest run, or null before the first. */
  last(): Promise<Cleaned | null>;
}

/** Files in one transaction: messages must not wait behind a long clean-up. */
const CHUNK = 20;

export function createFileCleanup(
  { db, clock, log }: Pick<Ports, 'db' | 'clock' | 'log'>,
  { audit, bytes }: { readonly audit: Audit; readonly bytes: BlobWrites },
): FileCleanup {
  let running: Promise<Cleaned> | null = null;

  return {
    run(actor = null) {
      running ??= clean(actor).finally(() => {
        running = null;
      });
      return running;
    },
    async last() {
      const stored = await readSetting(db, 'file_cleanup');
      return stored === null ? null : parse(stored);
    },
  };

  async function clean(actor: string | null): Promise<Cleaned> {
    const now = clock();
    const expired = await removeAll('file.expired', (tx) => lists.expiredFiles(tx, now, CHUNK));
    const abandoned = await removeAll('file.abandoned', (tx) =>
      lists.abandonedFiles(tx, now - UPLOAD_RETENTION_MS, CHUNK),
    );
    const orphans = await bytes.removeOrphans();
    const cleaned: Cleaned = {
      at: clock(),
      expired: expired.files,
      abandoned: abandoned.files,
      bytes: expired.bytes + abandoned.bytes,
      orphans,
    };
    const { at: _, ...counts } = cleaned;
    await db.write(async (tx) => {
      await putSetting(tx, 'file_cleanup', new TextEncoder().encode(JSON.stringify(cleaned)));
      if (actor !== null || cleaned.expired + cleaned.abandoned + orphans > 0)
        await audit.record(tx, { actor, action: 'storage.cleaned', subject: '', detail: counts });
    });
    if (cleaned.expired + cleaned.abandoned + orphans > 0) log.info('files cleaned', counts);
    return cleaned;
  }

  async function removeAll(action: AuditAction, find: (tx: Tx) => Promise<FileRow[]>): Promise<lists.Total> {
    let files = 0;
    let size = 0;
    for (;;) {
      const { rows, blobs } = await db.write(async (tx) => {
        const found = await find(tx);
        const keys: string[] = [];
        for (const row of found) {
          keys.push(...(await deleteFile(tx, row)));
          await audit.record(tx, {
            actor: null,
            action,
            subject: row.id,
            detail: { size: row.size, owner: row.owner },
          });
        }
        return { rows: found, blobs: keys };
      });
      await bytes.remove(blobs);
      files += rows.length;
      size += rows.reduce((sum, { stored }) => sum + stored, 0);
      if (rows.length < CHUNK) return { files, bytes: size };
    }
  }
}

/** What another release wrote counts as far as it can be read. */
function parse(stored: Uint8Array): Cleaned | null {
  const known: unknown = JSON.parse(new TextDecoder().decode(stored));
  const number = (name: keyof Cleaned): number => {
    const value: unknown = typeof known === 'object' && known !== null ? Reflect.get(known, name) : 0;
    return typeof value === 'number' ? value : 0;
  };
  return {
    at: number('at'),
    expired: number('expired'),
    abandoned: number('abandoned'),
    bytes: number('bytes'),
    orphans: number('orphans'),
  };
}
