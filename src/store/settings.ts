/** One-off values of the workspace, by name. */
import type { Db, Tx } from './db.ts';

/** `origin` (what links made by the admin commands carry), `workspace_name`, `setup_token` (SHA-256 of each, 32 bytes, newest first, until an owner exists), `server_secret` (32 bytes) `log_key` (the transparency log's signing secret, 64 bytes), `policies`, `file_cleanup`, `last_backup` and `restored` (JSON), `backup_lease` (decimal epoch milliseconds, while a backup is made), `usage_counted` (decimal, the row of the audit up to which files are counted), `releases` (JSON, releases.ts), `moved_to` and `moved_from` (JSON, moves.ts), `ready` (the same, when /readyz last wrote), `workspace_key` (32 bytes: what nodes share and nobody else has), `missed` (16 bytes, missed.ts). */
export type SettingKey =
  | 'origin'
  | 'workspace_name'
  | 'server_secret'
  | 'setup_token'
  | 'log_key'
  | 'policies'
  | 'file_cleanup'
  | 'last_backup'
  | 'restored'
  | 'backup_lease'
  | 'usage_counted'
  | 'releases'
  | 'moved_to'
  | 'moved_from'
  | 'ready'
  | 'workspace_key'
  | 'missed';

/** The value, or null. */
export async function readSetting(db: Db, key: SettingKey): Promise<Uint8Array | null> {
  const [row] = await db.read<{ value: Uint8Array }>('SELECT value FROM settings WHERE key = $1', [key]);
  return row?.value ?? null;
}

/** The same inside a transaction. */
export async function setting(tx: Tx, key: SettingKey): Promise<Uint8Array | null> {
  return (
    (await tx.get<{ value: Uint8Array }>('SELECT value FROM settings WHERE key = $1', [key]))?.value ?? null
  );
}

/** Stores a value over the one before. */
export async function putSetting(tx: Tx, key: SettingKey, value: Uint8Array): Promise<void> {
  await tx.run(
    'INSERT INTO settings (key, value) VALUES ($1, $2) ON CONFLICT (key) DO UPDATE SET value = $3',
    [key, value, value],
  );
}

/** Removes a value. */
export async function dropSetting(tx: Tx, key: SettingKey): Promise<void> {
  await tx.run('DELETE FROM settings WHERE key = $1', [key]);
}

/** The value that is there, or else the given one, stored: for secrets that are made once. */
export async function settingOr(db: Db, key: SettingKey, fresh: Uint8Array): Promise<Uint8Array> {
  const known = await readSetting(db, key);
  if (known) return known;
  return db.write(async (tx) => {
    const row = await tx.get<{ value: Uint8Array }>(
      'INSERT INTO settings (key, value) VALUES ($1, $2) ON CONFLICT (key) DO UPDATE SET value = settings.value RETURNING value',
      [key, fresh],
    );
    return row?.value ?? fresh;
  });
}
