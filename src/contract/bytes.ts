/** Text forms of bytes in JSON: hexadecimal for ids, unpadded base64url for everything else (RFC 4648, 5). */
import type { AccountId, BodyId, ConversationId, DeviceId } from './ids.ts';

/** Unpadded base64url text. */
export type Base64 = string;

/** Encodes bytes as unpadded base64url. */
export function toBase64(bytes: Uint8Array): Base64 {
  return bytes.toBase64({ alphabet: 'base64url', omitPadding: true });
}

/** Decodes unpadded base64url; throws SyntaxError for anything else. */
export function fromBase64(text: Base64): Uint8Array<ArrayBuffer> {
  return Uint8Array.fromBase64(text, { alphabet: 'base64url', lastChunkHandling: 'loose' });
}

/**
 * Lets go of the memory behind these bytes, which are empty after that. Left to the collector, large buffers lie about by the hundred, and
 * every new one is memory that the system has to hand out first. What looks at the same buffer is empty too.
 */
export function giveBack({ buffer }: Uint8Array): void {
  // Browsers of before 2024 collect it.
  if (buffer instanceof ArrayBuffer) buffer.transfer?.(0);
}

/** Encodes bytes as lowercase hexadecimal. */
export function toHex(bytes: Uint8Array): string {
  return bytes.toHex();
}

/** Decodes hexadecimal; throws SyntaxError for anything else. */
export function fromHex(text: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.fromHex(text);
}

/** The id that 16 bytes stand for. */
export const accountId = (bytes: Uint8Array): AccountId => toHex(bytes) as AccountId;
/** The id that 16 bytes stand for. */
export const deviceId = (bytes: Uint8Array): DeviceId => toHex(bytes) as DeviceId;
/** The id that 32 bytes stand for. */
export const conversationId = (bytes: Uint8Array): ConversationId => toHex(bytes) as ConversationId;
/** The id that 16 bytes stand for. */
export const bodyId = (bytes: Uint8Array): BodyId => toHex(bytes) as BodyId;
