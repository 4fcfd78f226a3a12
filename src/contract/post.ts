/**
 * The binary post: what a sender hands to the relay. Recipients are implied where they can be, so that a message
 * to 400 devices costs 176 bytes each and not 192.
 *
 *   u8 version = 1 | u8 mode | u16be omitted | omitted * 16 B device ids | u16be count
 *   mode 0 and 2 (implied): 32 B SHA-256 over the sorted recipient device ids
 *   mode 1 and 3 (named):   count * 16 B device ids
 *   u32be bodyLen | body
 *   mode 0 and 1: count * (u16be len | envelope)
 *   mode 2 and 3 (envelopes of one length, as nearly always): u16be len | count * envelope
 *
 * In mode 0 and 2 the envelopes stand in the bytewise order of their device ids; the relay derives the same list from its
 * own, less `omitted`, and compares the hash.
 */
import type { DeviceId } from './ids.ts';
import { MAX_BODY_BYTES, MAX_DEVICES_PER_CONVERSATION, MAX_ENVELOPE_BYTES } from './limits.ts';

export interface Post {
  readonly body: Uint8Array;
  /** Devices left out on purpose (expired certificate, prekey too old): protocol/README 13. Sorted. */
  readonly omitted: readonly DeviceId[];
  /** SHA-256 over the sorted recipient device ids (32 B), or the ids in envelope order. */
  readonly recipients: Uint8Array | readonly DeviceId[];
  readonly envelopes: readonly Uint8Array[];
}

/** Bits of the mode. */
const NAMED = 1;
const EVEN = 2;

/** Encodes a post. */
export function encodePost(post: Post): Uint8Array<ArrayBuffer> {
  const implied = post.recipients instanceof Uint8Array;
  const names = post.recipients instanceof Uint8Array ? [] : post.recipients;
  const [first, ...others] = post.envelopes;
  const even = others.length > 0 && others.every(({ length }) => length === first?.length);
  const size =
    6 +
    post.omitted.length * 16 +
    (implied ? 32 : names.length * 16) +
    4 +
    post.body.length +
    post.envelopes.reduce((sum, envelope) => sum + envelope.length, 0) +
    (even ? 2 : post.envelopes.length * 2);
  const out = new Uint8Array(size);
  const view = new DataView(out.buffer);
  let at = 0;
  const put = (bytes: Uint8Array) => {
    out.set(bytes, at);
    at += bytes.length;
  };
  view.setUint8(at++, 1);
  view.setUint8(at++, (implied ? 0 : NAMED) | (even ? EVEN : 0));
  view.setUint16(at, post.omitted.length);
  at += 2;
  for (const device of post.omitted) put(Uint8Array.fromHex(device));
  view.setUint16(at, post.envelopes.length);
  at += 2;
  if (post.recipients instanceof Uint8Array) put(post.recipients);
  else for (const device of names) put(Uint8Array.fromHex(device));
  view.setUint32(at, post.body.length);
  at += 4;
  put(post.body);
  for (const [i, envelope] of post.envelopes.entries()) {
    if (!even || i === 0) {
      view.setUint16(at, envelope.length);
      at += 2;
    }
    put(envelope);
  }
  return out;
}

/** Decodes a post, or null for anything that is not exactly one: bad version, sizes over the limits, bytes left over. */
export function decodePost(bytes: Uint8Array): Post | null {
  // Read byte by byte: a DataView of a small array costs more than the whole rest.
  const u8 = (index: number) => bytes[index] ?? 0;
  const u16 = (index: number) => u8(index) * 0x100 + u8(index + 1);
  let at = 0;
  const has = (length: number) => at + length <= bytes.length;
  const take = (length: number) => {
    at += length;
    return bytes.subarray(at - length, at);
  };
  if (!has(4) || u8(0) !== 1) return null;
  const mode = u8(1);
  if (mode > (NAMED | EVEN)) return null;
  const named = (mode & NAMED) !== 0;
  const omittedCount = u16(2);
  at = 4;
  if (omittedCount > MAX_DEVICES_PER_CONVERSATION || !has(omittedCount * 16 + 2)) return null;
  const omitted: DeviceId[] = [];
  for (let i = 0; i < omittedCount; i++) omitted.push(take(16).toHex() as DeviceId);
  const count = u16(at);
  at += 2;
  if (count > MAX_DEVICES_PER_CONVERSATION || !has(named ? count * 16 : 32)) return null;
  let recipients: Uint8Array | DeviceId[];
  if (!named) recipients = take(32);
  else {
    recipients = [];
    for (let i = 0; i < count; i++) recipients.push(take(16).toHex() as DeviceId);
  }
  if (!has(4)) return null;
  const bodyLength = u16(at) * 0x10000 + u16(at + 2);
  at += 4;
  if (bodyLength === 0 || bodyLength > MAX_BODY_BYTES || !has(bodyLength)) return null;
  const body = take(bodyLength);
  const envelopes: Uint8Array[] = [];
  let length = 0;
  for (let i = 0; i < count; i++) {
    if (i === 0 || (mode & EVEN) === 0) {
      if (!has(2)) return null;
      length = u16(at);
      at += 2;
    }
    if (length === 0 || length > MAX_ENVELOPE_BYTES || !has(length)) return null;
    envelopes.push(take(length));
  }
  return at === bytes.length ? { body, omitted, recipients, envelopes } : null;
}
