/**
 * Wrong passwords and codes, so that guessing from many addresses is slow and nobody is locked out of their account by it. Places that
 * the account knows are counted each for itself; all others together wait longer with each wrong try.
 */
import type { Caller } from '../auth/sessions.ts';
import type { AccountId } from '../contract/ids.ts';
import { sentence } from '../contract/words.ts';
import type { Ports } from '../deps.ts';
import { deleteWrongGuesses, putWrongGuesses, takeBackGuess, wrongGuesses } from '../store/guesses.ts';
import type { Places } from './places.ts';
import { Refusal } from './refusal.ts';
import { guessKey } from './wrong-guesses.ts';

/** Wrong tries before anybody waits. */
export const FREE_GUESSES = 10;
/** Milliseconds after the first wrong try that costs something; twice as long with each further one. */
const FIRST_WAIT_MS = 2000;
/** The longest wait, in milliseconds: a hundred guesses a day. */
export const LONGEST_WAIT_MS = 15 * 60_000;
/** Milliseconds without a wrong try after which all are forgiven. */
const FORGIVEN_MS = 24 * 3600_000;

export interface Guesses {
  /**
   * RateLimitExceeded while tries for this name must wait. Otherwise counts one wrong try, which `right` takes back.
   * @param account of that name; null when there is none, which looks the same from outside
   */
  begin(name: string, account: AccountId | null, caller: Caller): Promise<Guess>;
}
export interface Guess {
  right(): Promise<void>;
}

export function createGuesses(
  ports: Pick<Ports, 'db' | 'clock' | 'random'>,
  places: Pick<Places, 'isKnown'>,
): Guesses {
  const { db, clock } = ports;
  /**
   * By what the account knows a caller: their browser, wherever it is (a stolen cookie is not worth new tries in each network), or their
   * network. Null for neither.
   */
  const knownBy = async (account: AccountId, caller: Caller): Promise<string | null> => {
    const { address, network = address, browser = '' } = caller;
    if (browser !== '' && (await places.isKnown(account, { ...caller, network: '' }))) return browser;
    return (await places.isKnown(account, { ...caller, browser: '' })) ? network : null;
  };
  return {
    async begin(name, account, caller) {
      const known = account === null ? null : await knownBy(account, caller);
      const isKnown = known !== null;
      const id = await guessKey(ports, 'sign-in', isKnown ? `${name}\0${known}` : name);
      const now = clock();
      const { from, to } = await db.write(async (tx) => {
        const before = await wrongGuesses(tx, id, now);
        const until = before?.waits_until ?? 0;
        if (until > now) throw waiting(until - now);
        const tries = (before?.tries ?? 0) + 1;
        const waits_until = now + waitAfter(tries);
        await putWrongGuesses(tx, { id, tries, waits_until, forgotten_at: now + FORGIVEN_MS });
        return { from: waits_until, to: until };
      });
      return {
        // From elsewhere only this try is taken back: somebody else's wrong ones stay.
        right: () =>
          db.write((tx) => (isKnown ? deleteWrongGuesses(tx, id) : takeBackGuess(tx, id, { from, to }))),
      };
    },
  };
}

/** Milliseconds until the next try. */
const waitAfter = (tries: number): number =>
  tries <= FREE_GUESSES ? 0 : Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** (tries - FREE_GUESSES - 1));

/** @param left milliseconds */
function waiting(left: number): Refusal {
  const seconds = Math.ceil(left / 1000);
  return new Refusal(
    'RateLimitExceeded',
    sentence(
      'Too many wrong tries for this account. Wait {seconds} seconds, or sign in with a passkey or from a browser that you have used before.',
      { seconds },
    ),
    { retry_after: seconds },
  );
}
