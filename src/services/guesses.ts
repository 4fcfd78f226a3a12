/**
 * Wrong passwords and codes, so that guessing from many addresses is slow and nobody is locked out of their account by it. Places that
 * the account knows are counted each for itself; all others together wait longer with each wrong try. In memory: a
 * restart forgives.
 */
import type { Caller } from '../auth/sessions.ts';
import type { AccountId } from '../contract/ids.ts';
import { sentence } from '../contract/words.ts';
import type { Places } from './places.ts';
import { Recent } from './recent.ts';
import { Refusal } from './refusal.ts';

/** Wrong tries before anybody waits. */
export const FREE_GUESSES = 10;
/** Milliseconds after the first wrong try that costs something; twice as long with each further one. */
const FIRST_WAIT_MS = 2000;
/** The longest wait, in milliseconds: a hundred guesses a day. */
export const LONGEST_WAIT_MS = 15 * 60_000;
/** Milliseconds without a wrong try after which all are forgiven. */
const FORGIVEN_MS = 24 * 3600_000;
/** Names and places that are remembered; the oldest are forgotten first. */
const MAX_REMEMBERED = 50_000;

export interface Guesses {
  /**
   * RateLimitExceeded while tries for this name must wait. Otherwise counts one wrong try, which `right` takes back.
   * @param account of that name; null when there is none, which looks the same from outside
   */
  begin(name: string, account: AccountId | null, caller: Caller): Promise<Guess>;
}
export interface Guess {
  right(): void;
}

export function createGuesses(clock: () => number, places: Pick<Places, 'isKnown'>): Guesses {
  const wrong = new Recent<string, { count: number; until: number }>(clock, {
    ttl: FORGIVEN_MS,
    max: MAX_REMEMBERED,
  });
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
      const key = isKnown ? `${name}\0${known}` : name;
      const now = clock();
      const before = wrong.get(key) ?? { count: 0, until: 0 };
      if (before.until > now) {
        const seconds = Math.ceil((before.until - now) / 1000);
        throw new Refusal(
          'RateLimitExceeded',
          sentence(
            'Too many wrong tries for this account. Wait {seconds} seconds, or sign in with a passkey or from a browser that you have used before.',
            { seconds },
          ),
          { retry_after: seconds },
        );
      }
      const count = before.count + 1;
      const wait =
        count <= FREE_GUESSES
          ? 0
          : Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** (count - FREE_GUESSES - 1));
      const counted = { count, until: now + wait };
      wrong.put(key, counted, wrong.generation);
      return {
        right() {
          // From elsewhere only this try is taken back: somebody else's wrong ones stay.
          if (isKnown) wrong.forget([key]);
          else {
            counted.count--;
            counted.until = before.until;
          }
        },
      };
    },
  };
}
