/**
 * A server that asks for less than what both sides can do: older suites in every place that names one, weaker password
 * hashing, former certificates (Rocket.Chat's downgrade, and what every protocol with two versions has to answer for).
 */
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'bun:test';
import { EnrolError, signInWithPassword } from '../../src/client/enrol.ts';
import type { PasswordParameters } from '../../src/contract/accounts.ts';
import type { ConversationId } from '../../src/contract/ids.ts';
import { PATHS } from '../../src/contract/paths.ts';
import type { Delivery } from '../../src/contract/relay.ts';
import { certificateRecord, decodeCertificate } from '../../src/protocol/certificate.ts';
import { concat } from '../../src/protocol/codec.ts';
import { decodeDeviceList } from '../../src/protocol/device-list.ts';
import { hash } from '../../src/protocol/hash.ts';
import { signHybrid } from '../../src/protocol/identity.ts';
import { newDevice, newList, tools } from '../support/person.ts';
import { acquaint, Client, PASSWORD, settle } from './support/client.ts';
import { withBytes } from './support/forgery.ts';
import { makePuppet } from './support/puppet.ts';
import { HostileServer } from './support/server.ts';

let server: HostileServer;
let ada: Client;
let ben: Client;
let id: ConversationId;
let people = 0;

beforeAll(async () => {
  server = await HostileServer.open();
  ada = await Client.register(server, 'ada');
}, 60_000);
beforeEach(async () => {
  ben = await Client.register(server, `ben${++people}`);
  id = await acquaint(ada, ben);
});
afterEach(async () => {
  server.behave();
  await ben.close();
});
afterAll(async () => {
  await ada.close();
  await server.close();
});

/** Places of an envelope and of a body's header where version, suite and kind stand (protocol README, 5 and 7). */
const NAMED: readonly (readonly [name: string, code: string, bend: (delivery: Delivery) => Delivery])[] = [
  [
    'suite 1 in the envelope',
    'E_SUITE',
    (each) => ({ ...each, envelope: withBytes(each.envelope, 1, 0, 1) }),
  ],
  [
    'suite 3 in the envelope',
    'E_SUITE',
    (each) => ({ ...each, envelope: withBytes(each.envelope, 1, 0, 3) }),
  ],
  [
    'suite 0 in the envelope',
    'E_SUITE',
    (each) => ({ ...each, envelope: withBytes(each.envelope, 1, 0, 0) }),
  ],
  ['suite 1 in the body', 'E_SUITE', (each) => ({ ...each, body: withBytes(each.body, 12, 0, 1) })],
  ['suite 3 in the body', 'E_SUITE', (each) => ({ ...each, body: withBytes(each.body, 12, 0, 3) })],
  [
    'version 1 in the envelope',
    'E_FORMAT',
    (each) => ({ ...each, envelope: withBytes(each.envelope, 0, 1) }),
  ],
  [
    'a type that is none in the envelope',
    'E_FORMAT',
    (each) => ({ ...each, envelope: withBytes(each.envelope, 3, 3) }),
  ],
  [
    'no handshake where one was',
    'E_FORMAT',
    (each) => ({ ...each, envelope: withBytes(each.envelope, 3, 1) }),
  ],
];

test('another suite, version or kind in an envelope or a body: closed, nothing used up, and the reason shown [R36]', async () => {
  const [, , first] = NAMED.at(-1) ?? NAMED[0] ?? [];
  let bend = first;
  let isBent = false;
  server.deliver((delivery, who) =>
    isBent && who === ben.who && delivery.class === 1 && bend ? [bend(delivery)] : [delivery],
  );
  for (const [name, code, change] of NAMED.toReversed()) {
    bend = change;
    await settle(server, ada, ben);
    isBent = true;
    const held = () => [...ben.disk.store('sessions').keys(), ...ben.disk.store('prekeys').keys()].sort();
    const before = held();
    const message = await ada.send(id, name);
    const found = async () => (await ben.closed(id)).find((each) => each.id === message.id);
    await ben.until(async () => (await found()) !== undefined, name);
    const shown = await found();
    const words = code === 'E_SUITE' ? 'an encryption that this device refuses' : 'is damaged';
    expect([name, shown?.reason?.includes(words)]).toEqual([name, true]);
    // No session begun, no key used up.
    expect(held()).toEqual(before);
    if (name !== 'no handshake where one was') continue;
    // The others travel on a session that is answered.
    isBent = false;
    await ada.send(id, 'hello');
    await ben.hears(id, 'hello');
    await ben.send(id, 'hello too');
    await ada.hears(id, 'hello too');
  }
  // A refused suite is not asked for again: the answer would be another one from the same server.
  isBent = true;
  const asked = server.asked(ben.who, PATHS.messages).length;
  ben.time.pass(61_000);
  await ben.engine.idle();
  const suites = NAMED.filter(([, code]) => code === 'E_SUITE').map(([name]) => name);
  expect(server.asked(ben.who, PATHS.messages).length - asked).toBeLessThanOrEqual(1);
  const stillClosed = (await ben.closed(id)).filter(({ reason }) => reason?.includes('refuses'));
  expect(stillClosed.length).toBe(suites.length);
}, 60_000);

