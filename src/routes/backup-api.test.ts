import { afterAll, beforeAll, describe, expect, test } from 'bun:test';
import { startApp, type TestApp } from '../../test/support/app.ts';
import { call, join, type Registered, random } from '../../test/support/person.ts';
import {
  type BackupRecord,
  MAX_SEGMENT_BYTES,
  SEGMENT_MEDIA_TYPE,
  type SegmentId,
  segmentId,
  UNNAMED_SEGMENT_MS,
} from '../contract/backup.ts';
import { toBase64 } from '../contract/bytes.ts';
import type { ErrorBody } from '../contract/errors.ts';
import { PATHS, segmentPath } from '../contract/paths.ts';
import { createBackups } from '../services/backups.ts';

let app: TestApp;
let ada: Registered;
let ben: Registered;

beforeAll(async () => {
  app = await startApp();
  const token = await app.deps.services.invites.createSetupToken();
  ada = await join(app.origin, token, 'ada', { workspaceName: 'Harbour' });
  ben = await join(app.origin, (await app.deps.services.invites.create(null)).token, 'ben');
});
afterAll(() => app.stop());

const newId = () => segmentId(random(16));
const read = async (who: Registered) =>
  (await call<BackupRecord>(app.origin, 'GET', PATHS.backup, { cookie: who.cookie })).body;
const update = (who: Registered, version: number, ids: readonly SegmentId[], on = false) =>
  call<ErrorBody>(app.origin, 'PUT', PATHS.backup, {
    cookie: who.cookie,
    body: {
      version,
      manifest: toBase64(random(200)),
      segments: toBase64(Buffer.concat(ids.map((id) => Buffer.from(id, 'hex')))),
      on,
    },
  });
const put = (who: Registered, id: string, bytes: Uint8Array, type: string = SEGMENT_MEDIA_TYPE) =>
  fetch(`${app.origin}${PATHS.backup}/segments/${id}`, {
    method: 'PUT',
    headers: { cookie: who.cookie, origin: app.origin, 'content-type': type },
    body: new Uint8Array(bytes),
  });
const get = (who: Registered | null, id: SegmentId) =>
  fetch(app.origin + segmentPath(id), { headers: who ? { cookie: who.cookie } : {} });

describe('a backup', () => {
  test('is stored and given back to its account alone', async () => {
    const [one, two] = [newId(), newId()];
    const bytes = random(5000);
    expect((await put(ada, one, bytes)).status).toBe(204);
    expect((await put(ada, one, bytes)).status).toBe(204);
    expect((await put(ada, one, random(5000))).status).toBe(409);
    expect((await put(ada, two, random(100))).status).toBe(204);
    expect((await update(ada, 1, [one, two])).status).toBe(204);
    expect(await read(ada)).toMatchObject({ version: 1, bytes: 5100, off: false });
    expect(await (await get(ada, one)).bytes()).toEqual(bytes);
    expect((await get(ben, one)).status).toBe(404);
    expect((await get(null, one)).status).toBe(401);
    expect(await read(ben)).toMatchObject({ version: 0, manifest: null, bytes: 0 });
    // Nobody names somebody else's.
    expect((await update(ben, 1, [one])).status).toBe(409);
    expect((await put(ben, one, random(10))).status).toBe(204);
    expect(await (await get(ada, one)).bytes()).toEqual(bytes);
  });

  test('takes the next version and no other, with segments that are here', async () => {
    const { version } = await read(ada);
    const one = newId();
    for (const wrong of [version, version + 2, version - 1])
      expect([400, 409]).toContain((await update(ada, wrong, [])).status);
    expect((await update(ada, version + 1, [one])).status).toBe(409);
    await put(ada, one, random(10));
    const [first, second] = await Promise.all([
      update(ada, version + 1, [one]),
      update(ada, version + 1, [one]),
    ]);
    expect([first.status, second.status].toSorted()).toEqual([204, 409]);
  });

  test('forgets segments that no manifest names, once nobody can be about to name them', async () => {
    const { version } = await read(ada);
    const [kept, dropped, young] = [newId(), newId(), newId()];
    await put(ada, kept, random(10));
    await put(ada, dropped, random(10));
    app.pass(UNNAMED_SEGMENT_MS + 1);
    await put(ada, young, random(10));
    expect((await update(ada, version + 1, [kept])).status).toBe(204);
    expect((await get(ada, dropped)).status).toBe(404);
    expect((await get(ada, young)).status).toBe(200);
    expect((await get(ada, kept)).status).toBe(200);
    expect((await read(ada)).bytes).toBe(20);
  });

  test('is deleted when it is turned off, and begins anew only when that is said', async () => {
    const { version } = await read(ben);
    const one = newId();
    await put(ben, one, random(10));
    await update(ben, version + 1, [one]);
    const off = await call(app.origin, 'DELETE', PATHS.backup, { cookie: ben.cookie });
    expect(off.status).toBe(204);
    expect((await get(ben, one)).status).toBe(404);
    expect(await read(ben)).toMatchObject({ version: version + 1, manifest: null, bytes: 0, off: true });
    expect((await update(ben, version + 2, [])).status).toBe(410);
    expect((await update(ben, version + 2, [], true)).status).toBe(204);
    expect(await read(ben)).toMatchObject({ version: version + 2, off: false });
  });

  test('refuses what is too large, empty, of another form or of no name', async () => {
    expect((await put(ada, newId(), random(1).slice(1))).status).toBe(400);
    expect((await put(ada, newId(), new Uint8Array(MAX_SEGMENT_BYTES))).status).toBe(204);
    expect((await put(ada, newId(), new Uint8Array(MAX_SEGMENT_BYTES + 1))).status).toBe(413);
    expect((await put(ada, newId(), random(10), 'application/json')).status).toBe(415);
    expect((await put(ada, 'no-id', random(10))).status).toBe(404);
    expect((await put(ada, '../sessions', random(10))).status).not.toBe(204);
    const odd = await call<ErrorBody>(app.origin, 'PUT', PATHS.backup, {
      cookie: ada.cookie,
      body: { version: 1, manifest: toBase64(random(10)), segments: toBase64(random(17)), on: false },
    });
    expect(odd.status).toBe(400);
    expect(odd.body.fields).toHaveProperty('segments');
  });

  test('has a limit for each account, and says so in a sentence', async () => {
    const small = createBackups(app.deps, 1024);
    const session = ben.identity;
    const before = (await small.read(session)).bytes;
    await small.putSegment(session, newId(), random(1024 - before));
    await expect(small.putSegment(session, newId(), random(1))).rejects.toThrow('limit');
    expect((await small.read(session)).bytes).toBe(1024);
  });
});
