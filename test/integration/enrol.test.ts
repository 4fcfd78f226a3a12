/** Enrolling against the real server, and against one that lies about what it holds. */
import { afterAll, beforeAll, expect, test } from 'bun:test';
import { hashPassword } from '../../src/cli/password-hash.ts';
import {
  EnrolError,
  type EnrolTools,
  enrolDevice,
  newAccountId,
  register,
  revokeDevice,
  signInWithPassword,
  signInWithRecoveryCode,
  signOut,
} from '../../src/client/enrol.ts';
import { httpTransport } from '../../src/client/http-transport.ts';
import { MemoryDisk, MemoryStorage } from '../../src/client/memory-storage.ts';
import { STORES, type Transport, TransportFailed } from '../../src/client/ports.ts';
import { LOG_KEY, readSelf } from '../../src/client/self.ts';
import { fromBase64, toBase64 } from '../../src/contract/bytes.ts';
import { runtime } from '../../src/native/runtime.ts';
import { decodeCertificate } from '../../src/protocol/certificate.ts';
import { decodeDeviceList } from '../../src/protocol/device-list.ts';
import { createSigningKeyPair } from '../../src/protocol/identity.ts';
import { PASSWORD_FLOOR } from '../../src/protocol/password.ts';
import type { Crypto } from '../../src/protocol/ports.ts';
import { decodeSignedLeaf } from '../../src/protocol/transparency.ts';
import { startApp, type TestApp } from '../support/app.ts';

const PASSWORD = 'correct horse battery';
const crypto: Crypto = {
  provider: runtime,
  random: (length) => globalThis.crypto.getRandomValues(new Uint8Array(length)),
  clock: Date.now,
};

let app: TestApp;
let ada: { readonly disk: MemoryDisk; readonly code: string };

/** A place with a disk and a cookie jar; `bend` puts a liar between it and the server. */
function place(
  disk = new MemoryDisk(),
  bend: (honest: Transport) => Transport = (honest) => honest,
): EnrolTools {
  let cookie = '';
  const transport = httpTransport({
    origin: app.origin,
    headers: () => (cookie ? { cookie } : {}),
    onResponse(response) {
      const set = response.headers.get('set-cookie');
      if (set) cookie = set.split(';')[0] ?? '';
    },
  });
  return {
    crypto,
    transport: bend(transport),
    hashPassword,
    passwordCost: PASSWORD_FLOOR,
    openStorage: async () => new MemoryStorage(disk),
  };
}

const isEmpty = (disk: MemoryDisk) => STORES.every((name) => disk.store(name).size === 0);
async function codeOf(action: Promise<unknown>): Promise<string> {
  try {
    await action;
    return 'done';
  } catch (error) {
    if (error instanceof EnrolError) return error.code;
    throw error;
  }
}
const asAda = { username: 'ada', password: PASSWORD };

beforeAll(async () => {
  app = await startApp();
  const disk = new MemoryDisk();
  const registered = await register(place(disk), {
    token: await app.deps.services.invites.createSetupToken(),
    account: newAccountId(crypto.random),
    username: 'Ada',
    name: 'Ada Kern',
    workspaceName: 'Harbour',
    password: PASSWORD,
  });
  ada = { disk, code: registered.recoveryCode };
});
afterAll(() => app.stop());

test('registration publishes what is on disk, and shows a code of eight groups', async () => {
  expect(ada.code).toMatch(/^(?:[0-9A-Z]{4}-){7}[0-9A-Z]{4}$/);
  expect(await readSelf(new MemoryStorage(ada.disk))).toMatchObject({ username: 'ada', published: true });
});

test('the log’s key is pinned with the registration, and never replaced', async () => {
  const storage = new MemoryStorage(ada.disk);
  const pinned = await storage.get('meta', LOG_KEY);
  expect(toBase64(pinned ?? new Uint8Array())).toBe((await place().transport.workspace()).logKey);
  const other = place(ada.disk, (honest) => ({
    ...honest,
    async signInWithPassword(request) {
      return { ...(await honest.signInWithPassword(request)), logKey: toBase64(crypto.random(1984)) };
    },
  }));
  await enrolDevice(other, await signInWithPassword(other, asAda));
  expect(await storage.get('meta', LOG_KEY)).toEqual(pinned);
});

test('an account from before the log enters it when a device of it is unlocked', async () => {
  const { db } = app.deps;
  const { token } = await app.deps.services.invites.create(null);
  const bea = { username: 'bea', password: PASSWORD };
  const account = newAccountId(crypto.random);
  const disk = new MemoryDisk();
  await register(place(disk), { ...bea, token, account, name: 'Bea' });
  const leaves = () =>
    db.read<{ version: number }>('SELECT version FROM log_leaves WHERE account = $1', [account]);
  await db.write((tx) => tx.run('DELETE FROM log_leaves WHERE account = $1', [account]));
  const again = place(disk);
  const unlocked = await signInWithPassword(again, bea);
  expect(unlocked.signedIn.directory.leaf).toBeNull();
  await enrolDevice(again, unlocked);
  expect(await leaves()).toEqual([{ version: 1 }]);
  const { leaf, deviceList } = (await again.transport.session()).directory;
  const { list, hash } = decodeDeviceList(fromBase64(deviceList));
  expect(list.version).toBe(2);
  expect(decodeSignedLeaf(fromBase64(leaf ?? '')).leaf).toMatchObject({ username: 'bea', deviceList: hash });
  // Once is enough.
  const later = place(disk);
  await enrolDevice(later, await signInWithPassword(later, bea));
  expect(await leaves()).toHaveLength(1);
});

