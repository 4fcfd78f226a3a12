/** What a person decides about another's identity: acknowledge a new one, verify it (protocol/README 11). */

import type { AccountId } from '../contract/ids.ts';
import { t } from '../contract/words.ts';
import type { Context } from './context.ts';
import { onDemand } from './on-demand.ts';
import type { Operation } from './operation.ts';
import { barePeer, readPeer, type StoredPeer, writePeer } from './peers.ts';
import { dropSessions } from './sessions.ts';

/** The pin of a person, asked for when there is none. Throws Error with a sentence when nobody has this account. */
export async function pinnedPerson(ctx: Context, account: AccountId): Promise<StoredPeer> {
  const known = await readPeer(ctx.storage, account);
  if (known !== null) return known;
  const { refreshPeople } = await onDemand(() => import('./directory.ts'));
  await refreshPeople(ctx, [account]);
  const peer = await readPeer(ctx.storage, account);
  if (peer === null)
    throw new Error(t('The server shows nobody here by that name whose identity can be checked.'));
  return peer;
}

/**
 * Pins the identity that is shown now. For a verified person the comparison of the safety number comes first: throws Error
 * with a sentence.
 */
export async function acknowledgeNew(ctx: Context, account: AccountId): Promise<void> {
  await ctx.operate(async (op) => {
    const peer = await readPeer(op, account);
    if (peer === null || peer.changed === null) return;
    if (peer.verified) {
      throw new Error(
        t('You had verified {name}: compare the safety number again and mark it as verified.', {
          name: peer.name,
        }),
      );
    }
    await adopt(op, peer, false);
  });
}

/** Marks a person as verified, with the identity that is shown now, or takes the mark away. */
export async function markVerified(ctx: Context, account: AccountId, verified: boolean): Promise<void> {
  await pinnedPerson(ctx, account);
  await ctx.operate(async (op) => {
    const peer = await readPeer(op, account);
    if (peer === null) return;
    if (verified && peer.changed !== null) await adopt(op, peer, true);
    else writePeer(op, { ...peer, verified });
  });
}

/** The new identity takes the old one's place: its devices must be learned anew, and old sessions end. */
async function adopt(op: Operation, peer: StoredPeer, verified: boolean): Promise<void> {
  if (peer.changed === null) return;
  for (const { device } of peer.devices) {
    await dropSessions(op, { account: peer.account, device });
  }
  writePeer(op, { ...barePeer({ ...peer, aik: peer.changed }), verified });
}
