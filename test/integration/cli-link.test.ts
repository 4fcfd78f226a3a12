/** Adding a device by approval from command line to command line: two processes and a server [R38]. */
import { afterAll, beforeAll, describe, expect, test } from 'bun:test';
import { readdirSync, readFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { Devices, type Line } from '../support/client.ts';
import { startServer, type TestServer } from '../support/server.ts';

const PATIENCE_MS = 120_000;
const ada = { env: { SOTTO_PASSWORD: 'lighthouse keeper 1' } };
const devices = new Devices();
let server: TestServer;
let joined: Line;

const link = (name: string, ...more: string[]) =>
  devices.start(name, ['link', '--server', server.url, ...more]);
const codeOf = async (running: ReturnType<typeof link>): Promise<string> => {
  const line = await running.next();
  if (line?.event !== 'code') throw new Error(`no code: ${(await running.ended).err}`);
  return String(line.code);
};
const list = async (name: string) =>
  (await devices.done(name, ['devices'])).map(({ device, name: called }) => [device, called]);

beforeAll(async () => {
  server = await startServer();
  const lines = await devices.done(
    'first',
    [
      'join',
      '--invite',
      server.setupLink ?? '',
      '--workspace',
      'Harbour',
      '--username',
      'ada',
      '--name',
      'Ada Kern',
    ],
    ada,
  );
  joined = lines[0] ?? { event: 'none' };
}, PATIENCE_MS);
afterAll(async () => {
  await server.remove();
  devices.remove();
});

describe('linking', () => {
  test(
    'prints a code, waits for the approval, and joins; both show one check',
    async () => {
      const linking = link('second', '--yes');
      const code = await codeOf(linking);
      expect(code).toMatch(/^(?:[0-9A-Z]{5}-){3}[0-9A-Z]{5}$/);
      const approving = await devices.run('first', ['devices', '--approve', code.toLowerCase()], ada);
      expect(approving.err).toBe('');
      expect(approving.code).toBe(0);
      const { code: ended, lines, err } = await linking.ended;
      const approved = approving.lines.find(({ event }) => event === 'approved');
      if (!approved) throw new Error('nothing was approved');
      const { device, check } = approved;
      expect(approved).toMatchObject({
        agent: expect.stringContaining('Command line'),
        check: expect.any(String),
      });
      expect(ended).toBe(0);
      expect(err).toContain('ada (Ada Kern)');
      expect(err).toContain(String(check));
      expect(lines.at(-1)).toEqual({ event: 'joined', account: joined.account, device });
    },
    PATIENCE_MS,
  );

  test(
    'gives the others a name, which can be changed; each is told of the new device once',
    async () => {
      const called = `Command line on ${hostname()}`;
      await devices.done('second', ['listen', '--timeout', '2s']);
      await devices.done('first', ['listen', '--timeout', '2s']);
      for (const name of ['first', 'second'])
        expect((await list(name)).map(([, each]) => each)).toEqual([called, called]);
      const [, [second] = []] = await list('first');
      const [renamed] = await devices.done('first', ['devices', '--rename', String(second), 'The mill']);
      expect(renamed).toEqual({ event: 'renamed', device: second, name: 'The mill' });
      await devices.done('second', ['listen', '--timeout', '2s']);
      expect((await list('second')).map(([, each]) => each)).toEqual([called, 'The mill']);

      const linking = link('third', '--yes');
      await devices.done('first', ['devices', '--approve', await codeOf(linking)], ada);
      expect((await linking.ended).code).toBe(0);
      await devices.done('third', ['listen', '--timeout', '2s']);
      expect((await list('third')).map(([, each]) => each)).toEqual([called, 'The mill', called]);
      const told = await devices.run('second', ['devices']);
      expect(told.err).toMatch(/A new device was added to your account/);
      expect((await devices.run('second', ['devices'])).err).toBe('');
      expect((await devices.run('first', ['devices'])).err).toBe('');
    },
    PATIENCE_MS,
  );

  test(
    'asks before it goes on, and any other answer than yes adds nothing',
    async () => {
      const linking = link('fourth');
      const code = await codeOf(linking);
      const approving = devices.run('first', ['devices', '--approve', code], ada);
      linking.say('no\n');
      const outcome = await linking.ended;
      expect(outcome.code).toBe(1);
      expect(outcome.err).toContain('Nothing was added');
      const { code: ended, err } = await approving;
      expect(ended).toBe(1);
      expect(err).toContain('Nothing was added');
      expect(await list('first')).toHaveLength(3);
      expect((await devices.run('fourth', ['devices'])).err).toContain('no device');
    },
    PATIENCE_MS,
  );

  test(
    'that is interrupted takes the code back',
    async () => {
      const linking = link('fifth', '--yes');
      const code = await codeOf(linking);
      linking.kill('SIGINT');
      expect((await linking.ended).code).toBe(1);
      const late = await devices.run('first', ['devices', '--approve', code], ada);
      expect(late.code).toBe(1);
      expect(late.err).toContain('No device waits with this code');
    },
    PATIENCE_MS,
  );
});

describe('a removed device', () => {
  test(
    'says so in one sentence, and deletes what it holds when it is told to',
    async () => {
      const [, , [third] = []] = await list('first');
      await devices.done('first', ['devices', '--revoke', String(third)], ada);
      const [listening, sending] = await Promise.all([
        devices.run('third', ['listen', '--timeout', '30s']),
        devices.run('third', ['conversations']),
      ]);
      for (const { code, err } of [listening, sending]) {
        expect(code).toBe(1);
        expect(err).toContain('This device was removed from your account on another one');
      }
      const kept = await devices.run('first', ['logout', '--forget']);
      expect(kept.code).toBe(1);
      expect(kept.err).toContain('Nothing was deleted');
      expect(await list('first')).toHaveLength(2);
      expect((await devices.run('third', ['logout', '--forget'])).code).toBe(0);
      expect((await devices.run('third', ['devices'])).err).toContain('no device');
      const bytes = Buffer.concat(
        readdirSync(devices.home('third')).map((name) => readFileSync(join(devices.home('third'), name))),
      );
      expect(bytes.includes('The mill')).toBe(false);
    },
    PATIENCE_MS,
  );
});

describe('approving', () => {
  test(
    'needs the password each time, and a code that some device shows',
    async () => {
      const linking = link('sixth', '--yes');
      const code = await codeOf(linking);
      const without = await devices.run('first', ['devices', '--approve', code]);
      expect(without).toMatchObject({ code: 2, out: '' });
      const wrong = await devices.run('first', ['devices', '--approve', code], {
        env: { SOTTO_PASSWORD: 'not the password 1' },
      });
      expect(wrong).toMatchObject({ code: 1, out: '' });
      const other = code.replace(/.$/, (last) => (last === '7' ? '8' : '7'));
      const mistyped = await devices.run('first', ['devices', '--approve', other], ada);
      expect(mistyped).toMatchObject({ code: 1, out: '' });
      expect(mistyped.err).toContain('does not fit');
      const nonsense = await devices.run('first', ['devices', '--approve', 'ABC'], ada);
      expect(nonsense.err).toContain('four groups of five');
      linking.kill('SIGTERM');
      await linking.ended;
    },
    PATIENCE_MS,
  );

  test(
    'and the other doings are one at a time',
    async () => {
      const id = String(joined.device);
      for (const args of [
        ['devices', '--approve', 'A', '--revoke', id],
        ['devices', '--rename', 'x', 'Name'],
        ['devices', '--rename', id],
        ['devices', 'Name'],
        ['link', '--server', 'not an address'],
      ])
        expect((await devices.run('first', args)).code).toBe(2);
    },
    PATIENCE_MS,
  );
});
