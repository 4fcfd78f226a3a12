/**
 * Keeps the write-ahead log of a running server elsewhere, again and again: what was written since the last time goes out as a segment.
 * The log is emptied here alone, and only when everything in it has been read; whenever that cannot be said, a new generation begins.
 */
import { join } from 'node:path';
import { HeldLog } from '../../store/held-log.ts';
import { CHECKPOINT_PAGES, type SqliteDb } from '../../store/sqlite.ts';
import type { Log } from '../log.ts';
import { type Change, LogCursor, LogLost } from './cursor.ts';
import { Generation, type Keeping } from './generation.ts';
import { generationsOf, removeCutOff, thinGenerations } from './kept.ts';
import { ShippingProgress, type ShippingState } from './progress.ts';

/** Milliseconds from the end of one look at the log to the next: what a lost machine loses at most, and the time of keeping it. */
const SHIP_EVERY_MS = 1000;
/** Milliseconds after something that failed, and after a copy of the database that did. */
const RETRY_MS = 5000;
const COPY_AGAIN_MS = 30_000;
/** A generation goes on for so long: before it ends no older one can be removed. */
const GENERATION_MS = 24 * 3600_000;
/** By so much a clock may be set back. Whoever goes back to a time finds nothing in what says that it is of later. */
const AHEAD_MS = 60_000;
/** Bytes of the log from which on it is emptied, and from which on it is emptied although it could not be kept. */
const FOLD_BYTES = CHECKPOINT_PAGES * 4096;
const MOST_LOG_BYTES = 1024 * 1024 * 1024;
/** Changes that are taken into memory while nobody may write. */
const MOST_WAITING = 4;

export interface Shipping extends Keeping {
  /** The data folder. */
  readonly data: string;
  readonly db: SqliteDb;
  readonly clock: () => number;
  readonly log: Log;
  /** Milliseconds that one can go back. */
  readonly keep: number;
  /** For tests. */
  readonly every?: number;
  readonly foldBytes?: number;
  readonly mostLogBytes?: number;
}

interface Current {
  readonly generation: Generation;
  readonly cursor: LogCursor;
  /** Read and not kept yet, with the time at which it was read. */
  readonly waiting: { readonly change: Change; readonly at: number }[];
}

export class Shipper {
  private readonly hold: HeldLog;
  private readonly walPath: string;
  private current: Current | null = null;
  /** The generation that begins: while its copy is made, the log is not emptied. */
  private beginning: { readonly done: Promise<void>; readonly end: AbortController } | null = null;
  private beginAfter = 0;
  /** Until it is known whether what another process has kept can be gone on with: nothing later makes it so. */
  private mayResume = true;
  /** Says how large the log is while nobody reads it, or while it may not be emptied. */
  private measure: LogCursor | null = null;
  private readonly stopping = new AbortController();
  private loop: Promise<void> = Promise.resolve();
  private readonly progress: ShippingProgress;

  /** Holds the log from now on. Throws DbUnavailable. */
  constructor(private readonly shipping: Shipping) {
    const path = join(shipping.data, 'sotto.sqlite');
    this.walPath = `${path}-wal`;
    this.hold = new HeldLog(path);
    this.progress = new ShippingProgress(shipping.place.words, shipping.log);
  }

  state(): ShippingState {
    return this.progress.state;
  }

  start(): void {
    this.loop = this.run();
  }

  /** Keeps what was written by now, and ends. The database is closed after this. */
  async stop(): Promise<void> {
    this.stopping.abort();
    this.beginning?.end.abort();
    await this.loop;
    await this.beginning?.done;
    await this.ship().catch((error) => this.progress.fail('ship', error));
    this.hold.close();
  }

  /** One look at the log. Tests wait for the copy of the database, too. */
  async look(waits = false): Promise<void> {
    try {
      if (this.mayResume) await this.resume();
      this.mayResume = false;
      if (this.current === null || this.isOver(this.current)) await this.begin();
      if (waits) await this.beginning?.done;
      await this.ship();
      await this.foldWhenLarge();
      if (this.current !== null) this.progress.succeed('ship');
    } catch (error) {
      this.progress.fail('ship', error);
      if (error instanceof LogLost) this.current = null;
    }
    await this.guardDisk().catch((error) => this.progress.fail('ship', error));
  }

