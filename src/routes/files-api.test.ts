import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'bun:test';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { startApp, type TestApp } from '../../test/support/app.ts';
import { addGroup, type Calls, callsAs, newFileId, noiseOf } from '../../test/support/files.ts';
import { addPerson, randomBytes, type Someone, someConversation } from '../../test/support/relay.ts';
import {
  CHUNK_BYTES,
  CHUNK_MEDIA_TYPE,
  type FileId,
  type FileRecord,
  type FileUsage,
  MAX_FILE_BYTES,
  MAX_RUN_BYTES,
  sealedFileBytes,
} from '../contract/files.ts';
import type { ConversationId } from '../contract/ids.ts';
import {
  chunkPath,
  fileCompletePath,
  fileExpiryPath,
  fileHashesPath,
  filePath,
  filePlacePath,
  PATHS,
} from '../contract/paths.ts';
import { auditOf } from '../store/audit.ts';

let app: TestApp;
let mina: Someone;
let ravi: Someone;
let stranger: Someone;
let asMina: Calls;
let asRavi: Calls;
let asStranger: Calls;
let group: ConversationId;
beforeAll(async () => {
  app = await startApp();
});
afterAll(() => app.stop());
beforeEach(async () => {
  const { db } = app.deps;
  [mina, ravi, stranger] = [await addPerson(db, 0), await addPerson(db, 0), await addPerson(db, 0)];
  group = await addGroup(db, 0, [mina, ravi]);
  [asMina, asRavi, asStranger] = [
    await callsAs(app, mina),
    await callsAs(app, ravi),
    await callsAs(app, stranger),
  ];
});

const sha256 = (bytes: Uint8Array) => new Uint8Array(new Bun.CryptoHasher('sha256').update(bytes).digest());
const storedBlobs = () =>
  readdirSync(join(app.data, 'blobs'), { recursive: true, withFileTypes: true }).filter((each) =>
    each.isFile(),
  ).length;

