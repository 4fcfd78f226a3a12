import { afterAll, beforeAll, describe, expect, test } from 'bun:test';
import { startApp, type TestApp } from '../../test/support/app.ts';
import { addGroup, type Calls, callsAs, newFileId, noiseOf } from '../../test/support/files.ts';
import { addPerson, randomBytes, type Someone } from '../../test/support/relay.ts';
import { toBase64 } from '../contract/bytes.ts';
import { CHUNK_BYTES, type FileId, type FileUsage } from '../contract/files.ts';
import {
  filePath,
  filePlacePath,
  fileRequestOfferPath,
  fileRequestPath,
  fileRequestUploadPath,
  fileRequestUploadsPath,
  PATHS,
} from '../contract/paths.ts';
import {
  type FileRequestId,
  type FileRequestOffer,
  type FileRequestRecord,
  fileRequestId,
  HANDED_IN_MS,
  type HandIn,
  SHARE_VISIT_MS,
  VISIT_HEADER,
} from '../contract/shares.ts';

import { createFileRequests } from '../services/file-requests.ts';
import type { Db } from '../store/db.ts';

const DAY_MS = 24 * 3600_000;
let app: TestApp;
let her: Someone;
let ada: Calls;
let ben: Calls;
let nobody: Calls;

beforeAll(async () => {
  app = await startApp();
  her = await addPerson(app.deps.db, 0);
  ada = await callsAs(app, her);
  ben = await callsAs(app, await addPerson(app.deps.db, 0));
  nobody = await callsAs(app, null);
});
afterAll(() => app.stop());

const bodyFor = (more: object = {}) => ({
  id: fileRequestId(randomBytes(16)),
  offer: toBase64(randomBytes(1400)),
  expiresAt: app.deps.clock() + DAY_MS,
  files: 3,
  maxFileBytes: 2 * CHUNK_BYTES,
  ...more,
});
async function request(more: object = {}): Promise<FileRequestId> {
  const made = await ada.ask('POST', PATHS.fileRequests, bodyFor(more));
  expect(made.status).toBe(201);
  return made.json<FileRequestRecord>().id;
}
const begin = (id: FileRequestId, size: number, file = newFileId()) =>
  nobody.ask('POST', fileRequestUploadsPath(id), { file, size });
const finish = (id: FileRequestId, file: FileId, visit: string, manifest = randomBytes(200)) =>
  nobody.ask(
    'POST',
    fileRequestUploadPath(id, file),
    { manifest: toBase64(manifest) },
    { [VISIT_HEADER]: visit },
  );
async function handIn(id: FileRequestId, size = 10, manifest = randomBytes(200)): Promise<FileId> {
  const file = newFileId();
  const { visit } = (await begin(id, size, file)).json<HandIn>();
  for (const [n, sealed] of noiseOf(size).entries())
    expect((await nobody.put(file, n, sealed, { [VISIT_HEADER]: visit })).status).toBe(204);
  expect((await finish(id, file, visit, manifest)).status).toBe(204);
  return file;
}
const received = async (id: FileRequestId, by = ada) =>
  (await by.ask('GET', PATHS.fileRequests)).json<FileRequestRecord[]>().find((each) => each.id === id)
    ?.received;
const usage = async () => (await ada.ask('GET', PATHS.files)).json<FileUsage>();

