/** The workspace's links and forms in a real browser: without any script, and with htmx and our guard alone. */
import { afterAll, beforeAll, describe, expect, test } from 'bun:test';
import { join as path } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { ASSET_NAMES, createAssets } from '../../src/assets.ts';
import { startApp, type TestApp } from '../support/app.ts';
import { call, join, type Registered } from '../support/person.ts';
import { ROOT } from '../support/server.ts';
import { accessible } from './support/axe.ts';
import { launchBrowser, openPerson, type Person } from './support/browser.ts';

const PATIENCE = 60_000;
let app: TestApp;
let browser: Browser;
let ada: Registered;
let mina: Registered;

/** The styles as they ship, and of the island only htmx, its socket, and the guard of what may enter the page. */
async function assets() {
  const bundle = async (entry: string) => {
    const { outputs } = await Bun.build({
      entrypoints: [path(ROOT, entry)],
      target: 'browser',
      format: 'esm',
    });
    return new Uint8Array((await outputs[0]?.arrayBuffer()) ?? new ArrayBuffer());
  };
  return createAssets(
    new Map<string, Uint8Array<ArrayBuffer>>([
      ...ASSET_NAMES.map((name) => [name, new Uint8Array()] as const),
      ['app.css', await bundle('public/css/app.css')],
      ['island.js', await bundle('src/island/htmx.ts')],
      ['icon.svg', await Bun.file(path(ROOT, 'public/icons/icon.svg')).bytes()],
      ['icon-192.png', await Bun.file(path(ROOT, 'public/icons/icon-192.png')).bytes()],
    ]),
  );
}

beforeAll(async () => {
  app = await startApp({ assets: await assets() });
  const { invites } = app.deps.services;
  ada = await join(app.origin, await invites.createSetupToken(), 'ada', {
    workspaceName: 'Harbour Lab',
    prekeys: 0,
  });
  mina = await join(app.origin, (await invites.create(null, {})).token, 'mina', { prekeys: 0 });
  await join(app.origin, (await invites.create(null, {})).token, 'ola', { prekeys: 0 });
  browser = await launchBrowser();
}, PATIENCE);
afterAll(async () => {
  await browser.close();
  await app.stop();
});

/** A browser in which somebody is signed in. */
async function openAs(someone: Registered, javaScriptEnabled: boolean): Promise<Person> {
  const person = await openPerson(browser, { javaScriptEnabled, expected: /status of 400|WebSocket/ });
  const [name = '', value = ''] = someone.cookie.split('=');
  person.context.setDefaultTimeout(8000);
  await person.context.addCookies([{ name, value, url: app.origin }]);
  return person;
}

async function signInElsewhere(someone: Registered, username: string): Promise<void> {
  const secret = someone.request.password?.secret;
  await call(app.origin, 'POST', '/api/v1/sign-in/password', { body: { username, secret } });
}

/** Begins a conversation on the page for browsers without a script. */
const start = async (page: Page, name: string) => {
  await page.goto(`${app.origin}/conversations/new`);
  await page.getByRole('main').getByLabel('People').fill(name);
  await page.getByRole('main').getByRole('button', { name: 'Start', exact: true }).click();
};

describe('without a script', () => {
  test(
    'lists, conversations, settings, invites and sign-out are links and forms',
    async () => {
      const { page, complaints } = await openAs(ada, false);
      await page.goto(app.origin);
      await page.getByRole('heading', { name: 'Welcome to Harbour Lab' }).waitFor();
      await page.locator('noscript .card').waitFor();

      // The dialog opens by an invoker command, and leads to the page; what is wrong comes back beside the field.
      await page.getByRole('button', { name: 'New conversation', exact: true }).click();
      await page.getByRole('dialog').getByRole('link', { name: 'Begin a conversation of two' }).click();
      await start(page, 'nobody');
      await page.getByText('Nobody here has the username nobody.').waitFor();
      await start(page, 'mina');
      await page.waitForURL(/\/c\/[0-9a-f]{64}$/);
      await page.getByRole('heading', { name: 'Name of mina' }).waitFor();
      await page.getByRole('link', { name: 'Verify', exact: true }).click();
      await page.getByRole('button', { name: 'Mark as verified' }).waitFor();
      await page.getByRole('navigation', { name: 'Conversations' }).getByRole('link').click();
      await page.getByRole('log', { name: 'Messages' }).waitFor();

      await page.getByRole('link', { name: 'Admin', exact: true }).click();
      await page.getByRole('button', { name: 'Create invite' }).click();
      expect(await page.locator('[data-invite-url]').textContent()).toStartWith(`${app.origin}/join#`);

      await signInElsewhere(ada, 'ada');
      await page.getByRole('link', { name: 'Settings', exact: true }).click();
      await page.getByRole('button', { name: 'End', exact: true }).click();
      await page.getByText('This session').waitFor();
      expect(await page.getByRole('button', { name: 'End', exact: true }).count()).toBe(0);
      expect(complaints).toEqual([]);
      await page.context().close();
    },
    PATIENCE,
  );

  test(
    'a password is never sent: the form cannot be',
    async () => {
      const person = await openPerson(browser, { javaScriptEnabled: false });
      person.context.setDefaultTimeout(8000);
      const posts: string[] = [];
      person.context.on('request', (request) => {
        if (request.method() !== 'GET' || request.url().includes('secret')) posts.push(request.url());
      });
      for (const door of ['/sign-in', '/recover', '/join']) {
        await person.page.goto(`${app.origin}${door}`);
        await person.page.locator('noscript .card').waitFor();
        for (const field of await person.page.locator('form input:visible').all())
          await field.fill('secret-secret-secret');
        await person.page.locator('button[type=submit]').click();
        await person.page.locator('noscript .card').waitFor();
      }
      expect(posts).toEqual([]);
      await person.context.close();
    },
    PATIENCE,
  );
});

