import { afterAll, beforeAll, expect, test as testOf } from 'bun:test';
import { mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startApp, type TestApp } from '../../test/support/app.ts';
import { ON_POSTGRES } from '../../test/support/database.ts';
import { addPerson, openCookie, type Someone } from '../../test/support/relay.ts';
import { putSetting } from '../store/settings.ts';

/** Backups are of the database in the data folder. */
const test = testOf.skipIf(ON_POSTGRES);

const DAY_MS = 24 * 3600_000;
const folder = mkdtempSync(join(tmpdir(), 'sotto-backups-'));
let app: TestApp;
let ada: Someone;
let mina: Someone;

beforeAll(async () => {
  const backups = { folder, every: DAY_MS, keep: 2, passphrase: 'lighthouse keeper 1' };
  app = await startApp({ config: { backups } });
  ada = await addPerson(app.deps.db, 0, 1, 'Ada Kern');
  mina = await addPerson(app.deps.db, 0, 1, 'Mina Ito');
  await app.deps.db.write((tx) => tx.run("UPDATE accounts SET role = 'admin' WHERE id = $1", [ada.account]));
});
afterAll(async () => {
  await app.stop();
  rmSync(folder, { recursive: true });
});

async function open(as: Someone | null, method: 'GET' | 'POST' = 'GET') {
  const response = await fetch(`${app.origin}/admin/backups`, {
    method,
    redirect: 'manual',
    headers: {
      ...(as ? { cookie: await openCookie(app.deps, as) } : {}),
      origin: app.origin,
      ...(method === 'POST' ? { 'content-type': 'application/x-www-form-urlencoded' } : {}),
    },
  });
  return { status: response.status, html: await response.text(), location: response.headers.get('location') };
}

const made = () => readdirSync(folder).filter((name) => name.endsWith('.backup'));
const tend = () => app.deps.services.serverBackups.tend(new AbortController().signal);
const actions = async () =>
  (
    await app.deps.db.read<{ actor: string | null; action: string }>(
      'SELECT actor, action FROM audit ORDER BY seq',
    )
  )
    .filter(({ action }) => action.startsWith('backup.'))
    .map(({ actor, action }) => [actor, action]);

test('is for owners and admins; one is made at once, by a press too, is audited and shown', async () => {
  expect((await open(mina)).status).toBe(403);
  expect((await open(mina, 'POST')).status).toBe(403);
  expect((await open(null, 'POST')).status).toBe(401);
  expect((await open(ada)).html).toContain('None has been made yet.');
  const pressed = await open(ada, 'POST');
  expect([pressed.status, pressed.location]).toEqual([303, '/admin/backups']);
  while ((await app.deps.services.serverBackups.state()).underway) await Bun.sleep(10);
  expect(made()).toHaveLength(1);
  const { html } = await open(ada);
  expect(html).toContain('data-backup="made"');
  expect(html).toContain(made()[0] ?? 'none');
  expect(html).not.toContain('lighthouse');
  expect(await actions()).toEqual([[ada.account, 'backup.made']]);
}, 30_000);

test('the next one is made when it is due, and the oldest goes', async () => {
  const [first] = made();
  await tend();
  expect(made()).toHaveLength(1);
  app.pass(DAY_MS + 60_000);
  await tend();
  expect(made()).toHaveLength(2);
  app.pass(DAY_MS + 60_000);
  await tend();
  expect(made()).toHaveLength(2);
  expect(made()).not.toContain(first);
}, 30_000);

test('a disk that is away is said on the page and in the log, and tried again in an hour', async () => {
  const away = `${folder}-away`;
  renameSync(folder, away);
  app.pass(DAY_MS + 60_000);
  await expect(tend()).rejects.toThrow('There is no folder');
  const { html } = await open(ada);
  expect(html).toContain('data-backup="failed"');
  expect(html).toContain('There is no folder');
  expect(html).toContain('The folder cannot be read.');
  expect(app.log()).toContain('backup failed');
  expect((await actions()).at(-1)).toEqual([null, 'backup.failed']);
  // Its absence is not tried every minute; and nothing was written into a folder made in its place.
  await tend().catch(() => {});
  const failures = (await actions()).filter(([, action]) => action === 'backup.failed').length;
  mkdirSync(folder);
  rmSync(folder, { recursive: true });
  renameSync(away, folder);
  await tend();
  expect((await actions()).filter(([, action]) => action === 'backup.failed')).toHaveLength(failures);
  app.pass(3600_000);
  await tend();
  expect((await actions()).at(-1)).toEqual([null, 'backup.made']);
}, 30_000);

testOf(
  'where PostgreSQL has the data, an old backup counts for nothing and nobody is told to make one',
  async () => {
    const other = await startApp({ config: { database: 'postgres://db.example.org/sotto' } });
    try {
      const owner = await addPerson(other.deps.db, 0, 1, 'Ola Berg');
      await other.deps.db.write(async (tx) => {
        await tx.run("UPDATE accounts SET role = 'owner' WHERE id = $1", [owner.account]);
        const result = { ok: true, file: '/old/a.backup', at: 1, took: 1, size: 1, blobs: 0, missing: 0 };
        await putSetting(tx, 'last_backup', new TextEncoder().encode(JSON.stringify(result)));
      });
      const headers = { cookie: await openCookie(other.deps, owner) };
      const read = async (path: string) => (await fetch(`${other.origin}${path}`, { headers })).text();
      const page = await read('/admin/backups');
      expect(page).toContain('keeps its data in PostgreSQL');
      expect(page).not.toContain('--backup-to');
      expect(await other.deps.services.serverBackups.state()).toMatchObject({ elsewhere: true, last: null });
    } finally {
      await other.stop();
    }
  },
);
