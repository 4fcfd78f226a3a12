/** What a test of the device's own keys drives in a page. */

import { openKeyring } from '../../../src/client/keyring.ts';
import type { Storage } from '../../../src/client/ports.ts';
import { forgetDevice, readSelf, storeNewDevice } from '../../../src/client/self.ts';
import { accountId, deviceId } from '../../../src/contract/bytes.ts';
import type { AccountId } from '../../../src/contract/ids.ts';
import { browserCrypto } from '../../../src/island/crypto.ts';
import { custody, custodyKey } from '../../../src/island/custody.ts';
import { LOCAL, openDatabase, settled } from '../../../src/island/database.ts';
import { readHeld } from '../../../src/island/device-keys.ts';
import { importLocalKey, writeLocalKey } from '../../../src/island/local-key.ts';
import { lockStorage, openStorage, openUnlockedStorage } from '../../../src/island/local-storage.ts';
import { createStorage } from '../../../src/island/storage.ts';
import { issueCertificate } from '../../../src/protocol/certificate.ts';
import { createSigningKeyPair, signHybrid, verifyHybrid } from '../../../src/protocol/identity.ts';
import { noble } from '../../../src/protocol/noble.ts';
import { createPrekeyBatch, createSignedPrekey } from '../../../src/protocol/prekeys.ts';

export { createStorage, forgetDevice, lockStorage, openStorage, openUnlockedStorage };

const random = (length: number) => crypto.getRandomValues(new Uint8Array(length));

/** A browser with an account: its vault's device-wrap key, and a device that is not stored yet. */
export async function createPlace() {
  const tools = await browserCrypto();
  const account = accountId(random(16));
  const device = random(16);
  const signing = await createSigningKeyPair(tools);
  const agreement = random(32);
  const publicKeys = { signingKey: signing.publicKey, agreementKey: await noble.x25519PublicKey(agreement) };
  const certificate = await issueCertificate(tools, await createSigningKeyPair(tools), signing, {
    account: Uint8Array.fromHex(account),
    device,
    ...publicKeys,
    suites: [2],
    created: tools.clock(),
    expires: tools.clock() + 1000,
  });
  const vault = { account, newDevice: deviceId(device), deviceWrapKey: random(32) };
  const made = {
    account,
    device: deviceId(device),
    username: 'mina',
    name: 'Mina',
    aik: random(1984),
    signing: signing.secret,
    agreement,
    certificate,
    deviceList: random(9),
    signedPrekey: await createSignedPrekey(tools, signing, 1),
    oneTimePrekeys: await createPrekeyBatch(tools, signing, 2, 1),
    now: tools.clock(),
  };
  return { account, vault, made, publicKeys };
}
export type Place = Awaited<ReturnType<typeof createPlace>>;

/** Stores the device with the vault open, as enrolment does. */
export async function enrol({ vault, made }: Place): Promise<void> {
  const storage = await openStorage(vault);
  await storeNewDevice(storage, made);
  await storage.close();
}

/** The same in a release that knew only seeds. */
export async function enrolWithSeeds(place: Place): Promise<void> {
  const storage = await openStorage(place.vault);
  const { keys: _keys, ...seedsOnly } = storage;
  await storeNewDevice(seedsOnly, place.made);
  await storage.close();
}

/** Whether what the storage opens signs and agrees as the device. */
export async function works(storage: Storage, { publicKeys }: Place): Promise<boolean> {
  const tools = await browserCrypto();
  const self = await readSelf(storage);
  if (!self) return false;
  const { signing, agreement } = await openKeyring(storage, tools, self);
  const message = random(50);
  const signature = await signHybrid(tools, signing, 'msg', message);
  const other = random(32);
  const ours = await tools.provider.x25519(agreement, await noble.x25519PublicKey(other));
  const theirs = await noble.x25519(other, publicKeys.agreementKey);
  const verified = await verifyHybrid({ provider: noble }, publicKeys.signingKey, 'msg', message, signature);
  return verified && ours.toHex() === theirs.toHex();
}

/** What lies in the browser: whether there are seeds in the storage, keys, and a sealed copy. */
export async function look(account: AccountId) {
  const database = await openDatabase(account);
  const local = (name: string) => settled(database.transaction(LOCAL).objectStore(LOCAL).get(name));
  const seeds = await settled(database.transaction('secrets').objectStore('secrets').get('device'));
  const held = await readHeld(database);
  const seen = {
    seeds: seeds !== undefined,
    held: held !== null,
    sealed: (await local('device-seeds')) instanceof Uint8Array,
  };
  database.close();
  return seen;
}

/** Tries to carry off every CryptoKey that the database gives a script; the formats that gave bytes. */
export async function carryOff(account: AccountId): Promise<readonly string[]> {
  const database = await openDatabase(account);
  const held = await readHeld(database);
  database.close();
  const keys = held ? [held.signing.classical, held.signing.lattice, held.agreement] : [];
  const formats = ['raw', 'pkcs8', 'jwk', 'raw-seed'];
  const taken: string[] = [];
  for (const key of keys)
    for (const format of formats)
      if (key instanceof CryptoKey)
        await Reflect.apply(crypto.subtle.exportKey, crypto.subtle, [format, key]).then(
          () => taken.push(format),
          () => {},
        );
  return keys.length === 3 ? taken : ['no keys'];
}

/** A storage with the vault open, in a browser that no longer has what holding takes. */
export async function openWithoutHolding(account: AccountId, localKey: Uint8Array<ArrayBuffer>) {
  const tools = await browserCrypto();
  const { prepare: _prepare, holds: _holds, ...provider } = tools.provider;
  const database = await openDatabase(account);
  const key = await importLocalKey(localKey.slice());
  const keys = custody(database, { ...tools, provider }, await custodyKey(localKey));
  return createStorage(database, key, keys);
}

/** A storage whose local key the test knows. */
export async function openKnown(account: AccountId, localKey: Uint8Array<ArrayBuffer>) {
  const database = await openDatabase(account);
  const key = await importLocalKey(localKey.slice());
  await writeLocalKey(database, key);
  return createStorage(database, key, custody(database, await browserCrypto(), await custodyKey(localKey)));
}

export { random, storeNewDevice };