test('a certificate under the true identity that names a lower suite is refused once a higher one was seen [R36]', async () => {
  // Even the identity key does not take a suite away from a device that is known.
  const { identity, show } = await makePuppet(server, 'zoe');
  const device = await newDevice(identity);
  const entry = async (suites: readonly number[], version: number, previous?: Uint8Array) => {
    const { certificate } = decodeCertificate(device.certificate);
    const encoded = certificateRecord.encode({ ...certificate, suites: [...suites] });
    const signed = concat(
      encoded,
      await signHybrid(tools, identity.aik, 'devcert', encoded),
      await signHybrid(tools, device.dik, 'pop', concat(hash(encoded), identity.bytes)),
    );
    const list = await newList(identity, {
      version,
      devices: [{ ...device, certificate: signed, hash: decodeCertificate(signed).hash }],
      ...(previous ? { previous } : {}),
    });
    return { deviceList: list, certificate: signed };
  };
  const shown = ({ deviceList, certificate }: Awaited<ReturnType<typeof entry>>) =>
    show(deviceList, [certificate]);
  const first = await entry([2, 3], 1);
  await shown(first);
  await ada.engine.direct(identity.account);
  const pinned = ada.state('peers');
  const second = await entry([2], 2, decodeDeviceList(first.deviceList).hash);
  await shown(second);
  await ada.reconnect();
  await ada.noticed('E_SUITE', 'does not verify');
  expect(ada.state('peers')).toBe(pinned);
  // And one that has no suite above the floor is no device at all.
  await shown(await entry([1], 3, decodeDeviceList(second.deviceList).hash));
  ada.events.length = 0;
  await ada.reconnect();
  await ada.noticed('E_SUITE', 'does not verify');
  expect(ada.state('peers')).toBe(pinned);
}, 30_000);

test('names of algorithms in an answer choose nothing [R36]', async () => {
  const names = {
    crypto_version: 'v1',
    suite: 1,
    suites: [1],
    encryption_algorithm: 'ECDH-AES256-GCM',
    kdf_algorithm: 'HKDF-SHA256',
    signatures: 'none',
  };
  for (const path of [PATHS.directory, PATHS.claimPrekeys, PATHS.envelopes, PATHS.conversations])
    server.json<object | object[]>(path, (json) =>
      Array.isArray(json) ? json.map((each: object) => ({ ...each, ...names })) : { ...json, ...names },
    );
  server.frame((frame) => [JSON.stringify({ ...JSON.parse(frame), ...names })]);
  await ada.reconnect();
  await ben.reconnect();
  await ada.send(id, 'as ever');
  await ben.hears(id, 'as ever');
  const [message] = (await ben.messages(id)).slice(-1);
  expect([message?.suite, message?.verified]).toEqual([2, true]);
}, 30_000);

/** What a server can answer when somebody is about to sign in. */
const WEAK: readonly Partial<PasswordParameters>[] = [
  { memory: 8 },
  { memory: 18 * 1024 },
  { memory: 0 },
  { memory: -1 },
  { passes: 1 },
  { passes: 0 },
  { lanes: 0 },
  { memory: 4 * 1024 * 1024 },
  { passes: 1000 },
  { lanes: 64 },
  { memory: 0.5 },
  { salt: '' },
];

test('weaker password hashing, or so much that it never ends, is refused before a password is touched [R16]', async () => {
  for (const weak of WEAK) {
    server.behave();
    server.json<PasswordParameters>(PATHS.signInStart, (honest) => ({ ...honest, ...weak }));
    const thief = Client.at(server, 'thief');
    let hashed = 0;
    const hashPassword = async () => {
      hashed++;
      return new Uint8Array(32);
    };
    const failed = await signInWithPassword(
      { ...thief.tools(), hashPassword },
      { username: 'ada', password: PASSWORD },
    ).catch((error: unknown) => error);
    expect([weak, failed instanceof EnrolError ? failed.code : failed, hashed]).toEqual([
      weak,
      'weak-parameters',
      0,
    ]);
    expect(failed instanceof Error && failed.message).toContain('was not sent');
    expect(server.asked('thief', PATHS.signInPassword)).toEqual([]);
  }
}, 30_000);
