/** Settings > Mail, as a browser without a script uses it. */
import { afterAll, beforeAll, expect, test } from 'bun:test';
import { startApp, type TestApp } from '../../test/support/app.ts';
import { type MailServerFixture, startMailServer } from '../../test/support/mail-server.ts';
import { addPerson, openCookie, type Someone } from '../../test/support/relay.ts';

let app: TestApp;
let without: TestApp;
let server: MailServerFixture;
let ada: Someone;
beforeAll(async () => {
  server = await startMailServer();
  app = await startApp({ config: { mail: { url: server.url, from: 'sotto@example.org' } } });
  without = await startApp();
  ada = await addPerson(app.deps.db, 0, 1, 'Ada Kern');
});
afterAll(async () => {
  app.deps.services.mail.close();
  await Promise.all([app.stop(), without.stop(), server.close()]);
});

async function open(
  path: string,
  form?: Readonly<Record<string, string>>,
  at = app,
  as: Someone | null = ada,
) {
  const response = await fetch(at.origin + path, {
    method: form ? 'POST' : 'GET',
    redirect: 'manual',
    headers: {
      ...(as ? { cookie: await openCookie(at.deps, as) } : {}),
      origin: at.origin,
      ...(form ? { 'content-type': 'application/x-www-form-urlencoded' } : {}),
    },
    ...(form ? { body: new URLSearchParams(form).toString() } : {}),
  });
  return { status: response.status, html: await response.text(), location: response.headers.get('location') };
}

test('an address is given, proved and taken back, each by a form', async () => {
  expect((await open('/settings/mail')).html).not.toContain('Verified</dd>');
  const wrong = await open('/settings/mail', { address: 'ada at example' });
  expect(wrong.status).toBe(400);
  expect(wrong.html).toContain('This is not an address such as');
  expect(wrong.html).toContain('ada at example');

  expect(await open('/settings/mail', { address: 'ada@example.org' })).toMatchObject({
    status: 303,
    location: '/settings/mail',
  });
  expect((await open('/settings/mail')).html).toContain('Waits for the code');
  await app.deps.services.mail.deliver();
  const code = /^\d{8}$/m.exec(server.arrived[0]?.text ?? '')?.[0] ?? '';
  const refused = await open('/settings/mail/verify', { code: '1' });
  expect(refused.status).toBe(400);
  expect(refused.html).toContain('This is not the code');
  expect((await open('/settings/mail/verify', { code })).status).toBe(303);
  expect((await open('/settings/mail')).html).toContain('Verified</dd>');

  await open('/settings/mail/choices', {});
  expect(await app.deps.services.mail.settings(ada.account)).toMatchObject({ digest: false });
  await open('/settings/mail/choices', { digest: 'on' });
  expect(await app.deps.services.mail.settings(ada.account)).toMatchObject({ digest: true });

  await open('/settings/mail/remove', {});
  expect(await app.deps.services.mail.settings(ada.account)).toBeNull();
  // The address and the code never reach the log.
  expect(app.log()).not.toContain('ada@example.org');
  expect(app.log()).not.toContain(code);
});

test('a server that sends no mail asks nobody for an address', async () => {
  const mina = await addPerson(without.deps.db, 0);
  const page = await open('/settings/mail', undefined, without, mina);
  expect(page.html).toContain('This server sends no mail.');
  expect(page.html).not.toContain('name="address"');
  expect((await open('/settings/mail', { address: 'a@b.org' }, without, mina)).status).toBe(409);
});

test('nobody reads or sets an address without being signed in', async () => {
  expect((await open('/settings/mail', undefined, app, null)).status).toBe(303);
  for (const path of ['', '/verify', '/choices', '/remove'])
    expect((await open(`/settings/mail${path}`, { address: 'a@b.org' }, app, null)).status).toBe(401);
});
