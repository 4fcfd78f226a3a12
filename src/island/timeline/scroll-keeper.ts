/** Keeps a scrolled list where the reader is: at the end when they were there, on the same message otherwise. */

/** Closer to the end than this counts as being there, in pixels. */
const NEAR_END = 48;
/** Closer to an edge than this asks for more, in pixels: further than a turn of the wheel. */
const NEAR_EDGE = 900;

export interface Edges {
  /** Nothing lies below what is drawn: the bottom is the end. */
  readonly ends: () => boolean;
  readonly older: () => void;
  readonly newer: () => void;
  /** The reader has moved. */
  readonly moved: () => void;
}

export class ScrollKeeper {
  readonly #log: HTMLElement;
  readonly #edges: Edges;
  #pinned = true;

  constructor(log: HTMLElement, edges: Edges) {
    this.#log = log;
    this.#edges = edges;
    // The browser's own anchoring and ours would both correct the same jump.
    log.style.overflowAnchor = 'none';
    log.addEventListener('scroll', () => this.look(), { passive: true });
    // A list that grew may show its end without having been scrolled.
    new ResizeObserver(() => {
      if (this.#pinned) this.toEnd();
      else this.look();
    }).observe(log);
  }

  get atEnd(): boolean {
    return this.#pinned;
  }

  /** Looks where the reader is, and asks for what is missing there. */
  look(): void {
    const below = this.#log.scrollHeight - this.#log.scrollTop - this.#log.clientHeight;
    this.#pinned = below < NEAR_END && this.#edges.ends();
    if (this.#log.scrollTop < NEAR_EDGE) this.#edges.older();
    if (below < NEAR_EDGE) this.#edges.newer();
    this.#edges.moved();
  }

  toEnd(): void {
    this.#pinned = true;
    this.#log.scrollTop = this.#log.scrollHeight;
  }

  /** Brings an element into view, `share` of the height below the top. */
  toElement(element: Element, share: number): void {
    const distance = element.getBoundingClientRect().top - this.#log.getBoundingClientRect().top;
    this.#pinned = false;
    this.#log.scrollTop += distance - share * this.#log.clientHeight;
    this.look();
  }

  /** Changes the list and corrects the position: what comes or goes above moves nothing that is in view. */
  keep(change: () => void): void {
    const anchors = this.#pinned ? [] : this.#inView();
    const before = anchors.map((anchor) => anchor.getBoundingClientRect().top);
    change();
    if (this.#pinned) this.toEnd();
    const index = anchors.findIndex((anchor) => anchor.isConnected);
    const anchor = anchors[index];
    if (anchor) this.#log.scrollTop += anchor.getBoundingClientRect().top - (before[index] ?? 0);
  }

  /** Messages: lines between them, such as days, are drawn anew and would be lost as a measure. */
  #inView(): Element[] {
    const { top, bottom } = this.#log.getBoundingClientRect();
    const seen: Element[] = [];
    for (const child of this.#log.children) {
      if (child.localName !== 'article') continue;
      const place = child.getBoundingClientRect();
      if (place.top > bottom && seen.length > 0) break;
      if (place.bottom > top) seen.push(child);
    }
    return seen;
  }
}
