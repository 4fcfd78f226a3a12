/** A server whose files lie in S3: what it keeps there, what happens while that is away, and what a backup and doctor make of it. */
import { afterAll, beforeAll, describe, expect, test } from 'bun:test';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createS3Blobs } from '../../src/blobs/s3.ts';
import { openData } from '../../src/commands/open.ts';
import { parseConfig } from '../../src/config.ts';
import { CHUNK_BYTES, DIRECT_HEADER, type DirectChunks, type FileRecord } from '../../src/contract/files.ts';
import { filesSearch } from '../../src/contract/files-origin.ts';
import type { ConversationId } from '../../src/contract/ids.ts';
import {
  fileCompletePath,
  fileDirectPath,
  fileHashesPath,
  filePath,
  MANIFEST_PATH,
} from '../../src/contract/paths.ts';
import type { ServedManifest } from '../../src/contract/served.ts';
import type { Ports } from '../../src/deps.ts';
import { CONTENT_SECURITY_POLICY, filesPolicy } from '../../src/http/headers.ts';
import { silent } from '../../src/ops/log.ts';
import { createServices } from '../../src/services/services.ts';
import { addGroup, callsAs, noiseOf } from '../support/files.ts';
import { addPerson, randomBytes, type Someone } from '../support/relay.ts';
import { S3_MISSING, type S3Server, s3Environment, startS3 } from '../support/s3-server.ts';
import { SOTTO, startServer, type TestServer } from '../support/server.ts';

if (S3_MISSING !== null) console.log(S3_MISSING);
const SIZE = 3 * CHUNK_BYTES + 5;

