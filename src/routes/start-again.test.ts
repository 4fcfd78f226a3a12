import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'bun:test';
import { startApp, type TestApp } from '../../test/support/app.ts';
import { breakTable } from '../../test/support/database.ts';
import {
  call,
  type Device,
  type Identity,
  join,
  listHash,
  newDevice,
  newIdentity,
  newList,
  newPassword,
  newUpload,
  newVault,
  type Registered,
  random,
} from '../../test/support/person.ts';
import type { DirectoryEntry, Role, SignedIn } from '../contract/accounts.ts';
import { fromBase64, toBase64, toHex } from '../contract/bytes.ts';
import { PATHS } from '../contract/paths.ts';
import {
  START_AGAIN_MS,
  START_AGAIN_PATHS,
  type StartAgainRequest,
  type StartAgainStart,
} from '../contract/start-again.ts';
import { backupOf, insertSegment, putBackup } from '../store/backups.ts';

let app: TestApp;
let olga: Registered;
let ada: Registered;
let mina: Registered;
let names = 0;

const newcomer = async (role: Role, username = `person${++names}`) => {
  const { token } = await app.deps.services.invites.create(null, { role });
  return join(app.origin, token, username);
};
const sessionOf = async (person: Registered) => {
  const session = await app.deps.services.sessions.validate(person.cookie.split('=')[1] ?? '');
  if (!session) throw new Error('This person is signed out.');
  return session;
};
const links = () => app.deps.services.startAgain.links;
const linkFor = async (person: Registered) => (await links().create(null, person.request.username)).token;
const start = (token: string) =>
  call<StartAgainStart>(app.origin, 'POST', START_AGAIN_PATHS.start, { body: { token } });
const complete = (body: StartAgainRequest) =>
  call<SignedIn>(app.origin, 'POST', START_AGAIN_PATHS.complete, { body });

/** What somebody sends who starts again, following what the person has published. */
async function newRestart(
  person: Registered,
  token: string,
  wrong: {
    readonly keepsOld?: boolean;
    readonly forgetsOld?: boolean;
    readonly vaultVersion?: number;
    readonly version?: number;
  } = {},
): Promise<{ readonly identity: Identity; readonly device: Device; readonly request: StartAgainRequest }> {
  const { aik } = await newIdentity();
  const identity = { ...person.identity, aik };
  const device = await newDevice(identity);
  const before = fromBase64(person.request.device.deviceList);
  const vaultVersion = wrong.vaultVersion ?? 2;
  const list = await newList(identity, {
    version: wrong.version ?? 2,
    previous: listHash(before),
    devices: wrong.keepsOld ? [person.device, device] : [device],
    revoked: wrong.forgetsOld || wrong.keepsOld ? [] : [person.device.bytes],
    vaultVersion,
  });
  const request = {
    token,
    aik: toBase64(aik.publicKey),
    password: newPassword(),
    recoverySecret: toBase64(random(32)),
    vault: newVault(vaultVersion),
    device: await newUpload(device, list),
  };
  return { identity, device, request };
}

/** Everything that starting again touches, as text. */
async function snapshot(): Promise<string> {
  const tables = [
    'accounts',
    'passwords',
    'recovery_codes',
    'vaults',
    'vault_slots',
    'devices',
    'device_lists',
    'log_leaves',
    'signed_prekeys',
    'backups',
    'backup_segments',
    'start_again_links',
  ];
  const rows = tables.map((table) => app.deps.db.read(`SELECT * FROM ${table} ORDER BY 1, 2`));
  const plain = (_: string, value: unknown) => (value instanceof Uint8Array ? toHex(value) : value);
  return JSON.stringify(await Promise.all(rows), plain);
}

beforeAll(async () => {
  app = await startApp();
  const setup = await app.deps.services.invites.createSetupToken();
  olga = await join(app.origin, setup, 'olga', { workspaceName: 'Harbour' });
  ada = await newcomer('admin', 'ada');
}, 60_000);
afterAll(() => app.stop());
beforeEach(async () => {
  mina = await newcomer('member');
}, 60_000);

