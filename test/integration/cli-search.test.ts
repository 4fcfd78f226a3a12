/** Searching on the command line: two people, a group, the server gone. */

import { Database } from 'bun:sqlite';
import { afterAll, beforeAll, expect, test } from 'bun:test';
import { join } from 'node:path';
import { Devices, run } from '../support/client.ts';
import { startServer, type TestServer } from '../support/server.ts';

const SECRET = { env: { SOTTO_PASSWORD: 'lighthouse keeper 1' } };
const PATIENCE_MS = 120_000;

let server: TestServer;
const devices = new Devices();

beforeAll(async () => {
  server = await startServer();
  const join = (name: string, link: string, more: readonly string[] = []) =>
    devices.done(name, ['join', '--invite', link, '--username', name, ...more], SECRET);
  await join('ada', server.setupLink ?? '', ['--workspace', 'Harbour']);
  const { out } = await run(['admin', 'invite', '--data', server.data]).ended;
  await join('ben', out.trim());
}, PATIENCE_MS);
afterAll(async () => {
  await server.remove();
  devices.remove();
});

const found = async (...args: string[]) =>
  (await devices.done('ben', ['search', ...args])).map(({ event, sender, text, name }) => [
    event,
    sender,
    text,
    name,
  ]);

test(
  'parts of words, filters, and no server needed',
  async () => {
    await devices.done('ada', ['send', '--to', 'ben', 'The Redeployment is at https://sotto.example/plan']);
    const [group] = await devices.done('ada', ['create', '--name', 'Release', '--people', 'ben']);
    await devices.done('ada', ['send', '--conversation', String(group?.id), 'Tomás deploys on Friday']);
    await devices.done('ben', ['listen', '--count', '2', '--timeout', '60s']);
    await devices.done('ben', ['send', '--to', 'ada', 'who deploys?']);

    const direct = ['found', 'ada', 'The Redeployment is at https://sotto.example/plan', 'ada'];
    const release = ['found', 'ada', 'Tomás deploys on Friday', 'Release'];
    const own = ['found', 'ben', 'who deploys?', 'ada'];
    expect(await found('ploy')).toEqual([direct, release, own]);
    expect(await found('--limit', '1', 'ploy')).toEqual([own]);
    expect(await found('tomas', 'FRIDAY')).toEqual([release]);
    expect(await found('--in', 'release')).toEqual([release]);
    expect(await found('from:me', 'ploy')).toEqual([own]);
    expect(await found('--has', 'link')).toEqual([direct]);
    expect(await found('--on', 'today', '--from', 'ada', 'deploy')).toEqual([direct, release]);
    expect(await found('--before', 'today', 'deploy')).toEqual([]);

    const texts = () => {
      const database = new Database(join(devices.home('ben'), 'device.sqlite'), { readonly: true });
      const rows = database.query<{ value: Uint8Array }, []>('SELECT value FROM search').all();
      database.close();
      return rows.map(({ value }) => Buffer.from(value).toString('latin1')).join('\n');
    };
    expect(texts()).toContain('redeployment');
    const [sent] = await devices.done('ada', ['history', '--with', 'ben', '--limit', '2']);
    await devices.done('ada', ['delete', String(sent?.id)]);
    // Any command fetches what waits: what was taken back is out of the index before it ends.
    await devices.done('ben', ['history', '--with', 'ada']);
    expect(texts()).not.toContain('redeployment');

    await server.stop();
    expect(await found('"deploys on"')).toEqual([release]);
  },
  PATIENCE_MS,
);

test(
  'what cannot be meant is said',
  async () => {
    const wrong = async (...args: string[]) => {
      const { code, err } = await devices.run('ben', ['search', ...args]);
      return [code, err];
    };
    expect(await wrong()).toEqual([2, expect.stringContaining('Say what to search for')]);
    expect(await wrong('--in', 'nowhere', 'x')).toEqual([1, expect.stringContaining('called "nowhere"')]);
    expect(await wrong('--before', 'soon', 'x')).toEqual([
      1,
      expect.stringContaining('--before does not take "soon"'),
    ]);
    expect(await wrong('--limit', '0', 'x')).toEqual([2, expect.stringContaining('--limit')]);
  },
  PATIENCE_MS,
);
