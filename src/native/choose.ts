/** Chooses, part by part, between the browser's own primitives and noble: by known answers, when the page starts. */
import { equalBytes, sha256 } from '../protocol/hash.ts';
import type { Provider } from '../protocol/provider.ts';
import { edwardsOver, verifies } from './ed25519.ts';
import { hold } from './keys.ts';
import { agreement, encapsulation, signatures, sealing as webSealing } from './primitives.ts';

/** The answers of this file are those of suite 2 (noble gives the same; a test compares them). */
const SUITE = 2;

/** What seals and hashes. */
type Sealing = typeof webSealing;

const bytes = (length: number, from: number): Uint8Array =>
  Uint8Array.from({ length }, (_, index) => (from + index) % 256);
const is = (value: Uint8Array, hex: string): boolean => value.toHex() === hex;

/**
 * A provider of native parts; `loadNoble` brings the rest only where one of them is missing or wrong, or where a signature is
 * not plainly right, so that a current browser fetches half as much. It is asked once.
 */
export async function chooseProvider(
  loadNoble: () => Promise<Provider>,
  sealing: Sealing = webSealing,
): Promise<Provider> {
  let loading: Promise<Provider> | null = null;
  const noble = () => {
    loading ??= loadNoble().catch((error) => {
      loading = null;
      throw error;
    });
    return loading;
  };
  const edwards = edwardsOver(noble);
  // Each with what it must do before it is trusted.
  const parts: readonly (readonly [part: Partial<Provider>, check: () => Promise<boolean>])[] = [
    [agreement, checkAgreement],
    [encapsulation, checkEncapsulation],
    [signatures, checkSignatures],
    [sealing, () => checkSealing(sealing)],
    [edwards, () => checkEdwards(edwards)],
  ];
  const trusted = await Promise.all(parts.map(([, check]) => check().catch(() => false)));
  const holding = { prepare: hold, holds: true } as const;
  if (trusted.every(Boolean))
    return {
      ...agreement,
      ...encapsulation,
      ...signatures,
      ...sealing,
      ...edwards,
      ...holding,
      name: 'native',
    };
  const usable = parts.filter((_, index) => trusted[index]).map(([part]) => part);
  const name = `native ${usable.length}/${parts.length}, noble`;
  // What noble has prepared, a native part cannot use.
  const prepared = [agreement, signatures, edwards].every((part) => usable.includes(part))
    ? holding
    : { prepare: undefined };
  return Object.assign({}, await noble(), ...usable, prepared, { name });
}

/** The public key of a secret, and what it agrees on with another one. */
async function checkAgreement(): Promise<boolean> {
  const [a, b] = [bytes(32, 1), bytes(32, 77)];
  return (
    is(
      await agreement.x25519PublicKey(a),
      '07a37cbc142093c8b755dc1b10e86cb426374ad16aa853ed0bdfc0b2b86d1c7c',
    ) &&
    is(
      await agreement.x25519(a, await agreement.x25519PublicKey(b)),
      '246609e27f2f59b61fad24011fe778077b106a345c07e4c12000157e1a40d172',
    )
  );
}

/** The public key of a seed, a secret that comes back, and the one that a wrong ciphertext gives instead. */
async function checkEncapsulation(): Promise<boolean> {
  const seed = bytes(64, 3);
  const { publicKey } = await encapsulation.mlKemKeyPair(SUITE, seed);
  const { ciphertext, sharedSecret } = await encapsulation.mlKemEncapsulate(SUITE, publicKey, bytes(32, 9));
  const open = encapsulation.mlKemDecapsulate;
  return (
    is(sha256(publicKey), '5ba886ca337b2a107f84f9b581461940a60bc6930234ff54a733b1e962b8d6f2') &&
    equalBytes(await open(SUITE, seed, ciphertext), sharedSecret) &&
    is(
      await open(SUITE, seed, new Uint8Array(1088)),
      '6df9a14d16ba2a8c712e0596fefc5a9b79d7c074b4bf8d9b11ac22c6f5fc3e6e',
    )
  );
}

/** The public key of a seed, a signature that holds, and none for another message or context. */
async function checkSignatures(): Promise<boolean> {
  const [seed, message, context] = [bytes(32, 5), bytes(64, 8), bytes(3, 2)];
  const publicKey = await signatures.mlDsaPublicKey(SUITE, seed);
  const signature = await signatures.mlDsaSign(SUITE, seed, message, context, bytes(32, 0));
  const verify = signatures.mlDsaVerify;
  return (
    is(sha256(publicKey), 'd1e18ec67e38f9b53c43aad3c7155ab005df9f4986e2bd38c2d98aad504ed2e1') &&
    (await verify(SUITE, publicKey, message, context, signature)) &&
    !(await verify(SUITE, publicKey, bytes(64, 9), context, signature)) &&
    !(await verify(SUITE, publicKey, message, bytes(3, 3), signature))
  );
}

/** Known bytes and their hash, which open again, and not with a flipped bit. */
async function checkSealing(sealing: Sealing): Promise<boolean> {
  const [key, nonce, text, associated] = [bytes(32, 4), bytes(12, 6), bytes(16, 1), bytes(20, 2)];
  const sealed = await sealing.aesGcmSeal(key, nonce, text, associated);
  const flipped = sealed.map((byte, index) => (index === 3 ? byte ^ 1 : byte));
  return (
    is(sealed, '27508526c1757aa85053efc6aac59c61f93a4e6cd94d48db5384a75818289aa5') &&
    equalBytes(await sealing.sha256(sealed), sha256(sealed)) &&
    equalBytes(await sealing.aesGcmOpen(key, nonce, sealed, associated), text) &&
    (await sealing.aesGcmOpen(key, nonce, flipped, associated).then(
      () => false,
      () => true,
    ))
  );
}

/** Known bytes (RFC 8032, 7.1, test 1), which verify, and not for another message. */
async function checkEdwards(edwards: ReturnType<typeof edwardsOver>): Promise<boolean> {
  const seed = Uint8Array.fromHex('9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60');
  const key = Uint8Array.fromHex('d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a');
  const signature = await edwards.ed25519Sign(seed, bytes(0, 0));
  return (
    equalBytes(await edwards.ed25519PublicKey(seed), key) &&
    is(
      signature,
      'e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b',
    ) &&
    (await verifies(key, bytes(0, 0), signature)) &&
    !(await verifies(key, bytes(1, 0), signature))
  );
}
