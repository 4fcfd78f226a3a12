/** What it costs the relay that its write-ahead log is kept elsewhere: pairs under full load, with it and without, in a folder of the same disk. */
import { mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { alone } from './fleet.ts';
import { sotto } from './load.ts';
import { type Throughput, throughputOf } from './throughput.ts';

export interface KeptCost {
  readonly without: Throughput;
  readonly kept: Throughput;
  /** Bytes that were kept for one delivered message. */
  readonly bytes: number;
}

export async function keptCost(seconds: number): Promise<KeptCost> {
  const shape = { circles: 50, people: 2, inFlight: 8, seconds };
  const folder = mkdtempSync(join(tmpdir(), 'sotto-bench-'));
  try {
    const without = await throughputOf(await alone('server'), sotto, shape);
    const env = { SOTTO_WAL_TO: folder, SOTTO_BACKUP_PASSPHRASE: 'lighthouse keeper 4' };
    const kept = await throughputOf(await alone('server', env), sotto, shape);
    const sizes = readdirSync(folder, { recursive: true, encoding: 'utf8' })
      .filter((name) => name.includes('/log-'))
      .map((name) => statSync(join(folder, name)).size);
    const all = kept.delivered * seconds * 1.5;
    return { without, kept, bytes: Math.round(sizes.reduce((sum, size) => sum + size, 0) / all) };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
