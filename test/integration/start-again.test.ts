/** Starting again with the real client: what it publishes, what it leaves behind, and what the others' clients make of it. */
import { afterAll, beforeAll, expect, test } from 'bun:test';
import { hashPassword } from '../../src/cli/password-hash.ts';
import { httpAgain } from '../../src/client/enrol/again-transport.ts';
import {
  EnrolError,
  type EnrolTools,
  enrolDevice,
  newAccountId,
  register,
  signInWithPassword,
  signInWithRecoveryCode,
  startAgain,
} from '../../src/client/enrol.ts';
import { httpCalls } from '../../src/client/http-relay.ts';
import { httpTransport } from '../../src/client/http-transport.ts';
import { MemoryDisk, MemoryStorage } from '../../src/client/memory-storage.ts';
import { STORES, TransportFailed } from '../../src/client/ports.ts';
import { readSelf } from '../../src/client/self.ts';
import { fromBase64, fromHex } from '../../src/contract/bytes.ts';
import { runtime } from '../../src/native/runtime.ts';
import { decodeDeviceList } from '../../src/protocol/device-list.ts';
import { LogReplay } from '../../src/protocol/log-replay.ts';
import { PASSWORD_FLOOR } from '../../src/protocol/password.ts';
import type { Crypto } from '../../src/protocol/ports.ts';
import { decodeSignedLeaf } from '../../src/protocol/transparency.ts';
import { startApp, type TestApp } from '../support/app.ts';

const OLD = 'correct horse battery';
const NEW = 'another horse battery';
const crypto: Crypto = {
  provider: runtime,
  random: (length) => globalThis.crypto.getRandomValues(new Uint8Array(length)),
  clock: Date.now,
};

let app: TestApp;
let names = 0;

/** A place with a disk and a cookie jar. */
function place(disk = new MemoryDisk()) {
  let cookie = '';
  const options = {
    get origin() {
      return app.origin;
    },
    headers: () => (cookie ? { cookie } : {}),
    onResponse(response: Response) {
      const set = response.headers.get('set-cookie');
      if (set) cookie = set.split(';')[0] ?? '';
    },
  };
  const tools: EnrolTools = {
    crypto,
    transport: httpTransport(options),
    hashPassword,
    passwordCost: PASSWORD_FLOOR,
    openStorage: async () => new MemoryStorage(disk),
  };
  return { tools, again: httpAgain(httpCalls(options)), disk };
}

async function newcomer(role: 'owner' | 'member' = 'member') {
  const at = place();
  const { invites } = app.deps.services;
  const token = role === 'owner' ? await invites.createSetupToken() : (await invites.create(null)).token;
  const username = `person${++names}`;
  const registered = await register(at.tools, {
    token,
    account: newAccountId(crypto.random),
    username,
    name: 'Mina Ito',
    ...(role === 'owner' ? { workspaceName: 'Harbour' } : {}),
    password: OLD,
  });
  return { ...at, username, registered };
}
const linkFor = async (username: string) =>
  (await app.deps.services.startAgain.links.create(null, username)).token;
const codeOf = (action: Promise<unknown>): Promise<string> =>
  action.then(
    () => 'done',
    (error: unknown) => {
      if (error instanceof EnrolError) return error.code;
      throw error;
    },
  );
const isEmpty = (disk: MemoryDisk) => STORES.every((name) => disk.store(name).size === 0);

beforeAll(async () => {
  app = await startApp();
  await newcomer('owner');
});
afterAll(() => app.stop());

