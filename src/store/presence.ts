/** Who wants to be seen, and when they last were. */
import type { AccountId } from '../contract/ids.ts';
import type { Db, Tx } from './db.ts';

export interface PresenceRow {
  readonly account: AccountId;
  /** 0 or 1. */
  readonly shown: number;
  /** Epoch milliseconds; 0 for never. */
  readonly last_seen: number;
}

/** One person's row; who has none is shown and was never seen. */
export async function presenceOf(db: Db, account: AccountId): Promise<PresenceRow> {
  const [row] = await db.read<PresenceRow>(
    'SELECT account, shown, last_seen FROM presence WHERE account = $1',
    [account],
  );
  return row ?? { account, shown: 1, last_seen: 0 };
}

/** Everybody who shares a conversation with this person, whoever wants to be seen or not. */
export function presenceAround(db: Db, account: AccountId): Promise<PresenceRow[]> {
  return db.read<PresenceRow>(
    `SELECT DISTINCT m.account, COALESCE(p.shown, 1) AS shown, COALESCE(p.last_seen, 0) AS last_seen
     FROM members mine JOIN members m ON m.conversation = mine.conversation
     LEFT JOIN presence p ON p.account = m.account
     WHERE mine.account = $1 AND m.account <> $2`,
    [account, account],
  );
}

/** When somebody was last here; never back. */
export async function noteSeen(tx: Tx, account: AccountId, at: number): Promise<void> {
  await tx.run(
    `INSERT INTO presence (account, last_seen) VALUES ($1, $2)
     ON CONFLICT (account) DO UPDATE SET last_seen = $3 WHERE presence.last_seen < $4`,
    [account, at, at, at],
  );
}

/** Who does not want to be seen leaves no time behind. */
export async function setShown(tx: Tx, account: AccountId, shown: boolean): Promise<void> {
  const value = shown ? 1 : 0;
  await tx.run(
    `INSERT INTO presence (account, shown) VALUES ($1, $2)
     ON CONFLICT (account) DO UPDATE SET shown = $3, last_seen = 0`,
    [account, value, value],
  );
}
