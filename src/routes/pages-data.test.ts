import { Database } from 'bun:sqlite';
import { afterAll, beforeAll, expect, test } from 'bun:test';
import { join } from 'node:path';
import { startApp, type TestApp } from '../../test/support/app.ts';
import { ON_POSTGRES } from '../../test/support/database.ts';
import { addPerson, openCookie, type Someone } from '../../test/support/relay.ts';
import { PERSONAL_TABLES } from '../store/personal-data.ts';

let app: TestApp;
let ada: Someone;
let mina: Someone;
beforeAll(async () => {
  app = await startApp();
  ada = await addPerson(app.deps.db, 0, 1, 'Ada Kern');
  mina = await addPerson(app.deps.db, 0, 1, 'Mina Ito');
  await app.deps.db.write((tx) => tx.run("UPDATE accounts SET role = 'owner' WHERE id = $1", [ada.account]));
});
afterAll(() => app.stop());

async function open(path: string, cookie: string, form?: Readonly<Record<string, string>>) {
  const response = await fetch(app.origin + path, {
    method: form ? 'POST' : 'GET',
    redirect: 'manual',
    headers: {
      cookie,
      origin: app.origin,
      referer: `${app.origin}/settings/data`,
      'accept-language': 'en',
      ...(form ? { 'content-type': 'application/x-www-form-urlencoded' } : {}),
    },
    ...(form ? { body: new URLSearchParams(form).toString() } : {}),
  });
  return { status: response.status, text: await response.text(), headers: response.headers };
}

test('gives everything about oneself as a file, once one has shown who one is', async () => {
  const cookie = await openCookie(app.deps, mina);
  expect((await open('/settings/data', cookie)).text).toContain('Download my data');
  const file = await open('/settings/data/export', cookie, {});
  expect(file.headers.get('content-disposition')).toStartWith('attachment; filename="sotto-');
  expect(JSON.parse(file.text)).toMatchObject({
    format: 'sotto personal data 1',
    account: mina.account,
    tables: {
      accounts: [{ name: 'Mina Ito' }],
      audit: expect.arrayContaining([{ action: 'account.exported' }].map(expect.objectContaining)),
    },
  });
  expect(file.text).not.toContain('Ada Kern');
});

test('a long history of many holds nobody up: the export lets others in, finds its rows by an index, and is rare', async () => {
  const { db, services } = app.deps;
  const rows = 2000;
  await db.write(async (tx) => {
    const [last] = await tx.all<{ seq: number }>('SELECT seq FROM audit ORDER BY seq DESC LIMIT 1');
    for (let n = 1; n <= rows; n++)
      await tx.run(
        `INSERT INTO audit (seq, at, actor, action, subject, detail, previous, hash) VALUES ($1, 0, $2, 'file.fetched', '', '{}', $3, $4)`,
        [(last?.seq ?? 0) + n, mina.account, new Uint8Array(32), new Uint8Array(32)],
      );
  });
  let others = 0;
  const ticking = setInterval(() => others++, 0);
  for await (const _ of services.personalExport.of(mina.account));
  clearInterval(ticking);
  expect(others).toBeGreaterThan(10);
  if (!ON_POSTGRES) expectIndex(join(app.data, 'sotto.sqlite'), mina.account);

  const limited = await startApp({ limited: true });
  const one = await addPerson(limited.deps.db, 0, 1, 'Olga Lind');
  const taken: number[] = [];
  const own = await openCookie(limited.deps, one);
  for (let n = 0; n < 4; n++)
    taken.push(
      (
        await fetch(`${limited.origin}/settings/data/export`, {
          method: 'POST',
          headers: { cookie: own, origin: limited.origin },
        })
      ).status,
    );
  expect(taken).toEqual([200, 200, 200, 429]);
  await limited.stop();
});

test('an old session is asked to show it again, for both', async () => {
  const cookie = await openCookie(app.deps, mina);
  await app.deps.db.write((tx) => tx.run('UPDATE sessions SET verified_at = 0'));
  for (const path of ['/settings/data/export', '/settings/data/delete']) {
    const asked = await open(path, cookie, { confirm: mina.account });
    expect([asked.status, asked.headers.get('location')]).toEqual([303, '/confirm?then=%2Fsettings%2Fdata']);
  }
});

test('deletes under one’s own name alone, not the last owner, and the browser forgets', async () => {
  const { accounts } = app.deps.services;
  const cookie = await openCookie(app.deps, mina);
  const wrong = await open('/settings/data/delete', cookie, { confirm: 'mina' });
  expect(wrong.status).toBe(400);
  expect(wrong.text).toContain('Type your username');
  const owner = await open('/settings/data/delete', await openCookie(app.deps, ada), {
    confirm: ada.account,
  });
  expect(owner.status).toBe(400);
  expect(owner.text).toContain('Ada Kern is the last owner.');
  expect((await accounts.person(mina.account))?.deleted).toBeUndefined();

  const gone = await open('/settings/data/delete', cookie, { confirm: `@${mina.account}` });
  expect(gone.text).toContain('Your account is deleted');
  expect(gone.headers.get('clear-site-data')).toBe('"storage"');
  expect(gone.headers.get('set-cookie')).toContain('Max-Age=0');
  expect((await accounts.person(mina.account))?.deleted).toBe(true);
  expect((await open('/settings/data', cookie)).headers.get('location')).toBe('/sign-in');
});

/** The audit log's rows of somebody are found by an index. */
function expectIndex(path: string, account: string): void {
  const table = PERSONAL_TABLES.find((each) => each.table === 'audit');
  // A connection of its own: a plan that was read stays open.
  const database = new Database(path, { readonly: true });
  const plan = database
    .query<{ detail: string }, [string]>(
      `EXPLAIN QUERY PLAN SELECT seq FROM audit WHERE ${table?.where} ORDER BY seq LIMIT 50`,
    )
    .all(account);
  database.close();
  const steps = plan.map(({ detail }) => detail).join('\n');
  expect(steps).toContain('audit_by_actor');
  expect(steps).not.toMatch(/SCAN (?:audit|a)\b/);
}
