/**
 * While a backup is made, bytes of files that it may name stay where they are. The lease is a row, because who makes the backup and who
 * cleans up are two processes; it ends by itself when the one that holds it dies.
 */
import type { Db } from '../../store/db.ts';
import { dropSetting, putSetting, readSetting, setting } from '../../store/settings.ts';
import { BadBackup } from './bad-backup.ts';

/** Milliseconds that it holds, and after which it is renewed. */
const LEASE_MS = 2 * 60_000;
const RENEW_MS = 30_000;

const isAhead = (until: Uint8Array | null, now: number): boolean =>
  until !== null && Number(new TextDecoder().decode(until)) > now;

/** Whether bytes must stay now. @param now epoch milliseconds */
export async function isBackupUnderway(db: Db, now: number): Promise<boolean> {
  return isAhead(await readSetting(db, 'backup_lease'), now);
}

/** Runs `act` with the lease held from before it begins. Throws BadBackup while somebody else holds it. */
export async function withLease<T>(db: Db, clock: () => number, act: () => Promise<T>): Promise<T> {
  const hold = (isFirst: boolean) =>
    db.write(async (tx) => {
      if (isFirst && isAhead(await setting(tx, 'backup_lease'), clock()))
        throw new BadBackup(
          'Another backup is being made, or was cut off just now: try again in two minutes.',
        );
      await putSetting(tx, 'backup_lease', new TextEncoder().encode(String(clock() + LEASE_MS)));
    });
  await hold(true);
  // One that fails is followed by another before the lease ends.
  const renewing = setInterval(() => hold(false).catch(() => {}), RENEW_MS);
  try {
    return await act();
  } finally {
    clearInterval(renewing);
    await db.write((tx) => dropSetting(tx, 'backup_lease'));
  }
}
