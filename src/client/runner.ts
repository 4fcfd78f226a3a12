/** What the engine does by itself: it answers the live line, catches up, posts, mends, keeps prekeys stocked. */
import type { AccountId, BodyId } from '../contract/ids.ts';
import type { Context } from './context.ts';
import { refreshPeople } from './directory.ts';
import { releaseFiles } from './files/release.ts';
import { flushOutbox } from './flush.ts';
import { type FrameActions, takeFrame } from './frames.ts';
import { showGaps } from './gaps.ts';
import { tendGroups } from './groups/tend.ts';
import { listOwedKx, OfferBudget, type OwedKx, sealDueKx } from './kx.ts';
import { isFrozen } from './log-evidence.ts';
import { sendRequests } from './mending.ts';
import { forgetExpired } from './messages/expiry.ts';
import { listErrands, listOutgoing } from './outbox.ts';
import { learnPolicies } from './policies.ts';
import { type Live, TransportFailed, TransportRefused } from './ports.ts';
import { tendPrekeys } from './prekey-stock.ts';
import { sendReceipts } from './receipts.ts';
import { Receiver } from './receive.ts';
import { noteSynced, refreshConversations, refreshPinned, refreshStatuses } from './resync.ts';
import { HELD, NOTICES } from './sentences.ts';
import { Single } from './single.ts';
import { tidy } from './tidy.ts';
import { askForHistory } from './transfer/ask.ts';
import { goOn } from './transfer/work.ts';
import { tellUnhealed } from './unhealed.ts';

const DAY_MS = 24 * 3600_000;
/** Several events of a group come together. */
const HISTORY_AFTER_MS = 1000;
const RENEWAL_TOLD_MS = 30 * DAY_MS;
const LONGEST_RETRY_MS = 60_000;
/** A storage without room is tried again after so long, and told of at most so often. */
const ROOM_RETRY_MS = 15_000;
const FULL_TOLD_EVERY_MS = 3600_000;
/** The relay's answer while it can store nothing: nothing was accepted. */
const SERVER_FULL = 503;
/** A server may ask for more patience than that, and for no more than an hour: a timer of years would run at once. */
const LONGEST_ASKED_MS = 3600_000;
/** Ids that are kept for a later call of `flush`. */
const SENT_REMEMBERED = 1000;

/** Ids that the relay took, and how many messages still wait. */
export interface Flushed {
  readonly sent: readonly BodyId[];
  readonly waiting: number;
}

/** The engine's own initiative. */
export class Runner {
  readonly receiver: Receiver;
  private readonly budget = new OfferBudget();
  private readonly receiptsSent = new Map<AccountId, number>();
  private readonly flushes = new Single(() => this.flushOnce());
  private readonly syncs = new Single(() => this.syncOnce());
  private readonly prekeys = new Single(() => tendPrekeys(this.ctx));
  /** Ids that left and that no call of `flush` has named yet. */
  private readonly sent: BodyId[] = [];
  private failures = 0;
  /** When the person was last told that there is no room, epoch milliseconds. */
  private fullToldAt = 0;
  private serverFullToldAt = 0;
  private online = false;
  private endListening = () => {};

  private readonly actions: FrameActions = {
    hello: () => {
      this.failures = 0;
      return this.sync();
    },
    receive: (delivery) => this.receiver.receive([delivery]),
    learn: (account) => this.learn([account]),
    tend: () => this.tend(),
  };

  constructor(
    private readonly ctx: Context,
    private readonly live: Live | null,
  ) {
    this.receiver = new Receiver(ctx);
    const { tasks } = ctx;
    ctx.wakes = {
      flush: () => tasks.run(() => this.post()),
      kx: (owed) => this.owe(owed),
      requests: (delay) =>
        tasks.later('requests', delay, () => this.repeat('requests', () => sendRequests(ctx))),
      receipts: (delay) => {
        tasks.later('receipts', delay, () =>
          this.repeat('receipts', () => sendReceipts(ctx, this.receiptsSent)),
        );
      },
      gaps: (delay) => tasks.later('gaps', delay, () => this.repeat('gaps', () => showGaps(ctx))),
      inbox: (delay) => tasks.later('inbox', delay, () => this.receiver.retryKept()),
      directory: (accounts) => tasks.run(() => this.learn(accounts)),
      expiry: (delay) =>
        tasks.later('expiry', Math.min(delay, DAY_MS), () => this.repeat('expiry', () => forgetExpired(ctx))),
      releases: (delay) =>
        tasks.later('releases', delay, () => this.repeat('releases', () => releaseFiles(ctx))),
      history: () => tasks.later('history', HISTORY_AFTER_MS, () => this.goOnWithHistory()),
      full: () => this.waitForRoom(),
    };
  }

  start(): void {
    if (this.ctx.self.expires - this.ctx.now() < RENEWAL_TOLD_MS) this.ctx.notice('renewal', NOTICES.renewal);
    this.endListening =
      this.live?.onEvent((frame) => {
        this.ctx.heard();
        takeFrame(this.ctx, frame, this.actions);
      }) ?? this.endListening;
    if (this.live === null || this.live.connected) this.ctx.tasks.run(() => this.sync());
    this.ctx.tasks.run(() => this.wakeAll());
    this.ctx.tasks.run(() => this.tellFrozen());
  }

  /** What stopped sending before a restart is said again. */
  private async tellFrozen(): Promise<void> {
    if (await isFrozen(this.ctx.storage)) this.ctx.notice('E_KT', HELD.frozen);
  }

  async stop(): Promise<void> {
    this.endListening();
    await this.ctx.tasks.stop();
  }

