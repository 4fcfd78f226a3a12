/**
 * Deliveries that could not be opened, kept 8 days in the store `inbox` by body id and tried again when something
 * changes (R11).
 */
import { fromBase64, toBase64 } from '../contract/bytes.ts';
import { type BodyId, isAccountId, isBodyId, isConversationId, isDeviceId } from '../contract/ids.ts';
import type { Delivery } from '../contract/relay.ts';
import type { ErrorCode } from '../protocol/errors.ts';
import { type Operation, type Reads, readRecord } from './operation.ts';
import { bytes, decodeStored, number, type Of, record, text, word } from './stored.ts';

/** How long a delivery is tried again, in milliseconds: 8 days. */
export const INBOX_KEPT_MS = 8 * 24 * 3600_000;

const Kept = record({
  seq: number,
  id: word(isBodyId),
  class: number,
  conversation: word(isConversationId),
  account: word(isAccountId),
  device: word(isDeviceId),
  acceptedAt: number,
  attempts: number,
  body: bytes,
  envelope: bytes,
  /** When it came, epoch milliseconds, and the code of the last failure. */
  since: number,
  code: text,
});

/** A delivery that waits, with the time at which it first came, epoch milliseconds. */
export interface KeptDelivery {
  readonly delivery: Delivery;
  readonly since: number;
}

/** Keeps a delivery that did not open; the first day counts when it is kept again. */
export async function keepDelivery(
  op: Operation,
  delivery: Delivery,
  code: ErrorCode,
  now: number,
): Promise<{ readonly isNew: boolean }> {
  const before = await readRecord(op, 'inbox', delivery.id, Kept);
  const { sender, body, envelope, ...rest } = delivery;
  const kept: Of<typeof Kept> = {
    ...rest,
    account: sender.account,
    device: sender.device,
    body: fromBase64(body),
    envelope: fromBase64(envelope),
    since: before?.since ?? now,
    code,
  };
  if (before === null || before.code !== code) op.write('inbox', delivery.id, Kept, kept);
  return { isNew: before === null };
}

/** Forgets a delivery: it opened, or it has waited long enough. */
export function dropDelivery(op: Operation, id: BodyId): void {
  op.remove('inbox', id);
}

/** What waits to be opened, in the relay's order. */
export async function listKept(reads: Reads): Promise<readonly KeptDelivery[]> {
  const entries = await reads.list('inbox', { prefix: '' });
  return entries
    .map(([, value]) => decodeStored(Kept, value))
    .sort((a, b) => a.seq - b.seq)
    .map(({ account, device, since, code: _, body, envelope, class: kind, ...rest }) => ({
      since,
      delivery: {
        ...rest,
        class: kind === 1 ? 1 : 2,
        sender: { account, device },
        body: toBase64(body),
        envelope: toBase64(envelope),
      },
    }));
}
