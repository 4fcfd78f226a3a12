/** Asking a store over a network: how long, how often, and what its errors are here. */
import { BlobsUnavailable, isDiskWord } from './blobs.ts';

export interface Patience {
  /** Milliseconds for one answer. */
  readonly timeout: number;
  /** Milliseconds before each further try. */
  readonly pauses: readonly number[];
}

/** A chunk over a line of a megabit takes nine seconds; who sends it hears within half a minute, and tries again later. */
const PATIENCE: Patience = { timeout: 20_000, pauses: [200, 1000] };
/**
 * Requests that were given up, while the client still holds their bytes: a store that swallows everything must not fill the memory of
 * this process. The client itself ends them after some minutes.
 */
const MOST_GIVEN_UP = 32;
/** Asking again would bring the same answer. */
const FINAL = new Set([
  'AccessDenied',
  'AllAccessDisabled',
  'AuthorizationHeaderMalformed',
  'EntityTooLarge',
  'ExpiredToken',
  'InvalidAccessKeyId',
  'InvalidBucketName',
  'InvalidObjectState',
  'InvalidToken',
  'MethodNotAllowed',
  'NoSuchBucket',
  'NoSuchKey',
  'NotFound',
  'PermanentRedirect',
  'QuotaExceeded',
  'RequestTimeTooSkewed',
  'SignatureDoesNotMatch',
  'Timeout',
  'TooLarge',
]);

/**
 * Gives a function that asks once or, after what may pass, some times more: everything that is asked of a store comes to the same when it
 * is asked twice. It throws BlobsUnavailable with one word, without the address, which may carry a signature.
 */
export function patiently(patience: Partial<Patience> = {}): <T>(act: () => Promise<T>) => Promise<T> {
  const { timeout, pauses } = { ...PATIENCE, ...patience };
  let givenUp = 0;

  const once = async <T>(act: () => Promise<T>): Promise<T> => {
    if (givenUp >= MOST_GIVEN_UP) throw new BlobsUnavailable('Timeout');
    let timer: ReturnType<typeof setTimeout> | undefined;
    const late = new Promise<'late'>((resolve) => {
      timer = setTimeout(() => resolve('late'), timeout);
    });
    const asked = act();
    try {
      const first = await Promise.race([asked.then((value) => ({ value })), late]);
      if (first !== 'late') return first.value;
    } catch (error) {
      throw error instanceof BlobsUnavailable ? error : new BlobsUnavailable(wordOf(error));
    } finally {
      clearTimeout(timer);
    }
    givenUp++;
    const over = () => {
      givenUp--;
    };
    asked.then(over, over);
    throw new BlobsUnavailable('Timeout');
  };

  return async (act) => {
    for (const pause of pauses)
      try {
        return await once(act);
      } catch (error) {
        if (!(error instanceof BlobsUnavailable) || FINAL.has(error.message)) throw error;
        await Bun.sleep(pause);
      }
    return once(act);
  };
}

/** What the system says of a connection, as the runtime's client says it: its own words are those of disks (`isDiskWord`). */
const OF_CONNECTIONS: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'ConnectionRefused',
  ECONNRESET: 'ConnectionClosed',
  ENOTFOUND: 'DNSResolveFailed',
};

/** The code of an error, from the store or the runtime, if it is a word. */
function wordOf(error: unknown): string {
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  if (isDiskWord(code)) return OF_CONNECTIONS[code] ?? 'ConnectionFailed';
  return /^\w{1,60}$/.test(code) ? code : 'UnknownError';
}
