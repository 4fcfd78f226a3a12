/** One person's ways in, in two browsers: second factor, passkey, password, and a sign-in from a new place. One story. */
import { afterAll, beforeAll, expect, test } from 'bun:test';
import { Secret, TOTP } from 'otpauth';
import type { Page } from 'playwright-core';
import { startServer, type TestServer } from '../support/server.ts';
import { accessible } from './support/axe.ts';
import { openPerson, type Person, sharedBrowser } from './support/browser.ts';
import { conversations, createWorkspace, PASSWORD, PATIENCE } from './support/flows.ts';

const NEW_PASSWORD = 'a lighthouse keeper at noon';
const ELSEWHERE = '203.0.113.9';
const STEP_MS = 30_000;
/** Sessions end on purpose, and codes are wrong on purpose. */
const expected = /40[01]/;

let server: TestServer;
let home: Person;
let away: Person;
let secret = '';
let backup = '';

const story = (name: string, act: () => Promise<void>) => test(name, act, 4 * PATIENCE);
/** A code some steps beside now: each is used once, and nobody waits for the next one. */
const code = (steps: number) =>
  new TOTP({ secret: Secret.fromBase32(secret) }).generate({ timestamp: Date.now() + steps * STEP_MS });
const press = (page: Page, name: string) => page.getByRole('button', { name, exact: true }).click();
const heading = (page: Page, name: string) =>
  page.getByRole('heading', { name, exact: true }).waitFor({ timeout: PATIENCE });
const openSecurity = async (page: Page) => {
  await page.getByRole('link', { name: 'Settings', exact: true }).click();
  await page.getByRole('link', { name: 'Security', exact: true }).click();
  await heading(page, 'Security');
};

beforeAll(async () => {
  server = await startServer({ args: ['--trusted-proxy', '127.0.0.1', '--trusted-proxy', '::1'] });
  const browser = await sharedBrowser();
  home = await openPerson(browser, { expected });
  // Another network, as the proxy in front tells it.
  away = await openPerson(browser, { expected, extraHTTPHeaders: { 'x-forwarded-for': ELSEWHERE } });
  await createWorkspace(home.page, server.setupLink ?? '');
}, 4 * PATIENCE);
afterAll(async () => {
  await Promise.all([home.context.close(), away.context.close()]);
  await server.remove();
});

story('a second factor is set up by a picture or a secret, and the codes are shown once', async () => {
  const { page } = home;
  await openSecurity(page);
  expect(await accessible(page)).toEqual([]);
  await press(page, 'Set up an authenticator app');
  await page.getByRole('img', { name: /secret as a picture/ }).waitFor({ timeout: PATIENCE });
  expect(await accessible(page)).toEqual([]);
  secret = ((await page.locator('[data-otp-secret]').textContent()) ?? '').replace(/\s/g, '');

  await page.getByLabel('Code', { exact: true }).fill('000000');
  await press(page, 'Turn on');
  await page.getByText('This code is not right').waitFor({ timeout: PATIENCE });
  await page.getByLabel('Code', { exact: true }).fill(code(-1));
  await press(page, 'Turn on');
  await heading(page, 'Your backup codes');
  await page.getByRole('button', { name: 'Print', exact: true }).waitFor({ timeout: PATIENCE });
  expect(await accessible(page)).toEqual([]);
  const codes = await page.locator('[data-backup-codes] code').allTextContents();
  expect(codes).toHaveLength(10);
  backup = codes[0] ?? '';
  await page.getByRole('link', { name: 'I have saved them' }).click();
  await page.getByText('10 left').waitFor({ timeout: PATIENCE });
});

story('a passkey is added, and named, by whoever opens the vault once more', async () => {
  const { page } = home;
  await page.getByRole('link', { name: 'Add a passkey', exact: true }).click();
  await heading(page, 'Add a passkey');
  expect(await accessible(page)).toEqual([]);
  await page.getByLabel('Name of the passkey').fill('Blue key');
  await page.getByLabel('Current password').fill('not this one, surely');
  await press(page, 'Add passkey');
  await page.getByText('This is not your password').waitFor({ timeout: PATIENCE });
  await page.getByLabel('Current password').fill(PASSWORD);
  await press(page, 'Add passkey');
  await page.getByText('The passkey was added.').waitFor({ timeout: PATIENCE });
  await page.getByText('Blue key').waitFor();
  // It opens the messages, too.
  expect(await page.getByText('does not open your messages').count()).toBe(0);
});

