/**
 * The device's long-term secrets, in the form in which this place can hold them: as keys that nobody reads out where the
 * storage has `keys` and they pass its read-back test, otherwise as seeds in the storage (protocol/README 3, R40).
 */
import { t } from '../contract/words.ts';
import { decodeCertificate } from '../protocol/certificate.ts';
import { equalBytes, wipe } from '../protocol/hash.ts';
import { prepareSigner, type Signer, signingKeyPairFromSecret } from '../protocol/identity.ts';
import type { Crypto } from '../protocol/ports.ts';
import type { SecretKey } from '../protocol/provider.ts';
import type { DeviceSeeds, HeldKeys, Storage } from './ports.ts';
import { DeviceSecrets, readSecrets, type StoredSelf } from './self.ts';
import { decodeStored, encodeStored } from './stored.ts';

/** What signs for this device, and what agrees for it. */
export interface Keyring {
  /** DIK. */
  readonly signing: Signer;
  /** DHK. */
  readonly agreement: SecretKey;
}

/**
 * Opens the secrets of the device in storage. Seeds that can be kept as keys become keys first; they go by a commit that
 * follows the read-back, so that a crash in between leaves the seeds.
 * @throws Error with a sentence when there are none
 */
export async function openKeyring(storage: Storage, crypto: Crypto, self: StoredSelf): Promise<Keyring> {
  const { certificate } = decodeCertificate(self.certificate);
  const held = ({ signing, agreement }: HeldKeys): Keyring => ({
    signing: { publicKey: certificate.signingKey, secret: signing },
    agreement,
  });
  return storage.exclusive(async () => {
    const stored = decodeStored(DeviceSecrets, await storage.get('secrets', 'device'));
    const found = stored ?? (await storage.keys?.read()) ?? (await readSecrets(storage));
    if (!areSeeds(found)) return held(found);
    const keys = (await storage.keys?.keep(found, certificate)) ?? null;
    if (keys !== null) {
      if (stored !== null) await storage.commit([{ store: 'secrets', key: 'device', value: null }]);
      wipe(found.signing, found.agreement);
      return held(keys);
    }
    if (stored === null)
      await storage.commit([{ store: 'secrets', key: 'device', value: encodeStored(DeviceSecrets, found) }]);
    const signing = await signingKeyPairFromSecret(crypto, found.signing);
    if (!equalBytes(signing.publicKey, certificate.signingKey))
      throw new Error(t('The keys here are not those of this device: sign in again to make it a new one.'));
    return { signing: await prepareSigner(crypto, signing), agreement: found.agreement };
  });
}

const areSeeds = (found: DeviceSeeds | HeldKeys): found is DeviceSeeds => found.signing instanceof Uint8Array;
