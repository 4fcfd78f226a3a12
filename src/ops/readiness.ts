/** Whether the database takes something now: it is really written, because a full disk begins a transaction gladly. */
import { type Db, DbUnavailable } from '../store/db.ts';
import { putSetting } from '../store/settings.ts';

/** Milliseconds for which an answer holds: whoever asks more often keeps no disk busy. */
const HOLDS_MS = 2000;
/** Milliseconds after which no answer is one: whoever asks waits for seconds at most. */
const ANSWER_MS = 3000;

/** Gives a function that throws DbUnavailable while nothing can be stored. @param clock epoch milliseconds */
export function createReadiness(db: Db, clock: () => number): () => Promise<void> {
  let checked: { readonly at: number; readonly ready: Promise<void> } | null = null;
  let underway = false;
  return () => {
    const now = clock();
    if (!checked || (!underway && Math.abs(now - checked.at) > HOLDS_MS)) {
      const said = new TextEncoder().encode(String(now));
      underway = true;
      const written = db
        .write((tx) => putSetting(tx, 'ready', said))
        .finally(() => {
          underway = false;
        });
      checked = { at: now, ready: inTime(written) };
    }
    return checked.ready;
  };
}

/** A database of another machine may say nothing at all. */
async function inTime(written: Promise<void>): Promise<void> {
  const late = Promise.withResolvers<void>();
  const timer = setTimeout(() => late.reject(new DbUnavailable('It does not answer.')), ANSWER_MS);
  try {
    await Promise.race([written, late.promise]);
  } finally {
    clearTimeout(timer);
  }
}