describe('a link', () => {
  test('is made by admins, for an owner by an owner, and never for oneself', async () => {
    const name = (person: Registered) => person.request.username;
    const [owner, admin, member] = [await sessionOf(olga), await sessionOf(ada), await sessionOf(mina)];
    expect((await links().create(admin, name(mina))).account).toBe(mina.identity.account);
    expect((await links().create(owner, name(ada))).name).toBe('Name of ada');
    await expect(links().create(member, name(ada))).rejects.toThrow('Only owners and admins');
    await expect(links().create(admin, name(olga))).rejects.toThrow('Only an owner');
    await expect(links().create(admin, name(ada))).rejects.toThrow('Another admin');
    await expect(links().create(owner, name(olga))).rejects.toThrow('Another admin');
    await expect(links().create(admin, 'nobody')).rejects.toThrow('nobody called nobody');
    // The server's own command line is whoever runs the server.
    expect((await links().create(null, name(olga))).username).toBe('olga');
  });

  test('is kept as a hash, and the one before it is void', async () => {
    const first = await linkFor(mina);
    const second = await linkFor(mina);
    expect((await start(first)).status).toBe(410);
    expect((await start(second)).body.directory.account).toBe(mina.identity.account);
    const rows = await app.deps.db.read('SELECT * FROM start_again_links');
    expect(JSON.stringify(rows)).not.toContain(second);
    expect((await links().list()).filter(({ account }) => account === mina.identity.account)).toHaveLength(1);
  });

  test('is for nobody once it was taken back, has expired, or its admin was disabled', async () => {
    const taken = await linkFor(mina);
    const [open] = (await links().list()).filter(({ account }) => account === mina.identity.account);
    await links().revoke(open?.id ?? '');
    await expect(links().revoke(open?.id ?? '')).rejects.toThrow('no such link');
    const restart = await newRestart(mina, taken);
    expect(await complete(restart.request)).toMatchObject({ status: 410, body: { error: 'Gone' } });

    const li = await newcomer('admin');
    const { token } = await links().create(await sessionOf(li), mina.request.username);
    await app.deps.services.accounts.setDisabled(li.request.username, true);
    expect((await complete({ ...restart.request, token })).status).toBe(410);
    await app.deps.services.accounts.setDisabled(li.request.username, false);
    expect((await start(token)).status).toBe(200);
    await links().revoke((await links().list())[0]?.id ?? '');

    const old = await linkFor(mina);
    app.pass(START_AGAIN_MS);
    expect((await complete({ ...restart.request, token: old })).status).toBe(410);
    expect(await links().list()).toEqual([]);
    await links().expire();
    expect(await app.count('start_again_links')).toBe(0);
  });

  test('is for nobody whose account is disabled', async () => {
    const token = await linkFor(mina);
    await app.deps.services.accounts.setDisabled(mina.request.username, true);
    expect((await start(token)).status).toBe(410);
    await expect(links().create(null, mina.request.username)).rejects.toThrow('disabled');
  });
});

