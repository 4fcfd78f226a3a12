/** The restore drill: an admin makes a backup by a press, the server is restored from it, and the same browser goes on. */
import { afterAll, beforeAll, expect, test } from 'bun:test';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Devices, run } from '../support/client.ts';
import { startServer, type TestServer } from '../support/server.ts';
import { accessible } from './support/axe.ts';
import { openPerson, type Person, sharedBrowser } from './support/browser.ts';
import {
  createWorkspace,
  messages,
  openConversation,
  PASSWORD,
  PATIENCE,
  send,
  signIn,
  waitForStatus,
} from './support/flows.ts';

const folder = mkdtempSync(join(tmpdir(), 'sotto-drill-'));
const env = { SOTTO_BACKUP_PASSPHRASE: 'lighthouse keeper 1', SOTTO_PASSWORD: PASSWORD };
const devices = new Devices();
const mina = { name: 'Mina Ito', username: 'mina' };
let server: TestServer;
let ada: Person;

beforeAll(async () => {
  server = await startServer({ args: ['--backup-to', folder, '--backup-every', '52w'], env });
  // Its session has ended with the server.
  ada = await openPerson(await sharedBrowser(), { expected: /401/ });
}, PATIENCE);
afterAll(async () => {
  await ada.context.close();
  await server.remove();
  devices.remove();
  rmSync(folder, { recursive: true, force: true });
});

test('a backup is made on its page, restored, and the same browser signs in and writes on', async () => {
  const { page } = ada;
  const account = await createWorkspace(page, server.setupLink ?? '');
  const { out } = await run(['admin', 'invite', '--data', server.data]).ended;
  const joining = ['join', '--invite', out.trim(), '--username', mina.username, '--name', mina.name];
  await devices.done('mina', joining, { env });
  await openConversation(page, mina);
  await send(page, 'before the fire');
  await waitForStatus(page, 'before the fire', /Sent/);

  await page.goto(`${server.url}/admin/backups`);
  await page.getByRole('button', { name: 'Make one now', exact: true }).click();
  await page.locator('[data-backup=made]').waitFor({ timeout: PATIENCE });
  expect(await accessible(page)).toEqual([]);
  const newest = readdirSync(folder).toSorted().at(-1) ?? '';

  await page.goto('about:blank');
  await server.stop();
  rmSync(server.data, { recursive: true });
  const restored = await run(['restore', join(folder, newest), '--data', server.data], { env }).ended;
  expect([restored.code, restored.err]).toEqual([0, '']);
  server = await startServer({ data: server.data, port: server.port });

  await signIn(page, server.url, account);
  await openConversation(page, mina);
  await messages(page, 'before the fire').waitFor({ timeout: PATIENCE });
  await send(page, 'after the fire');
  await waitForStatus(page, 'after the fire', /Sent/);
  const login = ['login', '--server', server.url, '--username', mina.username];
  expect((await devices.run('mina', login, { env })).code).toBe(0);
  const heard = await devices.done('mina', ['listen', '--count', '2', '--timeout', '20s']);
  expect(heard.map(({ text }) => text)).toEqual(['before the fire', 'after the fire']);
  await waitForStatus(page, 'after the fire', /Delivered|Read/);
  expect(ada.complaints).toEqual([]);
}, 90_000);
