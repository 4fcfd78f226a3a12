/** Kind `status` (class 2): what somebody says of themselves, to the devices of those they write with. The later one counts. */
import type { Payload } from './payload.ts';
import { record, text, u64 } from './record.ts';

/** Bytes of UTF-8: the longest emoji sequences have some forty; 80 characters of any script. */
export const STATUS_LIMITS = { emojiBytes: 64, textBytes: 320 } as const;

export interface StatusPayload {
  /** Both empty: none any more. */
  readonly emoji: string;
  readonly text: string;
  /** Epoch milliseconds after which it is over; 0 for not by itself. */
  readonly until: number;
  /** Sender's clock, epoch milliseconds. */
  readonly changedAt: number;
}
export const statusPayload: Payload<StatusPayload> = record(94, 'status', {
  emoji: text(STATUS_LIMITS.emojiBytes),
  text: text(STATUS_LIMITS.textBytes),
  until: u64,
  changedAt: u64,
});
