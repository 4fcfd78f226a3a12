/** The backup on the command line: history is there after a login elsewhere, and can be turned off and on. */
import { afterAll, beforeAll, expect, test } from 'bun:test';
import { Devices } from '../support/client.ts';
import { startServer, type TestServer } from '../support/server.ts';

const PATIENCE_MS = 180_000;
let server: TestServer;
const devices = new Devices();
const env = { SOTTO_PASSWORD: 'lighthouse keeper 1' };

beforeAll(async () => {
  server = await startServer();
  await devices.settle(server, env);
}, PATIENCE_MS);
afterAll(async () => {
  await server.remove();
  devices.remove();
});

const texts = async (name: string) =>
  (await devices.done(name, ['history', '--with', 'ben'])).map(({ text }) => text);

test(
  'a login elsewhere has the history, and says so on standard error',
  async () => {
    await devices.done('ada', ['send', '--to', 'ben', 'from the first']);
    await devices.done('ben', ['listen', '--count', '1']);
    await devices.done('ben', ['send', '--to', 'ada', 'an answer']);
    await devices.done('ada', ['listen', '--count', '1']);
    const [saved] = await devices.done('ada', ['backup', '--now']);
    expect(saved).toMatchObject({ event: 'backup', state: 'on', messages: 2, waiting: 0, problem: null });

    const login = ['login', '--server', server.url, '--username', 'ada'];
    const { code, err } = await devices.run('second', login, { env });
    expect([code, err]).toEqual([0, expect.stringContaining('Your history is here: 2 messages.')]);
    expect(await texts('second')).toEqual(['from the first', 'an answer']);
    // What was restored is nothing new to a listener.
    const heard = await devices.run('second', ['listen', '--count', '1', '--timeout', '500ms']);
    expect([heard.code, heard.lines]).toEqual([1, []]);
  },
  PATIENCE_MS,
);

test(
  'is off for all devices when one of them says so, and begins anew',
  async () => {
    const [off] = await devices.done('second', ['backup', '--off']);
    expect(off).toMatchObject({ state: 'off' });
    expect((await devices.done('ada', ['backup']))[0]).toMatchObject({ state: 'off' });
    const [on] = await devices.done('ada', ['backup', '--on']);
    expect(on).toMatchObject({ state: 'on', messages: 2, waiting: 0 });
    expect((await devices.run('ada', ['backup', '--on', '--off'])).code).toBe(2);
  },
  PATIENCE_MS,
);
