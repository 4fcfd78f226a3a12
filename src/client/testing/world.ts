/**
 * People and devices around a FakeRelay, with real keys. Making a device costs many slow signatures, so a file of tests
 * makes a world once and copies its storages for each test.
 */
import { accountId, deviceId, fromHex, toBase64 } from '../../contract/bytes.ts';
import type { AccountId, DeviceId } from '../../contract/ids.ts';
import { runtime } from '../../native/runtime.ts';
import { CERTIFICATE_LIFETIME_MS, decodeCertificate, issueCertificate } from '../../protocol/certificate.ts';
import { decodeDeviceList, signDeviceList } from '../../protocol/device-list.ts';
import { createSigningKeyPair, type SigningKeyPair } from '../../protocol/identity.ts';
import type { Crypto } from '../../protocol/ports.ts';
import { createPrekeyBatch, createSignedPrekey } from '../../protocol/prekeys.ts';
import { ACTIVE_SUITE } from '../../protocol/suite.ts';
import { decodeSignedLeaf, type PlacedLeaf, signNextLeaf } from '../../protocol/transparency.ts';
import { type EnginePorts, openEngine } from '../engine.ts';
import type { Engine, EngineEvent } from '../engine-types.ts';
import { MemoryDisk, MemoryStorage } from '../memory-storage.ts';
import type { Storage } from '../ports.ts';
import { markPublished, storeNewDevice } from '../self.ts';
import { FakeLine } from './line.ts';
import { LOG_KEY } from './log.ts';
import { FakeRelay } from './relay.ts';
import { FakeTime } from './time.ts';

/** One-time keys of a device in these tests: few, because each costs a key pair. */
const ONE_TIME = 6;

export interface MadeDevice {
  readonly device: DeviceId;
  readonly disk: MemoryDisk;
  readonly signedPrekey: string;
  readonly batch: string;
}

export interface MadePerson {
  readonly account: AccountId;
  readonly username: string;
  readonly name: string;
  readonly aik: SigningKeyPair;
  readonly devices: MadeDevice[];
  certificates: Uint8Array[];
  deviceList: Uint8Array;
  /** The device list after each device that was made. */
  readonly lists: Uint8Array[];
  /** Signed leaves of the log, one for each list that was signed. */
  readonly leaves: Uint8Array[];
  /** The leaf that the first of them follows: of somebody who was here before. */
  readonly follows: PlacedLeaf | null;
}

const lastLeafOf = (person: MadePerson): PlacedLeaf | null => {
  const last = person.leaves.at(-1);
  return last === undefined ? person.follows : decodeSignedLeaf(last);
};

export const randomBytes = (length: number) => crypto.getRandomValues(new Uint8Array(length));

/** A device in use: its engine, its line, and everything the engine told. */
export interface Client {
  readonly engine: Engine;
  readonly line: FakeLine;
  readonly storage: MemoryStorage;
  readonly events: EngineEvent[];
  readonly account: AccountId;
  readonly device: DeviceId;
}

export class World {
  readonly time: FakeTime;
  readonly crypto: Crypto;
  readonly relay: FakeRelay;
  readonly clients: Client[] = [];

  constructor(time = new FakeTime()) {
    this.time = time;
    this.crypto = { provider: runtime, random: randomBytes, clock: time.clock };
    this.relay = new FakeRelay(time.clock);
  }

  /** @param before somebody who lost everything and begins anew under the same account */
  async makePerson(username: string, devices: number, before?: MadePerson): Promise<MadePerson> {
    const person: MadePerson = {
      account: before?.account ?? accountId(randomBytes(16)),
      username,
      name: username.charAt(0).toUpperCase() + username.slice(1),
      aik: await createSigningKeyPair(this.crypto),
      devices: [],
      certificates: [],
      deviceList: new Uint8Array(),
      lists: [],
      leaves: [],
      follows: before === undefined ? null : lastLeafOf(before),
    };
    for (let i = 0; i < devices; i++) await this.makeDevice(person);
    return person;
  }

  /** A person of another world comes into this one, with their first `count` devices; nothing is shared with theirs. */
  enter(person: MadePerson, count = person.devices.length): MadePerson {
    const copy: MadePerson = {
      ...person,
      devices: person.devices.slice(0, count).map((each) => ({ ...each, disk: each.disk.copy() })),
      certificates: person.certificates.slice(0, count),
      deviceList: person.lists[count - 1] ?? person.deviceList,
      lists: person.lists.slice(0, count),
      leaves: person.leaves.slice(0, count),
    };
    this.publish(copy);
    return copy;
  }

  /** The next device of the original joins the copy's list, for everybody to see. */
  reveal(copy: MadePerson, original: MadePerson): void {
    const at = copy.devices.length;
    const device = original.devices[at];
    const certificate = original.certificates[at];
    const list = original.lists[at];
    if (device === undefined || certificate === undefined || list === undefined)
      throw new Error('No more devices.');
    copy.devices.push({ ...device, disk: device.disk.copy() });
    copy.certificates = [...copy.certificates, certificate];
    copy.deviceList = list;
    copy.lists.push(list);
    copy.leaves.push(...original.leaves.slice(at, at + 1));
    this.publish(copy);
  }

