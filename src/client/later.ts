/** Which of two words counts when anybody may have said either, in any order. */
import type { DeviceId } from '../contract/ids.ts';

/** When something was said: sender's clock, epoch milliseconds. */
export interface Said {
  readonly sentAt: number;
  readonly device: DeviceId;
}

const isLater = (one: Said, other: Said): boolean =>
  one.sentAt > other.sentAt || (one.sentAt === other.sentAt && one.device > other.device);

/** The one of two words that counts; the first one when both are the same. */
export function laterDetail<T extends Said>(known: T | null, said: T | null): T | null {
  if (said === null) return known;
  return known === null || isLater(said, known) ? said : known;
}
