/** Searching, as two people do who have a conversation and a group. One story: each test begins where the last one ended. */
import { afterAll, beforeAll, expect, test } from 'bun:test';
import type { Page } from 'playwright-core';
import { accessible } from './support/axe.ts';
import type { Person } from './support/browser.ts';
import {
  conversations,
  createInvite,
  createWorkspace,
  joinWorkspace,
  messages,
  openConversation,
  PASSKEY,
  PATIENCE,
  send,
  until,
} from './support/flows.ts';
import { openWorld, type World } from './support/world.ts';

let world: World;
let ada: Person;
let mina: Person;
const asked: string[] = [];

const story = (name: string, act: () => Promise<void>) => test(name, act, 4 * PATIENCE);
const box = (page: Page) => page.getByRole('searchbox', { name: 'Search', exact: true });
const found = (page: Page) => page.getByRole('region', { name: 'Search results' });
const hits = (page: Page) => found(page).getByRole('link');

beforeAll(async () => {
  world = await openWorld();
  [ada, mina] = [await world.person(), await world.person()];
  await createWorkspace(ada.page, world.server.setupLink ?? '', { password: PASSKEY });
  await joinWorkspace(mina.page, await createInvite(ada.page), {
    name: 'Mina Ito',
    username: 'mina',
    password: PASSKEY,
  });
  await openConversation(ada.page, { name: 'Mina Ito', username: 'mina' });
  await send(ada.page, 'The Redeployment begins at noon, see https://sotto.example/plan');
  await send(ada.page, 'Tomás brings the größte Karte');
  await conversations(mina.page).getByRole('link', { name: 'Ada Kern' }).click({ timeout: PATIENCE });
  await messages(mina.page, 'Tomás').waitFor({ timeout: PATIENCE });
  await send(mina.page, 'I deploy the other one');
}, 4 * PATIENCE);
afterAll(() => world.close());

story('finds parts of words while they are typed, and asks the server for nothing', async () => {
  const { page } = mina;
  await box(page).focus();
  // The part and its worker are fetched once; what is asked from then on is looked at.
  await found(page).waitFor({ timeout: PATIENCE });
  await box(page).fill('karte');
  await hits(page).filter({ hasText: 'Tomás' }).waitFor({ timeout: PATIENCE });
  // Receipts and answers of sessions leave when it is their time, sealed, whatever is typed.
  page.on('request', (request) => {
    const { pathname } = new URL(request.url());
    if (pathname !== '/api/v1/messages') asked.push(request.url());
  });
  page.on('websocket', (socket) => asked.push(socket.url()));
  await box(page).fill('');
  await box(page).pressSequentially('PLOY');
  await until(
    () => hits(page).count(),
    (count) => count === 2,
  );
  expect(await hits(page).first().textContent()).toContain('I deploy the other one');
  expect(await hits(page).first().locator('mark').textContent()).toBe('ploy');
  expect(await conversations(page).isVisible()).toBe(false);
  await box(page).fill('grosste');
  await until(
    () => hits(page).count(),
    (count) => count === 1,
  );
  expect(await hits(page).locator('mark').textContent()).toBe('größte');
  expect(asked).toEqual([]);
  await mina.context.setOffline(true);
  await box(page).fill('noon redep');
  await hits(page).filter({ hasText: 'Redeployment' }).waitFor({ timeout: PATIENCE });
  await mina.context.setOffline(false);
  expect(await accessible(page)).toEqual([]);
});

story('people stand above messages; nothing found says what to do', async () => {
  const { page } = mina;
  await box(page).fill('kern');
  await found(page).getByRole('heading', { name: 'People' }).waitFor({ timeout: PATIENCE });
  expect(await hits(page).textContent()).toContain('@ada');
  await box(page).fill('nowhere to be seen');
  await found(page).getByText('Nothing found.').first().waitFor({ timeout: PATIENCE });
  await box(page).fill('from:nobody x');
  await found(page).getByText('knows nobody called “nobody”').first().waitFor({ timeout: PATIENCE });
  expect(await accessible(page)).toEqual([]);
});

story('filters are chosen or typed, which is the same', async () => {
  const { page } = mina;
  await box(page).fill('e');
  await until(
    () =>
      hits(page)
        .filter({ hasText: /one|noon|Karte/ })
        .count(),
    (count) => count === 3,
  );
  await found(page).getByLabel('From', { exact: true }).selectOption({ label: 'From you' });
  expect(await box(page).inputValue()).toBe('e from:me');
  await until(
    () => hits(page).count(),
    (count) => count === 1,
  );
  await box(page).fill('has:link');
  await until(
    async () => (await hits(page).allTextContents()).join(),
    (text) => text.includes('Redeployment'),
  );
  expect(await found(page).getByRole('button', { name: 'Has a link' }).getAttribute('aria-pressed')).toBe(
    'true',
  );
  await box(page).fill('before:today');
  await found(page).getByText('Nothing found.').first().waitFor({ timeout: PATIENCE });
});

