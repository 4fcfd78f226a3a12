/**
 * Who is in the workspace: names and accounts as the log has them, and nowhere else (protocol/README 11,
 * "Transparency").
 */
import { fromHex } from '../contract/bytes.ts';
import { isAccountId } from '../contract/ids.ts';
import type { Context } from './context.ts';
import { displayName } from './display-text.ts';
import type { PeerView } from './engine-types.ts';
import { onDemand } from './on-demand.ts';
import { barePeer, readPeer, viewPeer } from './peers.ts';
import { TransportFailed } from './ports.ts';

/**
 * Everybody but oneself whom the log knows under the name that the server gives; without a network, everybody who is
 * pinned. A name that the server puts on another account is nobody's.
 */
export async function listPeople(ctx: Context): Promise<readonly PeerView[]> {
  const pinned = new Map<string, PeerView>();
  for (const [account] of await ctx.storage.list('peers', { prefix: '' })) {
    const peer = isAccountId(account) ? await readPeer(ctx.storage, account) : null;
    if (peer !== null && account !== ctx.self.account) pinned.set(account, viewPeer(peer));
  }
  try {
    const people = await ctx.transport.people();
    const isLogged = ({ account, username }: (typeof people)[number]) =>
      ctx.log.log.account(fromHex(account))?.leaf.username === username;
    if (!people.every(isLogged)) {
      const { updateLog } = await onDemand(() => import('./log-update.ts'));
      await updateLog(ctx);
    }
    return people
      .filter(({ account, disabled }) => account !== ctx.self.account && !disabled)
      .flatMap((person) => {
        const known = pinned.get(person.account);
        // Somebody from before the log who was pinned then stays whom they were.
        if (known !== undefined) return known.username === person.username || isLogged(person) ? [known] : [];
        const name = displayName(person.name, person.username);
        return isLogged(person) ? [viewPeer(barePeer({ ...person, name, aik: new Uint8Array() }))] : [];
      });
  } catch (error) {
    if (error instanceof TransportFailed) return [...pinned.values()];
    throw error;
  }
}
