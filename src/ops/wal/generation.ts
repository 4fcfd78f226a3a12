/** A copy of the database, and after it one segment behind the other: what one can go back to, for a day or so. */
import { type Cost, type Header, makeHeader, openHeader } from '../backup/header.ts';
import { keepBegun, readBegun } from './begun.ts';
import type { Change, Position } from './cursor.ts';
import { removeGeneration } from './kept.ts';
import { BEGUN_NAME, generationName, KEY_NAME, readSegmentName, segmentName } from './names.ts';
import type { Place } from './place.ts';
import { openObject, sealObject } from './sealed-object.ts';
import { hashOf, readSegment, writeSegment } from './segment.ts';

export interface Keeping {
  readonly place: Place;
  readonly passphrase: string;
  /** Of guessing the passphrase; what docs/backup.md says when left out. */
  readonly cost?: Cost;
  readonly release: string;
  readonly random: (length: number) => Uint8Array;
}

/** What is kept of a generation so far: the next segment goes on from it. */
interface End {
  readonly index: number;
  readonly at: number;
  readonly hash: string;
}

export class Generation {
  private constructor(
    private readonly keeping: Keeping,
    readonly name: string,
    private readonly header: Header,
    /** Epoch milliseconds. */
    readonly begunAt: number,
    private end: End,
  ) {}

  /** Keeps the database as its file is now. @param data the data folder; @param position of the log, all of which is in the file */
  static async begin(
    keeping: Keeping,
    data: string,
    at: number,
    position: Position | null,
    signal: AbortSignal,
  ): Promise<Generation> {
    const { place, random, release } = keeping;
    const name = generationName(at, random(4));
    const header = await makeHeader(keeping.passphrase, random, keeping.cost);
    try {
      const hash = await keepBegun({ place, name, header, random, signal }, data, { release, at, position });
      return new Generation(keeping, name, header, at, { index: 0, at, hash });
    } catch (error) {
      // A folder that is full must not become fuller with every try.
      await removeGeneration(place, name).catch(() => {});
      throw error;
    }
  }

  /** Epoch milliseconds of the newest state in it. */
  get reachedAt(): number {
    return this.end.at;
  }

  /** One that another process has begun, and how far it read the log; null when it cannot be gone on with. Throws PlaceUnavailable. */
  static async resume(
    keeping: Keeping,
    name: string,
  ): Promise<{ readonly generation: Generation; readonly position: Position | null } | null> {
    const { place, passphrase } = keeping;
    const [key, sealed, names] = await Promise.all([
      place.get(name, KEY_NAME),
      place.get(name, BEGUN_NAME),
      place.names(name),
    ]);
    if (key === null || sealed === null) return null;
    // Of two with one index (chain.ts) either will do: the segment that comes next names it.
    const last = names.findLast((each) => readSegmentName(each) !== null);
    const kept = last === undefined ? null : await place.get(name, last);
    try {
      const header = await openHeader(key, passphrase);
      const begunBytes = openObject(header, BEGUN_NAME, sealed);
      const begun = readBegun(begunBytes);
      if (last === undefined || kept === null) {
        const end = { index: 0, at: begun.at, hash: hashOf(begunBytes) };
        return { generation: new Generation(keeping, name, header, begun.at, end), position: begun.position };
      }
      const bytes = openObject(header, last, kept);
      const { index, at, to } = readSegment(bytes);
      const end = { index, at, hash: hashOf(bytes) };
      return { generation: new Generation(keeping, name, header, begun.at, end), position: to };
    } catch {
      // Another passphrase, or something cut off: a new one begins.
      return null;
    }
  }

  /** Keeps what comes next; may be called again with the same when it throws. @param at when it was read, epoch milliseconds */
  async append(change: Change, at: number): Promise<number> {
    const { place, random } = this.keeping;
    // Clocks that are set back do not turn the order around.
    const about = { index: this.end.index + 1, at: Math.max(at, this.end.at) };
    const bytes = writeSegment({ ...change, ...about, previous: this.end.hash });
    const name = segmentName(about);
    await place.put(this.name, name, sealObject(this.header, name, bytes, random));
    this.end = { ...about, hash: hashOf(bytes) };
    return bytes.length;
  }
}