describe('a file', () => {
  test('goes up in chunks, comes down as it was, and is gone when its owner removes it', async () => {
    const size = 2 * CHUNK_BYTES + 5;
    const begun = await asMina.begin(size, group);
    expect(begun.status).toBe(201);
    const { id, ...rest } = begun.json<FileRecord>();
    expect(rest).toEqual({
      owner: mina.account,
      size,
      createdAt: expect.any(Number),
      completedAt: null,
      expiresAt: null,
      missing: [0, 1, 2],
      conversations: [group],
    });
    const chunks = noiseOf(size);
    // In any order.
    for (const n of [2, 0]) expect((await asMina.put(id, n, chunks[n] ?? randomBytes(1))).status).toBe(204);
    expect((await asMina.ask('GET', filePath(id))).json<FileRecord>().missing).toEqual([1]);
    expect((await asMina.ask('POST', fileCompletePath(id))).status).toBe(409);
    expect((await asMina.ask('GET', fileHashesPath(id))).status).toBe(409);
    expect((await asMina.put(id, 1, chunks[1] ?? randomBytes(1))).status).toBe(204);
    const done = await asMina.ask('POST', fileCompletePath(id));
    expect(done.json<FileRecord>()).toMatchObject({ missing: [], completedAt: expect.any(Number) });

    for (const [n, sealed] of chunks.entries()) {
      const answer = await asRavi.chunk(id, n);
      expect(answer.status).toBe(200);
      expect(Buffer.compare(answer.bytes, sealed)).toBe(0);
    }
    expect((await asRavi.ask('GET', fileHashesPath(id))).bytes).toEqual(
      new Uint8Array(Buffer.concat(chunks.map(sha256))),
    );
    const blobs = storedBlobs();
    expect((await asMina.ask('DELETE', filePath(id))).status).toBe(204);
    expect((await asRavi.chunk(id)).status).toBe(404);
    expect((await asMina.ask('GET', filePath(id))).status).toBe(404);
    expect((await asMina.ask('DELETE', filePath(id))).status).toBe(404);
    expect(storedBlobs()).toBe(blobs - 3);
  });

  test('of nothing has one chunk', async () => {
    const { id, chunks } = await asMina.upload(0, group);
    expect(chunks.map(({ length }) => length)).toEqual([16]);
    expect((await asRavi.chunk(id)).bytes).toEqual(chunks[0] ?? randomBytes(1));
    expect((await asRavi.chunk(id, 1)).status).toBe(404);
  });

  test('travels as bytes that no browser shows, keeps or has compressed', async () => {
    const { id } = await asMina.upload(1000, group);
    for (const path of [chunkPath(id, 0), fileHashesPath(id)]) {
      const { headers } = await asRavi.ask('GET', path, undefined, { 'accept-encoding': 'gzip, br' });
      expect(headers.get('content-type')).toBe(CHUNK_MEDIA_TYPE);
      expect(headers.get('content-disposition')).toBe('attachment');
      expect(headers.get('cache-control')).toBe('private, no-store, no-transform');
      expect(headers.get('x-content-type-options')).toBe('nosniff');
      expect(headers.get('content-encoding')).toBeNull();
    }
  });

  test('begun twice is one; of another size, or another account’s, it is refused', async () => {
    const id = newFileId();
    expect((await asMina.begin(10, group, id)).status).toBe(201);
    await asMina.put(id, 0, randomBytes(26));
    const again = await asMina.begin(10, group, id);
    expect(again.status).toBe(201);
    expect(again.json<FileRecord>().missing).toEqual([]);
    expect((await asMina.begin(11, group, id)).status).toBe(409);
    const foreign = await asRavi.begin(10, group, id);
    expect(foreign.status).toBe(404);
    expect((await asMina.ask('GET', filePath(id))).json<FileRecord>().owner).toBe(mina.account);
  });

  test('the same chunk again is no error; other bytes replace it until the file is complete', async () => {
    const { id } = (await asMina.begin(10, group)).json<FileRecord>();
    const blobs = storedBlobs();
    const [first, second] = [randomBytes(26), randomBytes(26)];
    await asMina.put(id, 0, first);
    expect((await asMina.put(id, 0, first)).status).toBe(204);
    expect((await asMina.put(id, 0, second)).status).toBe(204);
    expect(storedBlobs()).toBe(blobs + 1);
    await asMina.ask('POST', fileCompletePath(id));
    expect((await asMina.put(id, 0, second)).status).toBe(204);
    const late = await asMina.put(id, 0, first);
    expect(late.status).toBe(409);
    expect((await asRavi.chunk(id)).bytes).toEqual(second);
    expect(storedBlobs()).toBe(blobs + 1);
    expect((await asMina.ask('POST', fileCompletePath(id))).status).toBe(200);
  });

  test('sent four chunks at a time, some of them twice, is whole', async () => {
    const size = 5 * CHUNK_BYTES + 1;
    const chunks = noiseOf(size);
    const { id } = (await asMina.begin(size, group)).json<FileRecord>();
    const blobs = storedBlobs();
    const answers = await Promise.all(
      [...chunks.entries(), ...chunks.entries()].map(([n, each]) => asMina.put(id, n, each)),
    );
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([204]));
    expect((await asMina.ask('POST', fileCompletePath(id))).status).toBe(200);
    expect(storedBlobs()).toBe(blobs + chunks.length);
  });
});

