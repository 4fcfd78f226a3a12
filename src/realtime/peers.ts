/** The other nodes, by when they were heard last. Milliseconds of this process's own clock, which nobody sets. */
export class Peers {
  readonly #heard = new Map<string, { at: number; isSilent: boolean }>();

  constructor(
    private readonly limits: { readonly silent: number; readonly gone: number },
    private readonly clock: () => number = () => performance.now(),
  ) {}

  /** Nobody could be heard until now, so nobody was silent. */
  begin(): void {
    const at = this.clock();
    for (const peer of this.#heard.values()) peer.at = at;
  }

  heard(node: string): void {
    this.#heard.set(node, { at: this.clock(), isSilent: false });
  }

  forget(node: string): void {
    this.#heard.delete(node);
  }

  /** Whether one has become silent since the last look, and who is gone: each is said once. */
  look(): { readonly silent: boolean; readonly gone: readonly string[] } {
    const now = this.clock();
    const gone: string[] = [];
    let silent = false;
    for (const [node, peer] of this.#heard) {
      const passed = now - peer.at;
      if (passed >= this.limits.gone) {
        this.#heard.delete(node);
        gone.push(node);
      } else if (passed >= this.limits.silent && !peer.isSilent) {
        peer.isSilent = true;
        silent = true;
      }
    }
    return { silent, gone };
  }
}
