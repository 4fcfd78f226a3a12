/**
 * The beginning of a backup (docs/backup.md): what it is, how its key comes from the passphrase, and a code by which a wrong
 * passphrase is told from a damaged file. Every byte of it is bound to every part that follows.
 */
import { argon2, createHmac, timingSafeEqual } from 'node:crypto';
import { BadBackup } from './bad-backup.ts';

const FORMAT_VERSION = 1;
const MAGIC = new TextEncoder().encode('SOTTO BACKUP\n');
const SALT_BYTES = 32;
/** Magic, version (u8), memory in KiB (u32), passes (u32), lanes (u8), salt. */
const FIELDS_BYTES = MAGIC.length + 1 + 4 + 4 + 1 + SALT_BYTES;
const CODE_BYTES = 32;
export const HEADER_BYTES = FIELDS_BYTES + CODE_BYTES;

/** Of Argon2id. */
export interface Cost {
  /** KiB. */
  readonly memory: number;
  readonly passes: number;
  readonly lanes: number;
}
const COST: Cost = { memory: 64 * 1024, passes: 3, lanes: 4 };
/** A file must not make its reader work for ever. */
const MOST: Cost = { memory: 1024 * 1024, passes: 16, lanes: 16 };

export interface Header {
  readonly bytes: Uint8Array;
  /** AES-256-GCM, for this one file: the salt is its own. */
  readonly key: Uint8Array;
}

/** @param random gives that many bytes */
export async function makeHeader(
  passphrase: string,
  random: (length: number) => Uint8Array,
  cost: Cost = COST,
): Promise<Header> {
  const bytes = new Uint8Array(HEADER_BYTES);
  const view = new DataView(bytes.buffer);
  bytes.set(MAGIC);
  bytes[MAGIC.length] = FORMAT_VERSION;
  view.setUint32(MAGIC.length + 1, cost.memory);
  view.setUint32(MAGIC.length + 5, cost.passes);
  bytes[MAGIC.length + 9] = cost.lanes;
  bytes.set(random(SALT_BYTES), MAGIC.length + 10);
  const { key, code } = await derive(passphrase, bytes, cost);
  bytes.set(code, FIELDS_BYTES);
  return { bytes, key };
}

/** Throws BadBackup for what is no backup, one of a newer format, and a wrong passphrase. */
export async function openHeader(bytes: Uint8Array, passphrase: string): Promise<Header> {
  if (bytes.length < HEADER_BYTES || !MAGIC.every((byte, i) => bytes[i] === byte))
    throw new BadBackup('This is no backup of Sotto, or its beginning is damaged.');
  const view = new DataView(bytes.buffer, bytes.byteOffset);
  const version = bytes[MAGIC.length] ?? 0;
  if (version > FORMAT_VERSION)
    throw new BadBackup(
      `This backup has format ${version}, and this release reads up to ${FORMAT_VERSION}: use the release that made it, or a newer one.`,
    );
  const cost: Cost = {
    memory: view.getUint32(MAGIC.length + 1),
    passes: view.getUint32(MAGIC.length + 5),
    lanes: bytes[MAGIC.length + 9] ?? 0,
  };
  const isWithin = ({ memory, passes, lanes }: Cost) =>
    memory >= 8 * lanes && passes >= 1 && lanes >= 1 && memory <= MOST.memory && passes <= MOST.passes;
  if (version < 1 || !isWithin(cost) || cost.lanes > MOST.lanes)
    throw new BadBackup('The beginning of this backup is damaged.');
  const { key, code } = await derive(passphrase, bytes, cost);
  if (!timingSafeEqual(code, bytes.subarray(FIELDS_BYTES, HEADER_BYTES)))
    throw new BadBackup('The passphrase is not the one of this backup, or its beginning is damaged.');
  return { bytes: bytes.slice(0, HEADER_BYTES), key };
}

/** 64 bytes of Argon2id: a key for the parts, and one for the code over the fields. */
async function derive(passphrase: string, header: Uint8Array, { memory, passes, lanes }: Cost) {
  const secret = await new Promise<Uint8Array>((resolve, reject) => {
    const message = new TextEncoder().encode(passphrase.normalize('NFC'));
    const nonce = header.slice(FIELDS_BYTES - SALT_BYTES, FIELDS_BYTES);
    argon2(
      'argon2id',
      { message, nonce, memory, passes, parallelism: lanes, tagLength: 64 },
      (error, digest) => (error ? reject(error) : resolve(digest)),
    );
  });
  const code = createHmac('sha256', secret.subarray(32)).update(header.subarray(0, FIELDS_BYTES)).digest();
  return { key: secret.subarray(0, 32), code };
}
