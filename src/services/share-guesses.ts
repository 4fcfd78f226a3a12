/**
 * Wrong passwords for links. Somebody who guesses makes the link rest for the network they ask from, so that they cannot keep out those
 * who know the password; only very many wrong ones from everywhere make it rest for all (that count is stored with the link).
 */
import { SHARE_GUESSES, SHARE_REST_MS, type ShareId } from '../contract/shares.ts';
import { sentence } from '../contract/words.ts';
import { Recent } from './recent.ts';
import { Refusal } from './refusal.ts';

/** Networks and links that are remembered; the oldest are forgotten first. */
const MAX_REMEMBERED = 50_000;

export interface ShareGuesses {
  /** Throws RateLimitExceeded while the link rests for this network. Otherwise it counts one wrong password until `wasRight`. */
  begin(share: ShareId, network: string): void;
  wasRight(share: ShareId, network: string): void;
}

export function createShareGuesses(clock: () => number): ShareGuesses {
  const wrong = new Recent<string, { count: number; readonly since: number }>(clock, {
    ttl: SHARE_REST_MS,
    max: MAX_REMEMBERED,
  });
  const keyOf = (share: ShareId, network: string) => `${share} ${network}`;
  return {
    begin(share, network) {
      const key = keyOf(share, network);
      const known = wrong.get(key);
      if (known === undefined) wrong.put(key, { count: 1, since: clock() }, wrong.generation);
      else if (known.count >= SHARE_GUESSES) throw resting(known.since + SHARE_REST_MS - clock());
      else known.count++;
    },
    wasRight(share, network) {
      const known = wrong.get(keyOf(share, network));
      if (known !== undefined && known.count > 0) known.count--;
    },
  };
}

/** @param left milliseconds */
export function resting(left: number): Refusal {
  const seconds = Math.max(1, Math.ceil(left / 1000));
  return new Refusal(
    'RateLimitExceeded',
    sentence('Too many wrong passwords. Wait {minutes} minutes and try again.', {
      minutes: Math.ceil(seconds / 60),
    }),
    { retry_after: seconds },
  );
}
