/** Somebody deletes their account, and everybody else's devices go on: processes against a server process. */
import { afterAll, beforeAll, expect, test } from 'bun:test';
import { Devices, type Line, run } from '../support/client.ts';
import { startServer, type TestServer } from '../support/server.ts';

const SECRET = { env: { SOTTO_PASSWORD: 'lighthouse keeper 1' } };
const PATIENCE_MS = 120_000;

let server: TestServer;
const devices = new Devices();

const invite = async () => (await run(['admin', 'invite', '--data', server.data]).ended).out.trim();
const join = (name: string, link: string, more: readonly string[] = [], username = name) =>
  devices.run(
    name,
    ['join', '--invite', link, '--username', username, '--name', `${name} K.`, ...more],
    SECRET,
  );

beforeAll(async () => {
  server = await startServer();
  expect((await join('ada', server.setupLink ?? '', ['--workspace', 'Harbour'])).code).toBe(0);
  for (const name of ['ben', 'cleo']) expect((await join(name, await invite())).code).toBe(0);
}, PATIENCE_MS);
afterAll(async () => {
  await server.remove();
  devices.remove();
});

const one = async (who: string, args: readonly string[]): Promise<Line> => {
  const [line] = await devices.done(who, args);
  if (line === undefined) throw new Error(`${args[0]} printed nothing`);
  return line;
};

test(
  'after an account is deleted: no words to it, groups go on, its name is nobody’s',
  async () => {
    const group = String((await one('ada', ['create', '--name', 'Harbour', '--people', 'ben,cleo'])).id);
    await one('ada', ['send', '--to', 'ben', 'before']);
    await devices.done('ben', ['listen', '--count', '1', '--timeout', '60s']);

    const deleted = await run(['admin', 'delete', 'ben', '--data', server.data, '--json']).ended;
    expect(deleted.lines).toEqual([{ event: 'deleted', username: 'ben' }]);

    // Another process did it, which the server sees within ten seconds; a new one sees it at once.
    server = await server.restart();
    const refused = await devices.run('ada', ['send', '--to', 'ben', 'are you there?']);
    expect([refused.code, refused.err]).toEqual([
      1,
      expect.stringContaining('This account was deleted. Nobody would read what you write.'),
    ]);
    expect((await devices.run('ben', ['send', '--to', 'ada', 'still here?'])).code).toBe(1);

    await one('cleo', ['send', '--conversation', group, 'we go on']);
    const heard = await devices.done('ada', ['listen', '--count', '1', '--timeout', '60s']);
    expect(heard.map(({ sender, text }) => [sender, text])).toEqual([['cleo', 'we go on']]);

    const again = await join('ben2', await invite(), [], 'ben');
    expect([again.code, again.err]).toEqual([1, expect.stringContaining('This username is taken.')]);
    // The group's admin takes them out, and everybody's log is as it was.
    await devices.done('ada', ['members', '--conversation', group, '--remove', 'ben']);
    const log = await devices.run('cleo', ['log']);
    expect(log.code).toBe(0);
  },
  PATIENCE_MS,
);
