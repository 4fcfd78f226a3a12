/** What wrong guesses are counted by, stored so that neither a restart forgives nor another node has not heard of them. */
import { createHmac } from 'node:crypto';
import type { Ports } from '../deps.ts';
import { forgetGoodOnce } from '../store/good-once.ts';
import { forgetWrongGuesses } from '../store/guesses.ts';
import { settingOr } from '../store/settings.ts';

/** Names that were typed may be anything, a password in the wrong field too: 32 bytes from which they cannot be read. */
export async function guessKey(
  { db, random }: Pick<Ports, 'db' | 'random'>,
  kind: 'sign-in' | 'share',
  name: string,
): Promise<Uint8Array> {
  const secret = await settingOr(db, 'server_secret', random(32));
  return createHmac('sha256', secret).update(`guess\0${kind}\0${name}`).digest();
}

/** Forgets wrong guesses, and what is good once, as soon as they are over; run by a job. */
export async function expireGuesses({ db, clock }: Pick<Ports, 'db' | 'clock'>): Promise<void> {
  await forgetWrongGuesses(db, clock());
  await forgetGoodOnce(db, clock());
}
