/** Messages whose files are on their way: each is carried by one process, and is said when all of its files are there. */
import type { FileId } from '../../contract/files.ts';
import { t } from '../../contract/words.ts';
import type { Context } from '../context.ts';
import type { HistoryMessage } from '../engine-types.ts';
import { findMessage } from '../history.ts';
import { callOff } from './call-off.ts';
import { carryFile } from './carry.ts';
import {
  listPending,
  listRemovals,
  readHashes,
  readOutcome,
  readPending,
  type StoredPending,
  type StoredUpload,
  writePending,
} from './pending.ts';
import type { FileCarrier, FileSource, SourceOf, Uploading } from './ports.ts';
import { forgetRemoved } from './removals.ts';
import { sayPending } from './say.ts';
import { Slots } from './slots.ts';
import { UploadSources } from './upload-sources.ts';
import { type Setback, setbackOf, UploadStates } from './upload-state.ts';
import { Waiters } from './waiters.ts';

/** Files that are sent at the same time. */
const PARALLEL_FILES = 2;
const FIRST_RETRY_MS = 1000;
const LONGEST_RETRY_MS = 60_000;

export interface UploadPorts {
  readonly carrier: FileCarrier;
  readonly sourceOf?: SourceOf;
  readonly uploading?: Uploading;
}

export class Uploads {
  readonly states = new UploadStates();
  private readonly slots = new Slots(PARALLEL_FILES);
  private readonly sources: UploadSources;
  /** Messages that are being carried; true when somebody asked again meanwhile. */
  private readonly runs = new Map<string, boolean>();
  private readonly stops = new Map<FileId, AbortController>();
  private readonly waiters = new Waiters();
  /** Setbacks in a row, by message and by file. */
  private readonly failures = new Map<string, number>();
  /** Messages that wait for the server, or for somebody to sign in. */
  private readonly held = new Set<string>();
  private readonly ending = new AbortController();
  private readonly endListening: () => void;

  constructor(
    private readonly ctx: Context,
    private readonly ports: UploadPorts,
  ) {
    this.sources = new UploadSources(ports.carrier, ports.sourceOf);
    this.endListening = ctx.subscribe((event) => {
      if (event.type === 'connection' && event.online) for (const id of this.held) this.carry(id);
    });
  }

  /** Goes on with everything. */
  resume(): void {
    this.ctx.tasks.run(async () => {
      for (const { id } of await listPending(this.ctx.storage)) this.carry(id);
      await this.forgetRemoved();
    });
  }

  /** Stops what runs; all of it goes on another time. */
  end(): void {
    this.endListening();
    this.ending.abort();
    for (const stop of this.stops.values()) stop.abort();
  }

  /** Keeps a new message, and begins. */
  async add(pending: StoredPending, sources: readonly FileSource[]): Promise<void> {
    await this.ctx.operate(async (op) => {
      writePending(op, pending);
      op.events.push({ type: 'uploads', conversation: pending.conversation });
    });
    for (const [at, { id }] of pending.files.entries()) {
      const source = sources[at];
      if (source !== undefined) this.sources.give(id, source);
    }
    this.carry(pending.id);
  }

  async retry(id: FileId, source?: FileSource): Promise<void> {
    const pending = (await listPending(this.ctx.storage)).find(({ files }) =>
      files.some((file) => file.id === id),
    );
    const file = pending?.files.find((each) => each.id === id);
    if (pending === undefined || file === undefined)
      throw new Error(t('This file is not on its way any more: send it again.'));
    if (source !== undefined) {
      if (source.size !== file.size)
        throw new Error(t('This is not the file that was being sent: its size is another one.'));
      this.sources.give(id, source);
    }
    this.failures.delete(id);
    this.failures.delete(pending.id);
    this.states.set(id, { state: 'waiting', reason: null });
    this.tell(pending);
    this.carry(pending.id);
  }

  /** By the id of a file, or of a message with all of its files. */
  async cancel(id: string): Promise<void> {
    const { ctx } = this;
    const called = await ctx.operate((op) => callOff(op, ctx, id));
    if (called === null) return;
    for (const file of called.gone) {
      this.stops.get(file.id)?.abort();
      this.drop(file.id);
      await this.ports.carrier.forget?.(file.id);
    }
    if (called.isOver) this.waiters.tell(called.pending.id, null);
    else this.carry(called.pending.id);
    if (!this.runs.has(called.pending.id)) ctx.tasks.run(() => this.forgetRemoved());
  }

  /** Resolves with what became of it; rejects when it does not go on by itself. */
  sent(id: string): Promise<HistoryMessage | null> {
    const answer = this.waiters.wait(id);
    this.carry(id);
    return answer;
  }

  private carry(id: string): void {
    if (this.ending.signal.aborted) return;
    if (this.runs.has(id)) {
      this.runs.set(id, true);
      return;
    }
    this.runs.set(id, false);
    this.held.delete(id);
    const { uploading } = this.ports;
    const { signal } = this.ending;
    const inTasks = () =>
      new Promise<void>((resolve) => this.ctx.tasks.run(() => this.work(id).finally(resolve)));
    const run = uploading === undefined ? inTasks() : uploading.exclusive(id, signal, inTasks);
    const after = () => {
      const isAskedAgain = this.runs.get(id) === true;
      this.runs.delete(id);
      if (isAskedAgain) this.carry(id);
    };
    void run.then(after, after);
  }

