/**
 * Tells, once for each device, of a session that carries messages and has had no new post-quantum epoch for seven days: its
 * server may be holding back what renews it (protocol/pq-epoch.ts). Store `meta`, `unhealed/ACCOUNT/DEVICE`.
 */
import { t } from '../contract/words.ts';
import { isUnhealed } from '../protocol/pq-epoch.ts';
import { decodeSession } from '../protocol/session.ts';
import { addressKey, peerOf } from './address.ts';
import type { Context } from './context.ts';
import { readPeer } from './peers.ts';
import { NOTICES } from './sentences.ts';
import { decodeStored, flag, number, record } from './stored.ts';

const PREFIX = 'unhealed/';
/** After a silence the first messages find old keys, and renew them at once; only what stays so is told. */
const LASTS_MS = 20 * 3600_000;

/** Since when it is so, epoch milliseconds, and whether that was told. */
const Unhealed = record({ since: number, told: flag });

/** Looks at every session that sends; called once a day. One that has healed since is told again when it falls ill again. */
export async function tellUnhealed(ctx: Context): Promise<void> {
  await ctx.operate(async (op) => {
    const now = ctx.now();
    const known = new Map(await op.list('meta', { prefix: PREFIX }));
    for (const [, value] of await op.list('sessions', { prefix: '' })) {
      const session = decodeSession(value);
      if (session.archivedAt !== null || !isUnhealed(session, now)) continue;
      const of = peerOf(session);
      const key = PREFIX + addressKey(of);
      const before = decodeStored(Unhealed, known.get(key) ?? null) ?? { since: now, told: false };
      const isDue = !before.told && now - before.since >= LASTS_MS;
      if (isDue || !known.has(key)) op.write('meta', key, Unhealed, { ...before, told: isDue });
      known.delete(key);
      if (!isDue) continue;
      const peer = await readPeer(op, of.account);
      const message = NOTICES.unhealed(peer?.name ?? t('an unknown person'));
      op.events.push({ type: 'notice', code: `unhealed-${of.device}`, message });
    }
    for (const key of known.keys()) op.remove('meta', key);
  });
}