story('arrows go through what was found, Enter opens it, Escape gives the list back', async () => {
  const { page } = mina;
  await page.goto(`${world.server.url}/`);
  await conversations(page).waitFor({ timeout: PATIENCE });
  await box(page).fill('ploy');
  await until(
    () => hits(page).count(),
    (count) => count === 2,
  );
  await box(page).press('ArrowDown');
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('ArrowUp');
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('Enter');
  await messages(page, 'Redeployment').waitFor({ timeout: PATIENCE });
  expect(new URL(page.url()).pathname).toMatch(/^\/c\//);
  await box(page).press('Escape');
  expect(await box(page).inputValue()).toBe('');
  expect(await conversations(page).isVisible()).toBe(true);
  expect(await found(page).count()).toBe(0);
});

story('what comes while somebody searches is found, and one conversation can be searched alone', async () => {
  const { page } = mina;
  await page.getByRole('button', { name: 'Search in this conversation' }).click();
  await until(
    () => box(page).inputValue(),
    (value) => value === 'in:"Ada Kern" ',
  );
  await box(page).pressSequentially('lantern');
  await found(page).getByText('Nothing found.').first().waitFor({ timeout: PATIENCE });
  await send(ada.page, 'a lantern for the mast');
  await hits(page).filter({ hasText: 'lantern' }).waitFor({ timeout: PATIENCE });
  await box(page).press('Escape');
});

story('nothing of the words lies in the browser in the open', async () => {
  const { page } = mina;
  const stored = await page.evaluate(async () => {
    const [{ name = '' } = {}] = (await indexedDB.databases()).filter((each) =>
      each.name?.startsWith('sotto-'),
    );
    const database = await new Promise<IDBDatabase>((resolve, reject) => {
      const request = indexedDB.open(name);
      request.onsuccess = () => resolve(request.result);
      request.onerror = () => reject(request.error);
    });
    const values = await new Promise<Uint8Array[]>((resolve, reject) => {
      const request = database.transaction('search').objectStore('search').getAll();
      request.onsuccess = () => resolve(request.result);
      request.onerror = () => reject(request.error);
    });
    database.close();
    return values.map((value) => new TextDecoder('latin1').decode(value)).join('\n');
  });
  // A segment and the directory at least.
  expect(stored.length).toBeGreaterThan(300);
  for (const word of ['deploy', 'Redeployment', 'tomas', 'karte', 'lantern'])
    expect(stored).not.toContain(word);
});

story('a phone searches the conversation that is open', async () => {
  const { page } = mina;
  await page.setViewportSize({ width: 390, height: 844 });
  await page.getByRole('button', { name: 'Search in this conversation' }).click();
  await box(page).waitFor({ timeout: PATIENCE });
  await box(page).pressSequentially('noon');
  await until(
    () => hits(page).count(),
    (count) => count === 1,
  );
  expect(await accessible(page)).toEqual([]);
  await hits(page).click();
  await messages(page, 'noon').waitFor({ timeout: PATIENCE });
  await box(page).waitFor({ state: 'hidden', timeout: PATIENCE });
});

story('the button gives the list back', async () => {
  const { page } = mina;
  await page.setViewportSize({ width: 1280, height: 800 });
  await box(page).focus();
  await found(page).waitFor({ timeout: PATIENCE });
  await found(page).getByRole('button', { name: 'Close' }).click();
  expect(await conversations(page).isVisible()).toBe(true);
});

story('the history is indexed while nobody searches, and nothing works on after signing out', async () => {
  const { page } = ada;
  await page.goto(`${world.server.url}/settings`);
  const indexed = () =>
    page.evaluate(async () => {
      const [{ name = '' } = {}] = (await indexedDB.databases()).filter((each) =>
        each.name?.startsWith('sotto-'),
      );
      return new Promise<number>((resolve, reject) => {
        const request = indexedDB.open(name);
        request.onerror = () => reject(request.error);
        request.onsuccess = () => {
          const keys = request.result
            .transaction('search')
            .objectStore('search')
            .count(IDBKeyRange.only('directory'));
          keys.onsuccess = () => {
            request.result.close();
            resolve(keys.result);
          };
        };
      });
    });
  await until(indexed, (directories) => directories === 1);
  await until(
    async () => page.workers().length,
    (workers) => workers === 0,
  );
  await box(page).fill('deploy');
  await hits(page).first().waitFor({ timeout: PATIENCE });
  expect(page.workers().length).toBe(1);
  await page.getByRole('button', { name: 'Sign out', exact: true }).click();
  await page.getByRole('button', { name: 'Sign in', exact: true }).waitFor({ timeout: PATIENCE });
  expect(page.workers()).toEqual([]);
});
