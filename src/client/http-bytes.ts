/** Bytes of an answer, and never more than there may be. */

const TOO_LONG = 'An answer was longer than it may be.';

/** An answer of more bytes than may be; the cause of a TransportFailed. */
export class AnswerTooLong extends Error {
  override readonly name = 'AnswerTooLong';
}

/** The bytes of an answer. Throws when there are more than may be, and reads no further. */
export async function readBytes(response: Response, max: number): Promise<Uint8Array> {
  const announced = response.headers.get('content-length');
  if (Number(announced ?? 0) > max) throw new AnswerTooLong(TOO_LONG);
  // What is not compressed is no longer than was announced.
  const isPlain = announced !== null && !response.headers.has('content-encoding');
  if (isPlain || response.body === null) return new Uint8Array(await response.arrayBuffer());
  const parts: Uint8Array[] = [];
  let length = 0;
  const reader = response.body.getReader();
  for (let part = await reader.read(); !part.done; part = await reader.read()) {
    parts.push(part.value);
    length += part.value.length;
    if (length <= max) continue;
    await reader.cancel();
    throw new AnswerTooLong(TOO_LONG);
  }
  const bytes = new Uint8Array(length);
  let at = 0;
  for (const part of parts) {
    bytes.set(part, at);
    at += part.length;
  }
  return bytes;
}