  /** Another device of the person: stored, signed for, with prekeys; unknown to the relay until `publish`. */
  async makeDevice(person: MadePerson): Promise<MadeDevice> {
    const { crypto, time } = this;
    const device = deviceId(randomBytes(16));
    const signing = await createSigningKeyPair(crypto);
    const agreement = randomBytes(32);
    const certificate = await issueCertificate(crypto, person.aik, signing, {
      account: fromHex(person.account),
      device: fromHex(device),
      signingKey: signing.publicKey,
      agreementKey: await crypto.provider.x25519PublicKey(agreement),
      suites: [ACTIVE_SUITE],
      created: time.now,
      expires: time.now + CERTIFICATE_LIFETIME_MS,
    });
    const signedPrekey = await createSignedPrekey(crypto, signing, 1);
    const oneTimePrekeys = await createPrekeyBatch(crypto, signing, 2, ONE_TIME);
    person.certificates = [...person.certificates, certificate];
    await this.signList(person, []);
    const disk = new MemoryDisk();
    const storage = new MemoryStorage(disk);
    await storeNewDevice(storage, {
      account: person.account,
      device,
      username: person.username,
      name: person.name,
      aik: person.aik.publicKey,
      signing: signing.secret,
      agreement,
      certificate,
      deviceList: person.deviceList,
      signedPrekey,
      oneTimePrekeys,
      now: time.now,
    });
    await markPublished(storage, LOG_KEY.publicKey);
    const made = {
      device,
      disk,
      signedPrekey: toBase64(signedPrekey.signed),
      batch: toBase64(oneTimePrekeys.batch),
    };
    person.devices.push(made);
    person.lists.push(person.deviceList);
    return made;
  }

  /** Signs the person's next device list over the certificates they have now. */
  async signList(person: MadePerson, revoked: readonly DeviceId[]): Promise<void> {
    const before = person.deviceList.length === 0 ? null : decodeDeviceList(person.deviceList);
    person.certificates = person.certificates.filter(
      (each) => !revoked.includes(deviceId(decodeCertificate(each).certificate.device)),
    );
    person.deviceList = await signDeviceList(this.crypto, person.aik, {
      account: fromHex(person.account),
      version: (before?.list.version ?? 0) + 1,
      previous: before?.hash ?? new Uint8Array(32),
      certificates: person.certificates.map((each) => decodeCertificate(each).hash),
      revoked: [...(before?.list.revoked ?? []), ...revoked.map(fromHex)],
      vaultVersion: 1,
    });
    person.leaves.push(
      await signNextLeaf(this.crypto, person.aik, {
        account: fromHex(person.account),
        username: person.username,
        deviceList: decodeDeviceList(person.deviceList).hash,
        vaultVersion: 1,
        previous: lastLeafOf(person),
      }),
    );
  }

  /** Puts the person and their devices on the relay. */
  publish(person: MadePerson, devices: readonly MadeDevice[] = person.devices): void {
    for (const { device, signedPrekey, batch } of devices) {
      if (this.relay.devices.has(device)) continue;
      this.relay.putDevice(person.account, device);
      this.relay.putPrekeys(device, { signedPrekey, batch });
    }
    this.publishList(person);
  }

  publishList(person: MadePerson): void {
    for (const leaf of person.leaves.map(decodeSignedLeaf)) {
      if (!this.relay.log.has(leaf.encoded)) this.relay.log.append(leaf.encoded);
    }
    const last = person.leaves.at(-1);
    this.relay.putPerson({
      account: person.account,
      username: person.username,
      name: person.name,
      role: 'member',
      disabled: false,
      aik: toBase64(person.aik.publicKey),
      deviceList: toBase64(person.deviceList),
      certificates: person.certificates.map(toBase64),
      leaf: last === undefined ? null : toBase64(last),
    });
  }

  /** Opens an engine on the device's disk, connected and started unless `offline`. */
  async open(
    person: MadePerson,
    index: number,
    options: {
      readonly offline?: boolean;
      readonly storage?: MemoryStorage;
      readonly ports?: Partial<EnginePorts>;
    } = {},
  ): Promise<Client> {
    const made = person.devices[index];
    if (made === undefined) throw new Error('No such device in this world.');
    const storage = options.storage ?? new MemoryStorage(made.disk);
    const line = new FakeLine(this.relay, person.account, made.device);
    const engine = await openEngine({
      storage: storage satisfies Storage,
      transport: line.transport(),
      live: line,
      crypto: this.crypto,
      timer: this.time.timer,
      ...options.ports,
    });
    const events: EngineEvent[] = [];
    engine.subscribe((event) => events.push(event));
    const client = { engine, line, storage, events, account: person.account, device: made.device };
    this.clients.push(client);
    line.cut = options.offline === true;
    if (options.offline !== true) line.connect();
    engine.start();
    if (options.offline !== true) await this.settle();
    return client;
  }

  /** Waits until no engine has anything to do before the clock moves. */
  async settle(): Promise<void> {
    for (;;) {
      const before = this.activity();
      await this.time.advance(0, async () => {});
      // Twice: what one engine does last may have given another one something to do that nobody has waited for.
      for (const { engine } of [...this.clients, ...this.clients]) await engine.idle();
      if (before === this.activity()) return;
    }
  }

  private activity(): string {
    const storage = this.clients.map(({ storage }) => Object.values(storage.counts).join());
    return `${storage.join(' ')} ${Object.values(this.relay.calls).join()} ${this.time.due()}`;
  }

  async advance(by: number): Promise<void> {
    await this.settle();
    await this.time.advance(by, () => this.settle());
    await this.settle();
  }

  /** Closes every engine. */
  async close(): Promise<void> {
    for (const { engine, line } of this.clients.splice(0)) {
      line.disconnect();
      await engine.stop();
    }
  }
}
