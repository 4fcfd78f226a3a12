import { afterAll, beforeAll, describe, expect, test } from 'bun:test';
import { startApp, type TestApp } from '../../test/support/app.ts';
import {
  call,
  join,
  leafOf,
  listHash,
  newDevice,
  newList,
  newUpload,
  type Registered,
  tools,
} from '../../test/support/person.ts';
import type { SignedIn, Workspace } from '../contract/accounts.ts';
import { fromBase64, toBase64 } from '../contract/bytes.ts';
import type { LogConsistency, LogPage } from '../contract/log.ts';
import { devicePath, PATHS } from '../contract/paths.ts';
import { sha256 } from '../protocol/hash.ts';
import { LogReplay } from '../protocol/log-replay.ts';
import { verifyConsistency } from '../protocol/merkle.ts';
import { decodeLogHead, decodeSignedLeaf, verifyLogHead } from '../protocol/transparency.ts';
import { appendLeaf } from '../store/leaves.ts';

let app: TestApp;
let owner: Registered;
let mina: Registered;

const get = <T>(path: string, cookie = mina.cookie) => call<T>(app.origin, 'GET', path, { cookie });
const page = async (from = 0) => (await get<LogPage>(`${PATHS.log}?from=${from}`)).body;
async function replayed() {
  const { head, leaves } = await page();
  const replay = new LogReplay();
  for (const leaf of leaves) replay.append(fromBase64(leaf));
  return { replay, head: decodeLogHead(fromBase64(head)), leaves };
}

beforeAll(async () => {
  app = await startApp();
  const token = await app.deps.services.invites.createSetupToken();
  owner = await join(app.origin, token, 'owner', { workspaceName: 'Ours' });
  mina = await join(app.origin, (await app.deps.services.invites.create(null)).token, 'mina');
}, 60_000);
afterAll(() => app.stop());

