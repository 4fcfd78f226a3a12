/** Who sent a body and to where, from its clear header, in the words of the contract. */
import { accountId, bodyId, conversationId, deviceId } from '../contract/bytes.ts';
import type { AccountId, BodyId, ConversationId, DeviceId } from '../contract/ids.ts';
import {
  BODY_HEADER_BYTES,
  decodeBodyHeader,
  MAX_BODY_BYTES,
  MIN_BODY_BYTES,
} from '../protocol/body-header.ts';

export interface PostHeader {
  readonly class: 1 | 2;
  readonly conversation: ConversationId;
  readonly account: AccountId;
  readonly device: DeviceId;
  readonly id: BodyId;
}

export interface HeaderReader {
  /** Null for anything that is no body of this protocol. */
  read(body: Uint8Array): PostHeader | null;
}

/** The id ends the header, and is all that differs between the messages of one device to one conversation. */
const PREFIX_BYTES = BODY_HEADER_BYTES - 16;
/** Senders and conversations whose decoded header is kept. */
const MAX_KNOWN = 10_000;

/** Reads headers; what stands before the id is decoded once for each device and conversation. */
export function createHeaderReader(): HeaderReader {
  const known = new Map<string, Omit<PostHeader, 'id'>>();

  return {
    read(body) {
      if (body.length < MIN_BODY_BYTES || body.length > MAX_BODY_BYTES) return null;
      const prefix = body.subarray(0, PREFIX_BYTES).toHex();
      const id = bodyId(body.subarray(PREFIX_BYTES, BODY_HEADER_BYTES));
      const before = known.get(prefix);
      if (before) return { ...before, id };
      const header = decode(body);
      if (!header) return null;
      if (header.id !== id) throw new Error('the id does not end the header');
      if (known.size >= MAX_KNOWN) known.clear();
      known.set(prefix, header);
      return header;
    },
  };
}

function decode(body: Uint8Array): PostHeader | null {
  try {
    const { header } = decodeBodyHeader(body);
    return {
      class: header.class,
      conversation: conversationId(header.conversation),
      account: accountId(header.account),
      device: deviceId(header.device),
      id: bodyId(header.bodyId),
    };
  } catch {
    return null;
  }
}
