/** What objects of a history are called: so that names alone tell from when to when one can go back. */

/** `sotto-20260131T235959123Z-0a1b2c3d`. @param at epoch milliseconds; @param random four bytes */
export const generationName = (at: number, random: Uint8Array): string =>
  `sotto-${new Date(at).toISOString().replace(/[-:.]/g, '')}-${random.toHex()}`;

const GENERATION = /^sotto-(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)(\d{3})Z-[0-9a-f]{8}$/;

/** When it began, epoch milliseconds; null for what others put there. */
export function generationAt(name: string): number | null {
  const [, ...digits] = GENERATION.exec(name) ?? [];
  if (digits.length === 0) return null;
  const [year = 0, month = 1, day = 1, hour = 0, minute = 0, second = 0, ms = 0] = digits.map(Number);
  return Date.UTC(year, month - 1, day, hour, minute, second, ms);
}

/** How its key comes from the passphrase. */
export const KEY_NAME = 'key';
/** What it begins with; there once all of that is kept. */
export const BEGUN_NAME = 'begun';
/** Other files of the data folder. */
export const FILES_NAME = 'files';
export const pieceName = (n: number): string => `base-${String(n).padStart(6, '0')}`;

export interface SegmentName {
  /** From 1. */
  readonly index: number;
  /** Epoch milliseconds at which it had been read: nothing that was committed later is in it. */
  readonly at: number;
}

export const segmentName = ({ index, at }: SegmentName): string =>
  `log-${String(index).padStart(9, '0')}-${String(at).padStart(13, '0')}`;

export function readSegmentName(name: string): SegmentName | null {
  const [, index, at] = /^log-(\d{9})-(\d{13})$/.exec(name) ?? [];
  return index === undefined || at === undefined ? null : { index: Number(index), at: Number(at) };
}
