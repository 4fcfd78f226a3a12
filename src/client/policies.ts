/**
 * What the workspace has decided, as far as this device goes by it. The server says it, and could say anything: days are held to
 * their range, and a suite that this release does not speak is refused when a group is made. Store `meta`, key `policies`.
 */
import { RELAY_RETENTION_MS } from '../contract/limits.ts';
import { t } from '../contract/words.ts';
import { DEFAULT_POLICY, ROSTER_HISTORY, type RosterPolicy } from '../protocol/roster-event.ts';
import { isLive } from '../protocol/suite.ts';
import { policies } from './answers.ts';
import type { Context } from './context.ts';
import { type Reads, readRecord } from './operation.ts';
import { record } from './stored.ts';

const DAY_MS = 24 * 3600_000;
/** Days that a relay may keep what was not fetched (POLICY_RANGES). */
const RELAY_DAYS = { min: 1, max: 30 };

const Policies = record(policies);
const KEY = 'policies';

/** Asks the server, and keeps its answer. */
export async function learnPolicies(ctx: Context): Promise<void> {
  const said = await ctx.transport.policies();
  await ctx.operate(async (op) => op.write('meta', KEY, Policies, said));
}

/** Milliseconds that the relay keeps what a device did not fetch. */
export async function relayTime(reads: Reads): Promise<number> {
  const known = await readRecord(reads, 'meta', KEY, Policies);
  if (known === null) return RELAY_RETENTION_MS;
  return Math.min(RELAY_DAYS.max, Math.max(RELAY_DAYS.min, known.relayDays)) * DAY_MS;
}

/** What a new group's signed policy says unless its maker chooses otherwise. Throws Error with a sentence for an unknown suite. */
export async function firstPolicy(reads: Reads): Promise<Pick<RosterPolicy, 'history' | 'suite'>> {
  const known = await readRecord(reads, 'meta', KEY, Policies);
  if (known === null) return DEFAULT_POLICY;
  if (!isLive(known.suite))
    throw new Error(
      t('This workspace demands an encryption that this release does not have. Update Sotto and try again.'),
    );
  const history = known.history === 'invitation' ? 'fromInvitation' : known.history;
  return { history: ROSTER_HISTORY[history], suite: known.suite };
}
