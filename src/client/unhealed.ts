/**
 * Tells, once for each device, of a session that carries messages and has had no new post-quantum epoch for seven days: its
 * server may be holding back what renews it (protocol/pq-epoch.ts). Store `meta`, `unhealed/ACCOUNT/DEVICE`.
 */
import { isUnhealed } from '../protocol/pq-epoch.ts';
import { decodeSession } from '../protocol/session.ts';
import { addressKey, peerOf } from './address.ts';
import type { Context } from './context.ts';
import { readPeer } from './peers.ts';
import { NOTICES } from './sentences.ts';
import { number } from './stored.ts';

const PREFIX = 'unhealed/';

/** Looks at every session that sends. One that has healed since is told again when it falls ill again. */
export async function tellUnhealed(ctx: Context): Promise<void> {
  await ctx.operate(async (op) => {
    const told = new Set((await op.list('meta', { prefix: PREFIX })).map(([key]) => key));
    for (const [, value] of await op.list('sessions', { prefix: '' })) {
      const session = decodeSession(value);
      if (session.archivedAt !== null || !isUnhealed(session, ctx.now())) continue;
      const of = peerOf(session);
      const key = PREFIX + addressKey(of);
      if (told.delete(key)) continue;
      op.write('meta', key, number, ctx.now());
      const peer = await readPeer(op, of.account);
      const message = NOTICES.unhealed(peer?.name ?? 'somebody');
      op.events.push({ type: 'notice', code: `unhealed-${of.device}`, message });
    }
    for (const key of told) op.remove('meta', key);
  });
}
