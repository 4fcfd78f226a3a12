/** Numbers that were heard of one sender, who counts up: each is new once. */

/** Connections that follow each other overtake by less. What is further behind counts as heard. */
const WINDOW = 1024;

export class Counts {
  readonly #heard = new Set<number>();
  #highest = 0;

  /** False when it was heard before. */
  take(count: number): boolean {
    if (count <= this.#highest - WINDOW || this.#heard.has(count)) return false;
    this.#highest = Math.max(this.#highest, count);
    this.#heard.add(count);
    if (this.#heard.size > 2 * WINDOW)
      for (const each of this.#heard) if (each <= this.#highest - WINDOW) this.#heard.delete(each);
    return true;
  }
}
