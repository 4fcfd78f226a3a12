/** The health page: figures, warnings, usage as bars and as a table; read without a script, by those alone who may. */
import { afterAll, beforeAll, expect, test } from 'bun:test';
import { join as path } from 'node:path';
import type { Browser } from 'playwright-core';
import { ASSET_NAMES, createAssets } from '../../src/assets.ts';
import { addUsage } from '../../src/store/usage.ts';
import { startApp, type TestApp } from '../support/app.ts';
import { join, type Registered } from '../support/person.ts';
import { ROOT } from '../support/server.ts';
import { accessible } from './support/axe.ts';
import { launchBrowser, openPerson } from './support/browser.ts';

const PATIENCE = 60_000;
const HOUR_MS = 3600_000;
let app: TestApp;
let browser: Browser;
let ada: Registered;
let ben: Registered;

/** The styles alone: scripts are empty files here. */
async function styles() {
  const style = async (name: string) => {
    const { outputs } = await Bun.build({ entrypoints: [path(ROOT, 'public/css', name)], target: 'browser' });
    return new Uint8Array((await outputs[0]?.arrayBuffer()) ?? new ArrayBuffer());
  };
  return createAssets(
    new Map<string, Uint8Array<ArrayBuffer>>([
      ...ASSET_NAMES.map((name) => [name, new Uint8Array()] as const),
      ['app.css', await style('app.css')],
      ['sheets.css', await style('sheets.css')],
      ['icon.svg', await Bun.file(path(ROOT, 'public/icons/icon.svg')).bytes()],
      ['icon-192.png', await Bun.file(path(ROOT, 'public/icons/icon-192.png')).bytes()],
    ]),
  );
}

beforeAll(async () => {
  app = await startApp({ assets: await styles() });
  const { invites } = app.deps.services;
  ada = await join(app.origin, await invites.createSetupToken(), 'ada', {
    workspaceName: 'Harbour Lab',
    prekeys: 0,
  });
  const { token } = await invites.create(null, { role: 'member', uses: 1, expiresIn: HOUR_MS });
  ben = await join(app.origin, token, 'ben', { prekeys: 0 });
  const now = app.deps.clock();
  const hour = now - (now % HOUR_MS);
  await app.deps.db.write(async (tx) => {
    for (let back = 20; back > 0; back--)
      await addUsage(tx, {
        hour: hour - back * HOUR_MS,
        people: back % 5,
        people_day: 7,
        people_month: 9,
        messages: back * 11,
        files: back % 3,
        bytes: 1_000_000 * (30 - back),
      });
  });
  app.deps.jobs.add({
    name: 'backup',
    every: HOUR_MS,
    run: () => Promise.reject(new Error('The folder is away.')),
  });
  await app.deps.jobs.runNow('backup');
  await app.deps.services.usage.note();
  browser = await launchBrowser();
}, PATIENCE);
afterAll(async () => {
  await app.deps.jobs.stop();
  await browser.close();
  await app.stop();
});

test(
  'an owner reads how the server is, and how much it was used',
  async () => {
    const { page, context, complaints } = await openPerson(browser);
    const [name = '', value = ''] = ada.cookie.split('=');
    await context.addCookies([{ name, value, url: app.origin }]);
    await page.goto(`${app.origin}/admin`);
    await page.getByRole('navigation', { name: 'Admin pages' }).getByRole('link', { name: 'Health' }).click();
    await page.getByRole('heading', { name: 'Health', level: 1 }).waitFor();

    const warnings = page.getByRole('region', { name: 'Warnings' });
    expect(await warnings.textContent()).toContain('“backup” failed when it last ran: The folder is away.');
    const row = page.getByRole('row', { name: 'Make backups when they are due' });
    expect(await row.textContent()).toContain('Failed: The folder is away.');
    expect(await page.getByRole('region', { name: 'Now' }).textContent()).toContain('Accounts2');

    const usage = page.getByRole('region', { name: 'Usage' });
    const bars = usage.getByRole('img', { name: 'Messages: 2,310 messages relayed' });
    expect(await bars.locator('rect').count()).toBe(20);
    await page.getByText('The same as a table').click();
    expect(await usage.getByRole('row').count()).toBe(25);
    expect(await accessible(page)).toEqual([]);

    await usage.getByRole('link', { name: '30 days' }).click();
    expect(new URL(page.url()).search).toBe('?span=month');
    expect(await usage.getByRole('link', { name: '30 days' }).getAttribute('aria-current')).toBe('true');
    await page.getByText('The same as a table').click();
    expect(await usage.getByRole('row').count()).toBe(31);
    await page.setViewportSize({ width: 390, height: 844 });
    await page.emulateMedia({ colorScheme: 'dark' });
    expect(await accessible(page)).toEqual([]);
    // Nothing is wider than the screen.
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(390);
    expect(complaints).toEqual([]);
    await context.close();
  },
  PATIENCE,
);

test('a member is told that it is not for them', async () => {
  const answer = await fetch(`${app.origin}/admin/health`, { headers: { cookie: ben.cookie } });
  expect(answer.status).toBe(403);
  expect(await answer.text()).not.toContain('Accounts');
});
