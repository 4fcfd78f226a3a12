/**
 * Who a message is sealed for: the devices that the members themselves have signed, and nobody else
 * (protocol/README 11, "Membership"; R1, R12, R13). Read and used inside one operation, so the snapshot cannot change
 * under the sealing.
 */
import { fromHex } from '../contract/bytes.ts';
import type { AccountId } from '../contract/ids.ts';
import { deviceListsHash } from '../protocol/content.ts';
import { equalBytes, hash } from '../protocol/hash.ts';
import type { LogReplay } from '../protocol/log-replay.ts';
import { ACTIVE_SUITE } from '../protocol/suite.ts';
import { type Address, isSameAddress } from './address.ts';
import type { Self } from './context.ts';
import type { StoredConversation } from './conversations.ts';
import { accountsOf, type Chain } from './groups/chain.ts';
import { GROUP_HELD } from './groups/sentences.ts';
import type { Reads } from './operation.ts';
import { blockedReason, isLogged, isWhole, type PeerDevice, readPeer, type StoredPeer } from './peers.ts';
import { HELD } from './sentences.ts';

/** A device that something is sealed for, as its account has signed it. */
export interface Target {
  readonly account: AccountId;
  readonly pinned: PeerDevice;
}

/** Where a target is. */
export const addressOf = ({ account, pinned }: Target): Address => ({ account, device: pinned.device });

/** The recipients of a conversation, or why there are none now. */
export type Snapshot =
  | {
      readonly kind: 'ready';
      readonly targets: readonly Target[];
      /** Devices whose certificate has run out: not reached. */
      readonly expired: readonly Target[];
      /** 32 bytes each, bound in the content. */
      readonly rosterHash: Uint8Array;
      readonly deviceListsHash: Uint8Array;
    }
  | { readonly kind: 'unknown'; readonly accounts: readonly AccountId[] }
  | { readonly kind: 'blocked'; readonly reason: string };

/**
 * The recipients of a conversation now.
 * @param known.chain of a group: its members, whom admins have signed for; null for a direct conversation
 * @param known.log as new as the pins: a list that it does not have any more may name a device that was removed
 */
export async function snapshotRecipients(
  reads: Reads,
  self: Self,
  conversation: StoredConversation,
  { chain, log }: { readonly chain: Chain | null; readonly log: LogReplay },
  now: number,
): Promise<Snapshot> {
  if (conversation.kind === 'group') {
    const reason = groupReason(self, conversation, chain);
    if (reason !== null) return { kind: 'blocked', reason };
  }
  const peers: StoredPeer[] = [];
  const unknown: AccountId[] = [];
  for (const account of chain === null ? conversation.members : accountsOf(chain.head)) {
    const peer = await readPeer(reads, account);
    const reason = peer === null || chain !== null ? null : blockedReason(peer);
    if (reason !== null) return { kind: 'blocked', reason };
    if (peer === null) unknown.push(account);
    // Somebody with another identity than the one that was signed for gets nothing, and holds nobody up.
    else if (chain !== null && !isConfirmed(chain, peer, log)) continue;
    else if (isWhole(peer) && isLogged(peer, log)) peers.push(peer);
    else unknown.push(account);
  }
  if (unknown.length > 0) return { kind: 'unknown', accounts: unknown };
  const all = peers.flatMap((peer) =>
    peer.devices
      .map((pinned) => ({ account: peer.account, pinned }))
      .filter((target) => !isSameAddress(addressOf(target), self)),
  );
  // The relay knows devices by their ids alone: whoever takes an id that is taken gets nothing, and keeps nobody out.
  const ids = new Set(all.map(({ pinned }) => pinned.device));
  if (ids.size !== all.length || ids.has(self.device)) return { kind: 'blocked', reason: HELD.doubled };
  return {
    kind: 'ready',
    targets: all.filter(({ pinned }) => pinned.expires > now),
    expired: all.filter(({ pinned }) => pinned.expires <= now),
    rosterHash: chain === null ? fromHex(conversation.id) : chain.head.head,
    deviceListsHash: hashOfLists(peers),
  };
}

/** Why nothing may be sealed in a group now, or null. */
function groupReason(self: Self, { stopped }: StoredConversation, chain: Chain | null): string | null {
  if (stopped !== null) return stopped.reason;
  if (chain === null) return GROUP_HELD.unknown;
  const own = chain.member(self.account);
  if (own === null) return GROUP_HELD.gone;
  if (!equalBytes(own.identity, hash(self.aik))) return GROUP_HELD.unconfirmed;
  return chain.head.policy.suite > ACTIVE_SUITE ? GROUP_HELD.suite : null;
}

/** Whether the pinned identity of a member is the one that an admin has signed for, and the log has no other one since. */
export function isConfirmed(chain: Chain, peer: StoredPeer, log: LogReplay): boolean {
  const member = chain.member(peer.account);
  if (member === null || peer.changed !== null) return false;
  const identity = hash(peer.aik);
  const logged = log.account(fromHex(peer.account));
  return (
    equalBytes(member.identity, identity) && (logged === null || equalBytes(logged.leaf.identity, identity))
  );
}

/** H over the lists of these people, as a content names them; 32 bytes. */
export function hashOfLists(peers: readonly StoredPeer[]): Uint8Array {
  return deviceListsHash(
    peers.map(({ account, listVersion, listHash }) => ({
      account: fromHex(account),
      version: listVersion,
      hash: listHash,
    })),
  );
}
