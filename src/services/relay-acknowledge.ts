/** Acknowledgements of one batch: envelopes go, bodies with the last one, and senders hear of it. */
import type { DeviceSession } from '../auth/sessions.ts';
import type { HubEvent } from '../realtime/hub.ts';
import { type Sender, settleBody } from '../store/bodies.ts';
import type { Tx } from '../store/db.ts';
import { deleteEnvelope } from '../store/envelopes.ts';

export interface AcknowledgeWork {
  readonly kind: 'acknowledge';
  readonly session: DeviceSession;
  readonly seqs: readonly number[];
}

/** Deletes what was there of these; each message is settled once, however many devices acknowledged it. */
export async function storeAcknowledgements(
  tx: Tx,
  works: readonly AcknowledgeWork[],
  events: HubEvent[],
): Promise<void> {
  const asked = works.flatMap(({ session, seqs }) => seqs.map((number) => ({ session, number })));
  const deleted = await Promise.all(
    asked.map(({ session, number }) => deleteEnvelope(tx, { device: session.device, number })),
  );
  const settled = new Map<number, DeviceSession[]>();
  for (const [index, { session, number }] of asked.entries()) {
    if (deleted[index] !== 1) continue;
    const by = settled.get(number);
    if (by) by.push(session);
    else settled.set(number, [session]);
  }
  await Promise.all(
    Array.from(settled, async ([number, by]) => {
      const sender = await settleBody(tx, number, by.length);
      if (sender) tell(sender, by, events);
    }),
  );
}

/** Only other people's devices: that one's own have it is no news. */
function tell(sender: Sender, by: readonly DeviceSession[], events: HubEvent[]): void {
  for (const { account, device } of by)
    if (account !== sender.account)
      events.push({ type: 'delivered', device: sender.device, id: sender.id, by: { account, device } });
}