describe('the log', () => {
  test('has a leaf for everybody who joined, in their order, under a head by the key that was shown', async () => {
    const workspace = (await call<Workspace>(app.origin, 'GET', PATHS.workspace)).body;
    expect(owner.signedIn.logKey).toBe(workspace.logKey);
    expect(mina.signedIn.logKey).toBe(workspace.logKey);
    const { replay, head, leaves } = await replayed();
    const signed = fromBase64((await page()).head);
    expect(await verifyLogHead(tools, signed, fromBase64(workspace.logKey))).toEqual(head);
    expect(head).toMatchObject({ size: 2, root: replay.root() });
    expect(leaves).toEqual(
      [owner, mina].map(({ request }) => toBase64(decodeSignedLeaf(fromBase64(request.device.leaf)).encoded)),
    );
    expect(replay.named('mina')).toEqual(mina.identity.bytes);
  });

  test('needs a session, and whole numbers', async () => {
    for (const path of [PATHS.log, `${PATHS.logConsistency}?from=1&to=1`])
      expect((await call(app.origin, 'GET', path)).status).toBe(401);
    for (const query of ['from=-1', 'from=x', 'from=1.5', 'from=99999999999999999'])
      expect((await get(`${PATHS.log}?${query}`)).status).toBe(400);
    for (const query of ['', 'from=0&to=1', 'from=2&to=1', 'from=1&to=999', 'from=1'])
      expect((await get(`${PATHS.logConsistency}?${query}`)).status).toBe(400);
  });

  test('grows with every list that is published, and with nothing else', async () => {
    const { head: before } = await replayed();
    const device = await newDevice(mina.identity);
    const first = fromBase64(mina.request.device.deviceList);
    const second = await newList(mina.identity, {
      version: 2,
      previous: listHash(first),
      devices: [mina.device, device],
    });
    const upload = await newUpload(device, second);
    expect(
      (await call(app.origin, 'POST', PATHS.devices, { body: upload, cookie: mina.cookie })).status,
    ).toBe(204);
    expect(
      (await call(app.origin, 'POST', PATHS.devices, { body: upload, cookie: mina.cookie })).status,
    ).not.toBe(204);
    const third = await newList(mina.identity, {
      version: 3,
      previous: listHash(second),
      devices: [device],
      revoked: [mina.device.bytes],
    });
    const entered = await call<SignedIn>(app.origin, 'POST', PATHS.signInPassword, {
      body: { username: 'mina', secret: mina.request.password?.secret },
    });
    mina = { ...mina, cookie: entered.cookie ?? '' };
    const revoke = (leaf: string) =>
      call(app.origin, 'DELETE', devicePath(mina.device.id), {
        body: { deviceList: toBase64(third), leaf },
        cookie: mina.cookie,
      });
    expect((await revoke(leafOf(second))).status).toBe(400);
    expect((await replayed()).head.size).toBe(before.size + 1);
    expect((await revoke(leafOf(third))).status).toBe(204);
    const { replay, head } = await replayed();
    expect(head).toMatchObject({ size: before.size + 2, root: replay.root() });
    expect(replay.account(mina.identity.bytes)?.leaf).toMatchObject({
      version: 3,
      deviceList: listHash(third),
    });
    const { body } = await get<SignedIn>(PATHS.session);
    expect(body.directory.leaf).toBe(leafOf(third));
  });

  test('shows what is new from a place on, and nothing beyond its end', async () => {
    const all = await page();
    expect((await page(1)).leaves).toEqual(all.leaves.slice(1));
    expect(await page(all.leaves.length)).toMatchObject({ leaves: [], more: false });
    expect(await page(all.leaves.length + 5)).toMatchObject({ leaves: [], more: false });
  });

  test('proves for every two of its sizes that the larger continues the smaller', async () => {
    const { replay, head } = await replayed();
    for (let to = 1; to <= head.size; to++)
      for (let from = 1; from <= to; from++) {
        const { body } = await get<LogConsistency>(`${PATHS.logConsistency}?from=${from}&to=${to}`);
        const proof = {
          from: { size: from, root: replay.root(from) },
          to: { size: to, root: replay.root(to) },
          path: body.path.map(fromBase64),
        };
        expect(verifyConsistency(sha256, proof)).toBe(true);
      }
  });

  test('signs one head for all who ask at once, and a new one after an hour', async () => {
    const heads = await Promise.all(Array.from({ length: 5 }, () => page()));
    expect(new Set(heads.map(({ head }) => head)).size).toBe(1);
    app.pass(59 * 60_000);
    expect((await page()).head).toBe(heads[0]?.head ?? '');
    app.pass(2 * 60_000);
    const later = decodeLogHead(fromBase64((await page()).head));
    const before = decodeLogHead(fromBase64(heads[0]?.head ?? ''));
    expect(later.time - before.time).toBeGreaterThanOrEqual(61 * 60_000);
    expect(later).toEqual({ ...before, time: later.time });
  });
});

describe('a list and its leaf', () => {
  const counts = async () => ({ lists: await list(), leaves: await app.count('log_leaves') });
  const list = async () =>
    (
      await app.deps.db.read<{ version: number }>('SELECT version FROM device_lists WHERE account = $1', [
        owner.identity.account,
      ])
    )[0]?.version;
  const next = async () => {
    const signed = await newList(owner.identity, {
      version: 2,
      previous: listHash(fromBase64(owner.request.device.deviceList)),
      devices: [owner.device],
      vaultVersion: 2,
    });
    const { vault } = owner.request;
    const body = { vault: { ...vault, version: 2 }, deviceList: toBase64(signed), leaf: leafOf(signed) };
    return () => call(app.origin, 'PUT', PATHS.vault, { body, cookie: owner.cookie });
  };

  test('are one write: when the leaf cannot be stored, the list is not, and nothing of the rest', async () => {
    const put = await next();
    const before = await counts();
    const { db } = app.deps;
    // Somebody holds the place that the leaf would get, until the write has failed.
    const { account } = owner.identity;
    const row = {
      account,
      version: 2,
      hash: new Uint8Array(32),
      leaf: new Uint8Array(),
      signature: new Uint8Array(),
    };
    await db.write((tx) => appendLeaf(tx, row));
    expect((await put()).status).toBe(409);
    expect(await counts()).toEqual({ ...before, leaves: before.leaves + 1 });
    await db.write((tx) => tx.run('DELETE FROM log_leaves WHERE account = $1 AND version = 2', [account]));
    expect((await put()).status).toBe(204);
    expect(await counts()).toEqual({ lists: 2, leaves: before.leaves + 1 });
  });
});