  private async work(id: string): Promise<void> {
    const { ctx } = this;
    const pending = await readPending(ctx.storage, id);
    if (pending === null) return this.tellOutcome(id);
    const left = pending.files.filter((file) => file.root === null);
    const setbacks = await Promise.all(
      left.map((file) => this.slots.run(() => this.carryOne(pending, file))),
    );
    if (this.ending.signal.aborted) return;
    await this.forgetRemoved();
    const bad = setbacks.filter((each) => each !== null);
    const next = bad.length === 0 ? await this.say(id) : bad;
    if (next.length > 0) this.wait(id, next);
  }

  /** Says the message when nothing is missing. Gives what stands against it. */
  private async say(id: string): Promise<readonly Setback[]> {
    const { ctx } = this;
    try {
      const said = await ctx.operate((op) => sayPending(op, ctx, id));
      if (said === 'not yet') return [];
      this.failures.delete(id);
      for (const file of said?.files ?? []) this.drop(file);
      ctx.wakes.flush();
      await this.tellOutcome(id);
      return [];
    } catch (error) {
      const setback = setbackOf(error, 1);
      const pending = await readPending(ctx.storage, id);
      for (const file of pending?.files ?? []) this.states.set(file.id, setback);
      if (pending !== null) this.tell(pending);
      return [setback];
    }
  }

  /** Null when the file is there, or was called off. */
  private async carryOne(pending: StoredPending, file: StoredUpload): Promise<Setback | null> {
    const { ctx, states } = this;
    const { signal } = this.stopOf(file.id);
    const isOff = () => signal.aborted || this.ending.signal.aborted;
    if (isOff()) return null;
    states.set(file.id, { state: 'running', reason: null });
    this.tell(pending);
    try {
      await carryFile(
        {
          ctx,
          carrier: this.ports.carrier,
          signal,
          source: () => this.sources.find(file),
          held: () => this.sources.held(file.id),
          progress: (done) => {
            if (isOff()) return;
            this.failures.delete(pending.id);
            states.set(file.id, { done });
            this.tell(pending);
          },
        },
        pending,
        file,
      );
      this.failures.delete(file.id);
      this.sources.drop(file.id);
      states.set(file.id, { state: 'done', reason: null, done: file.size });
      this.tell(pending);
      return null;
    } catch (error) {
      const still = await readPending(ctx.storage, pending.id);
      if (isOff() || still?.files.every(({ id }) => id !== file.id) !== false) return null;
      const tries = (this.failures.get(file.id) ?? 0) + 1;
      this.failures.set(file.id, tries);
      const setback = setbackOf(error, tries);
      if (setback.state === 'lost') this.sources.drop(file.id);
      states.set(file.id, { state: setback.state, reason: setback.reason });
      this.tell(pending);
      return setback;
    } finally {
      this.stops.delete(file.id);
    }
  }

  private stopOf(id: FileId): AbortController {
    const stop = new AbortController();
    this.stops.set(id, stop);
    return stop;
  }

  /** Later, when that may help; whoever waits is told when nothing does. */
  private wait(id: string, setbacks: readonly Setback[]): void {
    const { ctx } = this;
    const tries = this.failures.get(id) ?? 0;
    this.failures.set(id, tries + 1);
    const grown = Math.min(LONGEST_RETRY_MS, FIRST_RETRY_MS * 2 ** tries);
    const delays = setbacks.flatMap(({ again }) => (again === null ? [] : [Math.max(again, grown / 2)]));
    if (delays.length > 0)
      ctx.tasks.later(`upload/${id}`, Math.min(...delays) + ctx.randomBelow(grown / 2), async () =>
        this.carry(id),
      );
    if (setbacks.some(({ state }) => state === 'waiting')) this.held.add(id);
    const final = setbacks.find(({ state }) => state !== 'waiting');
    if (final !== undefined) this.waiters.refuse(id, final.reason);
  }

  /** It is over, wherever that happened. */
  private async tellOutcome(id: string): Promise<void> {
    const outcome = await readOutcome(this.ctx.storage, id);
    const said = outcome?.said ?? null;
    this.waiters.tell(id, said === null ? null : await findMessage(this.ctx.storage, said));
  }

  private drop(id: FileId): void {
    this.sources.drop(id);
    this.failures.delete(id);
    this.states.forget(id);
  }

  private async forgetRemoved(): Promise<void> {
    if ((await listRemovals(this.ctx.storage)).length === 0) return;
    const isDone = await forgetRemoved(this.ctx);
    if (!isDone) this.ctx.tasks.later('uploads/removals', LONGEST_RETRY_MS, () => this.forgetRemoved());
  }

  private tell({ conversation }: StoredPending): void {
    this.ctx.emit({ type: 'uploads', conversation });
  }

  /** Bytes that the server has of a file that another process sends, nearly: what was sealed. */
  async doneOf(file: StoredUpload): Promise<number> {
    if (file.root !== null) return file.size;
    const own = this.states.get(file.id)?.done ?? 0;
    return own > 0 ? own : Math.min(file.size, (await readHashes(this.ctx.storage, file.id)).size * 2 ** 20);
  }
}