describe.skipIf(S3_MISSING !== null)('files in S3', () => {
  const root = mkdtempSync(join(tmpdir(), 'sotto-files-s3-'));
  const data = join(root, 'data');
  let s3: S3Server;
  let server: TestServer;
  let ports: Ports;
  let services: ReturnType<typeof createServices>;
  let mina: Someone;
  let group: ConversationId;
  let calls: Awaited<ReturnType<typeof callsAs>>;
  const env = () => s3Environment(s3.place);

  beforeAll(async () => {
    s3 = await startS3({ direct: true });
    server = await startServer({ data, env: env() });
    ports = await openData(parseConfig(['--data', data], env()), silent);
    services = createServices(ports, () => server.url);
    mina = await addPerson(ports.db, Date.now());
    group = await addGroup(ports.db, Date.now(), [mina]);
    calls = await callsAs({ origin: server.url, deps: { ...ports, services } }, mina);
  });
  afterAll(async () => {
    await server.stop();
    await ports.db.close();
    await s3.stop();
    rmSync(root, { recursive: true, force: true });
  });

  /** Keys in the bucket; what a line that was cut left there is among them. */
  const kept = () => createS3Blobs(s3.place).list(null, 1000);
  /** Keys of rows. */
  const named = async () =>
    (await ports.db.read<{ blob: string }>('SELECT blob FROM file_chunks ORDER BY blob')).map(
      ({ blob }) => blob,
    );
  const run = async (args: readonly string[], more: Record<string, string> = {}) => {
    const child = Bun.spawn([...SOTTO, ...args], {
      env: { ...process.env, ...env(), SOTTO_BACKUP_PASSPHRASE: 'a long passphrase of this test', ...more },
      stdout: 'pipe',
      stderr: 'pipe',
    });
    const [out, error] = await Promise.all([
      new Response(child.stdout).text(),
      new Response(child.stderr).text(),
    ]);
    return { code: await child.exited, out, error };
  };
  let file: FileRecord;
  const chunks = noiseOf(SIZE);

  test('an upload waits for a bucket that is away, and goes on with what is missing', async () => {
    file = (await calls.begin(SIZE, group)).json<FileRecord>();
    expect((await calls.put(file.id, 0, chunks[0] ?? new Uint8Array())).status).toBe(204);
    s3.line.cut();
    const refused = await calls.put(file.id, 1, chunks[1] ?? new Uint8Array());
    expect(refused.status).toBe(503);
    expect(refused.json().message).toContain('cannot reach its files');
    // Messages need no bucket.
    expect((await fetch(`${server.url}/readyz`)).status).toBe(200);
    expect((await calls.ask('GET', filePath(file.id))).json<FileRecord>().missing).toEqual([1, 2, 3]);
    s3.line.heal();
    for (const n of [1, 2, 3])
      expect((await calls.put(file.id, n, chunks[n] ?? new Uint8Array())).status).toBe(204);
    expect((await calls.ask('POST', fileCompletePath(file.id))).json<FileRecord>().missing).toEqual([]);
    for (const [n, sealed] of chunks.entries()) expect((await calls.chunk(file.id, n)).bytes).toEqual(sealed);
    expect(await kept()).toEqual(expect.arrayContaining(await named()));
    // Nothing of it lies on this machine.
    expect(readdirSync(data)).not.toContain('blobs');
    // No secret, and no address with a signature, is in the log.
    for (const secret of [s3.place.secretAccessKey, 'X-Amz-Signature'])
      expect(server.log()).not.toContain(secret);
  });

  test('while it is away nothing wrong is given out, and afterwards it is', async () => {
    s3.line.cut();
    const refused = await calls.chunk(file.id, 0);
    expect(refused.status).toBe(503);
    s3.line.heal();
    expect((await calls.chunk(file.id, 0)).bytes).toEqual(chunks[0] ?? new Uint8Array());
  });

  test('addresses of chunks: only where the workspace allows it, for who may fetch, noted as a download', async () => {
    const address = fileDirectPath(file.id, 1);
    expect((await calls.ask('GET', fileHashesPath(file.id))).headers.has(DIRECT_HEADER)).toBe(false);
    expect((await calls.ask('GET', address)).json<DirectChunks>().urls).toEqual([]);
    await services.policies.write({ directDownloads: true });
    expect((await calls.ask('GET', fileHashesPath(file.id))).headers.get(DIRECT_HEADER)).toBe(
      s3.place.publicEndpoint,
    );
    const { urls } = (await calls.ask('GET', address)).json<DirectChunks>();
    expect(urls.length).toBe(3);
    for (const [at, url] of urls.entries())
      expect(await (await fetch(url)).bytes()).toEqual(chunks[at + 1] ?? new Uint8Array());
    const stranger = await addPerson(ports.db, Date.now());
    const theirs = await callsAs({ origin: server.url, deps: { ...ports, services } }, stranger);
    expect((await theirs.ask('GET', address)).status).toBe(404);
    expect((await calls.ask('GET', fileDirectPath(file.id, 4))).status).toBe(404);
    const noted = await ports.db.read(
      `SELECT 1 FROM audit WHERE action = 'file.fetched' AND subject = $1 AND actor = $2`,
      [file.id, mina.account],
    );
    expect(noted.length).toBeGreaterThan(0);
  });

  test('the worker that fetches files may speak with that origin and no other, and no other file may', async () => {
    const { files } = (await (await fetch(`${server.url}${MANIFEST_PATH}`)).json()) as ServedManifest;
    const policyOf = async (name: string, origin: string) => {
      const path = files.find((each) => each.path.startsWith(`/assets/${name}.`))?.path ?? '';
      const answer = await fetch(server.url + path + filesSearch(origin));
      expect(answer.status).toBe(200);
      return answer.headers.get('content-security-policy');
    };
    const origin = s3.place.publicEndpoint ?? '';
    expect(await policyOf('reader-worker', origin)).toBe(filesPolicy(origin));
    expect(await policyOf('reader-worker', 'https://elsewhere.example')).toBe(CONTENT_SECURITY_POLICY);
    expect(await policyOf('files-worker', origin)).toBe(CONTENT_SECURITY_POLICY);
    await services.policies.write({ directDownloads: false });
    expect(await policyOf('reader-worker', origin)).toBe(CONTENT_SECURITY_POLICY);
  });

  test('doctor says that it works, and what is wrong when it does not', async () => {
    const before = await kept();
    const good = await run(['doctor', '--data', data, '--port', String(server.port)]);
    expect(good.out).toContain('keeps, gives, lists and deletes objects.');
    const bad = await run(['doctor', '--data', data, '--port', String(server.port)], {
      S3_SECRET_ACCESS_KEY: 'no',
    });
    expect(bad.out).toContain('Correct S3_ACCESS_KEY_ID and S3_SECRET_ACCESS_KEY');
    const away = await run(['doctor', '--data', data, '--port', String(server.port)], {
      S3_BUCKET: 'elsewhere',
    });
    expect(away.out).toContain('Make the bucket, or correct S3_BUCKET.');
    expect(away.code).toBe(1);
    // Its objects are gone again.
    expect(await kept()).toEqual(before);
  });

  test('a backup has the bytes of the bucket, and a restore brings them into one', async () => {
    const out = join(root, 'whole.backup');
    const made = await run(['backup', '--out', out, '--data', data, '--json']);
    expect(made.error).toBe('');
    expect(JSON.parse(made.out)).toMatchObject({ blobs: 4, missing: 0 });
    const other = { ...s3.place, bucket: `${s3.place.bucket}/restored` };
    const restored = await run(
      ['restore', out, '--data', join(root, 'restored'), '--json'],
      s3Environment(other),
    );
    expect(restored.error).toBe('');
    expect(await createS3Blobs(other).list(null, 100)).toEqual(await named());
    expect(readdirSync(join(root, 'restored'))).not.toContain('blobs');
  });

  test('what is deleted leaves the bucket, and so does what a crash left, once nobody can be writing it', async () => {
    const orphan = randomBytes(16).toHex();
    await ports.blobs.put(orphan, randomBytes(100));
    const before = await named();
    expect((await calls.ask('DELETE', filePath(file.id))).status).toBe(204);
    const left = await kept();
    for (const key of before) expect(left).not.toContain(key);
    expect((await services.fileCleanup.run()).orphans).toBe(0);
    expect(await kept()).toContain(orphan);
    const later = createServices({ ...ports, clock: () => Date.now() + 3600_000 + 2000 }, () => server.url);
    expect((await later.fileCleanup.run()).orphans).toBe(left.length);
    expect(await kept()).toEqual([]);
  });
});