describe('starting again', () => {
  test('puts a new identity under the account, and nothing of the old one stays', async () => {
    const { account } = mina.identity;
    await app.deps.db.write(async (tx) => {
      await putBackup(tx, account, { version: 4, manifest: random(40), is_off: 0, bytes: 30 }, 1);
      await insertSegment(tx, account, { id: toHex(random(16)) as never, sealed: random(30) }, 1);
      await tx.run(
        'INSERT INTO push_subscriptions (session, device, endpoint, p256dh, auth, created_at) VALUES ($1, $2, $3, $4, $5, $6)',
        [(await sessionOf(mina)).id, mina.device.id, 'https://push.example', random(65), random(16), 1],
      );
    });
    const token = await linkFor(mina);
    const { body } = await start(token);
    expect(body.directory).toMatchObject({ username: mina.request.username, role: 'member' });
    expect(body.passkey?.user.name).toBe(mina.request.username);
    const restart = await newRestart(mina, token);
    const before = app.events.length;
    const answer = await complete(restart.request);
    expect(answer).toMatchObject({
      status: 201,
      body: { account, username: mina.request.username, role: 'member', device: restart.device.id },
    });

    const [entry] = (
      await call<DirectoryEntry[]>(app.origin, 'POST', PATHS.directory, {
        body: { people: [account] },
        cookie: ada.cookie,
      })
    ).body;
    expect(entry).toMatchObject({
      aik: restart.request.aik,
      deviceList: restart.request.device.deviceList,
      certificates: [restart.request.device.certificate],
      leaf: restart.request.device.leaf,
    });
    // Sessions, secrets, prekeys, the saved history and subscriptions of before are gone.
    expect((await call(app.origin, 'GET', PATHS.session, { cookie: mina.cookie })).status).toBe(401);
    for (const [path, secret] of [
      [PATHS.signInPassword, mina.request.password?.secret],
      [PATHS.signInRecovery, mina.request.recoverySecret],
    ] as const) {
      const body = { username: mina.request.username, secret };
      expect((await call(app.origin, 'POST', path, { body })).status).toBe(401);
    }
    const secret = restart.request.password?.secret;
    const again = { username: mina.request.username, secret };
    expect((await call(app.origin, 'POST', PATHS.signInPassword, { body: again })).status).toBe(200);
    for (const table of ['signed_prekeys', 'prekey_batches', 'one_time_prekeys', 'push_subscriptions'])
      expect(
        await app.deps.db.read(`SELECT device FROM ${table} WHERE device = $1`, [mina.device.id]),
      ).toEqual([]);
    expect(await app.count('backup_segments')).toBe(0);
    expect(await backupOf(app.deps.db, account)).toEqual({ version: 4, manifest: null, is_off: 0, bytes: 0 });
    const [old] = await app.deps.db.read<{ revoked_at: number | null }>(
      'SELECT revoked_at FROM devices WHERE id = $1',
      [mina.device.id],
    );
    expect(old?.revoked_at).toBeGreaterThan(0);
    // Everybody hears of it, and the socket of the old session is closed.
    const told = app.events.slice(before);
    expect(told).toContainEqual({ type: 'devices', account: olga.identity.account, changed: account });
    expect(told).toContainEqual(expect.objectContaining({ type: 'signed-out', account }));
    // The link is used up.
    expect((await complete(restart.request)).status).toBe(410);
  });

  test('ends the session that the browser had before', async () => {
    const restart = await newRestart(mina, await linkFor(mina));
    const other = await newcomer('member');
    const answer = await call<SignedIn>(app.origin, 'POST', START_AGAIN_PATHS.complete, {
      body: restart.request,
      cookie: other.cookie,
    });
    expect(answer.body.account).toBe(mina.identity.account);
    expect((await call(app.origin, 'GET', PATHS.session, { cookie: other.cookie })).status).toBe(401);
  });

  const wrong: [string, Parameters<typeof newRestart>[2], string][] = [
    ['a former device in the list', { keepsOld: true }, 'deviceList'],
    ['a list that does not revoke the former devices', { forgetsOld: true }, 'deviceList'],
    ['a vault that is not the next', { vaultVersion: 3 }, 'deviceList'],
  ];
  test.each(wrong)('with %s is refused, and nothing happens', async (_, terms, field) => {
    const token = await linkFor(mina);
    const restart = await newRestart(mina, token, terms);
    const before = await snapshot();
    const answer = await call(app.origin, 'POST', START_AGAIN_PATHS.complete, { body: restart.request });
    expect(answer.status).toBe(400);
    expect(Object.keys(answer.body.fields ?? {})).toEqual([field]);
    expect(await snapshot()).toBe(before);
    expect((await start(token)).status).toBe(200);
  });

  test('signed by another key than it names, or without a way in, is refused, and nothing happens', async () => {
    const token = await linkFor(mina);
    const { request } = await newRestart(mina, token);
    const other = await newRestart(mina, token);
    const before = await snapshot();
    const { password: _, ...wayless } = request;
    for (const [body, field] of [
      [{ ...request, aik: other.request.aik }, 'certificate'],
      [{ ...request, device: { ...request.device, leaf: other.request.device.leaf } }, 'leaf'],
      [{ ...request, vault: newVault(3) }, 'vault'],
      [wayless, 'password'],
    ] as const) {
      const answer = await call(app.origin, 'POST', START_AGAIN_PATHS.complete, { body });
      expect([answer.status, ...Object.keys(answer.body.fields ?? {})]).toEqual([400, field]);
    }
    expect(await snapshot()).toBe(before);
  });

  test('a failure at any step of the transaction leaves everything as it was, and the link good', async () => {
    const token = await linkFor(mina);
    const restart = await newRestart(mina, token);
    const before = await snapshot();
    const steps = [
      ['UPDATE', 'device_lists'],
      ['UPDATE', 'vaults'],
      ['UPDATE', 'accounts'],
      ['INSERT', 'log_leaves'],
      ['UPDATE', 'devices'],
      ['DELETE', 'passwords'],
      ['INSERT', 'recovery_codes'],
      ['DELETE', 'sessions'],
      ['INSERT', 'devices'],
      ['INSERT', 'one_time_prekeys'],
      ['INSERT', 'sessions'],
    ] as const;
    for (const [verb, table] of steps) {
      const mend = await breakTable(app.deps.db, verb, table);
      expect([verb, table, (await complete(restart.request)).status]).toEqual([verb, table, 500]);
      await mend();
      expect(await snapshot()).toBe(before);
    }
    expect((await complete(restart.request)).status).toBe(201);
  });

  test('of two at once with one link, one happens', async () => {
    const token = await linkFor(mina);
    const both = [await newRestart(mina, token), await newRestart(mina, token)];
    const answers = await Promise.all(both.map(({ request }) => complete(request)));
    expect(answers.map(({ status }) => status).toSorted()).toEqual([201, 410]);
  });
});
