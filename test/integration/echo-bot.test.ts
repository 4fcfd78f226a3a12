/** The example of a bot, run as its first lines say. */
import { afterAll, beforeAll, expect, test } from 'bun:test';
import { join } from 'node:path';
import { Devices, run } from '../support/client.ts';
import { ROOT, SOTTO, startServer, type TestServer } from '../support/server.ts';

const as = { env: { SOTTO_PASSWORD: 'lighthouse keeper 1' } };
const PATIENCE_MS = 60_000;
let server: TestServer;
const devices = new Devices();

beforeAll(async () => {
  server = await startServer();
  const setup = ['--invite', server.setupLink ?? '', '--workspace', 'Harbour', '--username', 'ada'];
  await devices.done('ada', ['join', ...setup], as);
  const { out } = await run(['admin', 'invite', '--data', server.data]).ended;
  await devices.done('echo', ['join', '--invite', out.trim(), '--username', 'echo'], as);
}, PATIENCE_MS);
afterAll(async () => {
  await server.remove();
  devices.remove();
});

test(
  'it answers what it is told, whatever that looks like, and ends when it is told to',
  async () => {
    const bot = Bun.spawn([process.execPath, join(ROOT, 'examples/echo-bot.ts'), devices.home('echo')], {
      env: { ...process.env, SOTTO: SOTTO.join(' ') },
      stdout: 'inherit',
      stderr: 'pipe',
    });
    const words = ['ahoy', '--to nobody; "$(id)" <b>'];
    for (const text of words) await devices.done('ada', ['send', '--to', 'echo', '--', text], as);
    const heard = await devices.done('ada', ['listen', '--count', '2', '--timeout', '40s']);
    expect(heard.filter(({ event }) => event === 'message').map(({ text }) => text)).toEqual(
      words.map((text) => `You said: ${text}`),
    );
    bot.kill('SIGTERM');
    await bot.exited;
    expect(await new Response(bot.stderr).text()).not.toContain('Error');
  },
  PATIENCE_MS,
);
