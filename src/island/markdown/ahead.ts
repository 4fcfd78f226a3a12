/** What comes further on in a text, remembered: asked again and again, each character is still looked at once. */
import type { Budget } from './tree.ts';

export class Ahead {
  readonly #text: string;
  readonly #budget: Budget;
  readonly #next = new Map<string, number>();
  /** Where runs of backticks of each length begin, the next one last. */
  #ticks: Map<number, number[]> | null = null;

  constructor(text: string, budget: Budget) {
    this.#text = text;
    this.#budget = budget;
  }

  /** Where this sign comes next, from `at` on; the length of the text when it does not. */
  next(sign: string, at: number): number {
    const known = this.#next.get(sign) ?? -1;
    if (known >= at) return known;
    const found = this.#text.indexOf(sign, at);
    const place = found < 0 ? this.#text.length : found;
    this.#budget.steps += place - at;
    this.#next.set(sign, place);
    return place;
  }

  /** Where a run of exactly `width` backticks begins, from `at` on, or null. `at` never goes back. */
  ticks(width: number, at: number): number | null {
    this.#ticks ??= this.#findTicks();
    const places = this.#ticks.get(width) ?? [];
    for (let place = places.at(-1); place !== undefined && place < at; place = places.at(-1)) places.pop();
    return places.at(-1) ?? null;
  }

  #findTicks(): Map<number, number[]> {
    const runs = [...this.#text.matchAll(/`+/g)].reverse();
    this.#budget.steps += this.#text.length;
    const ticks = new Map<number, number[]>();
    for (const { 0: run, index } of runs) {
      const places = ticks.get(run.length);
      if (places) places.push(index);
      else ticks.set(run.length, [index]);
    }
    return ticks;
  }
}
