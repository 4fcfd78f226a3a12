/**
 * Sealing and hashing as this runtime does them at once: WebCrypto copies what it is given, into memory that the system has to hand out
 * first, and waits for another thread. Trusted after the same known answers.
 */
import { type CipherGCM, createCipheriv, createDecipheriv, type DecipherGCM } from 'node:crypto';
import { giveBack } from '../contract/bytes.ts';
import { unauthentic } from '../protocol/errors.ts';
import type { Provider } from '../protocol/provider.ts';
import { need } from './keys.ts';

/** AES-256 with GCM (SP 800-38D), as OpenSSL names it. */
const CIPHER = 'aes-256-gcm';
const TAG_BYTES = 16;
const tagged = { authTagLength: TAG_BYTES } as const;

export const quickSealing: Pick<Provider, 'sha256' | 'aesGcmSeal' | 'aesGcmOpen'> = {
  async sha256(bytes) {
    return new Uint8Array(new Bun.CryptoHasher('sha256').update(bytes).digest());
  },
  async aesGcmSeal(key, nonce, plaintext, associated, room) {
    need(key, 32);
    need(nonce, 12);
    const length = plaintext.length + TAG_BYTES;
    if (room) need(room, length);
    const cipher = createCipheriv(CIPHER, key, nonce, tagged).setAAD(associated);
    const sealed = room ?? new Uint8Array(length);
    pass(cipher, plaintext, sealed);
    cipher.final();
    sealed.set(cipher.getAuthTag(), plaintext.length);
    return sealed;
  },
  async aesGcmOpen(key, nonce, ciphertext, associated) {
    need(key, 32);
    need(nonce, 12);
    const length = ciphertext.length - TAG_BYTES;
    if (length < 0) throw unauthentic();
    const decipher = createDecipheriv(CIPHER, key, nonce, tagged).setAAD(associated);
    decipher.setAuthTag(ciphertext.subarray(length));
    const plaintext = new Uint8Array(length);
    pass(decipher, ciphertext.subarray(0, length), plaintext);
    try {
      decipher.final();
    } catch {
      // Nobody sees what was not what it says.
      plaintext.fill(0);
      throw unauthentic();
    }
    return plaintext;
  },
};

function pass(cipher: CipherGCM | DecipherGCM, from: Uint8Array, to: Uint8Array): void {
  const passed = cipher.update(from);
  to.set(passed);
  giveBack(passed);
}
