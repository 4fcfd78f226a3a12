/** The one range that a media element asks for (RFC 9110, 14.1.2). */

export interface ByteRange {
  readonly from: number;
  /** Exclusive. */
  readonly to: number;
}

const SINGLE = /^bytes=(\d{0,15})-(\d{0,15})$/;

/** Null for no range, or one that may be answered with everything; `beyond` for one that lies behind the end. */
export function rangeOf(header: string | null, size: number): ByteRange | 'beyond' | null {
  const [, first = '', last = ''] = SINGLE.exec(header ?? '') ?? [];
  if (first === '' && last === '') return null;
  if (first === '') {
    const length = Math.min(Number(last), size);
    return length === 0 ? 'beyond' : { from: size - length, to: size };
  }
  const from = Number(first);
  if (last !== '' && Number(last) < from) return null;
  if (from >= size) return 'beyond';
  return { from, to: last === '' ? size : Math.min(Number(last) + 1, size) };
}
