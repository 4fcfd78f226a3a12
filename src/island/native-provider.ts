/** Chooses, part by part, between the browser's own primitives and noble: by known answers, when the page starts. */
import { equalBytes } from '../protocol/hash.ts';
import { noble } from '../protocol/noble.ts';
import type { Provider } from '../protocol/provider.ts';
import { ACTIVE_SUITE } from '../protocol/suite.ts';
import { agreement, encapsulation, sealing, signatures } from './native-crypto.ts';

const bytes = (length: number, from: number): Uint8Array =>
  Uint8Array.from({ length }, (_, index) => (from + index) % 256);

/** What each part must do before it is trusted. */
const PARTS: readonly (readonly [part: Partial<Provider>, check: () => Promise<boolean>])[] = [
  [agreement, checkAgreement],
  [encapsulation, checkEncapsulation],
  [signatures, checkSignatures],
  [sealing, checkSealing],
];

/** A provider of native parts where they are right, and of noble's where they are missing or wrong. */
export async function chooseProvider(): Promise<Provider> {
  const trusted = await Promise.all(
    PARTS.map(async ([part, check]) => ((await check().catch(() => false)) ? part : {})),
  );
  const native = trusted.filter((part) => Object.keys(part).length > 0).length;
  return Object.assign({}, noble, ...trusted, { name: `native ${native}/${PARTS.length}, noble` });
}

/** Two secrets agree, with each other and with noble. */
async function checkAgreement(): Promise<boolean> {
  const [a, b] = [bytes(32, 1), bytes(32, 77)];
  const expected = await noble.x25519(a, await noble.x25519PublicKey(b));
  return equalBytes(await agreement.x25519(b, await agreement.x25519PublicKey(a)), expected);
}

/** The public key of a seed is noble's, each opens what the other made, and a wrong ciphertext gives the same secret. */
async function checkEncapsulation(): Promise<boolean> {
  const seed = bytes(64, 3);
  const { publicKey } = await encapsulation.mlKemKeyPair(ACTIVE_SUITE, seed);
  const theirs = await noble.mlKemEncapsulate(ACTIVE_SUITE, publicKey, bytes(32, 9));
  const ours = await encapsulation.mlKemEncapsulate(ACTIVE_SUITE, publicKey, bytes(32, 9));
  const wrong = theirs.ciphertext.map((byte, index) => (index === 0 ? byte ^ 1 : byte));
  const open = encapsulation.mlKemDecapsulate;
  return (
    equalBytes(publicKey, (await noble.mlKemKeyPair(ACTIVE_SUITE, seed)).publicKey) &&
    equalBytes(await open(ACTIVE_SUITE, seed, theirs.ciphertext), theirs.sharedSecret) &&
    equalBytes(await noble.mlKemDecapsulate(ACTIVE_SUITE, seed, ours.ciphertext), ours.sharedSecret) &&
    equalBytes(await open(ACTIVE_SUITE, seed, wrong), await noble.mlKemDecapsulate(ACTIVE_SUITE, seed, wrong))
  );
}

/** noble accepts what was signed here; a changed message or context is refused here. */
async function checkSignatures(): Promise<boolean> {
  const [seed, message, context] = [bytes(32, 5), bytes(64, 8), bytes(3, 2)];
  const publicKey = await signatures.mlDsaPublicKey(ACTIVE_SUITE, seed);
  const signature = await signatures.mlDsaSign(ACTIVE_SUITE, seed, message, context, bytes(32, 0));
  const verify = signatures.mlDsaVerify;
  return (
    (await noble.mlDsaVerify(ACTIVE_SUITE, publicKey, message, context, signature)) &&
    (await verify(ACTIVE_SUITE, publicKey, message, context, signature)) &&
    !(await verify(ACTIVE_SUITE, publicKey, bytes(64, 9), context, signature)) &&
    !(await verify(ACTIVE_SUITE, publicKey, message, bytes(3, 3), signature))
  );
}

/** The same bytes as noble, and a flipped bit does not open. */
async function checkSealing(): Promise<boolean> {
  const [key, nonce, text, associated] = [bytes(32, 4), bytes(12, 6), bytes(64, 1), bytes(20, 2)];
  const sealed = await sealing.aesGcmSeal(key, nonce, text, associated);
  const flipped = sealed.map((byte, index) => (index === 3 ? byte ^ 1 : byte));
  return (
    equalBytes(sealed, await noble.aesGcmSeal(key, nonce, text, associated)) &&
    equalBytes(await sealing.aesGcmOpen(key, nonce, sealed, associated), text) &&
    (await sealing.aesGcmOpen(key, nonce, flipped, associated).then(
      () => false,
      () => true,
    ))
  );
}
