/** Lets the others know that one writes, seldom enough to cost nothing. */

/** Between two signals, in milliseconds: the others show one for a little longer. */
const EVERY_MS = 3000;

/** Calls `tell` at once, and then not again before the time is over. */
export function createTypingSignal(
  tell: () => void,
  now: () => number = () => performance.now(),
): () => void {
  let last = Number.NEGATIVE_INFINITY;
  return () => {
    if (now() - last < EVERY_MS) return;
    last = now();
    tell();
  };
}
