/** What the relay forgets by itself: envelopes and parcels that nobody fetched, and the memory of old posts. */
import type { Ports } from '../deps.ts';
import type { HubEvent } from '../realtime/hub.ts';
import { settleBody } from '../store/bodies.ts';
import type { Tx } from '../store/db.ts';
import { deleteEnvelope, envelopesBefore } from '../store/envelopes.ts';
import { forgetMessages, noteExpired } from '../store/messages.ts';
import { expireParcels } from '../store/parcels.ts';
import type { Policies } from './policies.ts';

/** How long the relay remembers the id of a post, so that a repeated one is not a second message: 30 days. */
const TOMBSTONE_RETENTION_MS = 30 * 24 * 3600 * 1000;
const DAY_MS = 24 * 3600 * 1000;

export interface Retained {
  readonly expired: number;
  readonly forgotten: number;
}

export interface Retention {
  /** Expires and forgets what is due at `now` (epoch milliseconds); senders are told. Gives the counts. */
  run(now: number): Promise<Retained>;
}

/** Rows in one transaction: messages must not wait behind a long clean-up. */
const CHUNK = 200;

export function createRetention(
  { db, hub, log }: Pick<Ports, 'db' | 'hub' | 'log'>,
  policies: Pick<Policies, 'read'>,
): Retention {
  return {
    async run(now) {
      const kept = (await policies.read()).relayDays * DAY_MS;
      const expired = await inChunks(async () => {
        const events = await db.write((tx) => expireEnvelopes(tx, now - kept));
        for (const event of events) hub.publish(event);
        return events.length;
      });
      await db.write((tx) => expireParcels(tx, now));
      // A post is remembered longer than its envelopes, whatever the policy says of those.
      const memory = Math.max(TOMBSTONE_RETENTION_MS, kept * 2);
      const forgotten = await inChunks(() => db.write((tx) => forgetMessages(tx, now - memory, CHUNK)));
      if (expired + forgotten > 0) log.info('relay cleaned', { expired, forgotten });
      return { expired, forgotten };
    },
  };
}

/** Deletes a chunk of old envelopes; gives what to tell their senders. */
async function expireEnvelopes(tx: Tx, before: number): Promise<HubEvent[]> {
  const events: HubEvent[] = [];
  for (const { device: recipient, number } of await envelopesBefore(tx, before, CHUNK)) {
    await deleteEnvelope(tx, { device: recipient, number });
    await noteExpired(tx, number, recipient);
    const sender = await settleBody(tx, number, 1);
    if (sender) events.push({ type: 'expired', device: sender.device, id: sender.id, recipient });
  }
  return events;
}

async function inChunks(step: () => Promise<number>): Promise<number> {
  let total = 0;
  let count: number;
  do {
    count = await step();
    total += count;
  } while (count >= CHUNK);
  return total;
}