describe('who may fetch', () => {
  test('nobody but its owner and members of its conversations, and members not before it is complete [R33]', async () => {
    const { id } = (await asMina.begin(10, group)).json<FileRecord>();
    const sealed = randomBytes(26);
    await asMina.put(id, 0, sealed);
    for (const path of [filePath(id), chunkPath(id, 0), fileHashesPath(id)]) {
      expect((await asRavi.ask('GET', path)).status).toBe(404);
      expect((await asStranger.ask('GET', path)).status).toBe(404);
    }
    expect((await asMina.chunk(id)).status).toBe(200);
    await asMina.ask('POST', fileCompletePath(id));
    for (const path of [filePath(id), chunkPath(id, 0), fileHashesPath(id)]) {
      expect((await asMina.ask('GET', path)).status).toBe(200);
      expect((await asRavi.ask('GET', path)).status).toBe(200);
      expect((await asStranger.ask('GET', path)).status).toBe(404);
    }
  });

  test('a file of others and none at all are the same answer, letter by letter [R33]', async () => {
    const { id } = await asMina.upload(10, group);
    const said = async (method: string, path: (id: FileId) => string, body?: object) => {
      const [there, nowhere] = await Promise.all(
        [id, newFileId()].map((each) => asStranger.ask(method, path(each), body)),
      );
      expect(there?.status).toBe(404);
      expect(there?.json()).toEqual(nowhere?.json());
    };
    await said('GET', filePath);
    await said('GET', (each) => chunkPath(each, 0));
    await said('GET', fileHashesPath);
    await said('DELETE', filePath);
    await said('POST', fileCompletePath);
    await said('PUT', fileExpiryPath, { expiresAt: null });
    await said('PUT', (each) => filePlacePath(each, group));
    await said('DELETE', (each) => filePlacePath(each, group));
  });

  test('what belongs to its owner alone is refused to members', async () => {
    const { id } = await asMina.upload(10, group);
    expect((await asRavi.put(id, 0, randomBytes(26))).status).toBe(404);
    expect((await asRavi.ask('POST', fileCompletePath(id))).status).toBe(404);
    expect((await asRavi.ask('PUT', fileExpiryPath(id), { expiresAt: null })).status).toBe(404);
    expect((await asRavi.ask('DELETE', filePlacePath(id, group))).status).toBe(404);
    expect((await asRavi.ask('DELETE', filePath(id))).status).toBe(404);
    expect((await asRavi.chunk(id)).status).toBe(200);
  });

  test('somebody who was removed cannot fetch any more, from that moment on [R33]', async () => {
    const { id } = await asMina.upload(10, group);
    expect((await asRavi.chunk(id)).status).toBe(200);
    await app.deps.db.write((tx) =>
      tx.run('DELETE FROM members WHERE conversation = $1 AND account = $2', [group, ravi.account]),
    );
    for (const path of [filePath(id), chunkPath(id, 0), fileHashesPath(id)])
      expect((await asRavi.ask('GET', path)).status).toBe(404);
  });

  test('in a group one counts as who the roster names: another identity fetches nothing', async () => {
    const { id } = await asMina.upload(10, group);
    await app.deps.db.write((tx) =>
      tx.run('UPDATE members SET identity = $1 WHERE account = $2', [randomBytes(32), ravi.account]),
    );
    expect((await asRavi.chunk(id)).status).toBe(404);
    expect((await asRavi.begin(10, group)).status).toBe(404);
  });

  test('a disabled account fetches nothing, and its files stay for others', async () => {
    const { id } = await asMina.upload(10, group);
    await app.deps.db.write((tx) => tx.run('UPDATE accounts SET disabled = 1 WHERE id = $1', [mina.account]));
    expect((await asRavi.chunk(id)).status).toBe(200);
    expect((await asMina.chunk(id)).status).toBeGreaterThanOrEqual(400);
  });

  test('without a session, or one without a device, nothing is said', async () => {
    const { id } = await asMina.upload(10, group);
    const nobody = await callsAs(app, null);
    for (const path of [PATHS.files, filePath(id), chunkPath(id, 0), fileHashesPath(id)])
      expect((await nobody.ask('GET', path)).status).toBe(401);
    expect((await nobody.begin(10, group)).status).toBe(401);
    expect((await nobody.put(id, 0, randomBytes(26))).status).toBe(401);
    expect((await nobody.ask('DELETE', filePath(id))).status).toBe(401);
  });
});

