/**
 * Every message of this device, to be searched: the segments in memory, and over them the messages that have changed since
 * those were written. Several tabs and processes may have one index: each looks at the directory before it answers.
 */

import type { HistoryMessage } from '../engine-types.ts';
import { messageAt } from '../history.ts';
import type { Storage } from '../ports.ts';
import { type Directory, EMPTY, readDirectory, STORE, segmentKey, segmentOf } from './directory.ts';
import { type Entry, entryOf, keyOf, readKey } from './entry.ts';
import { messageKey, notesPrefix } from './journal.ts';
import { isMatch, Latest, matchSegment, type Wanted } from './match.ts';
import { conversationAt, orderAt, placeOf, type Segment, textAt } from './segment.ts';
import { decodeSegment } from './segment-codec.ts';

export interface Found {
  /** Messages that are wanted, of which `messages` are the latest. */
  readonly total: number;
  readonly messages: readonly HistoryMessage[];
  /** Not everything has been indexed yet. */
  readonly isBuilding: boolean;
}

/** Changed messages that are held over the segments, at most; more are worked into segments first. */
export const MAX_OVER = 1000;
/** From so many on they are worked in. */
const FOLD_AT = 256;

/** A segment in memory, and the places of it that do not count any more. */
interface Held {
  readonly segment: Segment;
  hidden: Set<number>;
}
const NOTHING: ReadonlySet<number> = new Set();

export class SearchIndex {
  #directory: Directory = EMPTY;
  readonly #held = new Map<number, Held>();
  /** By key: the message as it is now, null for one that is gone or not searched. */
  #over = new Map<string, Entry | null>();
  #hasOutdated = false;

  constructor(private readonly storage: Storage) {}

  /** Comes up to what the storage has. Throws what the storage throws, and StoredError. */
  async refresh(): Promise<void> {
    for (;;) {
      const { nextId } = await this.#readAll();
      const now = (await readDirectory(this.storage)) ?? EMPTY;
      // Otherwise changes were worked into segments while they were being read here.
      if (now.nextId === nextId) return;
    }
  }

  async #readAll(): Promise<Directory> {
    this.#directory = (await readDirectory(this.storage)) ?? EMPTY;
    const ids = new Set(this.#directory.segments.map(({ id }) => id));
    for (const id of this.#held.keys()) if (!ids.has(id)) this.#held.delete(id);
    const missing = [...ids].filter((id) => !this.#held.has(id));
    await Promise.all(missing.map((id) => this.#load(id)));
    await this.#readChanged();
    return this.#directory;
  }

  /** Whether changes should be worked in: there are many, or a text is still in a segment that its author took back. */
  get isDue(): boolean {
    return this.#over.size >= FOLD_AT || this.#hasOutdated;
  }

  async #load(id: number): Promise<void> {
    const stored = await this.storage.get(STORE, segmentKey(id));
    // Replaced since the directory was read: the next refresh has the one that took its place.
    if (stored !== null) this.#held.set(id, { segment: decodeSegment(stored), hidden: new Set() });
  }

  async #readChanged(): Promise<void> {
    const notes = await this.storage.list(STORE, { prefix: notesPrefix, limit: MAX_OVER });
    const keys = notes.map(([note]) => note.slice(notesPrefix.length));
    const messages = await Promise.all(keys.map((key) => messageAt(this.storage, messageKey(key))));
    this.#over = new Map(
      keys.map((key, i) => {
        const message = messages[i] ?? null;
        return [key, message === null ? null : entryOf(message)];
      }),
    );
    for (const held of this.#held.values()) held.hidden = new Set();
    this.#hasOutdated = false;
    for (const key of keys) this.#hide(key);
  }

  #hide(key: string): void {
    const where = readKey(key);
    const place = this.#directory.segments[segmentOf(this.#directory.segments, key)];
    const held = place && this.#held.get(place.id);
    if (!where || !held) return;
    const at = placeOf(held.segment, where.conversation, where.order);
    if (at < 0) return;
    held.hidden.add(at);
    if (this.#over.get(key)?.text !== textAt(held.segment, at)) this.#hasOutdated = true;
  }

  /** The latest messages that are wanted, by what the last refresh has seen. */
  async search(wanted: Wanted, limit: number): Promise<Found> {
    const latest = new Latest<string>(limit);
    for (const { segment, hidden } of this.#held.values())
      matchSegment(segment, wanted, hidden.size === 0 ? NOTHING : hidden, (i) =>
        latest.add(segment.sentAt[i] ?? 0, () => keyAt(segment, i)),
      );
    for (const entry of this.#over.values())
      if (entry !== null && isMatch(entry, wanted)) latest.add(entry.sentAt, () => keyOf(entry));
    const messages = await Promise.all(
      latest.values().map((key) => messageAt(this.storage, messageKey(key))),
    );
    return {
      total: latest.total,
      // What has disappeared this very moment is not shown.
      messages: messages.flatMap((message) =>
        message === null || entryOf(message) === null ? [] : [message],
      ),
      isBuilding: this.#directory.building !== null || this.#over.size === MAX_OVER,
    };
  }
}

function keyAt(segment: Segment, i: number): string {
  const conversation = conversationAt(segment, i);
  return conversation === null ? '' : keyOf({ conversation, order: orderAt(segment, i) });
}