  private async run(): Promise<void> {
    const { signal } = this.stopping;
    const told = new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve()));
    while (!signal.aborted) {
      await this.look();
      const wait = this.progress.isFailing('ship') ? RETRY_MS : (this.shipping.every ?? SHIP_EVERY_MS);
      await Promise.race([told, Bun.sleep(wait)]);
    }
  }

  private isOver({ generation }: Current): boolean {
    const now = this.shipping.clock();
    return now - generation.begunAt >= GENERATION_MS || generation.reachedAt > now + AHEAD_MS;
  }

  /** Goes on where another process has ended, when the log is still the one that it read. Throws PlaceUnavailable. */
  private async resume(): Promise<void> {
    const { place, clock } = this.shipping;
    const newest = (await generationsOf(place)).find(({ at }) => at <= clock() + AHEAD_MS);
    const found = newest && (await Generation.resume(this.shipping, newest.name));
    if (!found?.position) return;
    const { generation, position } = found;
    const current = { generation, cursor: new LogCursor(this.walPath, position, false), waiting: [] };
    try {
      if (!(await current.cursor.isThere())) return;
      await this.readInto(current, MOST_WAITING);
    } catch (error) {
      if (error instanceof LogLost) return;
      throw error;
    }
    this.current = current;
    this.progress.note({ begunAt: generation.begunAt });
  }

  /** Begins a generation beside the current one, which goes on until the copy of the database is kept. */
  private async begin(): Promise<void> {
    const { db, data, clock, place, keep } = this.shipping;
    if (this.beginning !== null || this.stopping.signal.aborted || clock() < this.beginAfter) return;
    const { current } = this;
    const cursor = current?.cursor ?? new LogCursor(this.walPath, null);
    if (current === null) {
      await removeCutOff(place);
      await cursor.skip();
    }
    const at = await db.alone(async () => {
      if (current === null) await cursor.skip();
      else if (!(await this.readInto(current, MOST_WAITING))) return null;
      if (!this.hold.fold()) return null;
      cursor.fold();
      return clock();
    });
    // Somebody reads an older state just now, or writes faster than is kept: the next look tries again.
    if (at === null) return;
    const next = cursor.clone();
    const end = new AbortController();
    const done = Generation.begin(this.shipping, data, at, next.position, end.signal)
      .then(async (generation) => {
        this.current = { generation, cursor: next, waiting: [] };
        this.progress.note({ begunAt: at });
        this.progress.succeed('copy');
        await thinGenerations(place, clock() - keep, generation.name);
      })
      .catch((error: unknown) => {
        this.beginAfter = clock() + COPY_AGAIN_MS;
        if (!this.stopping.signal.aborted) this.progress.fail('copy', error);
      })
      .finally(() => {
        this.beginning = null;
      });
    this.beginning = { done, end };
    this.measure = next.clone();
  }

  /** Keeps all that was committed. */
  private async ship(): Promise<void> {
    const { current } = this;
    if (current === null) return;
    const { clock } = this.shipping;
    for (let isAll = false; !isAll && this.current === current; ) {
      const lookedAt = clock();
      isAll = await this.readInto(current, 1);
      for (let next = current.waiting[0]; next !== undefined; next = current.waiting[0]) {
        const bytes = await current.generation.append(next.change, next.at);
        current.waiting.shift();
        this.progress.note({ shippedAt: clock(), bytes: this.state().bytes + bytes });
      }
      if (isAll) this.progress.note({ until: lookedAt });
    }
  }

  /** Reads on until so many changes wait. Gives whether that was all that there was. Throws LogLost. */
  private async readInto(current: Current, most: number): Promise<boolean> {
    while (current.waiting.length < most) {
      const change = await current.cursor.next();
      if (change === null) return true;
      const { isEnd, ...rest } = change;
      current.waiting.push({ change: rest, at: this.shipping.clock() });
      if (isEnd) return true;
    }
    return false;
  }

  private async foldWhenLarge(): Promise<void> {
    const { current } = this;
    const { foldBytes = FOLD_BYTES, db } = this.shipping;
    if (current === null || this.beginning !== null || current.cursor.unfolded < foldBytes) return;
    await db.alone(async () => {
      if (!(await this.readInto(current, MOST_WAITING))) return;
      if (this.hold.fold()) current.cursor.fold();
    });
    await this.ship();
  }

  /** A log that is not taken must not fill the disk of the server: sooner than that, its continuity is given up. */
  private async guardDisk(): Promise<void> {
    const { foldBytes = FOLD_BYTES, mostLogBytes = MOST_LOG_BYTES, db, log } = this.shipping;
    if (this.current !== null && this.beginning === null && !this.progress.isFailing('ship')) {
      this.measure = null;
      return;
    }
    this.measure ??= this.current?.cursor.clone() ?? new LogCursor(this.walPath, null);
    const { measure } = this;
    try {
      await measure.skip();
    } catch {
      this.measure = null;
      return;
    }
    const isForNobody = this.current === null && this.beginning === null;
    if (measure.unfolded < (isForNobody ? foldBytes : mostLogBytes)) return;
    if (!isForNobody) log.error('log given up', { bytes: measure.unfolded });
    this.beginning?.end.abort();
    this.current = null;
    await db.alone(async () => {
      await measure.skip();
      if (this.hold.fold()) measure.fold();
    });
  }
}
