/** The way to the backup: what the first page needs of it. Everything else is fetched when it is due. */
import type { Context } from '../context.ts';
import type { BackupActions } from './types.ts';

const part = () => import('./main.ts');

export function backupActions(ctx: Context): BackupActions {
  return {
    backup: async () => (await part()).viewBackup(ctx),
    setBackup: async (on) => (await part()).setBackup(ctx, on),
    backUpNow: async () => (await part()).backUpNow(ctx),
  };
}
