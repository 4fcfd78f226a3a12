/**
 * Prekeys (protocol/README 3): the signed one, which is replaced every 7 days and holds the KEM key of last resort.
 * One-time ones are in prekey-batch.ts.
 */
import { CLOCK_TOLERANCE_MS } from './certificate.ts';
import { concat } from './codec.ts';
import { malformed, ProtocolError, unauthentic } from './errors.ts';
import { hash } from './hash.ts';
import { SIGNATURE_BYTES, type Signer, signHybrid, verifyHybrid } from './identity.ts';
import type { Crypto } from './ports.ts';
import { createPrekey, type PrekeySecret, prekeyFields } from './prekey-pair.ts';
import { type RecordOf, record, u64 } from './record.ts';

export * from './prekey-batch.ts';
export type { PrekeySecret } from './prekey-pair.ts';

/** A new signed prekey is due after so long: 7 days in milliseconds. */
export const SIGNED_PREKEY_ROTATION_MS = 7 * 24 * 3_600_000;
/** The private half is kept for so long after its replacement: 21 days in milliseconds. */
export const SIGNED_PREKEY_KEPT_MS = 21 * 24 * 3_600_000;
/** Senders refuse an older statement: 30 days in milliseconds. */
export const SIGNED_PREKEY_MAX_AGE_MS = 30 * 24 * 3_600_000;

const signedPrekeyRecord = record(3, 'signed prekey', {
  ...prekeyFields,
  /** Epoch ms. */
  created: u64,
});
export type SignedPrekey = RecordOf<typeof signedPrekeyRecord>;

/**
 * Makes and signs a prekey: record || HSig "spk" by the DIK.
 * @param id up to 2^32 - 1, never reused by this device
 */
export async function createSignedPrekey(
  crypto: Crypto,
  dik: Signer,
  id: number,
): Promise<{ readonly signed: Uint8Array; readonly secret: PrekeySecret }> {
  const created = crypto.clock();
  const { secret, prekey } = await createPrekey(crypto, id, created);
  const encoded = signedPrekeyRecord.encode({ ...prekey, created });
  return { signed: concat(encoded, await signHybrid(crypto, dik, 'spk', encoded)), secret };
}

function split(signed: Uint8Array): readonly [encoded: Uint8Array, signature: Uint8Array] {
  const end = signed.length - SIGNATURE_BYTES;
  if (end <= 0) throw malformed('a prekey without its signature');
  return [signed.subarray(0, end), signed.subarray(end)];
}

/** Reads a statement and verifies nothing but its form; `hash` is H of the record without signature, 32 B. @throws E_FORMAT */
export function decodeSignedPrekey(signed: Uint8Array): {
  readonly prekey: SignedPrekey;
  readonly hash: Uint8Array;
} {
  const [encoded] = split(signed);
  return { prekey: signedPrekeyRecord.decode(encoded), hash: hash(encoded) };
}

/**
 * Verifies a statement under the device's signing key.
 * @param expected.signingKey of the verified certificate, 1,984 B; `now` epoch ms
 * @throws E_FORMAT, E_STALE (older than 30 days, or from a future more than 24 h away), E_AUTH
 */
export async function verifySignedPrekey(
  crypto: Pick<Crypto, 'provider'>,
  signed: Uint8Array,
  expected: { readonly signingKey: Uint8Array; readonly now: number },
): Promise<{ readonly prekey: SignedPrekey; readonly hash: Uint8Array }> {
  const decoded = decodeSignedPrekey(signed);
  const age = expected.now - decoded.prekey.created;
  if (age > SIGNED_PREKEY_MAX_AGE_MS || age < -CLOCK_TOLERANCE_MS)
    throw new ProtocolError('E_STALE', 'the signed prekey is too old, or from the future');
  const [encoded, signature] = split(signed);
  if (!(await verifyHybrid(crypto, expected.signingKey, 'spk', encoded, signature))) throw unauthentic();
  return decoded;
}