test('what is done to a file is noted, with who did it: a download once, however many chunks; a refusal too', async () => {
  const { id } = await asMina.upload(CHUNK_BYTES + 1, group);
  for (let times = 0; times < 2; times++) {
    await asRavi.ask('GET', fileHashesPath(id));
    for (const n of [0, 1]) await asRavi.chunk(id, n);
  }
  await asRavi.ask('GET', filePath(id));
  await asStranger.chunk(id);
  await asMina.ask('DELETE', filePath(id));
  const rows = await auditOf(app.deps.db, id);
  expect(rows.map(({ actor, action }) => [actor, action])).toEqual([
    [mina.account, 'file.begun'],
    [mina.account, 'file.completed'],
    [ravi.account, 'file.fetched'],
    [stranger.account, 'file.refused'],
    [mina.account, 'file.removed'],
  ]);
  expect(rows.map(({ detail }) => JSON.parse(detail))).toEqual([
    { size: CHUNK_BYTES + 1, conversation: group, owner: mina.account },
    { size: CHUNK_BYTES + 1 },
    {},
    { tried: 'fetch', answer: 'NotFound' },
    { size: CHUNK_BYTES + 1, owner: mina.account },
  ]);
  expect((await app.deps.services.audit.verify()).broken).toBeNull();
});

describe('places', () => {
  test('who may fetch it puts it where they write; its last place takes it along', async () => {
    const { id } = await asMina.upload(10, group);
    const other = await addGroup(app.deps.db, 0, [ravi, stranger]);
    expect((await asStranger.chunk(id)).status).toBe(404);
    expect((await asStranger.ask('PUT', filePlacePath(id, other))).status).toBe(404);
    expect((await asRavi.ask('PUT', filePlacePath(id, someConversation()))).status).toBe(404);
    expect((await asMina.ask('PUT', filePlacePath(id, other))).status).toBe(404);
    expect((await asRavi.ask('PUT', filePlacePath(id, other))).status).toBe(204);
    expect((await asRavi.ask('PUT', filePlacePath(id, other))).status).toBe(204);
    expect((await asStranger.chunk(id)).status).toBe(200);
    // Each sees the places that they are in.
    expect((await asMina.ask('GET', filePath(id))).json<FileRecord>().conversations).toEqual([group]);
    expect((await asRavi.ask('GET', filePath(id))).json<FileRecord>().conversations.toSorted()).toEqual(
      [group, other].toSorted(),
    );
    expect((await asStranger.ask('DELETE', filePlacePath(id, other))).status).toBe(404);
    expect((await asMina.ask('DELETE', filePlacePath(id, other))).status).toBe(404);
    expect((await asMina.ask('DELETE', filePlacePath(id, group))).status).toBe(204);
    expect((await asRavi.chunk(id)).status).toBe(200);
    expect((await asRavi.ask('DELETE', filePlacePath(id, other))).status).toBe(204);
    expect((await asMina.ask('GET', filePath(id))).status).toBe(404);
    expect((await asRavi.ask('DELETE', filePlacePath(id, other))).status).toBe(404);
  });

  test('two people have put it into one conversation: it is there as long as one of them leaves it there', async () => {
    const { id } = await asMina.upload(10, group);
    const third = await addPerson(app.deps.db, 0);
    const all = await addGroup(app.deps.db, 0, [mina, ravi, third]);
    const asThird = await callsAs(app, third);
    for (const calls of [asMina, asRavi])
      expect((await calls.ask('PUT', filePlacePath(id, all))).status).toBe(204);
    expect((await asThird.ask('GET', filePath(id))).json<FileRecord>().conversations).toEqual([all]);
    const usage = (await asMina.ask('GET', PATHS.files)).json<FileUsage>();
    expect(usage.files.map(({ conversations }) => conversations.toSorted())).toEqual([
      [all, group].toSorted(),
    ]);
    expect((await asMina.ask('DELETE', filePlacePath(id, all))).status).toBe(204);
    expect((await asThird.chunk(id)).status).toBe(200);
    expect((await asRavi.ask('DELETE', filePlacePath(id, all))).status).toBe(204);
    expect((await asThird.chunk(id)).status).toBe(404);
    expect((await asRavi.chunk(id)).status).toBe(200);
  });

  test('a private file is its owner’s alone, and stays when it is in no conversation any more', async () => {
    const { id, record } = await asMina.upload(10, null);
    expect(record.conversations).toEqual([]);
    expect((await asRavi.chunk(id)).status).toBe(404);
    expect((await asRavi.ask('PUT', filePlacePath(id, group))).status).toBe(404);
    expect((await asMina.ask('PUT', filePlacePath(id, group))).status).toBe(204);
    expect((await asRavi.chunk(id)).status).toBe(200);
    expect((await asMina.ask('DELETE', filePlacePath(id, group))).status).toBe(204);
    expect((await asRavi.chunk(id)).status).toBe(404);
    expect((await asMina.chunk(id)).status).toBe(200);
  });
});

