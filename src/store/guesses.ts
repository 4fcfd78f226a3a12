/** Wrong passwords and codes. Rows are named by hashes, and every node counts in the same ones. */
import type { Db, Tx } from './db.ts';

/** Times are epoch milliseconds. */
export interface WrongGuesses {
  readonly id: Uint8Array;
  readonly tries: number;
  readonly waits_until: number;
  readonly forgotten_at: number;
}

/** Rows at most, after each `forgetWrongGuesses`; those that would be forgotten first go first. */
const MAX_WRONG_GUESSES = 50_000;

/** Null when there are none, or they are forgiven. */
export function wrongGuesses(tx: Tx, id: Uint8Array, now: number): Promise<WrongGuesses | null> {
  return tx.get<WrongGuesses>('SELECT * FROM wrong_guesses WHERE id = $1 AND forgotten_at > $2', [id, now]);
}

/** Stores a row over the one before. */
export async function putWrongGuesses(tx: Tx, row: WrongGuesses): Promise<void> {
  const { id, tries, waits_until, forgotten_at } = row;
  await tx.run(
    `INSERT INTO wrong_guesses (id, tries, waits_until, forgotten_at) VALUES ($1, $2, $3, $4)
     ON CONFLICT (id) DO UPDATE SET tries = $5, waits_until = $6, forgotten_at = $7`,
    [id, tries, waits_until, forgotten_at, tries, waits_until, forgotten_at],
  );
}

/** Takes one try back, and its wait unless another one has come since. */
export async function takeBackGuess(
  tx: Tx,
  id: Uint8Array,
  { from, to }: { readonly from: number; readonly to: number },
): Promise<void> {
  await tx.run(
    `UPDATE wrong_guesses SET tries = tries - 1, waits_until = CASE WHEN waits_until = $1 THEN $2 ELSE waits_until END
     WHERE id = $3 AND tries > 0`,
    [from, to, id],
  );
}

export async function deleteWrongGuesses(tx: Tx, id: Uint8Array): Promise<void> {
  await tx.run('DELETE FROM wrong_guesses WHERE id = $1', [id]);
}

/** Deletes what is forgiven, and what is too much. */
export async function forgetWrongGuesses(db: Db, now: number, max = MAX_WRONG_GUESSES): Promise<void> {
  await db.write(async (tx) => {
    await tx.run('DELETE FROM wrong_guesses WHERE forgotten_at <= $1', [now]);
    await tx.run(
      `DELETE FROM wrong_guesses WHERE (forgotten_at, id) <=
        (SELECT forgotten_at, id FROM wrong_guesses ORDER BY forgotten_at DESC, id DESC LIMIT 1 OFFSET $1)`,
      [max],
    );
  });
}
