/** A server that goes back to its backup, with real devices that know more than it: everybody goes on, or reads in a sentence why not. */
import { afterAll, beforeAll, expect, test } from 'bun:test';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { Devices, run } from '../support/client.ts';
import { startServer, type TestServer } from '../support/server.ts';

const PATIENCE_MS = 120_000;
const env = { SOTTO_PASSWORD: 'lighthouse keeper 1', SOTTO_BACKUP_PASSPHRASE: 'lighthouse keeper 2' };
const devices = new Devices();
let server: TestServer;

beforeAll(async () => {
  server = await startServer();
  await devices.settle(server, env);
}, PATIENCE_MS);
afterAll(async () => {
  await server.remove();
  devices.remove();
});

const hears = async (name: string) =>
  (await devices.done(name, ['listen', '--count', '1', '--timeout', '20s'])).map(({ text }) => text);
const login = (name: string, username: string) =>
  devices.run(name, ['login', '--server', server.url, '--username', username], { env });

test(
  'whoever knows more than the backup is told, nothing is sent until they go on, and then everybody writes again [R37]',
  async () => {
    await devices.done('ada', ['send', '--to', 'ben', 'before']);
    expect(await hears('ben')).toEqual(['before']);
    const [group] = await devices.done('ada', ['create', '--name', 'Crew', '--people', 'ben']);
    const crew = String(group?.id);
    await devices.done('ada', ['send', '--conversation', crew, 'all aboard']);
    expect(await hears('ben')).toEqual(['all aboard']);
    const file = join(devices.folder, 'server.backup');
    const saved = await run(['backup', '--out', file, '--data', server.data, '--json'], { env }).ended;
    expect(saved.lines).toMatchObject([{ event: 'backup', accounts: 2, missing: 0 }]);

    // After it: a device more, a message that was delivered, a rule of the group, and a group that the backup does not know.
    await devices.done('ada', ['members', '--conversation', crew, '--history', 'all']);
    const [later] = await devices.done('ada', ['create', '--name', 'Later', '--people', 'ben']);
    const laterId = String(later?.id);
    expect((await login('tablet', 'ben')).code).toBe(0);
    await devices.done('ada', ['send', '--to', 'ben', 'after']);
    expect(await hears('ben')).toEqual(['after']);

    await server.stop();
    rmSync(server.data, { recursive: true });
    const back = await run(['restore', file, '--data', server.data, '--json'], { env }).ended;
    expect([back.code, back.err]).toEqual([0, '']);
    server = await startServer({ data: server.data, port: server.port });

    const ended = await devices.run('ada', ['log']);
    expect([ended.code, ended.err]).toEqual([1, expect.stringContaining('session has ended')]);
    expect((await login('ada', 'ada')).code).toBe(0);
    expect((await login('ben', 'ben')).code).toBe(0);
    // The device that the server does not know any more becomes none behind its person's back.
    const unknown = await login('tablet', 'ben');
    expect([unknown.code, unknown.err]).toEqual([1, expect.stringContaining('devices as they were before')]);

    const told = await devices.run('ada', ['log']);
    expect(told.code).toBe(1);
    expect(told.lines.filter(({ event }) => event === 'evidence')).toMatchObject([
      { kind: 'restored', seen: null },
    ]);
    const held = await devices.run('ada', ['send', '--to', 'ben', 'is this safe?']);
    expect(held.lines.map(({ event }) => event)).not.toContain('sent');
    for (const name of ['ada', 'ben']) await devices.done(name, ['log', '--send-again']);

    // No message comes twice, and none of those that were said before is lost.
    expect(await hears('ben')).toEqual(['is this safe?']);
    await devices.done('ben', ['send', '--to', 'ada', 'it is']);
    expect(await hears('ada')).toEqual(['it is']);
    const history = await devices.done('ben', ['history', '--with', 'ada']);
    expect(history.filter(({ event }) => event === 'message').map(({ text }) => text)).toEqual([
      'before',
      'after',
      'is this safe?',
      'it is',
    ]);
    // Whoever changed a group, or made it, gives the server back what it has lost.
    for (const id of [crew, laterId]) {
      await devices.done('ada', ['send', '--conversation', id, `still ${id}`]);
      expect(await hears('ben')).toEqual([`still ${id}`]);
    }
  },
  PATIENCE_MS,
);
