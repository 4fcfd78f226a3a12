/**
 * Objects of a history as they are kept: 32 bytes of salt, then the parts of a backup (ops/backup/parts.ts) under a key that is this object's alone,
 * made of the generation's key, its name and the salt. So an object that was changed, shortened or given another name does not open, and one
 * that is written twice is sealed under two keys.
 */
import { createHmac } from 'node:crypto';
import { BadBackup } from '../backup/bad-backup.ts';
import type { Header } from '../backup/header.ts';
import { openPart, PART_BYTES, sealPart, TAG_BYTES } from '../backup/parts.ts';

const SALT_BYTES = 32;

/** @param random gives that many bytes */
export function sealObject(
  generation: Header,
  name: string,
  bytes: Uint8Array,
  random: (length: number) => Uint8Array,
): readonly Uint8Array[] {
  const salt = random(SALT_BYTES);
  const header = headerOf(generation, name, salt);
  const parts: Uint8Array[] = [salt];
  const count = Math.max(1, Math.ceil(bytes.length / PART_BYTES));
  for (let n = 0; n < count; n++)
    parts.push(sealPart(header, n, n === count - 1, bytes.subarray(n * PART_BYTES, (n + 1) * PART_BYTES)));
  return parts;
}

/** Throws BadBackup when it is not what was kept under this name. */
export function openObject(generation: Header, name: string, sealed: Uint8Array): Uint8Array {
  if (sealed.length < SALT_BYTES + TAG_BYTES) throw new BadBackup(`${name} is cut off.`);
  const header = headerOf(generation, name, sealed.subarray(0, SALT_BYTES));
  const step = PART_BYTES + TAG_BYTES;
  const body = sealed.subarray(SALT_BYTES);
  const opened = new Uint8Array(body.length);
  let length = 0;
  for (let n = 0, at = 0; at < body.length; n++, at += step) {
    const isLast = at + step >= body.length;
    const part = openPart(header, n, isLast, body.subarray(at, at + step));
    opened.set(part, length);
    length += part.length;
  }
  return opened.subarray(0, length);
}

function headerOf({ key, bytes }: Header, name: string, salt: Uint8Array): Header {
  const named = new TextEncoder().encode(name);
  const own = createHmac('sha256', key).update('SOTTO LOG\n').update(salt).update(named).digest();
  return { key: own, bytes: Buffer.concat([bytes, salt, named]) };
}