describe('what is over', () => {
  test('is not found any more, even before it is cleaned up; its owner moves the end', async () => {
    const soon = app.deps.clock() + 60_000;
    const { id } = await asMina.upload(10, group);
    const moved = await asMina.ask('PUT', fileExpiryPath(id), { expiresAt: soon });
    expect(moved.json<FileRecord>().expiresAt).toBe(soon);
    expect((await asRavi.chunk(id)).status).toBe(200);
    expect((await asMina.ask('PUT', fileExpiryPath(id), { expiresAt: app.deps.clock() - 1 })).status).toBe(
      400,
    );
    app.pass(60_001);
    for (const calls of [asMina, asRavi]) expect((await calls.chunk(id)).status).toBe(404);
    expect((await asMina.ask('PUT', fileExpiryPath(id), { expiresAt: null })).status).toBe(404);
    expect((await asMina.begin(10, group, id)).status).toBe(404);
  });

  test('begins over already: refused', async () => {
    expect((await asMina.begin(10, group, newFileId(), 5)).status).toBe(400);
  });
});

describe('limits', () => {
  test('a file, an account and the workspace have so many bytes, and the answer says how many', async () => {
    const { policies } = app.deps.services;
    const before = await policies.read();
    try {
      await policies.write({ maxFileBytes: 2_000_000 });
      const large = await asMina.begin(2_000_001, group);
      expect(large.status).toBe(413);
      expect(large.json().message).toBe(
        'A file can have 2 MB here, and this one has 2 MB. Send it in parts, or ask an admin.',
      );
      await policies.write({ maxFileBytes: MAX_FILE_BYTES, accountFileBytes: 1_500_000 });
      const { id } = (await asMina.begin(1_000_000, group)).json<FileRecord>();
      const full = await asMina.begin(900_000, group);
      expect(full.status).toBe(413);
      expect(full.json().message).toBe(
        'Your files take 1 MB of 1.5 MB, and this one needs 900 kB. Delete some that you do not need, or ask an admin for more.',
      );
      expect((await asRavi.begin(900_000, group)).status).toBe(201);
      await asMina.ask('DELETE', filePath(id));
      expect((await asMina.begin(900_000, group)).status).toBe(201);
      await policies.write({ workspaceFileBytes: 10 });
      const crowded = await asRavi.begin(1, group);
      expect(crowded.status).toBe(413);
      expect(crowded.json().message).toContain('Everybody’s files take');
    } finally {
      await policies.write(before);
    }
  });

  test('what one’s own files take is said in full, newest first', async () => {
    const first = await asMina.upload(1000, group);
    app.pass(1);
    const second = (await asMina.begin(CHUNK_BYTES + 1, null)).json<FileRecord>();
    await asRavi.upload(10, group);
    const usage = (await asMina.ask('GET', PATHS.files)).json<FileUsage>();
    expect(usage).toMatchObject({
      used: sealedFileBytes(1000) + sealedFileBytes(CHUNK_BYTES + 1),
      limit: 10e9,
      maxFileBytes: MAX_FILE_BYTES,
      defaultExpiryDays: null,
    });
    expect(usage.files).toEqual([second, { ...first.record }]);
  });

  test('nobody chose an end: the workspace’s own holds', async () => {
    const { policies } = app.deps.services;
    await policies.write({ fileDays: 30 });
    const { createdAt, expiresAt } = (await asMina.begin(1, group)).json<FileRecord>();
    expect(expiresAt).toBe(createdAt + 30 * 24 * 3600_000);
    await policies.write({ fileDays: null });
  });
});

