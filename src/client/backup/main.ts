/** What the backup does: a part that is fetched when something is to be saved, restored or shown. */
import type { Context } from '../context.ts';
import type { BackupView } from './types.ts';

export async function viewBackup(_ctx: Context): Promise<BackupView> {
  return {
    state: 'no-key',
    savedAt: null,
    messages: 0,
    bytes: 0,
    limit: 0,
    waiting: 0,
    restoring: null,
    problem: null,
  };
}
export async function setBackup(_ctx: Context, _on: boolean): Promise<void> {}
export async function backUpNow(_ctx: Context): Promise<void> {}
