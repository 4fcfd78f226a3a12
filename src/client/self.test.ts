import { beforeAll, expect, test } from 'bun:test';
import { createSigningKeyPair } from '../protocol/identity.ts';
import { createPrekeyBatch, createSignedPrekey } from '../protocol/prekeys.ts';
import { openEngine } from './engine.ts';
import { MemoryStorage } from './memory-storage.ts';
import { STORES, type StoreName } from './ports.ts';
import { forgetDevice, readSecrets, readSelf, STORES_VERSION, storeNewDevice } from './self.ts';
import { encodeStored, number } from './stored.ts';
import { FakeLine } from './testing/line.ts';
import { type MadePerson, World } from './testing/world.ts';

const world = new World();
let mina: MadePerson;
beforeAll(async () => {
  mina = await world.makePerson('mina', 1);
  world.publish(mina);
}, 30_000);

const disk = () => {
  const made = mina.devices[0];
  if (made === undefined) throw new Error('no device');
  return new MemoryStorage(made.disk.copy());
};

const open = (storage: MemoryStorage) => {
  const line = new FakeLine(world.relay, mina.account, mina.devices[0]?.device ?? raise());
  return openEngine({
    storage,
    transport: line.transport(),
    live: line,
    crypto: world.crypto,
    timer: world.time.timer,
  });
};
const raise = (): never => {
  throw new Error('no device');
};

test('a stored device opens as what it is', async () => {
  const engine = await open(disk());
  expect(engine.self).toEqual({
    account: mina.account,
    device: mina.devices[0]?.device ?? raise(),
    username: 'mina',
    name: 'Mina',
  });
});

test('a storage without a device, or of a newer release, does not open, and says why', async () => {
  await expect(open(new MemoryStorage())).rejects.toThrow('sign in');
  const newer = disk();
  await newer.commit([{ store: 'meta', key: 'schema', value: encodeStored(number, STORES_VERSION + 1) }]);
  await expect(open(newer)).rejects.toThrow('update Sotto');
});

/** A disk that gives back other keys than it was given. */
class Forgetful extends MemoryStorage {
  override async get(store: StoreName, key: string): Promise<Uint8Array | null> {
    const value = await super.get(store, key);
    if (store !== 'secrets' || value === null) return value;
    // The last characters of the last secret, in JSON.
    return encoder.encode(new TextDecoder().decode(value).replace(/..."\}$/, 'AAA"}'));
  }
}
const encoder = new TextEncoder();

test('keys that are not read back as they were written are refused before anything is published [R40]', async () => {
  const { crypto } = world;
  const signing = await createSigningKeyPair(crypto);
  const from = disk();
  const self = await readSelf(from);
  if (self === null) throw new Error('no device');
  const device = {
    ...self,
    signing: signing.secret,
    agreement: crypto.random(32),
    signedPrekey: await createSignedPrekey(crypto, signing, 1),
    oneTimePrekeys: await createPrekeyBatch(crypto, signing, 2, 1),
    now: world.time.now,
  };
  await expect(storeNewDevice(new Forgetful(), device)).rejects.toThrow('could not keep its keys');
  expect((await storeNewDevice(new MemoryStorage(), device)).published).toBe(false);
});

test('a device that is forgotten leaves nothing', async () => {
  const storage = disk();
  expect((await readSelf(storage))?.published).toBe(true);
  await forgetDevice(storage);
  expect(await readSelf(storage)).toBeNull();
  await expect(readSecrets(storage)).rejects.toThrow('no keys here');
  for (const store of STORES) expect(await storage.list(store, { prefix: '' })).toEqual([]);
});
