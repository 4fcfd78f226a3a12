/** History that comes later, as processes against a server process: for somebody new in a group, and for a new device. */
import { afterAll, beforeAll, expect, test } from 'bun:test';
import { Devices, run } from '../support/client.ts';
import { startServer, type TestServer } from '../support/server.ts';

const SECRET = { env: { SOTTO_PASSWORD: 'lighthouse keeper 1' } };
const PATIENCE_MS = 180_000;

let server: TestServer;
const devices = new Devices();

beforeAll(async () => {
  server = await startServer();
  const join = (name: string, link: string, more: readonly string[] = []) =>
    devices.done(name, ['join', '--invite', link, '--username', name, ...more], SECRET);
  await join('ada', server.setupLink ?? '', ['--workspace', 'Harbour']);
  for (const name of ['ben', 'cleo']) {
    const { out } = await run(['admin', 'invite', '--data', server.data]).ended;
    await join(name, out.trim());
  }
}, PATIENCE_MS);
afterAll(async () => {
  await server.remove();
  devices.remove();
});

test(
  'who comes into a group later reads what its policy allows, from a member’s device',
  async () => {
    const [made] = await devices.done('ada', [
      'create',
      '--name',
      'Harbour',
      '--people',
      'ben',
      '--history',
      'all',
    ]);
    const id = String(made?.id);
    await devices.done('ada', ['send', '--conversation', id, 'before']);
    await devices.done('ben', ['listen', '--count', '1', '--timeout', '60s']);
    await devices.done('ada', ['members', '--conversation', id, '--add', 'cleo']);
    await devices.done('ada', ['send', '--conversation', id, 'after']);
    // She comes, asks; Ada's device answers when it is next there; then it is hers.
    await devices.done('cleo', ['listen', '--count', '1', '--timeout', '60s']);
    await devices.done('cleo', ['conversations']);
    await devices.done('ada', ['conversations']);
    await devices.done('ada', ['conversations']);
    await devices.done('cleo', ['conversations']);
    await devices.done('cleo', ['conversations']);
    const history = await devices.done('cleo', ['history', '--conversation', id]);
    const texts = history.filter(({ kind }) => kind === 'text');
    expect(texts.map(({ text, origin, verified }) => [text, origin, verified])).toEqual([
      ['before', 'member', true],
      ['after', 'live', true],
    ]);
  },
  PATIENCE_MS,
);
