/**
 * What may have been missed: everything while Redis is away; whatever another node could not tell, which has left a mark in the database
 * that all nodes look at; and, from time to time, anything, since a Redis that drops events says nothing of it.
 */

/** The mark in the database that something could not be told. */
export interface Mark {
  /** Sets it anew; gives what it was and is. */
  note(): Promise<{ readonly before: string; readonly now: string }>;
  /** What it is; another one than before: something was missed. */
  read(): Promise<string>;
}

export interface MissedDelays {
  /** Milliseconds between two looks. */
  readonly missed: number;
  /** After so long something counts as missed in any case. */
  readonly anyway: number;
}

/** What nobody has to be told later: it is over by then, or said again. */
export const PASSING: ReadonlySet<string> = new Set([
  'presence',
  'typing',
  'here',
  'who',
  'gone',
  'taken',
  'alive',
]);

export class Missed {
  readonly #handlers: (() => void)[] = [];
  #mark: string | null = null;
  /** Something could not be told, and the mark does not say so yet. */
  #isUntold = false;
  /** When it was said last, on this process's own clock. */
  #saidAt = performance.now();
  readonly #timer: ReturnType<typeof setInterval>;

  /** @param isReached whether other nodes are heard now */
  constructor(
    private readonly mark: Mark,
    private readonly delays: MissedDelays,
    private readonly isReached: () => boolean,
    private readonly attempt: (act: () => void) => void,
  ) {
    this.#timer = setInterval(() => void this.#look(), delays.missed);
    this.#timer.unref();
    void this.#look();
  }

  onMissed(handle: () => void): void {
    this.#handlers.push(handle);
  }

  say(): void {
    this.#saidAt = performance.now();
    for (const handle of this.#handlers) this.attempt(handle);
  }

  /** Others have to look in the database for what they were not told. */
  untold(): void {
    this.#isUntold = true;
  }

  async close(): Promise<void> {
    clearInterval(this.#timer);
    if (this.#isUntold) await this.mark.note().catch(() => {});
  }

  /** Whether this mark is another one than was seen last. */
  #isOther(now: string): boolean {
    const before = this.#mark;
    this.#mark = now;
    return before !== null && before !== now;
  }

  /** Whatever the database does meanwhile: the next look is soon. */
  async #look(): Promise<void> {
    if (!this.isReached() || performance.now() - this.#saidAt >= this.delays.anyway) this.say();
    try {
      let isOther = false;
      if (this.#isUntold) {
        this.#isUntold = false;
        const { before, now } = await this.mark.note().catch((error) => {
          this.#isUntold = true;
          throw error;
        });
        isOther = this.#isOther(before);
        this.#mark = now;
      }
      isOther = this.#isOther(await this.mark.read()) || isOther;
      if (isOther && this.isReached()) this.say();
    } catch {
      // Who writes to the database hears that it is away; nothing is lost by it here.
    }
  }
}
