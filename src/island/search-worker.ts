/**
 * Indexes and searches in a worker of its own, one for a tab: what is compared are megabytes. It opens the database itself,
 * with the key that lies there and that nobody can read, so it holds nothing that a page has to hand over; when the
 * person signs out, the key is gone and the worker with its page.
 */
import { HistorySearch } from '../client/search/history-search.ts';
import { buildIndex, foldChanges } from '../client/search/maintenance.ts';
import type { AccountId } from '../contract/ids.ts';
import { openDatabase, STORAGE_GONE } from './database.ts';
import { readLocalKey } from './local-key.ts';
import type { FromWorker, ToWorker } from './search/messages.ts';
import { createStorage } from './storage.ts';

/** One tab indexes for all. */
const LOCK = 'sotto-search';

const tell = (message: FromWorker) => self.postMessage(message);

async function open(account: AccountId) {
  const database = await openDatabase(account);
  const key = await readLocalKey(database);
  if (!key) throw new Error('This browser has no key.');
  addEventListener(STORAGE_GONE, () => close());
  const storage = createStorage(database, key);
  const search = new HistorySearch(storage);
  await search.refresh();
  tell({ type: 'names', names: search.names });
  return { storage, search };
}

let opened: ReturnType<typeof open> | null = null;
/** Refreshing and indexing, one after the other. */
let work: Promise<void> = Promise.resolve();
let isAsked = false;

self.onmessage = ({ data }: MessageEvent<ToWorker>) => {
  if (data.type === 'open') {
    opened = open(data.account);
    keepUp();
  } else if (data.type === 'changed') keepUp();
  else void answer(data).catch(fail);
};

async function answer({ id, typed, limit }: Extract<ToWorker, { type: 'ask' }>): Promise<void> {
  if (!opened) return;
  const { search } = await opened;
  tell({ type: 'answer', id, answer: await search.ask(typed, Date.now(), limit) });
}

/** Comes up to the storage; what is asked for meanwhile is done once, afterwards. */
function keepUp(): void {
  if (isAsked) return;
  isAsked = true;
  work = work
    .then(() => {
      isAsked = false;
      return catchUp();
    })
    .catch(fail);
}

async function catchUp(): Promise<void> {
  if (!opened) return;
  const { storage, search } = await opened;
  await navigator.locks.request(LOCK, { ifAvailable: true }, async (lock) => {
    if (!lock) return;
    // Steps are seconds apart: what has been indexed is found from then on.
    let refreshed = Promise.resolve();
    await buildIndex(storage, (share) => {
      tell({ type: 'progress', share });
      refreshed = refreshed.then(() => search.refresh());
    });
    await refreshed;
    await search.refresh();
    if (search.isDue) await foldChanges(storage);
  });
  await search.refresh();
  tell({ type: 'names', names: search.names });
  tell({ type: 'done' });
}

function fail(error: unknown): void {
  tell({ type: 'failed', reason: error instanceof Error ? error.message : String(error) });
}
