/**
 * A server that exchanges what it keeps for somebody: slots, vaults, lists, accounts (MEGA 2022: wrapped keys that the
 * server may swap and overwrite). A new device opens nothing that does not belong together, and leaves nothing behind.
 */
import { afterAll, afterEach, beforeAll, expect, test } from 'bun:test';
import { EnrolError, enrolDevice, signInWithPassword, unlockWithPassword } from '../../src/client/enrol.ts';
import { STORES } from '../../src/client/ports.ts';
import type { SignedIn } from '../../src/contract/accounts.ts';
import { fromBase64, fromHex, toBase64 } from '../../src/contract/bytes.ts';
import { PATHS } from '../../src/contract/paths.ts';
import { decodeCertificate } from '../../src/protocol/certificate.ts';
import { decodeDeviceList, signDeviceList } from '../../src/protocol/device-list.ts';
import { hash } from '../../src/protocol/hash.ts';
import { type SignatureLabel, verifyHybrid } from '../../src/protocol/identity.ts';
import { tools as crypto } from '../support/person.ts';
import { Client, PASSWORD } from './support/client.ts';
import { flipped, forgeIdentity } from './support/forgery.ts';
import { HostileServer } from './support/server.ts';

let server: HostileServer;
let ada: Client;
let ben: Client;
/** What an honest server gives Ben after he has signed in. */
let bens: SignedIn;

beforeAll(async () => {
  server = await HostileServer.open();
  ada = await Client.register(server, 'ada');
  ben = await Client.register(server, 'ben');
  const desk = Client.at(server, 'desk').tools();
  bens = (await signInWithPassword(desk, { username: 'ben', password: PASSWORD })).signedIn;
}, 60_000);
afterEach(() => server.behave());
afterAll(async () => {
  await ada.close();
  await ben.close();
  await server.close();
});

const slot = (signedIn: SignedIn, kind: string) =>
  signedIn.vault.slots.find((each) => each.kind === kind)?.record ?? '';
/** The honest answer with other slots. */
const withSlots = (signedIn: SignedIn, records: Readonly<Record<string, string>>): SignedIn => ({
  ...signedIn,
  vault: {
    ...signedIn.vault,
    slots: signedIn.vault.slots.map((each) => ({ ...each, record: records[each.kind] ?? each.record })),
  },
});

/** What a server may say instead of the truth, and what the person is told. */
const LIES: readonly (readonly [
  name: string,
  code: string,
  lie: (honest: SignedIn) => SignedIn | Promise<SignedIn>,
])[] = [
  [
    'the slot of the recovery code in the password’s place',
    'wrong-password',
    (honest) => withSlots(honest, { password: slot(honest, 'recovery') }),
  ],
  [
    'both slots swapped',
    'wrong-password',
    (honest) => withSlots(honest, { password: slot(honest, 'recovery'), recovery: slot(honest, 'password') }),
  ],
  [
    'the slot of somebody else who has the same password',
    'wrong-password',
    (honest) => withSlots(honest, { password: slot(bens, 'password') }),
  ],
  [
    'a slot with a changed byte',
    'wrong-password',
    (honest) => withSlots(honest, { password: flipped(slot(honest, 'password'), 90) }),
  ],
  [
    'a slot that is a vault',
    'damaged-vault',
    (honest) => withSlots(honest, { password: honest.vault.sealed }),
  ],
  ['a slot of nothing', 'damaged-vault', (honest) => withSlots(honest, { password: '' })],
  [
    'somebody else’s vault',
    'damaged-vault',
    (honest) => ({ ...honest, vault: { ...honest.vault, sealed: bens.vault.sealed } }),
  ],
  [
    'a vault with a changed byte',
    'damaged-vault',
    (honest) => ({ ...honest, vault: { ...honest.vault, sealed: flipped(honest.vault.sealed, 200) } }),
  ],
  [
    'half a vault',
    'damaged-vault',
    (honest) => ({ ...honest, vault: { ...honest.vault, sealed: honest.vault.sealed.slice(0, 400) } }),
  ],
  [
    'a vault that says it is another version',
    'wrong-password',
    (honest) => ({ ...honest, vault: { ...honest.vault, version: 2 } }),
  ],
  ['somebody else’s whole answer', 'wrong-password', () => bens],
  ['another account', 'wrong-password', (honest) => ({ ...honest, account: bens.account })],
  [
    'another identity key',
    'identity-mismatch',
    (honest) => ({ ...honest, directory: { ...honest.directory, aik: bens.directory.aik } }),
  ],
  ['somebody else’s directory', 'identity-mismatch', (honest) => ({ ...honest, directory: bens.directory })],
  [
    'an identity of the server’s own',
    'identity-mismatch',
    async (honest) => ({
      ...honest,
      directory: (await forgeIdentity(honest.account)).entry(honest.directory),
    }),
  ],
  [
    'a device list that somebody else signed',
    'identity-mismatch',
    async (honest) => ({
      ...honest,
      directory: {
        ...honest.directory,
        deviceList: (await forgeIdentity(honest.account)).entry(honest.directory).deviceList,
      },
    }),
  ],
  [
    'a device list with a changed signature',
    'identity-mismatch',
    (honest) => ({
      ...honest,
      directory: { ...honest.directory, deviceList: flipped(honest.directory.deviceList, -1) },
    }),
  ],
];

