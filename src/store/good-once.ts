/** What is good once, or for a few tries, and over after minutes. Every node knows it; ids are SHA-256 of secrets. */
import type { Db, Tx } from './db.ts';

export interface GoodOnce {
  readonly id: Uint8Array;
  readonly kind: GoodOnceKind;
  readonly value: string;
  /** Epoch milliseconds. */
  readonly expires_at: number;
}
export type GoodOnceKind = 'challenge' | 'ticket';
/** Of each kind; the oldest go first. */
const MAX_GOOD_ONCE = 10_000;

export async function putGoodOnce(tx: Tx, { id, kind, value, expires_at }: GoodOnce): Promise<void> {
  await tx.run('INSERT INTO good_once (id, kind, value, tries, expires_at) VALUES ($1, $2, $3, 0, $4)', [
    id,
    kind,
    value,
    expires_at,
  ]);
}

/** Its value, and it is used up; null when it is unknown or over. */
export async function takeGoodOnce(
  tx: Tx,
  kind: GoodOnceKind,
  id: Uint8Array,
  now: number,
): Promise<string | null> {
  const row = await tx.get<Pick<GoodOnce, 'value' | 'expires_at'>>(
    'DELETE FROM good_once WHERE id = $1 AND kind = $2 RETURNING value, expires_at',
    [id, kind],
  );
  return row !== null && row.expires_at > now ? row.value : null;
}

/** Counts a try and gives the value; null when it is unknown, over, or had so many tries. */
export async function tryGoodOnce(
  tx: Tx,
  kind: GoodOnceKind,
  id: Uint8Array,
  { now, max }: { readonly now: number; readonly max: number },
): Promise<string | null> {
  const row = await tx.get<Pick<GoodOnce, 'value'>>(
    'UPDATE good_once SET tries = tries + 1 WHERE id = $1 AND kind = $2 AND expires_at > $3 AND tries < $4 RETURNING value',
    [id, kind, now, max],
  );
  return row?.value ?? null;
}

/** Deletes what is over, and the oldest beyond MAX_GOOD_ONCE of each kind. */
export async function forgetGoodOnce(db: Db, now: number, max = MAX_GOOD_ONCE): Promise<void> {
  await db.write(async (tx) => {
    await tx.run('DELETE FROM good_once WHERE expires_at <= $1', [now]);
    for (const kind of ['challenge', 'ticket'] satisfies GoodOnceKind[])
      await tx.run(
        `DELETE FROM good_once WHERE kind = $1 AND (expires_at, id) <=
          (SELECT expires_at, id FROM good_once WHERE kind = $2 ORDER BY expires_at DESC, id DESC LIMIT 1 OFFSET $3)`,
        [kind, kind, max],
      );
  });
}