test('an entry in the log that this account has not signed is nothing to go on from', async () => {
  const forged = place(undefined, (honest) => ({
    ...honest,
    async signInWithPassword(request) {
      const signedIn = await honest.signInWithPassword(request);
      const { leaf } = signedIn.directory;
      const signed = fromBase64(leaf ?? '');
      signed.set([(signed.at(-1) ?? 0) ^ 1], signed.length - 1);
      return { ...signedIn, directory: { ...signedIn.directory, leaf: toBase64(signed) } };
    },
  }));
  expect(
    await codeOf(signInWithPassword(forged, asAda).then((unlocked) => enrolDevice(forged, unlocked))),
  ).toBe('identity-mismatch');
});

test('a refused registration leaves nothing behind', async () => {
  const disk = new MemoryDisk();
  const request = { account: newAccountId(crypto.random), username: 'eve', name: 'Eve', password: PASSWORD };
  expect(await codeOf(register(place(disk), { ...request, token: toBase64(crypto.random(32)) }))).toBe(
    'link-used',
  );
  expect(isEmpty(disk)).toBe(true);
  const { token } = await app.deps.services.invites.create(null);
  expect(await codeOf(register(place(disk), { ...request, token, username: 'ada' }))).toBe('invalid');
  expect(isEmpty(disk)).toBe(true);
  expect(await codeOf(register(place(disk), { ...request, token, password: 'short' }))).toBe('weak-password');
});

test('a place of another account is refused before anything is asked of the server, and let go', async () => {
  const occupied = place(ada.disk);
  let isOpen = false;
  const { token } = await app.deps.services.invites.create(null);
  const tools: EnrolTools = {
    ...occupied,
    openStorage: async (where) => {
      const storage = await occupied.openStorage(where);
      isOpen = true;
      const close = storage.close.bind(storage);
      storage.close = async () => {
        isOpen = false;
        await close();
      };
      return storage;
    },
  };
  const request = { account: newAccountId(crypto.random), username: 'mia', name: 'Mia', password: PASSWORD };
  expect(await codeOf(register(tools, { ...request, token }))).toBe('not-this-account');
  expect(isOpen).toBe(false);
  expect(isEmpty(ada.disk)).toBe(false);
});

test('the same place resumes its device, another place becomes a new one', async () => {
  const first = (await readSelf(new MemoryStorage(ada.disk)))?.device;
  const again = place(ada.disk);
  const resumed = await enrolDevice(again, await signInWithPassword(again, asAda));
  expect(resumed).toMatchObject({ resumed: true });
  expect(resumed.device as string).toBe(first ?? '');

  const second = place();
  const added = await enrolDevice(
    second,
    await signInWithRecoveryCode(second, { username: 'ada', code: ada.code }),
  );
  expect(added.resumed).toBe(false);
  const session = await second.transport.session();
  expect(session.device).toBe(added.device);
  expect(session.directory.certificates).toHaveLength(2);

  await revokeDevice(
    again,
    await signInWithPassword(again, asAda),
    added.device,
    new MemoryStorage(ada.disk),
  );
  const left = await signInWithPassword(again, asAda);
  expect(left.signedIn.directory.certificates).toHaveLength(1);
  await enrolDevice(again, left);
  await signOut(again.transport, false);
  await signOut(again.transport, false);
  expect(await codeOf(signOut(place().transport, true))).toBe('done');
});

test('an answer that was lost is found out at the next sign-in', async () => {
  const disk = new MemoryDisk();
  const lossy = place(disk, (honest) => ({
    ...honest,
    async addDevice(upload) {
      await honest.addDevice(upload);
      throw new TransportFailed('the line was cut');
    },
  }));
  expect(await codeOf(enrolDevice(lossy, await signInWithPassword(lossy, asAda)))).toBe('offline');
  expect(await readSelf(new MemoryStorage(disk))).toMatchObject({ published: false });
  const mended = place(disk);
  const { resumed, device } = await enrolDevice(mended, await signInWithPassword(mended, asAda));
  expect(resumed).toBe(true);
  await revokeDevice(mended, await signInWithPassword(mended, asAda), device, new MemoryStorage(disk));
});