test('a new identity follows the old one’s list and leaf; both new ways in open it, no old one does', async () => {
  const mina = await newcomer();
  const second = place();
  await enrolDevice(
    second.tools,
    await signInWithPassword(second.tools, { username: mina.username, password: OLD }),
  );
  const { directory: before } = await mina.tools.transport.session();
  const anew = place();
  const started = await startAgain(anew.tools, anew.again, {
    token: await linkFor(mina.username),
    password: NEW,
  });
  const { directory: after } = started.signedIn;
  expect(after.account).toBe(before.account);
  expect(after.aik).not.toBe(before.aik);
  const [old, next] = [before, after].map(({ deviceList }) => decodeDeviceList(fromBase64(deviceList)));
  expect(next?.list).toMatchObject({ version: 3, previous: old?.hash, vaultVersion: 2 });
  expect(next?.list.certificates).toHaveLength(1);
  const self = await readSelf(new MemoryStorage(mina.disk));
  expect(next?.list.revoked).toContainEqual(fromHex(self?.device ?? ''));
  expect(next?.list.revoked).toHaveLength(2);

  const log = new LogReplay();
  const { leaves } = await anew.tools.transport.log(0);
  const changes = leaves.map((leaf) => log.append(fromBase64(leaf)).change);
  expect(changes.at(-1)).toBe('identity');
  expect(log.account(fromHex(after.account))?.hash).toEqual(
    decodeSignedLeaf(fromBase64(after.leaf ?? '')).hash,
  );

  const there = place();
  expect(await codeOf(signInWithPassword(there.tools, { username: mina.username, password: OLD }))).toBe(
    'wrong-password',
  );
  const oldCode = { username: mina.username, code: mina.registered.recoveryCode };
  expect(await codeOf(signInWithRecoveryCode(there.tools, oldCode))).toBe('wrong-recovery-code');
  const newCode = { username: mina.username, code: started.recoveryCode };
  const unlocked = await signInWithRecoveryCode(there.tools, newCode);
  expect((await enrolDevice(there.tools, unlocked)).resumed).toBe(false);

  // A former device that turns up again becomes a new one, and what it held of the old identity is gone.
  const found = await enrolDevice(
    second.tools,
    await signInWithPassword(second.tools, { username: mina.username, password: NEW }),
  );
  expect(found.resumed).toBe(false);
  expect((await readSelf(found.storage))?.aik).toEqual(fromBase64(after.aik));
}, 60_000);

test('twice over: the second new identity follows the first', async () => {
  const mina = await newcomer();
  for (const version of [2, 3]) {
    const { tools, again } = place(mina.disk);
    const { signedIn } = await startAgain(tools, again, {
      token: await linkFor(mina.username),
      password: NEW,
    });
    expect(decodeDeviceList(fromBase64(signedIn.directory.deviceList)).list).toMatchObject({ version });
  }
}, 60_000);

test('a refused link, a weak password and another person’s device change nothing', async () => {
  const mina = await newcomer();
  const token = await linkFor(mina.username);
  const anew = place();
  const tried = (more: object) =>
    codeOf(startAgain(anew.tools, anew.again, { token, password: NEW, ...more }));
  expect(await tried({ token: 'nothing' })).toBe('link-used');
  expect(await tried({ password: 'short' })).toBe('weak-password');
  expect(isEmpty(anew.disk)).toBe(true);
  const other = await newcomer();
  const atOther = place(other.disk);
  expect(await codeOf(startAgain(atOther.tools, atOther.again, { token, password: NEW }))).toBe(
    'not-this-account',
  );
  expect((await readSelf(new MemoryStorage(other.disk)))?.username).toBe(other.username);
  // The old identity still opens.
  await signInWithPassword(mina.tools, { username: mina.username, password: OLD });
}, 60_000);

test('an answer that is lost: the keys stay, and signing in goes on with them', async () => {
  const mina = await newcomer();
  const anew = place();
  const silent = {
    ...anew.again,
    async complete(request: Parameters<typeof anew.again.complete>[0]) {
      await anew.again.complete(request);
      throw new TransportFailed('cut off');
    },
  };
  const token = await linkFor(mina.username);
  expect(await codeOf(startAgain(anew.tools, silent, { token, password: NEW }))).toBe('offline');
  expect(isEmpty(anew.disk)).toBe(false);
  const { tools } = place(anew.disk);
  const unlocked = await signInWithPassword(tools, { username: mina.username, password: NEW });
  expect((await enrolDevice(tools, unlocked)).resumed).toBe(true);
}, 60_000);
