/**
 * Padding: a length says little about what was said (protocol/README 7). Steps 256, 512, 1 k, 2 k, 4 k, then an eighth
 * of the power of two below: 4,608, 5,120 .. 8,192, 9,216 ..
 */
import { ProtocolError } from './errors.ts';

const SMALLEST = 256;
/** From here on the steps are eighths. */
const EIGHTHS_FROM = 4096;

/** Padded length in bytes of a content of `length` bytes; always longer, for the mark 0x80. */
export function paddedLength(length: number): number {
  let power = SMALLEST;
  while (power * 2 <= length) power *= 2;
  if (power < EIGHTHS_FROM) return length < power ? power : power * 2;
  const step = power / 8;
  return (Math.floor(length / step) + 1) * step;
}

/** content || 0x80 || zeros. */
export function pad(content: Uint8Array): Uint8Array {
  const padded = new Uint8Array(paddedLength(content.length));
  padded.set(content);
  padded[content.length] = 0x80;
  return padded;
}

/** The content of a padded one. @throws E_FORMAT unless it is exactly what pad makes */
export function unpad(padded: Uint8Array): Uint8Array {
  let end = padded.length - 1;
  while (end >= 0 && padded[end] === 0) end--;
  if (end < 0 || padded[end] !== 0x80 || paddedLength(end) !== padded.length)
    throw new ProtocolError('E_FORMAT', 'the padding of this message is malformed');
  return padded.subarray(0, end);
}