test('wrong secrets are told apart from a server that does not answer', async () => {
  expect(await codeOf(signInWithPassword(place(), { ...asAda, password: 'not the password' }))).toBe(
    'wrong-password',
  );
  expect(await codeOf(signInWithPassword(place(), { ...asAda, username: 'nobody' }))).toBe('wrong-password');
  const code = 'ABCD-ABCD-ABCD-ABCD-ABCD-ABCD-ABCD-ABCD';
  expect(await codeOf(signInWithRecoveryCode(place(), { username: 'ada', code }))).toBe(
    'wrong-recovery-code',
  );
  expect(await codeOf(signInWithRecoveryCode(place(), { username: 'ada', code: 'ABCD' }))).toBe(
    'wrong-recovery-code',
  );
  const silent = place(undefined, (honest) => ({
    ...honest,
    signInStart: () => Promise.reject(new TransportFailed('nobody there')),
  }));
  expect(await codeOf(signInWithPassword(silent, asAda))).toBe('offline');
});

test('R16: parameters below the floor are refused before the password is hashed', async () => {
  let hashed = 0;
  const weak = {
    ...place(undefined, (honest) => ({
      ...honest,
      signInStart: async (username) => ({ ...(await honest.signInStart(username)), memory: 8192 }),
    })),
    hashPassword: async () => {
      hashed++;
      return new Uint8Array(32);
    },
  };
  expect(await codeOf(signInWithPassword(weak, asAda))).toBe('weak-parameters');
  expect(hashed).toBe(0);
});

test('a server that puts another identity or another vault there is caught', async () => {
  const stranger = toBase64((await createSigningKeyPair(crypto)).publicKey);
  const swapped = place(undefined, (honest) => ({
    ...honest,
    async signInWithPassword(request) {
      const signedIn = await honest.signInWithPassword(request);
      return { ...signedIn, directory: { ...signedIn.directory, aik: stranger } };
    },
  }));
  expect(await codeOf(signInWithPassword(swapped, asAda))).toBe('identity-mismatch');
  const older = place(undefined, (honest) => ({
    ...honest,
    async signInWithPassword(request) {
      const signedIn = await honest.signInWithPassword(request);
      return { ...signedIn, vault: { ...signedIn.vault, version: signedIn.vault.version + 1 } };
    },
  }));
  expect(await codeOf(signInWithPassword(older, asAda))).toBe('wrong-password');
  const damaged = place(undefined, (honest) => ({
    ...honest,
    async signInWithPassword(request) {
      const signedIn = await honest.signInWithPassword(request);
      return { ...signedIn, vault: { ...signedIn.vault, sealed: toBase64(crypto.random(1200)) } };
    },
  }));
  expect(await codeOf(signInWithPassword(damaged, asAda))).toBe('damaged-vault');
});

test('a place of somebody else is not taken over, and five devices are the most', async () => {
  const { token } = await app.deps.services.invites.create(null);
  const ben = { username: 'ben', password: PASSWORD };
  const own = new MemoryDisk();
  await register(place(own), { ...ben, token, account: newAccountId(crypto.random), name: 'Ben' });
  const taken = place(ada.disk);
  expect(await codeOf(signInWithPassword(taken, ben).then((unlocked) => enrolDevice(taken, unlocked)))).toBe(
    'not-this-account',
  );
  for (let i = 0; i < 4; i++) {
    const tools = place();
    await enrolDevice(tools, await signInWithPassword(tools, ben));
  }
  const disk = new MemoryDisk();
  const sixth = place(disk);
  expect(await codeOf(signInWithPassword(sixth, ben).then((unlocked) => enrolDevice(sixth, unlocked)))).toBe(
    'device-limit',
  );
  expect(isEmpty(disk)).toBe(true);
});

// Last: it moves the server's clock.
test('after 60 days signing in renews the certificate: same device, same keys, also when the answer was lost', async () => {
  const storage = new MemoryStorage(ada.disk);
  const before = await readSelf(storage);
  if (!before) throw new Error('no device');
  const later = 61 * 24 * 3_600_000;
  app.pass(later);
  const clock = () => Date.now() + later;
  const lossy: EnrolTools = {
    ...place(ada.disk, (honest) => ({
      ...honest,
      async renewDevice(device, request) {
        await honest.renewDevice(device, request);
        throw new TransportFailed('the line was cut');
      },
    })),
    crypto: { ...crypto, clock },
  };
  expect(
    await codeOf(signInWithPassword(lossy, asAda).then((unlocked) => enrolDevice(lossy, unlocked))),
  ).toBe('offline');
  expect((await readSelf(storage))?.certificate).toEqual(before.certificate);
  const tools: EnrolTools = { ...place(ada.disk), crypto: { ...crypto, clock } };
  const { signedIn } = await enrolDevice(tools, await signInWithPassword(tools, asAda));
  const after = await readSelf(storage);
  if (!after) throw new Error('no device');
  const [old, renewed] = [decodeCertificate(before.certificate), decodeCertificate(after.certificate)];
  expect(renewed.certificate).toEqual({
    ...old.certificate,
    created: renewed.certificate.created,
    expires: renewed.certificate.expires,
  });
  expect(renewed.certificate.created - old.certificate.created).toBeGreaterThanOrEqual(later);
  expect(after.formerCertificates).toEqual([old.hash]);
  expect(signedIn.directory.certificates).toContain(toBase64(after.certificate));
});