describe('with htmx', () => {
  test(
    'a conversation opens in the pane; the list, the inbox and the rest of the page stay',
    async () => {
      const { page, complaints } = await openAs(mina, true);
      for (const peer of ['ada', 'ola']) {
        await start(page, peer);
        await page.waitForURL(/\/c\/[0-9a-f]/);
      }
      await page.goto(app.origin);
      await page.locator('#inbox').evaluate((inbox) => {
        inbox.dataset.same = 'yes';
      });
      const list = page.getByRole('navigation', { name: 'Conversations' });
      for (const peer of ['Name of ada', 'Name of ola']) {
        await list.getByRole('link', { name: peer }).click();
        await page.getByRole('heading', { name: peer, exact: true }).waitFor();
        expect(await page.title()).toBe(`${peer} · Harbour Lab`);
        expect(new URL(page.url()).pathname).toStartWith('/c/');
        // Everything that the pane needs came through the guard.
        await page.getByRole('log', { name: 'Messages' }).waitFor();
        expect(await page.locator('sotto-composer[data-conversation]').count()).toBe(1);
        expect(await page.locator('#timeline[data-peer]').count()).toBe(1);
        expect(await page.locator('#details[popover]').count()).toBe(1);
        expect(await page.locator('[data-readers] li[data-account]').count()).toBe(2);
        await page.getByRole('link', { name: 'Verify', exact: true }).waitFor();
      }
      expect(await page.locator('#inbox').getAttribute('data-same')).toBe('yes');
      expect(await page.locator('main').count()).toBe(1);
      expect(complaints).toEqual([]);
      await page.context().close();
    },
    PATIENCE,
  );

  test(
    'invites are made and taken back, and sessions ended, where they stand',
    async () => {
      const { page, complaints } = await openAs(ada, true);
      await page.goto(`${app.origin}/admin`);
      await page.getByLabel('Uses').fill('4');
      await page.getByRole('button', { name: 'Create invite' }).click();
      await page.locator('[data-invite-url]').waitFor();
      expect(await page.locator('[data-invite-url]').textContent()).toStartWith(`${app.origin}/join#`);
      expect(await page.getByLabel('Uses').inputValue()).toBe('4');
      await page.getByLabel('Uses').evaluate((field: HTMLInputElement) => field.setAttribute('max', '99999'));
      await page.getByLabel('Uses').fill('5000');
      await page.getByRole('button', { name: 'Create invite' }).click();
      await page.getByText('An invite works for 1 to 1,000 people.').waitFor();

      const open = page.getByRole('list', { name: 'Open invites' }).getByRole('listitem');
      const before = await open.count();
      expect(await open.filter({ hasText: 'For 4 people: member' }).count()).toBe(1);
      await open.first().getByRole('button', { name: 'Take back' }).click();
      await page.waitForFunction(
        (left) => document.querySelectorAll('#open-invites > li').length === left,
        before - 1,
      );

      await signInElsewhere(ada, 'ada');
      await page.goto(`${app.origin}/settings`);
      await page.getByRole('button', { name: 'End', exact: true }).click();
      await page.getByRole('button', { name: 'End', exact: true }).waitFor({ state: 'detached' });
      expect(new URL(page.url()).pathname).toBe('/settings');
      expect(complaints).toEqual([]);
      await page.context().close();
    },
    PATIENCE,
  );

  test.each([true, false])(
    'limits of files are set, and the server is cleaned up; with a script: %s',
    async (javaScriptEnabled) => {
      const { page, complaints } = await openAs(ada, javaScriptEnabled);
      await page.goto(`${app.origin}/admin`);
      await page.getByRole('link', { name: 'Storage', exact: true }).click();
      await page.getByRole('meter', { name: 'Storage of the workspace' }).waitFor();
      await page.getByText('0 bytes of 100 GB').waitFor();
      if (javaScriptEnabled) expect(await accessible(page)).toEqual([]);
      const largest = page.getByLabel('Largest file, in MB');
      await largest.fill('much');
      await page.getByRole('button', { name: 'Save limits' }).click();
      await page.getByText('A number from 1 to 2,147.').waitFor();
      expect(await largest.inputValue()).toBe('much');
      if (javaScriptEnabled) expect(await accessible(page)).toEqual([]);
      await largest.fill('500');
      await page.getByRole('button', { name: 'Save limits' }).click();
      await page.getByText('Saved.').waitFor();
      expect(await largest.inputValue()).toBe('500');
      await page.getByRole('button', { name: 'Clean up now' }).click();
      await page.getByText('nothing was to be removed.').waitFor();
      expect(complaints).toEqual([]);
      await page.context().close();
    },
    PATIENCE,
  );
});
