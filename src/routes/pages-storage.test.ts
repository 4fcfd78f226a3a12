import { afterAll, beforeAll, expect, test } from 'bun:test';
import { startApp, type TestApp } from '../../test/support/app.ts';
import { addGroup, type Calls, callsAs, newFileId } from '../../test/support/files.ts';
import { addPerson, openCookie, type Someone } from '../../test/support/relay.ts';
import { MAX_FILE_BYTES } from '../contract/files.ts';
import type { ConversationId } from '../contract/ids.ts';
import { auditOf } from '../store/audit.ts';

let app: TestApp;
let ada: Someone;
let mina: Someone;
let asMina: Calls;
let group: ConversationId;

beforeAll(async () => {
  app = await startApp();
  const { db } = app.deps;
  ada = await addPerson(db, 0, 1, 'Ada Kern');
  mina = await addPerson(db, 0, 1, 'Mina Ito');
  await db.write((tx) => tx.run("UPDATE accounts SET role = 'admin' WHERE id = $1", [ada.account]));
  group = await addGroup(db, 0, [ada, mina]);
  asMina = await callsAs(app, mina);
});
afterAll(() => app.stop());

async function open(
  path: string,
  as: Someone | null,
  form?: Readonly<Record<string, string>>,
  language = 'en',
) {
  const response = await fetch(app.origin + path, {
    method: form ? 'POST' : 'GET',
    redirect: 'manual',
    headers: {
      ...(as ? { cookie: await openCookie(app.deps, as) } : {}),
      origin: app.origin,
      'accept-language': language,
      ...(form ? { 'content-type': 'application/x-www-form-urlencoded' } : {}),
    },
    ...(form ? { body: new URLSearchParams(form).toString() } : {}),
  });
  return { status: response.status, html: await response.text(), location: response.headers.get('location') };
}

const LIMITS = { quota: '10', total: '100', largest: '2147', days: '' };

test('is for owners and admins', async () => {
  const before = await app.deps.services.policies.read();
  expect((await open('/admin/storage', null)).location).toBe('/setup');
  expect((await open('/admin/storage', mina)).status).toBe(403);
  for (const path of ['/admin/storage', '/admin/storage/clean']) {
    expect((await open(path, mina, LIMITS)).status).toBe(403);
    expect((await open(path, null, LIMITS)).status).toBe(401);
  }
  expect(await app.deps.services.policies.read()).toEqual(before);
  expect(await app.deps.services.fileCleanup.last()).toBeNull();
});

test('says how much there is, whose it is, and what waits for its end; no name and no id of a file', async () => {
  expect((await open('/admin/storage', ada)).html).toContain('Nobody has files here yet.');
  const { id } = await asMina.upload(1_500_000, group);
  await asMina.begin(40_000, group);
  await asMina.begin(5000, group, newFileId(), app.deps.clock() + 1000);
  const { status, html } = await open('/admin/storage', ada);
  expect(status).toBe(200);
  expect(html).toContain('1.5 MB of 100 GB');
  expect(html).toContain('1.5 MB of 10 GB');
  expect(html).toMatch(/<meter[^>]*aria-label="Storage of Mina Ito"[^>]*value="1545/);
  expect(html).toMatch(/End within a week<\/dt><dd>1 file, 5 kB/);
  expect(html).toMatch(/Not complete<\/dt><dd>2 files, 45 kB/);
  expect(html).toContain('It has not run yet.');
  expect(html).not.toContain(id);
  // The same in German, by the language's own numbers.
  const german = await open('/admin/storage', ada, undefined, 'de');
  expect(german.html).toMatch(/1,5\sMB von 100\sGB/);
  expect(german.html).toContain('Jetzt aufräumen');
});

test('everybody sees their own share in Settings, and admins the whole on their page', async () => {
  expect((await open('/settings', mina)).html).toContain('1.5 MB of 10 GB');
  expect((await open('/settings', ada)).html).toContain('0 bytes of 10 GB');
  expect((await open('/admin', ada)).html).toContain('href="/admin/storage"');
  expect((await open('/admin/storage', ada)).html).toContain('1.5 MB of 100 GB');
});

test('the button cleans up and says what went', async () => {
  app.pass(1001);
  expect(await open('/admin/storage/clean', ada, {})).toMatchObject({
    status: 303,
    location: '/admin/storage#cleanup',
  });
  const { html } = await open('/admin/storage', ada);
  expect(html).toContain('1 file removed, 5 kB.');
  expect(html).not.toContain('left-over');
  await open('/admin/storage/clean', ada, {});
  expect((await open('/admin/storage', ada)).html).toContain('nothing was to be removed.');
});

test('limits are kept, hold from then on, and stand in the audit', async () => {
  const { policies } = app.deps.services;
  const form = { quota: '1,5', total: '20.25', largest: '3', days: '90' };
  expect(await open('/admin/storage', ada, form)).toMatchObject({
    status: 303,
    location: '/admin/storage?saved=limits#limits',
  });
  expect(await policies.read()).toMatchObject({
    presence: true,
    accountFileBytes: 1_500_000_000,
    workspaceFileBytes: 20_250_000_000,
    maxFileBytes: 3_000_000,
    fileDays: 90,
  });
  const { html } = await open('/admin/storage?saved=limits', ada);
  for (const [name, value] of Object.entries({ ...form, quota: '1.5' }))
    expect(html).toMatch(new RegExp(`<input[^>]*id="${name}"[^>]*value="${value}"`));
  expect(html).toContain('Saved.');
  expect((await asMina.begin(3_000_001, group)).status).toBe(413);
  expect((await auditOf(app.deps.db, '')).at(-1)).toMatchObject({
    actor: ada.account,
    action: 'storage.limits',
  });
  // The other policies do not touch these, nor these the others.
  const kept = { registration: 'invite', secondFactor: 'optional', sessionDays: '30', relayDays: '7' };
  const chosen = { history: 'none', suite: '2', audit: 'accounts', presence: 'on' };
  expect((await open('/admin/policies', ada, { ...kept, ...chosen })).status).toBe(303);
  expect(await policies.read()).toMatchObject({ typing: false, maxFileBytes: 3_000_000 });
  await open('/admin/storage', ada, LIMITS);
  expect(await policies.read()).toMatchObject({
    typing: false,
    maxFileBytes: MAX_FILE_BYTES,
    fileDays: null,
  });
});

test.each([
  [{ quota: '' }, 'quota'],
  [{ quota: '-1' }, 'quota'],
  [{ quota: '1e3' }, 'quota'],
  [{ quota: '9999999' }, 'quota'],
  [{ total: 'much' }, 'total'],
  [{ largest: '0' }, 'largest'],
  [{ largest: '2148' }, 'largest'],
  [{ largest: '1.5' }, 'largest'],
  [{ days: '0' }, 'days'],
  [{ days: '9999' }, 'days'],
  [{ days: '<script>' }, 'days'],
])('limits of %j are refused beside their field', async (wrong, field) => {
  const before = await app.deps.services.policies.read();
  const page = await open('/admin/storage', ada, { ...LIMITS, ...wrong });
  expect(page.status).toBe(400);
  expect(page.html).toMatch(new RegExp(`data-field-error="${field}"[^>]*>A number from`));
  expect(page.html).not.toContain('<script>"');
  expect(await app.deps.services.policies.read()).toEqual(before);
});