  /**
   * Posts what waits. Never throws for the network: what could not leave is counted in `waiting`. `sent` is everything
   * that left since the last call, whoever set it off.
   */
  async flush(): Promise<Flushed> {
    const waiting = await this.flushes.run();
    return { sent: this.sent.splice(0), waiting };
  }

  /** Throws TransportFailed or TransportRefused. */
  sync(): Promise<void> {
    return this.syncs.run();
  }

  private async post(): Promise<void> {
    await this.flushes.run();
  }

  private async flushOnce(): Promise<number> {
    try {
      await flushOutbox(this.ctx, this.sent);
      this.failures = 0;
      this.online = true;
    } catch (error) {
      this.retryLater(error);
      if (!(error instanceof TransportFailed) && !(error instanceof TransportRefused)) throw error;
    } finally {
      this.sent.splice(0, this.sent.length - SENT_REMEMBERED);
    }
    const waiting = (await listOutgoing(this.ctx.storage)).length;
    this.tellConnection(waiting);
    return waiting;
  }

  private retryLater(error: unknown): void {
    if (error instanceof TransportFailed) this.online = false;
    else if (error instanceof TransportRefused && (error.status === 426 || error.status === 401)) {
      const isOld = error.status === 426;
      this.ctx.notice(isOld ? 'release' : 'NotSignedIn', isOld ? NOTICES.release : error.message);
      return;
    } else if (error instanceof TransportRefused && error.status === SERVER_FULL) this.tellServerFull();
    const asked =
      error instanceof TransportRefused && 'retry_after' in error.body ? error.body.retry_after : 0;
    const grown = Math.min(LONGEST_RETRY_MS, 1000 * 2 ** this.failures++);
    const wait = Math.min((asked ?? 0) * 1000, LONGEST_ASKED_MS);
    const delay = Math.max(wait, grown / 2 + this.ctx.randomBelow(grown / 2));
    this.ctx.tasks.later('flush', delay, () => this.post());
  }

  private tellServerFull(): void {
    if (this.ctx.now() - this.serverFullToldAt < FULL_TOLD_EVERY_MS) return;
    this.serverFullToldAt = this.ctx.now();
    this.ctx.notice('Unavailable', NOTICES.serverFull);
  }

  /** What was not kept was not acknowledged either: a sync fetches it again. */
  private waitForRoom(): void {
    const { ctx } = this;
    if (ctx.now() - this.fullToldAt >= FULL_TOLD_EVERY_MS) {
      this.fullToldAt = ctx.now();
      ctx.notice('E_FULL', NOTICES.full);
    }
    ctx.tasks.later('room', ROOM_RETRY_MS, () => this.sync());
  }

  private tellConnection(outbox: number): void {
    const online = this.live === null ? this.online : this.live.connected;
    this.ctx.emit({ type: 'connection', online, outbox });
  }

  private async syncOnce(): Promise<void> {
    const { ctx } = this;
    await refreshConversations(ctx);
    await this.fetchPending();
    await refreshPinned(ctx);
    await learnPolicies(ctx);
    await noteSynced(ctx);
    await this.receiver.retryKept();
    await this.post();
    // After the outbox: a message whose answer was lost may have been delivered long ago, and is only now known to be sent.
    await refreshStatuses(ctx);
    await this.tend();
    await this.wakeAll();
    ctx.tasks.run(() => this.goOnWithHistory());
  }

  private async fetchPending(): Promise<void> {
    for (let after = 0; ; ) {
      const { envelopes, more } = await this.ctx.transport.pending(after);
      await this.receiver.receive(envelopes);
      const last = envelopes.at(-1);
      if (!more || last === undefined || last.seq <= after) return;
      after = last.seq;
    }
  }

  private async tend(): Promise<void> {
    await this.prekeys.run().catch(() => {});
    await tidy(this.ctx);
    await tellUnhealed(this.ctx);
    this.ctx.tasks.later('tend', DAY_MS, () => this.tendDaily());
  }

  /** History that others give to this device, or it to them. */
  private async goOnWithHistory(): Promise<void> {
    await goOn(this.ctx);
    await askForHistory(this.ctx);
  }

  private async tendDaily(): Promise<void> {
    await refreshStatuses(this.ctx).catch(() => {});
    await this.tend();
  }

  /** What was planned before a stop is planned again. */
  private async wakeAll(): Promise<void> {
    const { ctx } = this;
    const { wakes } = ctx;
    for (const owed of await listOwedKx(ctx.storage, ctx.now())) wakes.kx(owed);
    wakes.requests(0);
    wakes.receipts(0);
    wakes.gaps(0);
    wakes.expiry(0);
    wakes.releases(0);
    if ((await listErrands(ctx.storage)).length > 0) wakes.flush();
  }

  private async repeat(
    name: 'requests' | 'receipts' | 'gaps' | 'expiry' | 'releases',
    work: () => Promise<number | null>,
  ): Promise<void> {
    const next = await work();
    if (next !== null) this.ctx.wakes[name](next);
  }

  private owe({ target, within }: OwedKx): void {
    const name = `kx/${target.pinned.device}`;
    this.ctx.tasks.later(name, within, async () => {
      if (await sealDueKx(this.ctx, this.budget, target)) this.ctx.wakes.flush();
      else this.owe({ target, within: 60_000 });
    });
  }

  private async learn(accounts: readonly AccountId[]): Promise<void> {
    const { changed } = await refreshPeople(this.ctx, accounts);
    if (changed.length === 0) return;
    this.ctx.wakes.inbox(0);
    await tendGroups(this.ctx);
    await this.post();
  }
}
