/** People whom this device may sign for: their identity is pinned, and nothing says that it is another one now. */
import { fromHex } from '../../contract/bytes.ts';
import type { AccountId } from '../../contract/ids.ts';
import { MAX_DEVICES_PER_CONVERSATION } from '../../contract/limits.ts';
import { hash } from '../../protocol/hash.ts';
import type { RosterSubject } from '../../protocol/roster-event.ts';
import type { Context } from '../context.ts';
import { refreshPeople } from '../directory.ts';
import { isWhole, readPeer, type StoredPeer } from '../peers.ts';
import { REFUSED } from './sentences.ts';

/** Pins of these people, asked for where they are missing. Throws Error with a sentence for one that cannot be signed for. */
export async function checkedPeople(
  ctx: Context,
  people: readonly AccountId[],
): Promise<readonly StoredPeer[]> {
  const missing: AccountId[] = [];
  for (const account of people) {
    const peer = await readPeer(ctx.storage, account);
    if (peer === null || !isWhole(peer)) missing.push(account);
  }
  if (missing.length > 0) await refreshPeople(ctx, missing);
  const peers: StoredPeer[] = [];
  for (const account of people) {
    const peer = await readPeer(ctx.storage, account);
    if (peer === null || !isWhole(peer)) throw new Error(REFUSED.unseen);
    if (peer.changed !== null) throw new Error(REFUSED.identity(peer.name));
    peers.push(peer);
  }
  return peers;
}

/** Throws Error with a sentence when a message would have to be sealed for too many devices. */
export async function checkDevices(ctx: Context, people: readonly AccountId[]): Promise<void> {
  let devices = -1;
  for (const account of people) devices += (await readPeer(ctx.storage, account))?.devices.length ?? 1;
  if (devices > MAX_DEVICES_PER_CONVERSATION) throw new Error(REFUSED.devices(MAX_DEVICES_PER_CONVERSATION));
}

/** Somebody as an event names them. */
export const subjectOf = ({ account, aik }: StoredPeer, role: number): RosterSubject => ({
  account: fromHex(account),
  identity: hash(aik),
  role,
});