describe('hostile input', () => {
  test('ids, numbers and bodies that are none are refused with a sentence, and nothing is stored [R41]', async () => {
    const { id } = (await asMina.begin(10, group)).json<FileRecord>();
    const blobs = storedBlobs();
    const rows = await app.count('file_chunks');
    for (const bad of ['x', '..', '%2e%2e%2f', 'A'.repeat(32), `${id}0`, '%00', id.toUpperCase()]) {
      expect((await asMina.ask('GET', `${PATHS.files}/${bad}`)).status).toBe(404);
      expect((await asMina.ask('PUT', `${PATHS.files}/${bad}/chunks/0`, randomBytes(26))).status).toBe(404);
    }
    for (const n of ['1', '-1', '1e0', '00', '0x0', '99999', '123456', '0.5', ' 0', '%00']) {
      expect((await asMina.ask('PUT', `${filePath(id)}/chunks/${n}`, randomBytes(26))).status).toBe(404);
      expect((await asMina.ask('GET', `${filePath(id)}/chunks/${n}`)).status).toBe(404);
    }
    for (const length of [0, 1, 25, 27, CHUNK_BYTES + 16, CHUNK_BYTES + 17])
      expect((await asMina.put(id, 0, new Uint8Array(length))).status).toBe(400);
    expect((await asMina.put(id, 0, new Uint8Array(MAX_RUN_BYTES + 1))).status).toBe(413);
    expect((await asMina.ask('POST', fileCompletePath(id), new Uint8Array(MAX_RUN_BYTES))).status).toBe(413);
    expect((await asMina.put(id, 0, randomBytes(26), { 'content-type': 'text/plain' })).status).toBe(415);
    expect((await asMina.ask('GET', chunkPath(id, 0))).status).toBe(404);
    for (const conversation of ['x', `${group}0`, '%2e'])
      expect((await asMina.ask('PUT', `${filePath(id)}/places/${conversation}`)).status).toBe(404);
    expect(storedBlobs()).toBe(blobs);
    expect(await app.count('file_chunks')).toBe(rows);
  });

  test('uploads and ends that are none', async () => {
    const good = { id: newFileId(), size: 10, conversation: group, expiresAt: null };
    const files = await app.count('files');
    for (const bad of [
      {},
      [],
      { ...good, id: 'x' },
      { ...good, id: 5 },
      { ...good, size: -1 },
      { ...good, size: 1.5 },
      { ...good, size: '10' },
      { ...good, size: null },
      { ...good, conversation: 'x' },
      { ...good, conversation: undefined },
      { ...good, expiresAt: 'tomorrow' },
      { ...good, expiresAt: undefined },
      { ...good, expiresAt: 1 },
    ])
      expect((await asMina.ask('POST', PATHS.files, bad)).status).toBe(400);
    expect((await asMina.ask('POST', PATHS.files, { ...good, size: 2 ** 50 })).status).toBe(413);
    expect((await asMina.ask('POST', PATHS.files, { ...good, size: MAX_FILE_BYTES + 1 })).status).toBe(413);
    expect(
      (await asMina.ask('POST', PATHS.files, { ...good, conversation: someConversation() })).status,
    ).toBe(404);
    expect((await asStranger.ask('POST', PATHS.files, good)).status).toBe(404);
    expect(
      (await asMina.ask('POST', PATHS.files, randomBytes(9), { 'content-type': 'text/plain' })).status,
    ).toBe(415);
    expect(await app.count('files')).toBe(files);
  });
});

test('an upload that is too fast is told when to go on, and then goes on', async () => {
  const slow = await startApp({ limited: true });
  try {
    const person = await addPerson(slow.deps.db, 0);
    const calls = await callsAs(slow, person);
    const { id } = (await calls.begin(10, null)).json<FileRecord>();
    const drain = () => slow.deps.limits.take('fileChunkAccount', person.account);
    // A clock that runs gives some back meanwhile.
    while (true)
      try {
        drain();
      } catch {
        const answer = await calls.chunk(id);
        if (answer.status !== 429) continue;
        const { retry_after } = answer.json();
        expect(retry_after).toBeGreaterThan(0);
        expect(answer.headers.get('retry-after')).toBe(String(retry_after));
        slow.pass((retry_after ?? 0) * 1000);
        break;
      }
    expect((await calls.put(id, 0, randomBytes(26))).status).toBe(204);
  } finally {
    await slow.stop();
  }
});
