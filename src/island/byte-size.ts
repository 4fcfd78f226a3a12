/** How large something is, in words. */
import { locale, t } from '../contract/words.ts';

const UNITS = ['byte', 'kilobyte', 'megabyte', 'gigabyte', 'terabyte'] as const;

/** "1.4 MB": of 1,000 bytes, as systems write it, and at most one digit behind the point. */
export function byteSize(bytes: number): string {
  let left = bytes;
  let unit = 0;
  // 999.5 would be written as 1,000.
  while (left >= 999.5 && unit < UNITS.length - 1) {
    left /= 1000;
    unit += 1;
  }
  const style = {
    style: 'unit',
    unit: UNITS[unit] ?? 'byte',
    unitDisplay: unit === 0 ? 'long' : 'short',
  } as const;
  return new Intl.NumberFormat(locale(), { ...style, maximumFractionDigits: unit < 2 ? 0 : 1 }).format(left);
}

/** "400 kB of 1.4 MB". */
export const partOf = (done: number, size: number): string =>
  t('{done} of {size}', { done: byteSize(done), size: byteSize(size) });
