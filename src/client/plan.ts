/** Which session a message travels on to each device: the one that is there, or a new one begun from a bundle. */
import type { DeviceId } from '../contract/ids.ts';
import { maySend, type Session, staleness } from '../protocol/session.ts';
import { beginSession } from './begin.ts';
import type { Claimed } from './bundles.ts';
import type { Context } from './context.ts';
import type { Reads } from './operation.ts';
import { addressOf, type Target } from './recipients.ts';
import { sendingSession } from './sessions.ts';

/** A device, and the session on which it gets something. */
export interface Lane {
  readonly target: Target;
  readonly session: Session;
  /** Begun now: it takes the place of the one before. */
  readonly begun: boolean;
}

/** How each target is reached, or why it is not. */
export interface Plan {
  readonly lanes: readonly Lane[];
  /** No session, and no bundle asked for yet. */
  readonly wanting: readonly Target[];
  /** Not reached: silent for 30 days, or with prekeys that are too old (protocol/README 13). */
  readonly unreached: readonly Target[];
  /** The server gave no bundle that verifies. */
  readonly refused: readonly Target[];
}

/**
 * Chooses or begins a session for each target. Writes nothing; the lanes that are begun must be stored with what is
 * sealed on them. `fresh` begins anew even where a session is there.
 */
export async function planLanes(
  reads: Reads,
  ctx: Context,
  targets: readonly Target[],
  bundles: ReadonlyMap<DeviceId, Claimed>,
  fresh = false,
): Promise<Plan> {
  const lanes: Lane[] = [];
  const wanting: Target[] = [];
  const unreached: Target[] = [];
  const refused: Target[] = [];
  for (const target of targets) {
    const current = await sendingSession(reads, addressOf(target));
    const state = current === null ? 'none' : staleness(current, ctx.now());
    const usable = current !== null && maySend(current) && state !== 'expired' ? current : null;
    if (state === 'expired') unreached.push(target);
    else if (usable !== null && state === 'fresh' && !fresh) {
      lanes.push({ target, session: usable, begun: false });
    } else {
      const claimed = bundles.get(target.pinned.device);
      if (claimed === undefined) wanting.push(target);
      else if ('bundle' in claimed) {
        const { session } = await beginSession(reads, ctx, target, claimed.bundle, claimed.begun);
        lanes.push({ target, session, begun: true });
      } else if (usable !== null) lanes.push({ target, session: usable, begun: false });
      else if (claimed.refused === 'stale') unreached.push(target);
      else refused.push(target);
    }
  }
  return { lanes, wanting, unreached, refused };
}
