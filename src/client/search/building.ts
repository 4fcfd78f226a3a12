/** Building the index the first time: through the history in the order of its keys, a segment a step. */
import type { ConversationId } from '../../contract/ids.ts';
import { messageOf, readPage, timeOf } from '../history.ts';
import type { Change, Storage } from '../ports.ts';
import { directoryChange, readDirectory, type SegmentPlace, STORE, segmentKey } from './directory.ts';
import { type Entry, entryOf, keyOf, readKey } from './entry.ts';
import { historyPrefix } from './journal.ts';
import { makeSegment } from './segment.ts';
import { encodeSegment } from './segment-codec.ts';

/** Messages that are read at once. */
const PAGE = 500;

/**
 * Indexes the next messages, `size` at most, and says how far that is. Gives whether there is more to do. Reading needs no
 * lock: what changes meanwhile is noted.
 */
export async function buildStep(
  storage: Storage,
  size: number,
  told: (share: number) => void,
): Promise<boolean> {
  const before = await readDirectory(storage);
  if (before === null || before.building === null) return false;
  const { entries, last } = await readOn(storage, before.building, size);
  const isOver = await storage.exclusive(async () => {
    const directory = await readDirectory(storage);
    // Another tab was faster.
    if (directory === null || directory.building !== before.building) return directory?.building === null;
    const { segments, nextId } = directory;
    const written = entries.length === 0 ? null : writeSegment(nextId, entries);
    await storage.commit([
      ...(written ? [written.change] : []),
      directoryChange({
        ...directory,
        segments: written ? [...segments, written.place] : segments,
        nextId: nextId + 1,
        building: last,
      }),
    ]);
    return last === null;
  });
  told(isOver || last === null ? 1 : await shareAt(storage, last));
  return !isOver;
}

/** The next entries behind a key, and the key they go up to: null at the end of the history. */
async function readOn(
  storage: Storage,
  after: string,
  size: number,
): Promise<{ readonly entries: readonly Entry[]; readonly last: string | null }> {
  const entries: Entry[] = [];
  let last = after;
  while (entries.length < size) {
    const page = await storage.list('history', {
      prefix: historyPrefix,
      ...(last === '' ? {} : { after: historyPrefix + last }),
      limit: PAGE,
    });
    for (const [key, value] of page) {
      const entry = entryOf(messageOf(value));
      if (entry !== null) entries.push(entry);
      last = key.slice(historyPrefix.length);
    }
    if (page.length < PAGE) return { entries, last: null };
  }
  return { entries, last };
}

/** How much of the history lies in front of a key, by conversations and, within one, by time; 0 to 1. */
async function shareAt(storage: Storage, key: string): Promise<number> {
  const where = readKey(key);
  if (where === null) return 0;
  const conversations = (await storage.list('conversations', { prefix: 'c/' })).map(([name]) =>
    name.slice(2),
  );
  const place = conversations.filter((id) => id < where.conversation).length;
  const [first, last] = await Promise.all([
    timeAtEnd(storage, where.conversation, { after: '' }),
    timeAtEnd(storage, where.conversation, {}),
  ]);
  const within = last > first ? (timeOf(where.order) - first) / (last - first) : 1;
  return Math.min(1, (place + within) / Math.max(1, conversations.length));
}

async function timeAtEnd(
  storage: Storage,
  conversation: ConversationId,
  end: { readonly after?: string },
): Promise<number> {
  const [message] = await readPage(storage, conversation, { ...end, limit: 1 });
  return message === undefined ? 0 : timeOf(message.order);
}

/** @param entries in the order of their keys, one at least */
export function writeSegment(id: number, entries: readonly Entry[]): { change: Change; place: SegmentPlace } {
  const [first] = entries;
  if (first === undefined) throw new RangeError('A segment of the search index holds something.');
  return {
    change: { store: STORE, key: segmentKey(id), value: encodeSegment(makeSegment(entries)) },
    place: { id, from: keyOf(first), size: entries.length },
  };
}
