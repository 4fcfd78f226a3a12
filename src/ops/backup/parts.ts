/**
 * Bytes of a backup as they lie in the file: parts of 1 MiB, each sealed with AES-256-GCM under a nonce that counts them and says
 * which one is the last (the STREAM construction), bound to the header. So a part that is changed, moved, doubled or missing is found.
 */
import { createCipheriv, createDecipheriv } from 'node:crypto';
import { BadBackup } from './bad-backup.ts';
import type { Header } from './header.ts';

/** Bytes in a part; the last one has fewer, or none. */
export const PART_BYTES = 1024 * 1024;
export const TAG_BYTES = 16;
const MAX_PARTS = 0xffff_ffff;

/** Seven zeros, the part's number (u32), 1 for the last one: the key is this file's alone, so no nonce comes twice. */
function nonceOf(n: number, isLast: boolean): Uint8Array {
  if (n > MAX_PARTS) throw new BadBackup('This backup would be larger than 4 PiB.');
  const nonce = new Uint8Array(12);
  new DataView(nonce.buffer).setUint32(7, n);
  nonce[11] = isLast ? 1 : 0;
  return nonce;
}

/** Ciphertext and tag of one part. */
export function sealPart({ key, bytes }: Header, n: number, isLast: boolean, part: Uint8Array): Uint8Array {
  const cipher = createCipheriv('aes-256-gcm', key, nonceOf(n, isLast)).setAAD(bytes);
  return Buffer.concat([cipher.update(part), cipher.final(), cipher.getAuthTag()]);
}

/** Throws BadBackup when it is not what was written at this place. */
export function openPart({ key, bytes }: Header, n: number, isLast: boolean, sealed: Uint8Array): Uint8Array {
  const end = sealed.length - TAG_BYTES;
  try {
    if (end < 0) throw new Error('no room for a tag');
    const decipher = createDecipheriv('aes-256-gcm', key, nonceOf(n, isLast)).setAAD(bytes);
    decipher.setAuthTag(sealed.subarray(end));
    return Buffer.concat([decipher.update(sealed.subarray(0, end)), decipher.final()]);
  } catch {
    throw new BadBackup(
      isLast
        ? 'This backup is cut off, or damaged at its end.'
        : `This backup is damaged: part ${n + 1} is not what was written.`,
    );
  }
}
