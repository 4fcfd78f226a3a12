/** A bounded memory of what was looked up in the last seconds, cleared by whoever changes it. */
interface Entry<V> {
  readonly value: V;
  readonly until: number;
}

export class Recent<K, V> {
  readonly #entries = new Map<K, Entry<V>>();
  #generation = 0;

  /**
   * @param clock epoch milliseconds
   * @param options.ttl milliseconds until another process's change is seen
   * @param options.max entries at most; the oldest go first
   */
  constructor(
    private readonly clock: () => number,
    private readonly options: { readonly ttl: number; readonly max: number },
  ) {}

  /** Grows with each `forget`: what was read before one must not be kept after it. */
  get generation(): number {
    return this.#generation;
  }

  get(key: K): V | undefined {
    const entry = this.#entries.get(key);
    if (!entry) return undefined;
    if (entry.until > this.clock()) return entry.value;
    this.#entries.delete(key);
    return undefined;
  }

  /** Keeps what was read at `generation`, unless something was forgotten since. */
  put(key: K, value: V, generation: number): void {
    if (generation !== this.#generation) return;
    this.#entries.delete(key);
    if (this.#entries.size >= this.options.max) {
      const oldest = this.#entries.keys().next();
      if (!oldest.done) this.#entries.delete(oldest.value);
    }
    this.#entries.set(key, { value, until: this.clock() + this.options.ttl });
  }

  forget(keys: Iterable<K>): void {
    this.#generation++;
    for (const key of keys) this.#entries.delete(key);
  }

  clear(): void {
    this.#generation++;
    this.#entries.clear();
  }
}
