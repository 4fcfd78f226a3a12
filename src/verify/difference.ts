/** What `sotto verify` finds: one thing that is not as this build would serve it. */
export interface Difference {
  /** The path of the page or file. */
  readonly where: string;
  /** What is different, without a full stop. */
  readonly what: string;
  /** What this build has and what came; null where there is nothing. */
  readonly expected: string | null;
  readonly got: string | null;
}

/** A difference, and who was shown it. */
export interface Finding extends Difference {
  readonly shownTo: readonly string[];
}

/** Collects differences of many visits, so that each is named once, with everybody who was shown it. */
export class Findings {
  readonly #found = new Map<string, { readonly difference: Difference; readonly shownTo: Set<string> }>();

  add(visitor: string, differences: readonly Difference[]): void {
    for (const difference of differences) {
      const { where, what, expected, got } = difference;
      const key = JSON.stringify([where, what, expected, got]);
      const known = this.#found.get(key) ?? { difference, shownTo: new Set() };
      known.shownTo.add(visitor);
      this.#found.set(key, known);
    }
  }

  get all(): readonly Finding[] {
    return [...this.#found.values()].map(({ difference, shownTo }) => ({
      ...difference,
      shownTo: [...shownTo],
    }));
  }
}