test('whatever the server puts in the place of a vault opens nothing, publishes nothing, and leaves nothing on the device [R10]', async () => {
  for (const [i, [name, code, lie]] of LIES.entries()) {
    server.behave();
    server.answer(PATHS.signInPassword, async (text, { status }) =>
      status === 200 ? JSON.stringify(await lie(JSON.parse(text))) : text,
    );
    const place = Client.at(server, `place${i}`);
    const failed = await place.enrol('ada').catch((error: unknown) => error);
    expect([name, failed instanceof EnrolError ? failed.code : failed]).toEqual([name, code]);
    expect(STORES.map((store) => place.disk.store(store).size)).toEqual(STORES.map(() => 0));
    for (const path of [PATHS.devices, PATHS.resume, PATHS.prekeys])
      expect(server.asked(`place${i}`, path)).toEqual([]);
  }
}, 60_000);

test('an older vault under the list of today is refused on a new device [R10]', async () => {
  // Ada's list names the next version of her vault, as it does after a password was changed.
  const place = Client.at(server, 'newer');
  const unlocked = await signInWithPassword(place.tools(), { username: 'ada', password: PASSWORD });
  const { list, hash: previous } = decodeDeviceList(fromBase64(unlocked.signedIn.directory.deviceList));
  const newer = await signDeviceList(crypto, unlocked.aik, {
    ...list,
    version: list.version + 1,
    previous,
    vaultVersion: list.vaultVersion + 1,
  });
  server.json<SignedIn>(PATHS.signInPassword, (honest) => ({
    ...honest,
    directory: { ...honest.directory, deviceList: toBase64(newer) },
  }));
  const failed = await Client.at(server, 'older')
    .enrol('ada')
    .catch((error: unknown) => error);
  expect(failed instanceof EnrolError && failed.code).toBe('damaged-vault');
  expect(failed instanceof EnrolError && failed.message).toContain('do not go on');
}, 30_000);

test('a device that unlocks again takes no other vault either [R10]', async () => {
  const place = Client.at(server, 'again');
  await place.enrol('ada');
  const before = place.state(...STORES);
  server.json<SignedIn>(PATHS.session, (honest) => withSlots(honest, { password: slot(honest, 'recovery') }));
  const session = await place.transport.session();
  const failed = await unlockWithPassword(place.tools(), session, PASSWORD).catch((error: unknown) => error);
  expect(failed instanceof EnrolError && failed.code).toBe('wrong-password');
  expect(place.state(...STORES)).toBe(before);
}, 30_000);

/** Everything that a signature may be for. */
const LABELS: readonly SignatureLabel[] = [
  'devcert',
  'pop',
  'devlist',
  'spk',
  'otp',
  'msg',
  'roster',
  'resume',
  'kt-leaf',
  'kt-head',
  'backup',
];

test('what a device signs to come back is a signature of nothing else, whatever the server asks it to sign [R3]', async () => {
  const place = Client.at(server, 'oracle');
  await place.enrol('ada');
  // The hash of a device list of the server's making, in the place of a challenge.
  const wanted = hash(fromBase64(bens.directory.deviceList));
  server.json<SignedIn>(PATHS.signInPassword, (honest) => ({ ...honest, challenge: toBase64(wanted) }));
  server.answer(PATHS.resume, () => new Response(null, { status: 204 }));
  const unlocked = await signInWithPassword(place.tools(), { username: 'ada', password: PASSWORD });
  const certificates = unlocked.signedIn.directory.certificates.map(fromBase64);
  const { device } = await enrolDevice(place.tools(), unlocked);
  const [told] = server.asked('oracle', PATHS.resume).slice(-1);
  const { proof }: { proof: string } = JSON.parse(new TextDecoder().decode(told?.sent));
  const own = certificates
    .map((each) => decodeCertificate(each).certificate)
    .find((each) => each.device.toHex() === fromHex(device).toHex());
  if (own === undefined) throw new Error('not listed');
  const verdicts = await Promise.all(
    LABELS.map(async (label) => [
      label,
      await verifyHybrid(crypto, own.signingKey, label, wanted, fromBase64(proof)),
    ]),
  );
  expect(verdicts.filter(([, holds]) => holds)).toEqual([['resume', true]]);
}, 30_000);
