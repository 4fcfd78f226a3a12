/**
 * Reading an object, and no more of it than there can be. The runtime's client takes whatever a store answers into memory before anybody sees
 * it, so this asks by an address that the client signs, and ends the connection when the answer goes on for too long.
 */
import type { S3Client } from 'bun';
import { BlobsUnavailable } from './blobs.ts';

/** Seconds for which such an address is good: as far as a store lets clocks be apart. */
const ADDRESS_SECONDS = 15 * 60;
/** Bytes of what a store says when it gives nothing. */
const MOST_SAID = 64 * 1024;

/** Throws BlobsUnavailable: TooLarge for an object of more than `most` bytes, NoSuchKey for none. */
export async function readObject(
  client: S3Client,
  object: string,
  most: number,
): Promise<Uint8Array<ArrayBuffer>> {
  const address = client.presign(object, { expiresIn: ADDRESS_SECONDS });
  // As it is: what unpacks to more than it was has no bound, and an address of the store's own choice is not asked.
  const answer = await fetch(address, { decompress: false, redirect: 'manual' });
  if (answer.status === 200) return bytesOf(answer, most);
  const said = new TextDecoder().decode(await bytesOf(answer, MOST_SAID));
  const [, word] = /<Code>(\w{1,60})<\/Code>/.exec(said) ?? [];
  throw new BlobsUnavailable(word ?? (answer.status === 404 ? 'NoSuchKey' : 'UnknownError'));
}

async function bytesOf(answer: Response, most: number): Promise<Uint8Array<ArrayBuffer>> {
  const length = answer.headers.get('content-length');
  // It ends there, or fails; the usual case, twice as fast as piece by piece.
  if (length !== null && Number(length) <= most) return new Uint8Array(await answer.arrayBuffer());
  const parts: Uint8Array[] = [];
  let size = 0;
  const reader = answer.body?.getReader();
  for (let next = await reader?.read(); next?.value !== undefined; next = await reader?.read()) {
    size += next.value.length;
    parts.push(next.value);
    if (size <= most) continue;
    void reader?.cancel().catch(() => {});
    throw new BlobsUnavailable('TooLarge');
  }
  return Bun.concatArrayBuffers(parts, most, true);
}
