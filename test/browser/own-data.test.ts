/** The record and its duties: an auditor without a script; somebody who takes their data along and ends their account. */
import { afterAll, beforeAll, expect, test } from 'bun:test';
import type { Browser } from 'playwright-core';
import { loadAssets } from '../../src/embedded.ts';
import { startApp, type TestApp } from '../support/app.ts';
import { join, type Registered } from '../support/person.ts';
import { accessible } from './support/axe.ts';
import { openPerson, type Person, sharedBrowser } from './support/browser.ts';
import { joinWorkspace, PASSKEY, PATIENCE } from './support/flows.ts';

let app: TestApp;
let browser: Browser;
let olga: Registered;
let mina: Person;

const inviteUrl = async (role: 'member' | 'auditor') =>
  `${app.origin}/join#${(await app.deps.services.invites.create(null, { role })).token}`;
const tokenOf = (url: string) => new URL(url).hash.slice(1);

beforeAll(async () => {
  app = await startApp({ assets: await loadAssets() });
  browser = await sharedBrowser();
  await join(app.origin, await app.deps.services.invites.createSetupToken(), 'ada', {
    workspaceName: 'Harbour Lab',
    prekeys: 0,
  });
  olga = await join(app.origin, tokenOf(await inviteUrl('auditor')), 'olga', { prekeys: 0 });
  mina = await openPerson(browser, { expected: /status of 400|WebSocket/ });
  await joinWorkspace(mina.page, await inviteUrl('member'), {
    name: 'Mina Ito',
    username: 'mina',
    password: PASSKEY,
  });
}, 4 * PATIENCE);
afterAll(async () => {
  await mina.context.close();
  await app.stop();
});

test(
  'an auditor finds what was done, takes it along and checks the chain, without a script',
  async () => {
    const { page, context } = await openPerson(browser, { javaScriptEnabled: false });
    context.setDefaultTimeout(8000);
    const [name = '', value = ''] = olga.cookie.split('=');
    await context.addCookies([{ name, value, url: app.origin }]);
    await page.goto(`${app.origin}/admin/audit`);
    const entries = page.locator('.audit-row');
    await entries.filter({ hasText: 'Account created' }).filter({ hasText: '@mina' }).waitFor();
    await page.getByLabel('Person', { exact: true }).fill('mina');
    await page.getByLabel('What', { exact: true }).selectOption({ label: 'Account created' });
    await page.getByRole('button', { name: 'Show', exact: true }).click();
    expect(await entries.count()).toBe(1);
    const downloading = page.waitForEvent('download');
    await page.getByRole('button', { name: 'Export as CSV' }).click();
    const download = await downloading;
    expect(download.suggestedFilename()).toMatch(/^audit-.*\.csv$/);
    const csv = await Bun.file(await download.path()).text();
    expect(csv.trim().split('\r\n')).toHaveLength(2);
    await page.getByRole('button', { name: 'Check the chain' }).click();
    await page.getByText('every entry is as it was written').waitFor();
    await context.close();
  },
  4 * PATIENCE,
);

test(
  'somebody takes their data along and deletes their account: this browser forgets them',
  async () => {
    const { page, complaints, context } = mina;
    context.setDefaultTimeout(8000);
    await page.goto(`${app.origin}/settings`);
    await page.getByRole('link', { name: 'Your data', exact: true }).click();
    await page.getByRole('heading', { name: 'Delete your account' }).waitFor();
    expect(await accessible(page)).toEqual([]);
    const downloading = page.waitForEvent('download');
    await page.getByRole('button', { name: 'Download my data' }).click();
    const file: { tables: { accounts: { name: string }[] } } = await Bun.file(
      await (await downloading).path(),
    ).json();
    expect(file.tables.accounts).toMatchObject([{ username: 'mina', name: 'Mina Ito' }]);

    await page.getByRole('link', { name: 'Delete my account…' }).click();
    const name = page.getByLabel('Your username, to confirm');
    await name.fill('somebody');
    await page.getByRole('button', { name: 'Delete my account' }).click();
    await page.getByText('Type your username, mina.').waitFor();
    expect(await accessible(page)).toEqual([]);
    await name.fill('mina');
    await page.getByRole('button', { name: 'Delete my account' }).click();
    await page.getByRole('heading', { name: 'Your account is deleted' }).waitFor({ timeout: 8000 });
    expect(await accessible(page)).toEqual([]);
    const left = await page.evaluate(async () => (await indexedDB.databases()).map((each) => each.name));
    expect(left).toEqual([]);
    await page.goto(app.origin);
    await page.getByRole('button', { name: 'Sign in', exact: true }).waitFor({ timeout: 8000 });
    expect(complaints).toEqual([]);
  },
  4 * PATIENCE,
);
