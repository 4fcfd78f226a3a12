/**
 * A server on a disk that is full, a real one: a small file system in memory that only this process sees. What cannot be kept is refused
 * in a sentence, what was accepted is there, reading goes on, and with room everything goes on by itself.
 */
import { afterAll, beforeAll, describe, expect, test } from 'bun:test';
import { closeSync, mkdtempSync, openSync, rmSync, statfsSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join as joinPath } from 'node:path';
import { CHUNK_BYTES } from '../../src/contract/files.ts';
import type { ConversationId } from '../../src/contract/ids.ts';
import { chunkPath, PATHS } from '../../src/contract/paths.ts';
import { POST_MEDIA_TYPE } from '../../src/contract/relay.ts';
import { newFileId, noiseOf } from '../support/files.ts';
import { call, join, type Registered } from '../support/person.ts';
import { makePost } from '../support/relay.ts';
import { SOTTO, startServer, type TestServer } from '../support/server.ts';

/** Files need 256 MB of room beside them, which is left to messages. */
const DISK = '290m';
/** What is left on a full disk: too little for what is sent here, and some. */
const LEFT = 96 * 1024;

/** Whether this machine lets a process have file systems of its own. */
const canMount = Bun.spawnSync(['unshare', '-rm', 'mount', '-t', 'tmpfs', 'tmpfs', '/mnt']).exitCode === 0;

