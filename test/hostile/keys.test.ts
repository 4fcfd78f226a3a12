/**
 * A server that hands out keys of its own, or nobody's, or the same ones twice (Rocket.Chat's unauthenticated keys, the
 * unknown key share and the re-encapsulation that PQXDH's analyses describe, exhausted prekeys). Real engines on the line.
 */
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'bun:test';
import type { DirectoryEntry, PrekeyBundleRecord } from '../../src/contract/accounts.ts';
import { fromHex, toBase64 } from '../../src/contract/bytes.ts';
import type { ConversationId } from '../../src/contract/ids.ts';
import { PATHS } from '../../src/contract/paths.ts';
import { decodePost } from '../../src/contract/post.ts';
import { certificateRecord, decodeCertificate } from '../../src/protocol/certificate.ts';
import { concat } from '../../src/protocol/codec.ts';
import { hash } from '../../src/protocol/hash.ts';
import { SIGNATURE_BYTES, signHybrid } from '../../src/protocol/identity.ts';
import { decodeSession } from '../../src/protocol/session.ts';
import { type Identity, newDevice, newIdentity, newList, tools } from '../support/person.ts';
import { acquaint, Client } from './support/client.ts';
import { type Forgery, flipped, forgeBundle, forgeIdentity } from './support/forgery.ts';
import { makePuppet } from './support/puppet.ts';
import { HostileServer } from './support/server.ts';

let server: HostileServer;
let ada: Client;
let ben: Client;
let people = 0;

beforeAll(async () => {
  server = await HostileServer.open();
  ada = await Client.register(server, 'ada');
}, 60_000);
beforeEach(async () => {
  // Ada meets somebody new in each test.
  ben = await Client.register(server, `ben${++people}`);
  ada.events.length = 0;
});
afterEach(async () => {
  server.behave();
  await ben.close();
});
afterAll(async () => {
  await ada.close();
  await server.close();
});

/** Lies about one account in the directory. */
const lieAbout = (account: string, bend: (entry: DirectoryEntry) => DirectoryEntry) =>
  server.json<DirectoryEntry[]>(PATHS.directory, (entries) =>
    entries.map((entry) => (entry.account === account ? bend(entry) : entry)),
  );
/** Hands out other prekeys than the device has published. */
const handOut = (bend: (bundle: PrekeyBundleRecord) => PrekeyBundleRecord) =>
  server.json<PrekeyBundleRecord[]>(PATHS.claimPrekeys, (bundles) => bundles.map(bend));

/** Posts that left Ada's device so far. */
const posts = () => server.asked('ada', PATHS.messages).length;
const sessionsWith = (other: Client) =>
  [...ada.disk.store('sessions')].filter(([key]) => key.startsWith(other.account));

/** Tells Ada that somebody's devices are other ones now, as the server would. */
const announce = (other: Client) => {
  for (const line of server.linesOf('ada'))
    line.say(JSON.stringify({ event: 'devices', account: other.account }));
};

/** Sends something that must stay here, and proves that it did. */
async function mustNotLeave(id: ConversationId, reason: RegExp): Promise<void> {
  const before = posts();
  const message = await ada.send(id, 'not for the server');
  expect(message.status).toBe('Failed');
  expect(message.reason).toMatch(reason);
  expect(posts()).toBe(before);
}

test('another identity behind a known name: nothing leaves until the person has looked at it [R15]', async () => {
  const id = await acquaint(ada, ben);
  await ada.send(id, 'hello');
  await ben.hears(id, 'hello');
  const forged = await forgeIdentity(ben.account);
  await forged.log(server, ben.username);
  const before = sessionsWith(ben).map(([key]) => key);
  lieAbout(ben.account, forged.entry);
  handOut(() => forged.bundle);
  announce(ben);
  await ada.noticed('identity', 'new identity');
  await mustNotLeave(id, /new identity: nothing is sent until you have acknowledged it/);
  expect(sessionsWith(ben).map(([key]) => key)).toEqual(before);
  expect(await ben.texts(id)).toEqual(['hello']);
}, 30_000);

test('another identity behind a verified name: the number has to be compared again [R15]', async () => {
  const id = await acquaint(ada, ben);
  await ada.engine.setVerified(ben.account, true);
  const forged = await forgeIdentity(ben.account);
  await forged.log(server, ben.username);
  lieAbout(ben.account, forged.entry);
  announce(ben);
  await ada.noticed('identity', 'new identity');
  await mustNotLeave(id, /no longer the one you verified/);
}, 30_000);

