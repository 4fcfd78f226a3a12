/** Keeps a scrolled list where the reader is: at the end when they were there, on the same message otherwise. */

/** Closer to the end than this counts as being there, in pixels. */
const NEAR_END = 48;
/** Closer to the beginning than this asks for older messages, in pixels. */
const NEAR_START = 400;

export class ScrollKeeper {
  readonly #log: HTMLElement;
  #pinned = true;

  constructor(log: HTMLElement, older: () => Promise<void>) {
    this.#log = log;
    // The browser's own anchoring and ours would both correct the same jump.
    log.style.overflowAnchor = 'none';
    log.addEventListener(
      'scroll',
      () => {
        this.#pinned = this.#distance() < NEAR_END;
        if (log.scrollTop < NEAR_START) void older();
      },
      { passive: true },
    );
    new ResizeObserver(() => {
      if (this.#pinned) this.toEnd();
    }).observe(log);
  }

  get atEnd(): boolean {
    return this.#pinned;
  }

  toEnd(): void {
    this.#pinned = true;
    this.#log.scrollTop = this.#log.scrollHeight;
  }

  /** Changes the list and corrects the position: older messages above move nothing that is in view. */
  keep(change: () => void): void {
    const anchor = this.#pinned ? null : this.#firstInView();
    const was = anchor?.getBoundingClientRect().top ?? 0;
    change();
    if (this.#pinned) this.toEnd();
    else if (anchor) this.#log.scrollTop += anchor.getBoundingClientRect().top - was;
  }

  #distance(): number {
    return this.#log.scrollHeight - this.#log.scrollTop - this.#log.clientHeight;
  }

  /** A message: lines between them, such as days, are drawn anew and would be lost as a measure. */
  #firstInView(): Element | null {
    const top = this.#log.getBoundingClientRect().top;
    for (const child of this.#log.children)
      if (child.localName === 'article' && child.getBoundingClientRect().bottom > top) return child;
    return null;
  }
}
