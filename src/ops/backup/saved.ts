/** The JSON of a backup, read field by field. */
import { BadBackup } from './bad-backup.ts';
import type { Beginning, Ending } from './entries.ts';

export function readBeginning(value: unknown): Beginning {
  return { release: text(value, 'release'), schema: whole(value, 'schema'), at: whole(value, 'at') };
}

export function readEnding(value: unknown): Ending {
  const rows = field(value, 'rows');
  const missing = field(value, 'missing');
  const audit = field(value, 'audit');
  if (typeof rows !== 'object' || rows === null || !Array.isArray(missing)) throw damaged();
  return {
    rows: Object.fromEntries(Object.keys(rows).map((table) => [table, whole(rows, table)])),
    blobs: whole(value, 'blobs'),
    blobBytes: whole(value, 'blobBytes'),
    missing: missing.map(String),
    audit: {
      entries: whole(audit, 'entries'),
      head: text(audit, 'head'),
      broken: field(audit, 'broken') === null ? null : whole(audit, 'broken'),
    },
  };
}

const damaged = () => new BadBackup('This backup is damaged.');

const field = (value: unknown, name: string): unknown =>
  typeof value === 'object' && value !== null ? Reflect.get(value, name) : undefined;

function whole(value: unknown, name: string): number {
  const found = field(value, name);
  if (typeof found !== 'number' || !Number.isSafeInteger(found) || found < 0) throw damaged();
  return found;
}

function text(value: unknown, name: string): string {
  const found = field(value, name);
  if (typeof found !== 'string') throw damaged();
  return found;
}
