import { afterEach, beforeEach, expect, test } from 'bun:test';
import { startApp, type TestApp } from '../../test/support/app.ts';
import { addGroup, type Calls, callsAs, chunkOf, newFileId, noiseOf } from '../../test/support/files.ts';
import { addPerson, randomBytes, type Someone } from '../../test/support/relay.ts';
import { type Blobs, BlobsUnavailable } from '../blobs/blobs.ts';
import { type FileRecord, sealedFileBytes, UPLOAD_RETENTION_MS } from '../contract/files.ts';
import type { ConversationId } from '../contract/ids.ts';
import { auditOf } from '../store/audit.ts';
import { setBack } from '../store/set-back.ts';
import { createBlobWrites, ORPHAN_AGE_MS, RESTORED_MS } from './blob-writes.ts';
import { createFileCleanup } from './file-cleanup.ts';
import { createFiles } from './files.ts';

let app: TestApp;
let mina: Someone;
let group: ConversationId;
let asMina: Calls;
beforeEach(async () => {
  app = await startApp();
  mina = await addPerson(app.deps.db, 0);
  group = await addGroup(app.deps.db, 0, [mina]);
  asMina = await callsAs(app, mina);
});
afterEach(() => app.stop());

const keys = () => app.deps.blobs.list(null, 1000);
const newKey = () => randomBytes(16).toHex();

test('what is over and what nobody went on with is deleted, and everything else stays', async () => {
  const { fileCleanup, files } = app.deps.services;
  expect(await fileCleanup.last()).toBeNull();
  const stays = await asMina.upload(10, group);
  const soon = await asMina.upload(20, group);
  await files.setExpiry(mina, soon.id, app.deps.clock() + 1000);
  const begun = (await asMina.begin(30, group)).json<FileRecord>();
  await asMina.put(begun.id, 0, noiseOf(30)[0] ?? randomBytes(1));
  expect(await fileCleanup.run()).toMatchObject({ expired: 0, abandoned: 0, orphans: 0 });
  app.pass(1001);
  expect(await fileCleanup.run()).toMatchObject({
    expired: 1,
    abandoned: 0,
    orphans: 0,
    bytes: sealedFileBytes(20),
  });
  // A chunk that comes makes an upload young again.
  app.pass(UPLOAD_RETENTION_MS - 2000);
  await asMina.put(begun.id, 0, noiseOf(30)[0] ?? randomBytes(1));
  app.pass(3000);
  expect((await fileCleanup.run()).abandoned).toBe(0);
  app.pass(UPLOAD_RETENTION_MS);
  const last = await fileCleanup.run();
  expect(last).toMatchObject({ expired: 0, abandoned: 1 });
  expect(await fileCleanup.last()).toEqual(last);
  expect(await app.count('files')).toBe(1);
  expect((await keys()).length).toBe(1);
  expect((await asMina.chunk(stays.id)).status).toBe(200);
  expect((await files.usage(mina)).used).toBe(sealedFileBytes(10));
  const actions = (id: string) => auditOf(app.deps.db, id).then((rows) => rows.map(({ action }) => action));
  expect(await actions(soon.id)).toEqual(['file.begun', 'file.completed', 'file.expiry', 'file.expired']);
  expect(await actions(begun.id)).toEqual(['file.begun', 'file.abandoned']);
});

test('more files than go into one transaction', async () => {
  const { files, fileCleanup } = app.deps.services;
  for (let n = 0; n < 45; n++)
    await files.begin(mina, {
      id: newFileId(),
      size: 1,
      conversation: group,
      expiresAt: app.deps.clock() + 1000,
    });
  app.pass(1001);
  expect((await fileCleanup.run()).expired).toBe(45);
  expect(await app.count('file_places')).toBe(0);
});

test('after a restore, bytes that no row names stay for a week: somebody may go back to where one does', async () => {
  const { db, blobs, clock, services } = app.deps;
  await blobs.put(newKey(), randomBytes(5));
  await db.write((tx) => setBack(tx, { at: clock(), from: 0 }));
  app.pass(RESTORED_MS - 1000);
  expect((await services.fileCleanup.run()).orphans).toBe(0);
  expect(await keys()).toHaveLength(1);
  app.pass(2000);
  expect((await services.fileCleanup.run()).orphans).toBe(1);
});

