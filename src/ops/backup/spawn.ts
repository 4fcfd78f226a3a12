/** `sotto backup` in a process of its own: copying, hashing and sealing would hold up everybody who is served meanwhile. */
import { join } from 'node:path';
import { BadBackup } from './bad-backup.ts';

/** Compiled, the program is its own command; else the runtime runs its first file. */
const SELF: readonly string[] = Bun.main.startsWith('/$bunfs/')
  ? [process.execPath]
  : [process.execPath, join(import.meta.dir, '../../main.ts')];

export interface Made {
  /** Bytes of the file. */
  readonly size: number;
  /** Parts of files in it, and those that the disk had lost. */
  readonly blobs: number;
  readonly missing: number;
}
export type RunBackup = (out: string, signal: AbortSignal) => Promise<Made>;

/** Throws BadBackup with the sentence that it ended with. @param data the data folder */
export const spawnBackup =
  (data: string, passphrase: string): RunBackup =>
  async (out, signal) => {
    const child = Bun.spawn([...SELF, 'backup', '--out', out, '--data', data, '--json', '--scheduled'], {
      env: { ...process.env, SOTTO_BACKUP_PASSPHRASE: passphrase },
      stdin: 'ignore',
      stdout: 'pipe',
      stderr: 'pipe',
      signal,
    });
    const [said, why, code] = await Promise.all([
      new Response(child.stdout).text(),
      new Response(child.stderr).text(),
      child.exited,
    ]);
    if (signal.aborted) throw new BadBackup('The server was stopped while the backup was made.');
    if (code !== 0) throw new BadBackup(why.trim().split('\n')[0] || `It ended with ${code}.`);
    const known: unknown = JSON.parse(said);
    const number = (name: keyof Made): number => {
      const value: unknown =
        typeof known === 'object' && known !== null ? Reflect.get(known, name) : undefined;
      return typeof value === 'number' ? value : 0;
    };
    return { size: number('size'), blobs: number('blobs'), missing: number('missing') };
  };
