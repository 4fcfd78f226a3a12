/** Milliseconds between two looks, and after which waiting has failed. */
const EVERY_MS = 5;
const LONGEST_MS = 15_000;

/** Resolves once it is so. Throws with `what` when it does not become so. */
export async function until(isSo: () => boolean | Promise<boolean>, what: string): Promise<void> {
  const end = performance.now() + LONGEST_MS;
  while (!(await isSo())) {
    if (performance.now() > end) throw new Error(`never happened: ${what}`);
    await Bun.sleep(EVERY_MS);
  }
}
