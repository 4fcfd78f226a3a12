/**
 * What signed and one-time prekeys are both made of: an X25519 key and an ML-KEM key under one id (protocol/README 3).
 */
import type { Crypto } from './ports.ts';
import { fixed, u32 } from './record.ts';
import { ACTIVE_SUITE } from './suite.ts';

const KEM_SEED_BYTES = 64;
/** ML-KEM-768, FIPS 203, table 3. */
const KEM_PUBLIC_BYTES = 1184;

/** The private half of a prekey; never exported, never backed up [R18]. */
export interface PrekeySecret {
  readonly id: number;
  /** X25519 secret, 32 B. */
  readonly x25519: Uint8Array;
  /** ML-KEM seed d || z, 64 B. */
  readonly kem: Uint8Array;
  /** Epoch ms. */
  readonly created: number;
}

/** The public half, as both records begin. */
export const prekeyFields = {
  /** Never reused by this device. */
  id: u32,
  /** 32 B. */
  x25519: fixed(32),
  /** 1,184 B. */
  kem: fixed(KEM_PUBLIC_BYTES),
};

/** A new pair under this id: its public halves, and what to keep. Every byte from the random source [R14]. */
export async function createPrekey(
  crypto: Crypto,
  id: number,
  created: number,
): Promise<{
  readonly secret: PrekeySecret;
  readonly prekey: { readonly id: number; readonly x25519: Uint8Array; readonly kem: Uint8Array };
}> {
  const secret = { id, x25519: crypto.random(32), kem: crypto.random(KEM_SEED_BYTES), created };
  const x25519 = await crypto.provider.x25519PublicKey(secret.x25519);
  const { publicKey } = await crypto.provider.mlKemKeyPair(ACTIVE_SUITE, secret.kem);
  return { secret, prekey: { id, x25519, kem: publicKey } };
}
