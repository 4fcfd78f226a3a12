/** Tokens of programs as pages: made, used and revoked without a script; readable by everybody. */
import { afterAll, beforeAll, expect, test } from 'bun:test';
import { join as path } from 'node:path';
import type { Browser } from 'playwright-core';
import { ASSET_NAMES, createAssets } from '../../src/assets.ts';
import { PATHS } from '../../src/contract/paths.ts';
import { startApp, type TestApp } from '../support/app.ts';
import { call, join, type Registered } from '../support/person.ts';
import { ROOT } from '../support/server.ts';
import { accessible } from './support/axe.ts';
import { launchBrowser, openPerson } from './support/browser.ts';

const PATIENCE = 60_000;
let app: TestApp;
let browser: Browser;
let ada: Registered;

async function assets() {
  const style = async (name: string) => {
    const { outputs } = await Bun.build({ entrypoints: [path(ROOT, 'public/css', name)], target: 'browser' });
    return new Uint8Array((await outputs[0]?.arrayBuffer()) ?? new ArrayBuffer());
  };
  const [page, sheets, icon, touch] = await Promise.all([
    style('app.css'),
    style('sheets.css'),
    Bun.file(path(ROOT, 'public/icons/icon.svg')).bytes(),
    Bun.file(path(ROOT, 'public/icons/icon-192.png')).bytes(),
  ]);
  return createAssets(
    new Map<string, Uint8Array<ArrayBuffer>>([
      ...ASSET_NAMES.map((name) => [name, new Uint8Array()] as const),
      ['app.css', page],
      ['sheets.css', sheets],
      ['icon.svg', icon],
      ['icon-192.png', touch],
    ]),
  );
}

beforeAll(async () => {
  app = await startApp({ assets: await assets() });
  const token = await app.deps.services.invites.createSetupToken();
  ada = await join(app.origin, token, 'ada', { workspaceName: 'Harbour Lab', prekeys: 0 });
  browser = await launchBrowser();
}, PATIENCE);
afterAll(async () => {
  await browser.close();
  await app.stop();
});

test(
  'a token is made, shown once, used and revoked, without a script',
  async () => {
    const { page, context, complaints } = await openPerson(browser, {
      // The scripts of the page are empty files here; without any, axe could not look at it.
      javaScriptEnabled: true,
      expected: /status of 400/,
    });
    const [name = '', value = ''] = ada.cookie.split('=');
    await context.addCookies([{ name, value, url: app.origin }]);
    await page.goto(`${app.origin}/settings/tokens`);
    await page.getByRole('button', { name: 'Make token', exact: true }).click();
    await page.getByText('This is needed.').waitFor();
    await page.getByText('Choose what the program may do.').waitFor();
    expect(await accessible(page)).toEqual([]);
    await page.getByLabel('Name', { exact: true }).fill('Build server <b>');
    await page.getByRole('checkbox', { name: /List people/ }).check();
    await page.getByLabel('Ends after').selectOption('30');
    await page.getByRole('button', { name: 'Make token', exact: true }).click();
    const token = (await page.locator('[data-token]').textContent()) ?? '';
    expect(token).toMatch(/^sotto_[\w-]{43}$/);
    expect(await accessible(page)).toEqual([]);
    const used = await call(app.origin, 'GET', PATHS.people, {
      headers: { authorization: `Bearer ${token}` },
    });
    expect(used.status).toBe(200);

    await page.goto(`${app.origin}/settings/tokens`);
    expect(await page.content()).not.toContain(token);
    await page.getByRole('listitem').filter({ hasText: 'Build server <b>' }).getByText('last used').waitFor();
    await page.getByRole('button', { name: 'Revoke Build server <b>' }).click();
    await page.getByText('You have none.').waitFor();
    const after = await call(app.origin, 'GET', PATHS.people, {
      headers: { authorization: `Bearer ${token}` },
    });
    expect(after.status).toBe(401);

    // Whoever signed in a while ago shows first that it is them.
    app.pass(20 * 60_000);
    await page.goto(`${app.origin}/settings/tokens`);
    await page.getByRole('link', { name: 'Confirm that it is you' }).waitFor();
    expect(await page.getByRole('button', { name: 'Make token', exact: true }).count()).toBe(0);
    expect(complaints).toEqual([]);
  },
  PATIENCE,
);

test(
  'the description of the API is a page for everybody, without a script',
  async () => {
    const { page, complaints } = await openPerson(browser, { javaScriptEnabled: true });
    await page.goto(`${app.origin}/api/docs`);
    await page.getByText('GET /api/v1/people', { exact: true }).click();
    await page.getByText('Or a token with people:read.').first().waitFor();
    await page.evaluate(() => {
      for (const part of document.querySelectorAll('details')) part.open = true;
    });
    expect(await accessible(page)).toEqual([]);
    const wide = await page.evaluate(
      () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
    );
    expect(wide).toBe(0);
    expect(complaints).toEqual([]);
  },
  PATIENCE,
);
