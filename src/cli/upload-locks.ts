/**
 * Who carries an upload when several commands run on one folder: whoever holds its lock, which the kernel takes back when that process
 * dies. A message has one of a few locks by its name: so no lock is left behind for each message, and two of them seldom wait for one another.
 */
import { closeSync, openSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { ProcessLock } from './process-lock.ts';

const LOCKS = 8;
/** An upload takes seconds to hours: nobody has to know within milliseconds that it ended. */
const PAUSE_MS = { min: 100, spread: 150 };

const fileOf = (n: number) => `uploads-${n}.sqlite`;

export class UploadLocks {
  private readonly open = new Map<number, ProcessLock>();

  constructor(private readonly folder: string) {}

  /** Runs the task while no other process runs one of this name. @throws AbortError once `signal` is, while it waits */
  exclusive<T>(name: string, signal: AbortSignal, task: () => Promise<T>): Promise<T> {
    return this.lockOf(name).exclusive(task, signal);
  }

  /** Another process carries something of this name, or of one that has the same lock. */
  isHeldElsewhere(name: string): boolean {
    return this.lockOf(name).isHeldElsewhere();
  }

  close(): void {
    for (const lock of this.open.values()) lock.close();
    this.open.clear();
  }

  static remove(folder: string): void {
    for (let n = 0; n < LOCKS; n++)
      for (const suffix of ['', '-journal']) rmSync(join(folder, fileOf(n) + suffix), { force: true });
  }

  private lockOf(name: string): ProcessLock {
    const n = Bun.hash.crc32(name) % LOCKS;
    const known = this.open.get(n);
    if (known !== undefined) return known;
    const path = join(this.folder, fileOf(n));
    closeSync(openSync(path, 'a', 0o600));
    const lock = new ProcessLock(path, Number.POSITIVE_INFINITY, PAUSE_MS);
    this.open.set(n, lock);
    return lock;
  }
}