test('another identity that the log has not is no identity: what was known stays in use [R37]', async () => {
  const id = await acquaint(ada, ben);
  const forged = await forgeIdentity(ben.account);
  lieAbout(ben.account, forged.entry);
  const pinned = ada.state('peers');
  announce(ben);
  await ada.noticed('E_KT', 'log');
  expect(ada.state('peers')).toBe(pinned);
  await ada.send(id, 'to the true one');
  await ben.hears(id, 'to the true one');
}, 30_000);

test('a stranger in the middle from the first day on shows in the safety number, and to the one it stands for [R37]', async () => {
  const forged = await forgeIdentity(ben.account);
  await forged.log(server, ben.username);
  lieAbout(ben.account, forged.entry);
  handOut(() => forged.bundle);
  const { id } = await ada.engine.direct(ben.account);
  await ada.send(id, 'to whom?');
  await ben.reconnect();
  await ben.noticed('E_KT', 'your account');
  server.behave();
  const sides = await Promise.all([
    ada.engine.safetyNumber(ben.account),
    ben.engine.safetyNumber(ada.account),
  ]);
  expect(sides[0].digits).not.toBe(sides[1].digits);
  expect(await ben.texts(id)).toEqual([]);
}, 30_000);

/** Lies about somebody who is met for the first time: each is no identity at all. */
const FIRST_LIES: readonly (readonly [
  name: string,
  lie: (entry: DirectoryEntry, forged: Forgery) => DirectoryEntry,
])[] = [
  [
    'a device list that somebody else signed [R12]',
    (entry, forged) => ({ ...entry, deviceList: forged.entry(entry).deviceList }),
  ],
  [
    'a device list with its Ed25519 signature changed [R36]',
    (entry) => ({ ...entry, deviceList: flipped(entry.deviceList, -3373) }),
  ],
  [
    'a device list with its ML-DSA signature changed [R36]',
    (entry) => ({ ...entry, deviceList: flipped(entry.deviceList, -1) }),
  ],
  [
    'certificates of a stranger [R15]',
    (entry, forged) => ({ ...entry, certificates: forged.entry(entry).certificates }),
  ],
  [
    'a certificate with its proof of possession changed [R25]',
    (entry) => ({ ...entry, certificates: entry.certificates.map((each) => flipped(each, -1)) }),
  ],
  [
    'a certificate with other keys in it [R36]',
    (entry) => ({ ...entry, certificates: entry.certificates.map((each) => flipped(each, 120)) }),
  ],
  ['no certificates [R15]', (entry) => ({ ...entry, certificates: [] })],
  ['half of a device list [R36]', (entry) => ({ ...entry, deviceList: entry.deviceList.slice(0, 200) })],
  ['half of an identity key [R36]', (entry) => ({ ...entry, aik: entry.aik.slice(0, 43) })],
];

test('a first sight that does not verify is no person to write to: each kind of lie', async () => {
  const forged = await forgeIdentity(ben.account);
  for (const [name, lie] of FIRST_LIES) {
    server.behave();
    lieAbout(ben.account, (entry) => lie(entry, forged));
    const refused = await ada.engine.direct(ben.account).then(
      () => `taken: ${name}`,
      (error: Error) => error.message,
    );
    expect(refused).toContain('identity can be checked');
    expect(ada.disk.store('peers').has(ben.account)).toBe(false);
  }
  expect(sessionsWith(ben)).toEqual([]);
}, 30_000);

test('a certificate over somebody else’s device keys is refused: their owner never agreed [R25]', async () => {
  // Eve's account claims the keys of Ben's device, so that what Ben writes could pass for hers.
  const victim = await newDevice(await newIdentity());
  const eve: Identity = { ...(await newIdentity()), account: ben.account, bytes: fromHex(ben.account) };
  const own = await newDevice(eve);
  const encoded = certificateRecord.encode({
    ...decodeCertificate(victim.certificate).certificate,
    account: eve.bytes,
  });
  const byAccount = await signHybrid(tools, eve.aik, 'devcert', encoded);
  // All that she can put in the place of Ben's proof of possession: her own, and the one he gave for himself.
  const hers = await signHybrid(tools, own.dik, 'pop', concat(hash(encoded), eve.bytes));
  for (const proof of [hers, victim.certificate.slice(-SIGNATURE_BYTES)]) {
    const certificate = concat(encoded, byAccount, proof);
    const list = await newList(eve, {
      devices: [{ ...own, certificate, hash: decodeCertificate(certificate).hash }],
    });
    server.behave();
    lieAbout(ben.account, (entry) => ({
      ...entry,
      aik: toBase64(eve.aik.publicKey),
      deviceList: toBase64(list),
      certificates: [toBase64(certificate)],
    }));
    await expect(ada.engine.direct(ben.account)).rejects.toThrow('identity can be checked');
    expect(ada.disk.store('peers').has(ben.account)).toBe(false);
  }
});