describe.skipIf(!canMount)('on a full disk', () => {
  const data = mkdtempSync(joinPath(tmpdir(), 'sotto-full-'));
  let server: TestServer;
  let ada: Registered;
  let ben: Registered;
  let conversation: ConversationId;
  /** The folder as the server sees it. */
  let seen: string;
  let filler: string;

  const fill = (left: number) => {
    const { bavail, bsize } = statfsSync(seen);
    const file = openSync(filler, 'w');
    const block = new Uint8Array(1024 * 1024);
    for (let bytes = bavail * bsize - left; bytes > 0; bytes -= block.length)
      writeSync(file, block, 0, Math.min(bytes, block.length));
    closeSync(file);
  };
  const makeRoom = () => rmSync(filler);

  const post = (bodyBytes: number) =>
    makePost({
      sender: { account: ada.signedIn.account, device: ada.device.id },
      conversation,
      to: [ben.device.id],
      bodyBytes,
    });
  const send = async (bytes: Uint8Array<ArrayBuffer>) => {
    const answer = await fetch(`${server.url}${PATHS.messages}`, {
      method: 'POST',
      body: bytes,
      headers: { 'content-type': POST_MEDIA_TYPE, cookie: ada.cookie },
    });
    return { status: answer.status, body: (await answer.json()) as { error?: string; message?: string } };
  };
  const pending = async () => {
    const { body } = await call<{ envelopes: readonly { id: string }[] }>(
      server.url,
      'GET',
      `${PATHS.envelopes}?after=0`,
      { cookie: ben.cookie },
    );
    return body.envelopes.map(({ id }) => id);
  };
  const metrics = async () => (await fetch(`${server.url}/metrics`)).text();

  beforeAll(async () => {
    server = await startServer({
      data,
      command: [
        'unshare',
        '-rm',
        'sh',
        '-c',
        `mount -t tmpfs -o size=${DISK} tmpfs "$0" && exec "$@"`,
        data,
        ...SOTTO,
      ],
    });
    seen = joinPath('/proc', String(server.pid), 'root', data);
    filler = joinPath(seen, 'filler');
    ada = await join(server.url, new URL(server.setupLink ?? '').hash.slice(1), 'ada', {
      workspaceName: 'Test',
    });
    const invite = await call<{ url: string }>(server.url, 'POST', PATHS.invites, {
      cookie: ada.cookie,
      body: { role: 'member', uses: 1, expiresIn: 3_600_000 },
    });
    ben = await join(server.url, new URL(invite.body.url).hash.slice(1), 'ben');
    const made = await call<{ id: ConversationId }>(server.url, 'POST', PATHS.conversations, {
      cookie: ada.cookie,
      body: { kind: 'direct', people: [ben.signedIn.account] },
    });
    conversation = made.body.id;
  }, 30_000);
  afterAll(async () => {
    await server?.remove();
  });

  test('messages and sign-ins are refused with 503 and a sentence, nothing is lost, and with room all goes on', async () => {
    const before = post(2000);
    expect((await send(before.bytes)).status).toBe(200);
    fill(LEFT);
    const accepted = [String(before.id)];
    let refused: { readonly id: string; readonly bytes: Uint8Array<ArrayBuffer> } | null = null;
    for (let tries = 0; refused === null && tries < 50; tries++) {
      const { id, bytes } = post(30_000);
      const { status, body } = await send(bytes);
      if (status === 200) accepted.push(id);
      else {
        expect({ status, error: body.error }).toEqual({ status: 503, error: 'Unavailable' });
        expect(body.message).toBe(
          'The server cannot store anything right now. Nothing was lost; try again in a moment.',
        );
        refused = { id, bytes };
      }
    }
    if (refused === null) throw new Error('the disk was never full');
    // Reading goes on, and what was accepted is all there.
    expect(await pending()).toEqual(accepted);
    expect((await fetch(`${server.url}/healthz`)).status).toBe(200);

    // Whoever signs in is told why not. A row of a session may still fit in what is free: it is tried until it does not.
    const secret = ada.request.password?.secret;
    let told: { readonly status: number; readonly body: { readonly message: string } } | null = null;
    for (let tries = 0; told === null && tries < 50; tries++) {
      const answer = await call(server.url, 'POST', PATHS.signInPassword, {
        body: { username: 'ada', secret },
      });
      if (answer.status !== 200) told = answer;
    }
    expect(told).toMatchObject({ status: 503, body: { message: expect.stringContaining('cannot store') } });

    expect(await metrics()).toMatch(/^sotto_store_refusals_total\{store="database"\} [1-9]/m);
    expect(await metrics()).toContain('sotto_warnings{warning="database-refuses"} 1');
    expect(await metrics()).toContain('sotto_warnings{warning="disk-low"} 1');
    expect(server.log().match(/"message":"cannot store"/g)?.length).toBe(1);

    makeRoom();
    expect((await send(refused.bytes)).status).toBe(200);
    expect(await pending()).toEqual([...accepted, refused.id]);
    const again = await call(server.url, 'POST', PATHS.signInPassword, { body: { username: 'ada', secret } });
    expect(again.status).toBe(200);
    expect((await fetch(`${server.url}/readyz`)).status).toBe(200);
  }, 30_000);

  test('a part of a file that does not fit is refused, and the file goes on where it was', async () => {
    const id = newFileId();
    const [sealed] = noiseOf(CHUNK_BYTES);
    if (!sealed) throw new Error('no chunk');
    const begun = await call(server.url, 'POST', PATHS.files, {
      cookie: ada.cookie,
      body: { id, size: CHUNK_BYTES, conversation: null, expiresAt: null },
    });
    expect(begun.status).toBe(201);
    const put = () =>
      fetch(`${server.url}${chunkPath(id, 0)}`, {
        method: 'PUT',
        body: sealed,
        headers: { 'content-type': 'application/octet-stream', cookie: ada.cookie },
      });
    fill(CHUNK_BYTES / 2);
    const refused = await put();
    expect(refused.status).toBe(503);
    expect(await refused.json()).toMatchObject({
      error: 'Unavailable',
      message: expect.stringContaining('no room for files'),
    });
    makeRoom();
    expect((await put()).status).toBe(204);
  }, 30_000);
});

test.skipIf(!canMount)(
  'a disk that has become read-only is said in one sentence, and is as it was when it can be written again',
  async () => {
    const data = mkdtempSync(joinPath(tmpdir(), 'sotto-read-only-'));
    const people = [...SOTTO, 'admin', 'people', '--data', data].join(' ');
    const child = Bun.spawn(
      [
        ...['unshare', '-rm', 'sh', '-c'],
        `mount -t tmpfs tmpfs ${data} && ${people} && mount -o remount,ro ${data}
       ${people}; echo "ended with $?"; mount -o remount,rw ${data} && ${people} && echo 'as it was'`,
      ],
      { stdout: 'pipe', stderr: 'pipe' },
    );
    const [out, err] = await Promise.all([
      new Response(child.stdout).text(),
      new Response(child.stderr).text(),
    ]);
    rmSync(data, { recursive: true });
    expect(out).toBe('ended with 1\nas it was\n');
    expect(err).toMatch(/^The data folder \S+ cannot be used: SQLITE_(?:CANTOPEN|READONLY)\S*\n$/);
  },
  30_000,
);
