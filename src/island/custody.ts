/**
 * Taking the device's seeds into keeping, with the vault open: sealed under a key that only an open vault gives, imported
 * as keys that cannot be exported, read back and used before the seeds may go [R40].
 */
import type { DeviceKeys, DeviceSeeds, HeldKeys } from '../client/ports.ts';
import { equalBytes, kdf } from '../protocol/hash.ts';
import { signHybrid, verifyHybrid } from '../protocol/identity.ts';
import type { Crypto } from '../protocol/ports.ts';
import { LOCAL, settled } from './database.ts';
import { HELD, heldKeys, isHeld, readHeld, SEALED, write } from './device-keys.ts';
import { importLocalKey } from './local-key.ts';

const NONCE_BYTES = 12;
const SIGNING_BYTES = 64;
const AGREEMENT_BYTES = 32;

/** The custody key of a local key (32 B): whoever has only the CryptoKey of the local key cannot derive it. */
export function custodyKey(localKey: Uint8Array): Promise<CryptoKey> {
  const raw = kdf({
    ikm: localKey,
    salt: new Uint8Array(),
    label: 'custody',
    context: new Uint8Array(),
    length: 32,
  });
  return importLocalKey(new Uint8Array(raw)).finally(() => raw.fill(0));
}

/** Keeps keys where `crypto.provider` can hold secrets; gives seeds back where it no longer can. */
export function custody(database: IDBDatabase, crypto: Crypto, key: CryptoKey): DeviceKeys {
  const { prepare, holds } = crypto.provider;
  const { read, forget } = heldKeys(database);
  return {
    forget,
    async read() {
      const held = holds ? await read() : null;
      return held ?? (await openSeeds(database, key));
    },
    async keep(seeds, publicKeys) {
      if (!holds || !prepare) return null;
      try {
        await write(database, {
          [SEALED]: await sealSeeds(key, seeds),
          [HELD]: await importSeeds(prepare, seeds),
        });
        const back = await openSeeds(database, key);
        const held = await readHeld(database);
        const sealed =
          back !== null &&
          equalBytes(back.signing, seeds.signing) &&
          equalBytes(back.agreement, seeds.agreement);
        if (sealed && held !== null && (await works(crypto, held, publicKeys))) return held;
      } catch {
        // A browser that cannot store or use such keys says so in many ways; each means that seeds stay.
      }
      // The sealed seeds stay: after signing out they are the only ones until the caller has stored them.
      await write(database, { [HELD]: null });
      return null;
    },
  };
}

async function importSeeds(
  prepare: NonNullable<Crypto['provider']['prepare']>,
  { signing, agreement }: DeviceSeeds,
): Promise<HeldKeys> {
  const held = {
    signing: {
      classical: await prepare('Ed25519', signing.subarray(0, 32)),
      lattice: await prepare('ML-DSA-65', signing.subarray(32)),
    },
    agreement: await prepare('X25519', agreement),
  };
  if (!isHeld(held)) throw new TypeError('The browser gave keys that can be read out.');
  return held;
}

/** Whether keys that were read back do what the seeds of these public keys would. */
async function works(
  crypto: Crypto,
  { signing, agreement }: HeldKeys,
  { signingKey, agreementKey }: Parameters<DeviceKeys['keep']>[1],
): Promise<boolean> {
  const { provider, random } = crypto;
  const challenge = random(32);
  const signature = await signHybrid(crypto, { publicKey: signingKey, secret: signing }, 'pop', challenge);
  const other = random(32);
  const [ours, theirs] = await Promise.all([
    provider.x25519PublicKey(other).then((publicKey) => provider.x25519(agreement, publicKey)),
    provider.x25519(other, agreementKey),
  ]);
  return (await verifyHybrid(crypto, signingKey, 'pop', challenge, signature)) && equalBytes(ours, theirs);
}

const place = (): Uint8Array<ArrayBuffer> => new TextEncoder().encode('sotto/2/custody');

async function sealSeeds(key: CryptoKey, { signing, agreement }: DeviceSeeds): Promise<Uint8Array> {
  const seeds = new Uint8Array(SIGNING_BYTES + AGREEMENT_BYTES);
  seeds.set(signing);
  seeds.set(agreement, SIGNING_BYTES);
  const nonce = crypto.getRandomValues(new Uint8Array(NONCE_BYTES));
  const algorithm = { name: 'AES-GCM', iv: nonce, additionalData: place() };
  const box = await crypto.subtle.encrypt(algorithm, key, seeds).finally(() => seeds.fill(0));
  const sealed = new Uint8Array(NONCE_BYTES + box.byteLength);
  sealed.set(nonce);
  sealed.set(new Uint8Array(box), NONCE_BYTES);
  return sealed;
}

/** The seeds that are sealed here; null when there are none, or for another local key. */
async function openSeeds(database: IDBDatabase, key: CryptoKey): Promise<DeviceSeeds | null> {
  const value: unknown = await settled(database.transaction(LOCAL).objectStore(LOCAL).get(SEALED));
  if (!(value instanceof Uint8Array)) return null;
  const sealed = new Uint8Array(value);
  const algorithm = { name: 'AES-GCM', iv: sealed.subarray(0, NONCE_BYTES), additionalData: place() };
  try {
    const seeds = new Uint8Array(await crypto.subtle.decrypt(algorithm, key, sealed.subarray(NONCE_BYTES)));
    return { signing: seeds.slice(0, SIGNING_BYTES), agreement: seeds.slice(SIGNING_BYTES) };
  } catch {
    return null;
  }
}