test('a list that names a device twice, or one that it has revoked, is no list [R12, R38]', async () => {
  const { identity, show } = await makePuppet(server, `zoe${people}`);
  const one = await newDevice(identity);
  const twin = await newDevice(identity, { id: one.bytes });
  const certificates = [one.certificate, twin.certificate];
  await show(await newList(identity, { devices: [one, twin] }), certificates);
  await expect(ada.engine.direct(identity.account)).rejects.toThrow('identity can be checked');
  await ada.noticed('E_ROSTER', 'devices');
  const gone = await makePuppet(server, `yves${people}`);
  const device = await newDevice(gone.identity);
  const list = await newList(gone.identity, { devices: [device], revoked: [device.bytes] });
  await gone.show(list, [device.certificate]);
  await expect(ada.engine.direct(gone.identity.account)).rejects.toThrow('identity can be checked');
  for (const { account } of [identity, gone.identity])
    expect(ada.disk.store('peers').has(account)).toBe(false);
}, 30_000);

test('a device under the id of one’s own gets nothing, and the message says why [R5]', async () => {
  const { identity, show } = await makePuppet(server, `xena${people}`);
  const device = await newDevice(identity, { id: fromHex(ada.device) });
  await show(await newList(identity, { devices: [device] }), [device.certificate]);
  const { id } = await ada.engine.direct(identity.account);
  await mustNotLeave(id, /Two devices here claim the same name/);
}, 30_000);

/** Bundles that begin no session. */
const BUNDLE_LIES: readonly (readonly [
  name: string,
  lie: (bundle: PrekeyBundleRecord, other: PrekeyBundleRecord) => PrekeyBundleRecord,
])[] = [
  ['a signed prekey of another device', (bundle, other) => ({ ...bundle, signedPrekey: other.signedPrekey })],
  ['one-time keys of another device', (bundle, other) => ({ ...bundle, oneTime: other.oneTime })],
  [
    'a KEM key changed in the signed prekey',
    (bundle) => ({ ...bundle, signedPrekey: flipped(bundle.signedPrekey, 400) }),
  ],
  [
    'the KEM key cut out of the signed prekey',
    (bundle) => ({
      ...bundle,
      signedPrekey: bundle.signedPrekey.slice(0, 64) + bundle.signedPrekey.slice(64 + 1580),
    }),
  ],
  [
    'a KEM key changed in the leaf',
    (bundle) => bend(bundle, (oneTime) => ({ ...oneTime, leaf: flipped(oneTime.leaf, 400) })),
  ],
  [
    'an X25519 key changed in the leaf',
    (bundle) => bend(bundle, (oneTime) => ({ ...oneTime, leaf: flipped(oneTime.leaf, 20) })),
  ],
  [
    'a root with a changed signature',
    (bundle) => bend(bundle, (oneTime) => ({ ...oneTime, root: flipped(oneTime.root, -1) })),
  ],
  [
    'a leaf at another place',
    (bundle) => bend(bundle, (oneTime) => ({ ...oneTime, index: oneTime.index + 1 })),
  ],
  ['a shortened path', (bundle) => bend(bundle, (oneTime) => ({ ...oneTime, path: oneTime.path.slice(1) }))],
  [
    'a signed prekey in place of the leaf',
    (bundle) => bend(bundle, (oneTime) => ({ ...oneTime, leaf: bundle.signedPrekey })),
  ],
];
type OneTime = NonNullable<PrekeyBundleRecord['oneTime']>;
const bend = (bundle: PrekeyBundleRecord, change: (oneTime: OneTime) => OneTime): PrekeyBundleRecord => ({
  ...bundle,
  oneTime: bundle.oneTime === null ? null : change(bundle.oneTime),
});

