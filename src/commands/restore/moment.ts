/** The moment that `sotto restore --at` goes back to. */
import { newestKept } from '../../ops/wal/kept.ts';
import type { Place } from '../../ops/wal/place.ts';
import { CommandFailed } from '../failed.ts';
import { BACKUP_USAGE } from '../usage.ts';

/** By so much the clock of this machine may be behind the one of the server. */
const BEHIND_MS = 60_000;

/**
 * Epoch milliseconds. Throws CommandFailed where `latest` would leave out what is kept of a later time than this machine's clock says: whether that
 * clock is behind, or the server's was ahead for a while, is for people to say.
 * @param text a time with its zone, or latest
 */
export async function momentOf(text: string, place: Place): Promise<number> {
  if (text === 'latest') {
    const newest = (await newestKept(place)) ?? 0;
    const now = Date.now();
    if (newest <= now + BEHIND_MS) return now + BEHIND_MS;
    throw new CommandFailed(
      `What is kept goes to ${words(newest)}, which the clock of this machine (${words(now)}) has not reached: set it, or use --at ${words(newest)}. --list shows what was kept after a clock that was ahead.`,
    );
  }
  const at = /^\d{4}-\d\d-\d\dT[\d:.]+(?:Z|[+-]\d\d:\d\d)$/.test(text) ? Date.parse(text) : Number.NaN;
  if (Number.isNaN(at))
    throw wrongUse('restore --at takes a time with its zone, such as 2026-11-21T14:05:00Z, or latest.');
  if (at > Date.now() && at > ((await newestKept(place)) ?? 0))
    throw wrongUse(`${text} has not come yet, and nothing is kept of it.`);
  return at;
}

const words = (at: number): string => new Date(at).toISOString();
const wrongUse = (sentence: string) => new CommandFailed(`${sentence}\n\n${BACKUP_USAGE}`, 2);
