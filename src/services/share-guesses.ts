/**
 * Wrong passwords for links. Somebody who guesses makes the link rest for the network they ask from, so that they cannot keep out those
 * who know the password; only very many wrong ones from everywhere make it rest for all (that count is stored with the link).
 */
import { SHARE_GUESSES, SHARE_REST_MS, type ShareId } from '../contract/shares.ts';
import { sentence } from '../contract/words.ts';
import type { Ports } from '../deps.ts';
import { putWrongGuesses, takeBackGuess, wrongGuesses } from '../store/guesses.ts';
import { Refusal } from './refusal.ts';
import { guessKey } from './wrong-guesses.ts';

export interface ShareGuesses {
  /** Throws RateLimitExceeded while the link rests for this network. Otherwise it counts one wrong password until `wasRight`. */
  begin(share: ShareId, network: string): Promise<void>;
  wasRight(share: ShareId, network: string): Promise<void>;
}

export function createShareGuesses(ports: Pick<Ports, 'db' | 'clock' | 'random'>): ShareGuesses {
  const { db, clock } = ports;
  const idOf = (share: ShareId, network: string) => guessKey(ports, 'share', `${share} ${network}`);
  return {
    async begin(share, network) {
      const id = await idOf(share, network);
      const now = clock();
      await db.write(async (tx) => {
        const known = await wrongGuesses(tx, id, now);
        if (known !== null && known.tries >= SHARE_GUESSES) throw resting(known.forgotten_at - now);
        const tries = (known?.tries ?? 0) + 1;
        // The rest is counted from the first wrong one.
        const forgotten_at = known?.forgotten_at ?? now + SHARE_REST_MS;
        await putWrongGuesses(tx, { id, tries, waits_until: 0, forgotten_at });
      });
    },
    async wasRight(share, network) {
      const id = await idOf(share, network);
      await db.write((tx) => takeBackGuess(tx, id, { from: 0, to: 0 }));
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
