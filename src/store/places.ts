/** Where people have signed in from, and sign-ins from elsewhere that nobody has said anything to yet. */
import type { AccountId } from '../contract/ids.ts';
import type { Db, Tx } from './db.ts';

export type PlaceKind = 'network' | 'browser';

export interface NewPlaceRow {
  readonly id: string;
  readonly account: AccountId;
  /** Id of the session that was opened there. */
  readonly session: string;
  readonly agent: string;
  readonly address: string;
  readonly network: string;
  /** SHA-256 of the browser's cookie, hexadecimal; empty without one. */
  readonly browser: string;
  /** Epoch milliseconds. */
  readonly at: number;
}

const KNOWN = `SELECT 1 AS found FROM known_places WHERE account = $1 AND last_seen_at > $2
  AND ((kind = 'network' AND mark = $3) OR (kind = 'browser' AND mark = $4)) LIMIT 1`;

/** Whether this account has signed in from this network or with this browser since then (epoch milliseconds). */
export async function isKnownPlace(
  db: Db,
  account: AccountId,
  { network, browser }: { readonly network: string; readonly browser: string },
  since: number,
): Promise<boolean> {
  return (await db.read(KNOWN, [account, since, network, browser])).length > 0;
}

/**
 * The same inside a transaction, for places of which nobody was told after `told`: who signed in from a new place and was not
 * answered yet does not make further ones known by it.
 */
export async function isPlaceOf(
  tx: Tx,
  account: AccountId,
  { network, browser }: { readonly network: string; readonly browser: string },
  since: number,
  told: number,
): Promise<boolean> {
  const row = await tx.get(
    `SELECT 1 AS found FROM known_places k WHERE account = $1 AND last_seen_at > $2
     AND ((kind = 'network' AND mark = $3) OR (kind = 'browser' AND mark = $4))
     AND NOT EXISTS (SELECT 1 FROM new_places n WHERE n.account = k.account AND n.at > $5
       AND ((k.kind = 'network' AND n.network = k.mark) OR (k.kind = 'browser' AND n.browser = k.mark))) LIMIT 1`,
    [account, since, network, browser, told],
  );
  return row !== null;
}

/** Whether a sign-in from this network waits for an answer since then (epoch milliseconds). */
export async function isToldOf(tx: Tx, account: AccountId, network: string, since: number): Promise<boolean> {
  const row = await tx.get(
    'SELECT 1 AS found FROM new_places WHERE account = $1 AND network = $2 AND at > $3 LIMIT 1',
    [account, network, since],
  );
  return row !== null;
}

/** Notes that the account has signed in there now, and forgets all places of this kind but the newest `max`, and older ones than `since`. */
export async function notePlace(
  tx: Tx,
  { account, kind, mark }: { readonly account: AccountId; readonly kind: PlaceKind; readonly mark: string },
  now: number,
  keep: { readonly max: number; readonly since: number },
): Promise<void> {
  await tx.run(
    `INSERT INTO known_places (account, kind, mark, last_seen_at) VALUES ($1, $2, $3, $4)
     ON CONFLICT (account, kind, mark) DO UPDATE SET last_seen_at = excluded.last_seen_at`,
    [account, kind, mark, now],
  );
  await tx.run('DELETE FROM known_places WHERE account = $1 AND last_seen_at <= $2', [account, keep.since]);
  await tx.run(
    `DELETE FROM known_places WHERE account = $1 AND kind = $2 AND mark NOT IN
     (SELECT mark FROM known_places WHERE account = $3 AND kind = $4 ORDER BY last_seen_at DESC, mark LIMIT $5)`,
    [account, kind, account, kind, keep.max],
  );
}

/** Whether the account has signed in anywhere before. */
export async function hasPlaces(tx: Tx, account: AccountId): Promise<boolean> {
  return (await tx.get('SELECT 1 AS found FROM known_places WHERE account = $1 LIMIT 1', [account])) !== null;
}

export async function forgetPlace(tx: Tx, account: AccountId, kind: PlaceKind, mark: string): Promise<void> {
  await tx.run('DELETE FROM known_places WHERE account = $1 AND kind = $2 AND mark = $3', [
    account,
    kind,
    mark,
  ]);
}

/** Adds one; those of the same network whose sessions have ended go, as it says the same. */
export async function insertNewPlace(tx: Tx, row: NewPlaceRow): Promise<void> {
  await tx.run(
    'DELETE FROM new_places WHERE account = $1 AND network = $2 AND session NOT IN (SELECT id FROM sessions)',
    [row.account, row.network],
  );
  await tx.run(
    `INSERT INTO new_places (id, account, session, agent, address, network, browser, at)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8)`,
    [row.id, row.account, row.session, row.agent, row.address, row.network, row.browser, row.at],
  );
}

/** Those of the account since then (epoch milliseconds), newest first. */
export function newPlacesOf(db: Db, account: AccountId, since: number): Promise<NewPlaceRow[]> {
  return db.read<NewPlaceRow>(
    'SELECT * FROM new_places WHERE account = $1 AND at > $2 ORDER BY at DESC, id',
    [account, since],
  );
}

/** One of the account's, or null when there is none of that id. */
export function newPlace(tx: Tx, account: AccountId, id: string): Promise<NewPlaceRow | null> {
  return tx.get<NewPlaceRow>('SELECT * FROM new_places WHERE account = $1 AND id = $2', [account, id]);
}

/** Whether a session was opened at a new place to which nobody has said anything yet. */
export async function isFromNewPlace(tx: Tx, account: AccountId, session: string): Promise<boolean> {
  const row = await tx.get('SELECT 1 AS found FROM new_places WHERE account = $1 AND session = $2 LIMIT 1', [
    account,
    session,
  ]);
  return row !== null;
}

/** Removes the account's of a network, and gives them. */
export function takeNewPlaces(tx: Tx, account: AccountId, network: string): Promise<NewPlaceRow[]> {
  return tx.all<NewPlaceRow>('DELETE FROM new_places WHERE account = $1 AND network = $2 RETURNING *', [
    account,
    network,
  ]);
}

/** Its session has another id now. */
export async function moveNewPlace(tx: Tx, from: string, to: string): Promise<void> {
  await tx.run('UPDATE new_places SET session = $1 WHERE session = $2', [to, from]);
}

/** Forgets what nobody has said anything to since then. */
export async function deleteOldPlaces(tx: Tx, since: number): Promise<void> {
  await tx.run('DELETE FROM new_places WHERE at <= $1', [since]);
}
