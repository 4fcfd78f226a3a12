/** Whether the database takes something now: it is really written, because a full disk begins a transaction gladly. */
import type { Db } from '../store/db.ts';
import { putSetting } from '../store/settings.ts';

/** Milliseconds for which an answer holds: whoever asks more often keeps no disk busy. */
const HOLDS_MS = 2000;

/** Gives a function that throws DbUnavailable while nothing can be stored. @param clock epoch milliseconds */
export function createReadiness(db: Db, clock: () => number): () => Promise<void> {
  let checked: { readonly at: number; readonly ready: Promise<void> } | null = null;
  return () => {
    const now = clock();
    if (!checked || Math.abs(now - checked.at) > HOLDS_MS) {
      const said = new TextEncoder().encode(String(now));
      checked = { at: now, ready: db.write((tx) => putSetting(tx, 'ready', said)) };
    }
    return checked.ready;
  };
}
