/** Three people and a group, as processes against a server process. */
import { afterAll, beforeAll, expect, test } from 'bun:test';
import { Devices, type Line, run } from '../support/client.ts';
import { startServer, type TestServer } from '../support/server.ts';

const PASSWORD = 'lighthouse keeper 1';
const SECRET = { env: { SOTTO_PASSWORD: PASSWORD } };
const PATIENCE_MS = 180_000;

let server: TestServer;
const devices = new Devices();
const accounts: Record<string, string> = {};

beforeAll(async () => {
  server = await startServer();
  const join = async (name: string, link: string, more: readonly string[] = []) => {
    const args = ['join', '--invite', link, '--username', name, '--name', `${name} K.`, ...more];
    const [joined] = await devices.done(name, args, SECRET);
    accounts[name] = String(joined?.account);
  };
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

const one = async (who: string, args: readonly string[]): Promise<Line> => {
  const [line] = await devices.done(who, args);
  if (line === undefined) throw new Error(`${args[0]} printed nothing`);
  return line;
};
const heard = async (who: string, count: number) =>
  (await devices.done(who, ['listen', '--count', String(count), '--timeout', '60s'])).map(
    ({ event, sender, text }) => [event, sender, text],
  );
const listed = async (who: string, id: unknown) =>
  (await devices.done(who, ['conversations'])).find((line) => line.id === id);

test(
  'a group of three: made, written in, left, and followed by what only the others read',
  async () => {
    const made = await one('ada', [
      'create',
      '--name',
      'Harbour',
      '--topic',
      'Boats',
      '--people',
      'ben,cleo',
    ]);
    expect(made).toMatchObject({
      event: 'conversation',
      kind: 'group',
      with: null,
      name: 'Harbour',
      topic: 'Boats',
      role: 'owner',
      open: false,
      writable: true,
    });
    const id = String(made.id);
    await one('ada', ['send', '--conversation', id, 'ahoy']);
    expect(await heard('ben', 1)).toEqual([['message', 'ada', 'ahoy']]);
    expect(await heard('cleo', 1)).toEqual([['message', 'ada', 'ahoy']]);
    expect(await listed('cleo', id)).toMatchObject({ name: 'Harbour', topic: 'Boats', role: 'member' });
    await one('ben', ['send', '--conversation', id, 'ahoy, Ada']);
    expect(await heard('ada', 1)).toEqual([['message', 'ben', 'ahoy, Ada']]);
    expect(await heard('cleo', 1)).toEqual([['message', 'ben', 'ahoy, Ada']]);

    const members = await devices.done('ada', ['members', '--conversation', id, '--role', 'ben=admin']);
    expect(
      members.map(({ event, username, role, devices: count }) => [event, username, role, count]),
    ).toEqual([
      ['member', 'ada', 'owner', 1],
      ['member', 'ben', 'admin', 1],
      ['member', 'cleo', 'member', 1],
    ]);
    await one('ben', ['rename', '--conversation', id, '--name', 'Port']);
    await devices.done('ben', ['members', '--conversation', id, '--remove', 'cleo']);
    expect(await listed('cleo', id)).toMatchObject({ writable: false, role: null });
    await one('ada', ['send', '--conversation', id, 'without Cleo']);
    expect(await heard('ben', 1)).toEqual([['message', 'ada', 'without Cleo']]);
    const history = await devices.done('cleo', ['history', '--conversation', id]);
    expect(history.map(({ kind, text }) => [kind, text])).toContainEqual(['notice', 'ben K. removed you.']);
    expect(history.map(({ text }) => text)).not.toContain('without Cleo');
    expect(await listed('ada', id)).toMatchObject({
      name: 'Port',
      members: [accounts.ada, accounts.ben].toSorted(),
    });
    const left = await one('ben', ['leave', '--conversation', id]);
    expect(left).toEqual({ event: 'left', id });
    expect(await listed('ada', id)).toMatchObject({ members: [accounts.ada] });
  },
  PATIENCE_MS,
);

test(
  'an open group is found and entered by whoever wants to',
  async () => {
    const made = await one('ada', ['create', '--name', 'Square', '--open']);
    const id = String(made.id);
    expect(await one('cleo', ['open-groups'])).toEqual({
      event: 'open-group',
      id,
      title: 'Square',
      members: 1,
    });
    expect(await one('cleo', ['enter', '--conversation', id])).toMatchObject({
      event: 'conversation',
      name: 'Square',
      role: 'member',
      open: true,
    });
    await one('cleo', ['send', '--conversation', id, 'good morning']);
    expect(await heard('ada', 1)).toEqual([['message', 'cleo', 'good morning']]);
    await devices.done('ada', ['members', '--conversation', id, '--access', 'closed']);
    expect(await listed('cleo', id)).toMatchObject({ open: false });
  },
  PATIENCE_MS,
);
