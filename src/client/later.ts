/** Which of two words counts when anybody may have said either, in any order. */
import { deviceId, fromHex } from '../contract/bytes.ts';
import type { DeviceId } from '../contract/ids.ts';
import { concat, Reader, u64be } from '../protocol/codec.ts';

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

/** 24 B: `sentAt u64 || device 16`. */
export const stampOf = ({ sentAt, device }: Said): Uint8Array => concat(u64be(sentAt), fromHex(device));

/** What a stamp of 24 B says. @throws ProtocolError E_FORMAT */
export function readStamp(stamp: Uint8Array): Said {
  const reader = new Reader(stamp);
  return { sentAt: reader.u64(), device: deviceId(reader.fixed(16)) };
}
