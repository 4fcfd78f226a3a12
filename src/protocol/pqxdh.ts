/**
 * First contact: X25519 in four parts and ML-KEM, bound to both certificates and both prekeys (protocol/README 4; after
 * Signal's PQXDH). Flipping any input of the transcript gives other keys [R20].
 */
import { concat, lp, u16be, utf8 } from './codec.ts';
import { hash, kdf, wipe } from './hash.ts';
import type { Crypto } from './ports.ts';
import type { SecretKey } from './provider.ts';

/** What both sides put into the transcript; 32 B each unless said otherwise. */
export interface HandshakeInputs {
  readonly suite: number;
  readonly certificateA: Uint8Array;
  readonly certificateB: Uint8Array;
  /** Hash of B's signed prekey statement. */
  readonly signedPrekey: Uint8Array;
  /** Leaf hash of B's one-time prekey, null for none. */
  readonly oneTimeLeaf: Uint8Array | null;
  /** EK, A's ephemeral public key. */
  readonly ephemeral: Uint8Array;
  /** KEM ciphertext, 1,088 B. */
  readonly ciphertext: Uint8Array;
  /** sid of the session that A gives up for this one, 16 B; zeros for none. */
  readonly replaces: Uint8Array;
}
export interface HandshakeKeys {
  /** T, 32 B. */
  readonly transcript: Uint8Array;
  /** RK0, 32 B. */
  readonly rootKey: Uint8Array;
  /** 16 B. */
  readonly sid: Uint8Array;
  /** AD0, 32 B: associated data of every envelope. */
  readonly binding: Uint8Array;
}

const NONE = new Uint8Array(32);
const EMPTY = new Uint8Array();

/**
 * T, RK0, sid and AD0.
 * @param secrets DH1, DH2, DH3, [DH4], ss in this order, 32 B each; wiped
 */
export function handshakeKeys(inputs: HandshakeInputs, secrets: readonly Uint8Array[]): HandshakeKeys {
  const { suite, certificateA, certificateB } = inputs;
  const transcript = hash(
    lp(utf8('sotto/2/init')),
    u16be(suite),
    certificateA,
    certificateB,
    inputs.signedPrekey,
    inputs.oneTimeLeaf ?? NONE,
    inputs.ephemeral,
    inputs.ciphertext,
    inputs.replaces,
  );
  const ikm = concat(new Uint8Array(32).fill(0xff), ...secrets);
  const rootKey = kdf({ suite, ikm, salt: NONE, label: 'init', context: transcript, length: 32 });
  const sid = kdf({ suite, ikm: rootKey, salt: EMPTY, label: 'sid', context: transcript, length: 16 });
  wipe(ikm, ...secrets);
  return { transcript, rootKey, sid, binding: hash(transcript, certificateA, certificateB) };
}

/** Public halves of B's prekeys. `oneTime` null when the stock was empty: DH4 is absent and the last-resort KEM serves. */
export interface PublicPrekeys {
  readonly signedPrekey: { readonly x25519: Uint8Array; readonly kem: Uint8Array; readonly hash: Uint8Array };
  readonly oneTime: {
    readonly x25519: Uint8Array;
    readonly kem: Uint8Array;
    readonly leafHash: Uint8Array;
  } | null;
}

/**
 * A's half.
 * @param a agreement secret DHK (32 B, or kept by the platform), hash of A's certificate, and what it replaces (16 B)
 * @param b agreement key (32 B), certificate hash and prekeys of B, all verified
 * @throws E_AUTH for a key that is no key
 */
export async function initiate(
  { provider, random }: Crypto,
  suite: number,
  a: {
    readonly agreementSecret: SecretKey;
    readonly certificate: Uint8Array;
    readonly replaces: Uint8Array;
  },
  b: { readonly agreementKey: Uint8Array; readonly certificate: Uint8Array } & PublicPrekeys,
): Promise<HandshakeKeys & { readonly ephemeral: Uint8Array; readonly ciphertext: Uint8Array }> {
  const { signedPrekey, oneTime } = b;
  const bytes = random(32);
  const secret = (await provider.prepare?.('X25519', bytes)) ?? bytes;
  const ephemeral = await provider.x25519PublicKey(secret);
  const kem = oneTime?.kem ?? signedPrekey.kem;
  const { ciphertext, sharedSecret } = await provider.mlKemEncapsulate(suite, kem, random(32));
  const secrets = [
    await provider.x25519(a.agreementSecret, signedPrekey.x25519),
    await provider.x25519(secret, b.agreementKey),
    await provider.x25519(secret, signedPrekey.x25519),
  ];
  if (oneTime !== null) secrets.push(await provider.x25519(secret, oneTime.x25519));
  wipe(bytes);
  const inputs = {
    suite,
    certificateA: a.certificate,
    certificateB: b.certificate,
    signedPrekey: signedPrekey.hash,
    oneTimeLeaf: oneTime?.leafHash ?? null,
    ephemeral,
    ciphertext,
    replaces: a.replaces,
  };
  return { ...handshakeKeys(inputs, [...secrets, sharedSecret]), ephemeral, ciphertext };
}

/**
 * B's half. A wrong ciphertext gives other keys, and shows only as an envelope that does not open [R42].
 * @param a agreement key of A (32 B)
 * @param b agreement secret (32 B), private halves of the prekeys that the handshake names: X25519 32 B, KEM seed 64 B
 * @throws E_AUTH for an ephemeral that is no key
 */
export async function respond(
  { provider }: Crypto,
  inputs: HandshakeInputs,
  a: { readonly agreementKey: Uint8Array },
  b: {
    readonly agreementSecret: SecretKey;
    readonly signedPrekey: { readonly x25519: Uint8Array; readonly kem: Uint8Array };
    readonly oneTime: { readonly x25519: Uint8Array; readonly kem: Uint8Array } | null;
  },
): Promise<HandshakeKeys> {
  const { ephemeral, ciphertext, suite } = inputs;
  const { signedPrekey, oneTime } = b;
  const secrets = [
    await provider.x25519(signedPrekey.x25519, a.agreementKey),
    await provider.x25519(b.agreementSecret, ephemeral),
    await provider.x25519(signedPrekey.x25519, ephemeral),
  ];
  if (oneTime !== null) secrets.push(await provider.x25519(oneTime.x25519, ephemeral));
  secrets.push(await provider.mlKemDecapsulate(suite, (oneTime ?? signedPrekey).kem, ciphertext));
  return handshakeKeys(inputs, secrets);
}
