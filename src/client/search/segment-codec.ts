/**
 * A segment as it is stored, in the device's own byte order, which the storage never leaves: four lengths (count, width,
 * bytes of orders, bytes of text; 32 bits each), times, accounts, orders, text, flags, and JSON with who and where.
 */
import { isAccountId, isConversationId } from '../../contract/ids.ts';
import { decodeStored, encodeStored, list, number, record, StoredError, word } from '../stored.ts';
import { lineEnds, type Segment } from './segment.ts';

const Head = record({
  runs: list(record({ conversation: word(isConversationId), start: number })),
  accounts: list(word(isAccountId)),
});
const LENGTHS = 16;

export function encodeSegment(segment: Segment): Uint8Array<ArrayBuffer> {
  const encoder = new TextEncoder();
  const orders = encoder.encode(segment.orders);
  const text = encoder.encode(segment.text);
  const lengths = Uint32Array.of(segment.size, segment.width, orders.length, text.length);
  const parts = [
    lengths,
    segment.sentAt,
    segment.account,
    orders,
    text,
    segment.has,
    encodeStored(Head, segment),
  ].map((part) => new Uint8Array(part.buffer, part.byteOffset, part.byteLength));
  const bytes = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    bytes.set(part, at);
    at += part.length;
  }
  return bytes;
}

/** @throws StoredError */
export function decodeSegment(stored: Uint8Array): Segment {
  // Columns of numbers must begin at multiples of their width.
  const bytes = new Uint8Array(stored);
  if (bytes.length < LENGTHS) throw new StoredError('A segment of the search index is damaged.');
  const [size = 0, width = 0, ordersLength = 0, textLength = 0] = new Uint32Array(bytes.buffer, 0, 4);
  const accountsAt = LENGTHS + 8 * size;
  const ordersAt = accountsAt + 4 * size;
  const textAt = ordersAt + ordersLength;
  const hasAt = textAt + textLength;
  if (bytes.length <= hasAt + size) throw new StoredError('A segment of the search index is damaged.');
  const decoder = new TextDecoder();
  const text = decoder.decode(bytes.subarray(textAt, hasAt));
  return {
    ...decodeStored(Head, bytes.subarray(hasAt + size)),
    size,
    width,
    sentAt: new Float64Array(bytes.buffer, LENGTHS, size).slice(),
    account: new Uint32Array(bytes.buffer, accountsAt, size).slice(),
    orders: decoder.decode(bytes.subarray(ordersAt, textAt)),
    text,
    has: bytes.slice(hasAt, hasAt + size),
    ends: lineEnds(text, size),
  };
}
