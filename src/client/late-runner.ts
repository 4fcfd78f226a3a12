/**
 * The engine's own initiative, which is half of the client: in browsers it is loaded beside what is shown first. What asks
 * for it meanwhile waits for it.
 */
import type { Context, Wakes } from './context.ts';
import { onDemand } from './on-demand.ts';
import type { Live } from './ports.ts';
import type { Flushed, Runner } from './runner.ts';

/** Milliseconds before a part that could not be had is asked for again. */
const RETRY_MS = 10_000;

export class LateRunner {
  private loading: Promise<Runner>;
  private runner: Runner | null = null;

  constructor(
    private readonly ctx: Context,
    private readonly live: Live | null,
  ) {
    ctx.wakes = this.waiting();
    this.loading = this.load();
    // Who waits for everything to be done waits for this too, and is told by who needs it when it fails.
    ctx.tasks.run(async () => void (await this.loading));
  }

  start(): void {
    this.ctx.tasks.run(async () => {
      try {
        (await this.loading).start();
      } catch (error) {
        this.ctx.notice('part', error instanceof Error ? error.message : String(error));
        this.ctx.tasks.later('part', RETRY_MS, async () => {
          this.loading = this.load();
          this.start();
        });
      }
    });
  }

  async stop(): Promise<void> {
    await (this.runner?.stop() ?? this.ctx.tasks.stop());
  }

  async flush(): Promise<Flushed> {
    return (await this.loading).flush();
  }

  async receive(deliveries: Parameters<Runner['receiver']['receive']>[0]): Promise<void> {
    await (await this.loading).receiver.receive(deliveries);
  }

  async sync(): Promise<void> {
    await (await this.loading).sync();
  }

  private async load(): Promise<Runner> {
    const { Runner } = await onDemand(() => import('./runner.ts'));
    this.runner = new Runner(this.ctx, this.live);
    return this.runner;
  }

  /** Wakes for as long as nobody is there: each is passed on to the runner, which puts its own in their place. */
  private waiting(): Wakes {
    const { ctx } = this;
    const later = (wake: (wakes: Wakes) => void) =>
      ctx.tasks.run(async () => {
        await this.loading;
        wake(ctx.wakes);
      });
    return {
      flush: () => later((wakes) => wakes.flush()),
      kx: (owed) => later((wakes) => wakes.kx(owed)),
      requests: (delay) => later((wakes) => wakes.requests(delay)),
      receipts: (delay) => later((wakes) => wakes.receipts(delay)),
      gaps: (delay) => later((wakes) => wakes.gaps(delay)),
      inbox: (delay) => later((wakes) => wakes.inbox(delay)),
      directory: (accounts) => later((wakes) => wakes.directory(accounts)),
      expiry: (delay) => later((wakes) => wakes.expiry(delay)),
      releases: (delay) => later((wakes) => wakes.releases(delay)),
      history: () => later((wakes) => wakes.history()),
      full: () => later((wakes) => wakes.full()),
    };
  }
}