describe('a file request', () => {
  test('takes files from people without an account, for the one who asks alone', async () => {
    const id = await request();
    expect((await nobody.ask('GET', fileRequestOfferPath(id))).json<FileRequestOffer>()).toMatchObject({
      filesLeft: 3,
      maxFileBytes: 2 * CHUNK_BYTES,
    });
    const manifest = randomBytes(200);
    const file = await handIn(id, CHUNK_BYTES + 1, manifest);
    expect(await received(id)).toMatchObject([{ file, size: CHUNK_BYTES + 1, manifest: toBase64(manifest) }]);
    expect(await received(id, ben)).toBeUndefined();
    expect((await ada.chunk(file, 1)).status).toBe(200);
    expect((await ben.chunk(file, 1)).status).toBe(404);
    // It counts for the one who asked.
    expect((await usage()).files.map((each) => each.id)).toContain(file);
    // Taken, it stays hers, and its place is used up.
    expect((await ben.ask('DELETE', fileRequestUploadPath(id, file))).status).toBe(404);
    expect((await ada.ask('DELETE', fileRequestUploadPath(id, file))).status).toBe(204);
    expect(await received(id)).toEqual([]);
    expect((await ada.chunk(file, 1)).status).toBe(200);
    expect((await nobody.ask('GET', fileRequestOfferPath(id))).json<FileRequestOffer>().filesLeft).toBe(2);
  });

  test('a visit stores one file until it is handed in, and fetches nothing', async () => {
    const id = await request();
    const file = newFileId();
    const [sealed = new Uint8Array()] = noiseOf(10);
    const { visit } = (await begin(id, 10, file)).json<HandIn>();
    const headers = { [VISIT_HEADER]: visit };
    expect((await finish(id, file, visit)).status).toBe(409);
    expect((await nobody.put(file, 0, sealed, headers)).status).toBe(204);
    expect((await nobody.chunk(file, 0, headers)).status).toBe(404);
    const other = await ada.upload(10, null);
    expect((await nobody.put(other.id, 0, sealed, headers)).status).toBe(404);
    expect((await nobody.put(file, 1, sealed, headers)).status).toBe(404);
    expect((await nobody.put(file, 0, noiseOf(9)[0] ?? sealed, headers)).status).toBe(400);
    expect((await finish(id, file, toBase64(randomBytes(32)))).status).toBe(404);
    const manifest = randomBytes(100);
    expect((await finish(id, file, visit, manifest)).status).toBe(204);
    // Said again after a lost answer; other words are too late.
    expect((await finish(id, file, visit, manifest)).status).toBe(204);
    expect((await finish(id, file, visit)).status).toBe(404);
    expect((await nobody.put(file, 0, sealed, headers)).status).toBe(404);
  });

  test('takes as many and as large files as it says, also from people who come at once', async () => {
    const id = await request({ files: 2 });
    expect((await begin(id, 2 * CHUNK_BYTES + 1)).status).toBe(413);
    const answers = await Promise.all(Array.from({ length: 6 }, () => begin(id, 10)));
    expect(answers.map(({ status }) => status).toSorted()).toEqual([201, 201, 409, 409, 409, 409]);
    // Nothing is stored of those that were too many.
    expect(await app.count('file_request_uploads')).toBeLessThanOrEqual(3);
  });

  test('the same file goes on under another visit, and nobody stores at an id of others', async () => {
    const id = await request();
    const file = newFileId();
    const first = (await begin(id, 10, file)).json<HandIn>();
    const second = await begin(id, 10, file);
    expect(second.status).toBe(201);
    expect(second.json<HandIn>().visit).not.toBe(first.visit);
    expect((await begin(id, 11, file)).status).toBe(409);
    const hers = await ada.upload(10, null);
    const bens = await ben.upload(10, null);
    expect((await begin(id, 10, hers.id)).status).toBe(409);
    expect([404, 409]).toContain((await begin(id, 10, bens.id)).status);
    const elsewhere = await request();
    expect((await begin(elsewhere, 10, file)).status).toBe(409);
    expect((await finish(elsewhere, file, first.visit)).status).toBe(404);
  });

  test('ends at once, with what was handed in and not taken', async () => {
    const id = await request({ files: 5 });
    const kept = await handIn(id);
    await ada.ask('DELETE', fileRequestUploadPath(id, kept));
    const waiting = await handIn(id);
    // Said in a conversation, and cut off before the request heard of it: it was kept.
    const placed = await handIn(id);
    const notes = await addGroup(app.deps.db, 0, [her]);
    expect((await ada.ask('PUT', filePlacePath(placed, notes))).status).toBe(204);
    const running = newFileId();
    const { visit } = (await begin(id, 10, running)).json<HandIn>();
    expect((await ben.ask('DELETE', fileRequestPath(id))).status).toBe(404);
    expect((await ada.ask('DELETE', fileRequestPath(id))).status).toBe(204);
    const [sealed = new Uint8Array()] = noiseOf(10);
    expect((await nobody.put(running, 0, sealed, { [VISIT_HEADER]: visit })).status).toBe(404);
    expect((await begin(id, 10)).status).toBe(404);
    expect((await ada.ask('GET', filePath(waiting))).status).toBe(404);
    expect((await ada.ask('GET', filePath(kept))).status).toBe(200);
    expect((await ada.ask('GET', filePath(placed))).status).toBe(200);
  });

  test('over, it takes nothing, and what was handed in waits for a month', async () => {
    const id = await request();
    const waiting = await handIn(id);
    const unfinished = newFileId();
    await begin(id, 10, unfinished);
    app.pass(DAY_MS);
    expect((await begin(id, 10)).status).toBe(404);
    expect((await nobody.ask('GET', fileRequestOfferPath(id))).status).toBe(404);
    expect((await received(id))?.map(({ file }) => file)).toEqual([waiting]);
    app.pass(SHARE_VISIT_MS);
    await app.deps.services.fileRequests.expire();
    expect((await ada.ask('GET', filePath(unfinished))).status).toBe(404);
    app.pass(HANDED_IN_MS);
    // Her session has ended meanwhile.
    ada = await callsAs(app, her);
    await app.deps.services.fileRequests.expire();
    expect(await received(id)).toBeUndefined();
    expect((await ada.ask('GET', filePath(waiting))).status).toBe(404);
  });

  test('what goes on being handed in is not cut off, and what does not is removed', async () => {
    const id = await request({ expiresAt: app.deps.clock() + 10 * SHARE_VISIT_MS });
    const file = newFileId();
    const abandoned = newFileId();
    const size = 2 * CHUNK_BYTES;
    const { visit } = (await begin(id, size, file)).json<HandIn>();
    await begin(id, 10, abandoned);
    for (const [n, sealed] of noiseOf(size).entries()) {
      app.pass((SHARE_VISIT_MS * 3) / 4);
      await app.deps.services.fileRequests.expire();
      expect((await nobody.put(file, n, sealed, { [VISIT_HEADER]: visit })).status).toBe(204);
    }
    ada = await callsAs(app, her);
    expect((await ada.ask('GET', filePath(abandoned))).status).toBe(404);
    expect((await finish(id, file, visit)).status).toBe(204);
    expect((await received(id))?.map((each) => each.file)).toEqual([file]);
  });

  test('what begins while it is being ended ends with it', async () => {
    const id = await request();
    const file = newFileId();
    const { db, clock } = app.deps;
    // Between the first look and the transaction somebody begins a file.
    const late: Db = {
      read: (sql, params) => db.read(sql, params),
      close: () => db.close(),
      write: async (change) => {
        expect((await begin(id, 10, file)).status).toBe(201);
        return db.write(change);
      },
    };
    const ended = createFileRequests({ db: late, clock, random: randomBytes }, app.deps.services);
    await ended.revoke(her, id);
    expect((await ada.ask('GET', filePath(file))).status).toBe(404);
  });

  test('is noted in the audit', async () => {
    const id = await request({ files: 1 });
    await handIn(id);
    expect((await begin(id, 10)).status).toBe(409);
    await ada.ask('DELETE', fileRequestPath(id));
    const rows = await app.deps.db.read<{ action: string }>(
      'SELECT action FROM audit WHERE subject = $1 ORDER BY seq',
      [id],
    );
    expect(rows.map(({ action }) => action)).toEqual([
      'request.made',
      'request.handed-in',
      'request.refused',
      'request.revoked',
    ]);
    expect((await app.deps.services.audit.verify()).broken).toBeNull();
  });

  test('hostile input is refused in words', async () => {
    const good = bodyFor();
    for (const wrong of [
      { ...good, id: 'x' },
      { ...good, offer: '' },
      { ...good, offer: 'A'.repeat(5000) },
      { ...good, expiresAt: 1 },
      { ...good, files: 0 },
      { ...good, files: 101 },
      { ...good, maxFileBytes: 2 ** 40 },
    ])
      expect((await ada.ask('POST', PATHS.fileRequests, wrong)).status).toBe(400);
    expect((await nobody.ask('POST', PATHS.fileRequests, good)).status).toBe(401);
    expect((await nobody.ask('GET', PATHS.fileRequests)).status).toBe(401);
    const id = await request();
    for (const wrong of [{ file: 'x', size: 1 }, { file: newFileId(), size: -1 }, { file: newFileId() }, {}])
      expect((await nobody.ask('POST', fileRequestUploadsPath(id), wrong)).status).toBe(400);
    expect((await nobody.ask('GET', `${PATHS.fileRequests}/x/offer`)).status).toBe(404);
    const file = newFileId();
    const { visit } = (await begin(id, 1, file)).json<HandIn>();
    expect(
      (
        await nobody.ask(
          'POST',
          fileRequestUploadPath(id, file),
          { manifest: 'A'.repeat(90_000) },
          { [VISIT_HEADER]: visit },
        )
      ).status,
    ).toBe(400);
  });
});
