/** Who can read what is written in a conversation from now on: every member, with the devices of the signed list. */
import type { ConversationId } from '../contract/ids.ts';
import type { Context } from './context.ts';
import { readConversation } from './conversations.ts';
import type { Reader } from './engine-types.ts';
import { loadChain, roleOf } from './groups/chain.ts';
import { readPeer } from './peers.ts';
import { isConfirmed } from './recipients.ts';

/** The readers of a conversation, oneself first; nobody for one that this device does not know. */
export async function listReaders(ctx: Context, id: ConversationId): Promise<readonly Reader[]> {
  const conversation = await readConversation(ctx.storage, id);
  const chain = conversation?.kind === 'group' ? await loadChain(ctx.storage, ctx, id) : null;
  const readers: Reader[] = [];
  for (const account of conversation?.members ?? []) {
    const peer = await readPeer(ctx.storage, account);
    if (peer === null) continue;
    const counts = chain === null || isConfirmed(chain, peer, ctx.log.log);
    readers.push({
      account,
      username: peer.username,
      name: peer.name,
      isSelf: account === ctx.self.account,
      verified: peer.verified,
      identityChanged: peer.changed !== null || !counts,
      role: chain === null ? null : roleOf(chain.member(account)),
      devices: (counts ? peer.devices : []).map(({ device, created, expires }) => ({
        device,
        created,
        expires,
        current: device === ctx.self.device,
      })),
    });
  }
  return readers.sort((a, b) => Number(b.isSelf) - Number(a.isSelf) || a.name.localeCompare(b.name));
}