story('elsewhere the password asks for a code, and home hears of the new place', async () => {
  const { page } = away;
  await page.goto(`${server.url}/sign-in`);
  await page.getByLabel('Username', { exact: true }).fill('ada');
  await page.getByLabel('Password', { exact: true }).fill(PASSWORD);
  await press(page, 'Sign in');
  const field = page.getByLabel('Code', { exact: true });
  await field.waitFor({ timeout: PATIENCE });
  expect(await field.evaluate((element) => element === document.activeElement)).toBe(true);
  expect(await accessible(page)).toEqual([]);
  await field.fill('123456');
  await press(page, 'Sign in');
  await page.getByText('This code is not right').waitFor({ timeout: PATIENCE });
  await field.fill(code(0));
  await press(page, 'Sign in');
  await conversations(page).waitFor({ timeout: PATIENCE });

  const notice = home.page.locator('[data-notice^="place-"]');
  await notice.waitFor({ timeout: PATIENCE });
  expect(await notice.textContent()).toContain(ELSEWHERE);
  expect(await accessible(home.page)).toEqual([]);
  // It stays until somebody answers, and says nothing where it came from.
  await home.page.reload();
  await notice.waitFor({ timeout: PATIENCE });
  expect(await away.page.locator('[data-notice^="place-"]').count()).toBe(0);
  await notice.getByRole('button', { name: 'It was me' }).click();
  await notice.waitFor({ state: 'detached', timeout: PATIENCE });
});

story('what cannot be taken back wants a confirmation, and leads back; other tabs go on', async () => {
  const { page } = home;
  const other = await home.context.newPage();
  await other.goto(server.url);
  await conversations(other).waitFor({ timeout: PATIENCE });
  await page.goto(`${server.url}/confirm?then=${encodeURIComponent('/settings#sessions')}`);
  await heading(page, 'Confirm that it is you');
  expect(await accessible(page)).toEqual([]);
  await press(page, 'Confirm with a passkey');
  await page.waitForURL('**/settings#sessions', { timeout: PATIENCE });
  // The tab's socket comes back with the new cookie; nobody was signed out.
  await other.getByRole('link', { name: 'Settings', exact: true }).click();
  await heading(other, 'Settings');
  expect(new URL(other.url()).pathname).toBe('/settings');
  await other.close();
});

story('another password signs everybody else out', async () => {
  const { page } = home;
  await page.goto(`${server.url}/settings/password`);
  await heading(page, 'Change your password');
  expect(await accessible(page)).toEqual([]);
  await page.getByLabel('New password').fill(NEW_PASSWORD);
  await press(page, 'Change with a passkey');
  await page.getByText('Your password is another one now').waitFor({ timeout: PATIENCE });
  await away.page.waitForURL('**/sign-in', { timeout: PATIENCE });
});

story(
  'the new password opens account and messages with a backup code, and the passkey without any',
  async () => {
    const { page } = away;
    await page.getByLabel('Username', { exact: true }).fill('ada');
    await page.getByLabel('Password', { exact: true }).fill(NEW_PASSWORD);
    await press(page, 'Sign in');
    await page.getByLabel('Code', { exact: true }).fill(backup);
    await press(page, 'Sign in');
    await conversations(page).waitFor({ timeout: PATIENCE });

    await openSecurity(home.page);
    await home.page.getByText('9 left').waitFor({ timeout: PATIENCE });
    await home.page.locator('#main').getByRole('link', { name: 'Look at your sessions' }).click();
    await press(home.page, 'Sign out');
    await press(home.page, 'Sign in with a passkey');
    await conversations(home.page).waitFor({ timeout: PATIENCE });
  },
);

test('nothing was complained about', () => {
  expect([...home.complaints, ...away.complaints]).toEqual([]);
});
