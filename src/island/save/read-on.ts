/** Reads a file to its end across cuts of the network: it goes on where it was for as long as the page lives. */

/** Verified bytes, such as an OpenFile of the engine gives. */
export interface Readable {
  readonly size: number;
  /** From `from` to `to` (exclusive), in order; nothing of a chunk before all of it has been verified. Throws FileProblem. */
  read(from: number, to: number, watch: { readonly signal?: AbortSignal }): AsyncIterable<Uint8Array>;
}

/** What is saved. */
export interface Saveable extends Readable {
  /** Cleaned (client/files/name.ts). */
  readonly name: string;
}

export interface SaveWatch {
  readonly signal?: AbortSignal;
  /** Bytes that are done; at most ten times a second, and at the end. */
  readonly progress?: (done: number) => void;
  /** The sentence of a cut while it waits for the network, null when it goes on. */
  readonly waiting?: (reason: string | null) => void;
}

/** Milliseconds before it asks again, the first time and at most. */
const PATIENCE = { first: 1000, most: 30_000 } as const;
const PROGRESS_MS = 100;

/** Gives the bytes; throws what no waiting mends, and AbortError. */
export async function* readOn(
  file: Readable,
  from: number,
  to: number,
  { signal, progress, waiting }: SaveWatch,
): AsyncGenerator<Uint8Array> {
  let at = from;
  let delay: number = PATIENCE.first;
  let told = 0;
  for (;;) {
    try {
      for await (const bytes of file.read(at, to, signal ? { signal } : {})) {
        signal?.throwIfAborted();
        if (delay !== PATIENCE.first) waiting?.(null);
        delay = PATIENCE.first;
        at += bytes.length;
        yield bytes;
        if (Date.now() - told >= PROGRESS_MS) {
          told = Date.now();
          progress?.(at - from);
        }
      }
      progress?.(at - from);
      return;
    } catch (error) {
      signal?.throwIfAborted();
      if (!isAway(error)) throw error;
      waiting?.(error.message);
      await network(delay, signal);
      delay = Math.min(delay * 2, PATIENCE.most);
    }
  }
}

/** By its name: it may come from another bundle. */
const isAway = (error: unknown): error is Error & { readonly kind: 'away' } =>
  error instanceof Error && error.name === 'FileProblem' && 'kind' in error && error.kind === 'away';

/** Resolves when the browser says that it is online again, or after so long. */
function network(delay: number, signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve) => {
    const ended = new AbortController();
    const end = () => {
      clearTimeout(timer);
      ended.abort();
      resolve();
    };
    const timer = setTimeout(end, delay);
    addEventListener('online', end, { signal: ended.signal });
    signal?.addEventListener('abort', end, { signal: ended.signal });
  });
}
