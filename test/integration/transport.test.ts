/** The client's transport against the real server: both sides read the contract alike, call by call. */
import { afterAll, beforeAll, expect, test } from 'bun:test';
import { httpTransport } from '../../src/client/http-transport.ts';
import { type Transport, TransportRefused } from '../../src/client/ports.ts';
import type { SignedIn } from '../../src/contract/accounts.ts';
import { fromBase64, toBase64 } from '../../src/contract/bytes.ts';
import { createPrekeyBatch } from '../../src/protocol/prekeys.ts';
import { startApp, type TestApp } from '../support/app.ts';
import { Authenticator } from '../support/authenticator.ts';
import {
  leafOf,
  listHash,
  newDevice,
  newIdentity,
  newList,
  newRegistration,
  newUpload,
  proofOf,
  tools,
} from '../support/person.ts';

let app: TestApp;
let owner: Awaited<ReturnType<typeof enrolled>>;

/** A transport with a cookie jar of one. */
function browser(): Transport {
  let cookie = '';
  return httpTransport({
    origin: app.origin,
    headers: () => (cookie ? { cookie } : {}),
    onResponse(response) {
      const set = response.headers.get('set-cookie');
      if (set) cookie = set.split(';')[0] ?? '';
    },
  });
}
async function enrolled(token: string, username: string, workspaceName?: string) {
  const made = await newRegistration(token, username, workspaceName ? { workspaceName } : {});
  const transport = browser();
  const signedIn: SignedIn = await transport.register(made.request);
  return { ...made, transport, signedIn };
}
const invite = async () => (await app.deps.services.invites.create(null)).token;
const secretOf = (person: { request: { password?: { secret: string } } }) =>
  person.request.password?.secret ?? '';

beforeAll(async () => {
  app = await startApp();
  owner = await enrolled(await app.deps.services.invites.createSetupToken(), 'owner', 'Harbour');
});
afterAll(() => app.stop());

test('workspace, registration and session', async () => {
  const { transport, signedIn, request } = owner;
  expect(await transport.workspace()).toMatchObject({ name: 'Harbour', ready: true, passkeys: true });
  expect(signedIn).toMatchObject({ username: 'owner', role: 'owner', vault: request.vault });
  expect(await transport.session()).toEqual(signedIn);
  const { account } = await newIdentity();
  const start = await browser().registerStart({ token: await invite(), account, username: 'x', name: 'X' });
  expect(start).toMatchObject({ kind: 'invite', role: 'member' });
  expect(start.passkey?.user.name).toBe('x');
});

test('sign-in by password, recovery code and passkey; sign-out', async () => {
  const device = browser();
  const { secret: _, ...parameters } = owner.request.password ?? { secret: '' };
  expect<object>(await device.signInStart('owner')).toEqual(parameters);
  const entered = await device.signInWithPassword({ username: 'owner', secret: secretOf(owner) });
  expect(entered.device).toBeNull();
  await device.resumeDevice({
    device: owner.device.id,
    proof: await proofOf(owner.device, fromBase64(entered.challenge)),
  });
  expect((await device.session()).device).toBe(owner.device.id);
  await device.signOut(false);
  const refused = await device.session().catch((error: unknown) => error);
  expect(refused instanceof TransportRefused && refused.body.error).toBe('NotSignedIn');

  const recovered = await browser().signInWithRecovery({
    username: 'owner',
    secret: owner.request.recoverySecret,
  });
  expect(recovered.account).toBe(owner.identity.account);

  const token = await invite();
  const made = await newRegistration(token, 'pia');
  const newcomer = browser();
  const start = await newcomer.registerStart({ token, account: made.identity.account, username: 'pia' });
  if (!start.passkey) throw new Error('no passkey');
  const passkey = new Authenticator(app.origin);
  await newcomer.register({ ...made.request, passkey: await passkey.create(start.passkey) });
  const elsewhere = browser();
  const { options } = await elsewhere.passkeyStart();
  const signedIn = await elsewhere.signInWithPasskey({ response: await passkey.get(options) });
  expect(signedIn.username).toBe('pia');
  await elsewhere.signOut(true);
  const gone = await newcomer.session().catch((error: unknown) => error);
  expect(gone instanceof TransportRefused && gone.status).toBe(401);
});

test('devices, directory and prekeys', async () => {
  const mina = await enrolled(await invite(), 'mina');
  const { transport, identity } = mina;
  expect((await transport.people()).map(({ username }) => username)).toContain('mina');
  const phone = browser();
  await phone.signInWithPassword({ username: 'mina', secret: secretOf(mina) });
  const device = await newDevice(identity);
  const first = fromBase64(mina.request.device.deviceList);
  const list = await newList(identity, {
    version: 2,
    previous: listHash(first),
    devices: [mina.device, device],
  });
  await phone.addDevice(await newUpload(device, list));
  const [entry] = await owner.transport.directory([identity.account]);
  expect(entry?.deviceList).toBe(toBase64(list));
  expect(entry?.certificates.length).toBe(2);

  expect((await phone.prekeyStock()).remaining).toBe(3);
  await phone.uploadPrekeys({ batch: toBase64((await createPrekeyBatch(tools, device.dik, 3, 2)).batch) });
  expect((await phone.prekeyStock()).remaining).toBe(5);
  const bundles = await owner.transport.claimPrekeys([device.id, mina.device.id]);
  expect(bundles.map((bundle) => bundle.device)).toEqual([device.id, mina.device.id]);
  expect(bundles.every((bundle) => bundle.oneTime !== null)).toBe(true);

  const without = await newList(identity, {
    version: 3,
    previous: listHash(list),
    devices: [mina.device],
    revoked: [device.bytes],
  });
  await transport.revokeDevice(device.id, { deviceList: toBase64(without), leaf: leafOf(without) });
  const gone = await phone.session().catch((error: unknown) => error);
  expect(gone instanceof TransportRefused && gone.status).toBe(401);
});

test('a refusal arrives with its name, its sentence and its fields', async () => {
  const { request } = await newRegistration(await invite(), 'OWNER');
  const error = await browser()
    .register(request)
    .catch((reason: unknown) => reason);
  if (!(error instanceof TransportRefused)) throw error;
  expect(error.status).toBe(400);
  expect(error.body).toEqual({
    error: 'ValidationError',
    message: 'This username is taken. Choose another one.',
    fields: { username: ['This username is taken. Choose another one.'] },
  });
});