test('bytes that no row names go, those of an upload that is underway do not', async () => {
  const { db, blobs, services } = app.deps;
  await blobs.put(newKey(), randomBytes(5));
  await blobs.put(newKey(), randomBytes(5));
  const kept = await asMina.upload(10, group);
  // The bytes are on the disk, and the transaction that names them has not run.
  let begun = () => {};
  let goOn = () => {};
  const isPut = new Promise<void>((resolve) => {
    begun = resolve;
  });
  const mayName = new Promise<void>((resolve) => {
    goOn = resolve;
  });
  const slow: Blobs = {
    ...blobs,
    async put(key, bytes) {
      await blobs.put(key, bytes);
      begun();
      await mayName;
    },
  };
  const ports = { ...app.deps, blobs: slow };
  const bytes = createBlobWrites(ports);
  const files = createFiles(ports, { ...services, bytes });
  const { id } = await files.begin(mina, { id: newFileId(), size: 10, conversation: group, expiresAt: null });
  const putting = files.putChunks(mina, id, 0, [chunkOf(randomBytes(26))]);
  await isPut;
  const cleanup = createFileCleanup(ports, { audit: services.audit, bytes });
  // Another node may be writing the two as well.
  expect((await cleanup.run()).orphans).toBe(0);
  goOn();
  await putting;
  expect((await files.chunk(mina, id, 0)).length).toBe(26);
  app.pass(ORPHAN_AGE_MS);
  expect((await cleanup.run()).orphans).toBe(2);
  expect((await keys()).length).toBe(2);
  expect((await asMina.chunk(kept.id)).status).toBe(200);
  expect(await db.read('SELECT 1 FROM file_chunks')).toHaveLength(2);
});

test('two runs at once are one', async () => {
  const { fileCleanup } = app.deps.services;
  const [some, other] = await Promise.all([fileCleanup.run(), fileCleanup.run('an admin')]);
  expect(some).toBe(other);
});

test('a disk that takes nothing refuses in a sentence, has nothing half, and takes it afterwards', async () => {
  const { services, blobs } = app.deps;
  let isFull = true;
  const full: Blobs = {
    ...blobs,
    put: (key, bytes) => (isFull ? Promise.reject(new BlobsUnavailable('ENOSPC')) : blobs.put(key, bytes)),
  };
  const ports = { ...app.deps, blobs: full };
  const files = createFiles(ports, { ...services, bytes: createBlobWrites(ports) });
  const { id } = await files.begin(mina, { id: newFileId(), size: 10, conversation: group, expiresAt: null });
  const sealed = randomBytes(26);
  await expect(files.putChunks(mina, id, 0, [chunkOf(sealed)])).rejects.toThrow(
    'The server has no room for files',
  );
  expect((await files.record(mina, id)).missing).toEqual([0]);
  expect(await keys()).toEqual([]);
  isFull = false;
  await files.putChunks(mina, id, 0, [chunkOf(sealed)]);
  expect((await files.complete(mina, id)).missing).toEqual([]);
});

test('files leave room for messages: what would fill the disk is refused before it is sent', async () => {
  const { services, blobs } = app.deps;
  const ports = { ...app.deps, blobs: { ...blobs, free: async () => 300_000_000 } };
  const files = createFiles(ports, { ...services, bytes: createBlobWrites(ports) });
  const upload = { conversation: group, expiresAt: null };
  await expect(files.begin(mina, { id: newFileId(), size: 40_000_000, ...upload })).rejects.toThrow(
    'no room',
  );
  await files.begin(mina, { id: newFileId(), size: 20_000_000, ...upload });
});

test('bytes that cannot be removed stay for the next run', async () => {
  const { services, blobs } = app.deps;
  let isAway = true;
  const stuck: Blobs = {
    ...blobs,
    remove: (key) => (isAway ? Promise.reject(new BlobsUnavailable('EIO')) : blobs.remove(key)),
  };
  const ports = { ...app.deps, blobs: stuck };
  const bytes = createBlobWrites(ports);
  const files = createFiles(ports, { ...services, bytes });
  const { id } = await asMina.upload(10, group);
  await files.remove(mina, id);
  expect((await asMina.chunk(id)).status).toBe(404);
  expect((await keys()).length).toBe(1);
  const cleanup = createFileCleanup(ports, { audit: services.audit, bytes });
  app.pass(ORPHAN_AGE_MS);
  expect((await cleanup.run()).orphans).toBe(0);
  isAway = false;
  expect((await cleanup.run()).orphans).toBe(1);
  expect(await keys()).toEqual([]);
});