test('prekeys that the device has not signed begin no session: each kind of lie [R36]', async () => {
  const id = await acquaint(ada, ben);
  const other = await forgeBundle(await newDevice(await newIdentity()));
  const before = posts();
  const claims = () => server.asked('ada', PATHS.claimPrekeys).length;
  // Taken once, and bent anew each time: a device gives one person ten one-time keys a day.
  const [honest] = await ada.transport.claimPrekeys([ben.device]);
  if (honest === undefined || honest.oneTime === null) throw new Error('no bundle');
  handOut((bundle) => ({ ...bundle, signedPrekey: '' }));
  const { id: waiting } = await ada.engine.send(id, 'for Ben alone');
  await ada.engine.idle();
  for (const [name, lie] of BUNDLE_LIES) {
    server.behave();
    handOut((bundle) => (bundle.device === ben.device ? lie(honest, other) : bundle));
    const claimed = claims();
    await ada.engine.flush();
    expect([name, claims() > claimed, posts() - before]).toEqual([name, true, 0]);
    const { status, reason } = await ada.message(waiting);
    expect([name, status, reason?.includes('gave no keys')]).toEqual([name, 'Failed', true]);
    expect(sessionsWith(ben)).toEqual([]);
  }
  server.behave();
  await ada.engine.flush();
  await ben.hears(id, 'for Ben alone');
}, 30_000);

test('one one-time key handed to two people: the second message is asked for again, and comes over a new session [R23]', async () => {
  const carol = await Client.register(server, `carol${people}`);
  let first: PrekeyBundleRecord | null = null;
  handOut((bundle) => {
    if (bundle.device !== ben.device) return bundle;
    first ??= bundle;
    return first;
  });
  const withAda = await acquaint(ada, ben);
  const withCarol = await acquaint(carol, ben);
  await ada.send(withAda, 'the first');
  await ben.hears(withAda, 'the first');
  await carol.send(withCarol, 'the second');
  await ben.until(async () => (await ben.closed(withCarol)).length === 1);
  expect((await ben.closed(withCarol))[0]?.reason).toContain('asked for it again');
  ben.time.pass(61_000);
  await ben.hears(withCarol, 'the second');
  expect(await ben.closed(withCarol)).toEqual([]);
  await carol.close();
}, 30_000);

test('a server that says all one-time keys are gone: the signed one carries it, and the first renewal follows at once [R23]', async () => {
  handOut((bundle) => ({ ...bundle, oneTime: null }));
  const id = await acquaint(ada, ben);
  await ada.send(id, 'with what is left');
  await ben.hears(id, 'with what is left');
  const epochs = () => sessionsWith(ben).map(([, stored]) => decodeSession(stored));
  expect(epochs().map(({ usedOneTime }) => usedOneTime)).toEqual([false]);
  // Nobody writes anything more: the devices do it by themselves.
  await ada.until(async () => {
    ada.time.pass(500);
    ben.time.pass(500);
    return epochs().every(({ pq }) => pq.epoch >= 1);
  }, 'a post-quantum epoch');
}, 30_000);

test('a handshake that is given again after a restart begins no second session [R24]', async () => {
  handOut((bundle) => ({ ...bundle, oneTime: null }));
  // Ben's answer never comes, so the second message repeats the handshake of the first; and that one is kept back.
  let held = 0;
  server.deliver((delivery, who) => {
    if (who !== ben.who) return [];
    if (delivery.class === 2 || (delivery.id !== first && first !== '')) held++;
    else return [delivery];
    return [];
  });
  let first = '';
  const id = await acquaint(ada, ben);
  first = (await ada.send(id, 'the first')).id;
  await ben.hears(id, 'the first');
  await ada.send(id, 'the second');
  const post = decodePost(server.asked('ada', PATHS.messages).at(-1)?.sent ?? new Uint8Array());
  expect(post?.envelopes.map(({ length }) => length > 1000)).toEqual([true]);
  await ben.close();
  ben.disk.store('sessions').clear();
  server.behave();
  server.deliver((delivery, who) => (who === ben.who && delivery.class === 1 ? [delivery] : []));
  await ben.open();
  await ben.until(async () => (await ben.closed(id)).length === 1, 'the second message, closed');
  expect((await ben.closed(id))[0]?.reason).toContain('keys have run out');
  expect(held).toBeGreaterThan(0);
  expect([...ben.disk.store('sessions').keys()]).toEqual([]);
  expect(await ben.texts(id)).toEqual(['the first']);
}, 30_000);
