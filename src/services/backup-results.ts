/** How the latest backup of the server went, kept for those who run it. */
import type { Ports } from '../deps.ts';
import { putSetting, readSetting } from '../store/settings.ts';
import type { Audit } from './audit.ts';

/** Times are epoch milliseconds, sizes bytes, `took` milliseconds. */
export type BackupResult =
  | {
      readonly ok: true;
      readonly file: string;
      readonly at: number;
      readonly took: number;
      readonly size: number;
      /** Parts of files in it, and those that the disk had lost. */
      readonly blobs: number;
      readonly missing: number;
    }
  | {
      readonly ok: false;
      readonly file: string;
      readonly at: number;
      readonly took: number;
      readonly reason: string;
    };

/** Keeps and audits it. @param actor who asked for it; null for the server itself and its command line */
export async function keepResult(
  { db }: Pick<Ports, 'db'>,
  audit: Audit,
  actor: string | null,
  result: BackupResult,
): Promise<void> {
  await db.write(async (tx) => {
    await putSetting(tx, 'last_backup', new TextEncoder().encode(JSON.stringify(result)));
    if (result.ok) {
      const { size, blobs } = result;
      await audit.record(tx, { actor, action: 'backup.made', subject: '', detail: { size, blobs } });
    } else await audit.record(tx, { actor, action: 'backup.failed', subject: '' });
  });
}

/** The latest, or null before the first. */
export async function lastResult({ db }: Pick<Ports, 'db'>): Promise<BackupResult | null> {
  const stored = await readSetting(db, 'last_backup');
  if (stored === null) return null;
  const known: unknown = JSON.parse(new TextDecoder().decode(stored));
  const field = (name: string): unknown =>
    typeof known === 'object' && known !== null ? Reflect.get(known, name) : undefined;
  const number = (name: string): number => {
    const value = field(name);
    return typeof value === 'number' ? value : 0;
  };
  const common = { file: String(field('file')), at: number('at'), took: number('took') };
  return field('ok') === true
    ? { ...common, ok: true, size: number('size'), blobs: number('blobs'), missing: number('missing') }
    : { ...common, ok: false, reason: String(field('reason')) };
}
