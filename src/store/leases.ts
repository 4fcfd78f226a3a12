/** Who of several nodes does what only one may do. Times are epoch milliseconds by the clock of the database. */
import type { Tx } from './db.ts';

export interface LeaseRow {
  readonly name: string;
  readonly holder: string;
  readonly node: string;
  readonly held_until: number;
  readonly rests_until: number;
  readonly ended_at: number | null;
  readonly succeeded_at: number | null;
  readonly error: string | null;
}

export const leaseRow = (tx: Tx, name: string): Promise<LeaseRow | null> =>
  tx.get<LeaseRow>('SELECT * FROM leases WHERE name = $1', [name]);

/** Whoever had it before has it no more. */
export async function takeLease(
  tx: Tx,
  { name, holder, node, held_until }: Pick<LeaseRow, 'name' | 'holder' | 'node' | 'held_until'>,
): Promise<void> {
  await tx.run(
    `INSERT INTO leases (name, holder, node, held_until, rests_until) VALUES ($1, $2, $3, $4, 0)
     ON CONFLICT (name) DO UPDATE SET holder = $5, node = $6, held_until = $7`,
    [name, holder, node, held_until, holder, node, held_until],
  );
}

/** False when it is somebody else's by now. */
export async function renewLease(
  tx: Tx,
  { name, holder, held_until }: Pick<LeaseRow, 'name' | 'holder' | 'held_until'>,
): Promise<boolean> {
  const renewed = await tx.run('UPDATE leases SET held_until = $1 WHERE name = $2 AND holder = $3', [
    held_until,
    name,
    holder,
  ]);
  return renewed > 0;
}

/** Notes how it went, and lets it go; nothing when it is somebody else's by now. */
export async function endLease(
  tx: Tx,
  { name, holder }: Pick<LeaseRow, 'name' | 'holder'>,
  { rests_until, ended_at, error }: { rests_until: number; ended_at: number; error: string | null },
): Promise<void> {
  await tx.run(
    `UPDATE leases SET holder = '', held_until = 0, rests_until = $1, ended_at = $2, error = $3,
     succeeded_at = CASE WHEN $4 = 1 THEN $5 ELSE succeeded_at END WHERE name = $6 AND holder = $7`,
    [rests_until, ended_at, error, error === null ? 1 : 0, ended_at, name, holder],
  );
}
