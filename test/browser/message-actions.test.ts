/** What people do with messages, in two browsers: marks in a text, answers, reactions, changes, pins, details. */
import { afterAll, beforeAll, expect, test } from 'bun:test';
import type { Locator, Page } from 'playwright-core';
import { accessible } from './support/axe.ts';
import type { Person } from './support/browser.ts';
import {
  type Account,
  composer,
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
  waitForStatus,
} from './support/flows.ts';
import { openWorld, type World } from './support/world.ts';

let world: World;
let adaBrowser: Person;
let minaBrowser: Person;
let ada: Account;
let mina: Account;

const story = (name: string, act: () => Promise<void>) => test(name, act, 3 * PATIENCE);

beforeAll(async () => {
  world = await openWorld();
  [adaBrowser, minaBrowser] = [await world.person(), await world.person()];
  await adaBrowser.context.grantPermissions(['clipboard-read', 'clipboard-write']);
  ada = await createWorkspace(adaBrowser.page, world.server.setupLink ?? '');
  const person = { name: 'Mina Ito', username: 'mina', password: PASSKEY };
  mina = await joinWorkspace(minaBrowser.page, await createInvite(adaBrowser.page), person);
  await adaBrowser.page.goto(world.server.url);
  await openConversation(adaBrowser.page, mina);
  await send(adaBrowser.page, 'Hello');
  await openConversation(minaBrowser.page, ada);
  await messages(minaBrowser.page, 'Hello').waitFor({ timeout: PATIENCE });
}, 4 * PATIENCE);
afterAll(() => world.close());

/** What somebody said, not the lines about it. */
const said = (page: Page, text: string): Locator =>
  messages(page, text).and(page.locator('[data-kind=text]'));
const body = (page: Page, text: string): Locator => said(page, text).locator('sealed-message');

/** Opens the menu of a message by its button. */
async function openMenu(page: Page, text: string): Promise<Locator> {
  const row = said(page, text);
  await row.hover();
  await row.getByRole('button', { name: 'More', exact: true }).click();
  const menu = page.getByRole('menu', { name: 'Message actions' });
  await menu.waitFor({ timeout: PATIENCE });
  return menu;
}

async function choose(page: Page, text: string, item: string): Promise<void> {
  const menu = await openMenu(page, text);
  await menu.getByRole('menuitem', { name: item, exact: true }).click();
}

story('marks in a text are drawn, and nothing in it becomes markup', async () => {
  const { page } = minaBrowser;
  await composer(page).fill(
    'Look **here** @ada, [bank.example](https://evil.example/x) <b>raw</b>\n- one\n- two\n```ts\nconst a = 1;\n```',
  );
  await page.keyboard.press('Enter');
  const text = body(adaBrowser.page, 'Look');
  await text.waitFor({ timeout: PATIENCE });
  expect(await text.locator('strong').textContent()).toBe('here');
  expect(await text.locator('.mention.self').textContent()).toBe('@ada');
  expect(await text.locator('li').allTextContents()).toEqual(['one', 'two']);
  expect(await text.locator('pre').textContent()).toBe('const a = 1;');
  const link = text.locator('a');
  expect(await link.textContent()).toBe('https://evil.example/x');
  expect(await link.getAttribute('rel')).toContain('noopener');
  // Words before it that run the other way do not turn an address around.
  expect(await link.evaluate((element) => getComputedStyle(element).unicodeBidi)).toBe('isolate');
  expect(await text.locator('b').count()).toBe(0);
  await text.getByRole('button', { name: 'Copy', exact: true }).click();
  await text.getByRole('button', { name: 'Copied', exact: true }).waitFor({ timeout: PATIENCE });
  expect(await adaBrowser.page.evaluate(() => navigator.clipboard.readText())).toBe('const a = 1;');
  await send(page, '🎉🎉');
  await until(
    () => body(adaBrowser.page, '🎉🎉').locator('.text').getAttribute('class'),
    (name) => name?.includes('large') === true,
  );
});

story('a reaction is put and taken back, on both sides', async () => {
  const { page } = adaBrowser;
  await messages(page, 'Look').hover();
  await messages(page, 'Look').getByRole('button', { name: 'React with 👍', exact: true }).click();
  const mine = body(page, 'Look').getByRole('button', { name: '👍 1: You' });
  await mine.waitFor({ timeout: PATIENCE });
  expect(await mine.getAttribute('aria-pressed')).toBe('true');
  const theirs = body(minaBrowser.page, 'Look').getByRole('button', { name: '👍 1: Ada Kern' });
  await theirs.waitFor({ timeout: PATIENCE });
  expect(await theirs.getAttribute('aria-pressed')).toBe('false');
  await theirs.click();
  await body(page, 'Look')
    .getByRole('button', { name: '👍 2: You, Mina Ito' })
    .waitFor({ timeout: PATIENCE });
  expect(await accessible(page)).toEqual([]);
  await body(page, 'Look').getByRole('button', { name: /^👍 2/ }).click();
  await body(minaBrowser.page, 'Look')
    .getByRole('button', { name: '👍 1: You' })
    .waitFor({ timeout: PATIENCE });
});

story('an answer shows what it answers, and leads there', async () => {
  const { page } = minaBrowser;
  await choose(page, 'Hello', 'Reply');
  await composer(page).fill('Hello to you');
  await page.keyboard.press('Enter');
  const quote = body(adaBrowser.page, 'Hello to you').getByRole('button', { name: 'Ada Kern: Hello' });
  await quote.waitFor({ timeout: PATIENCE });
  await quote.click();
  await until(
    () =>
      adaBrowser.page.evaluate(
        () => document.activeElement?.querySelector('sealed-message')?.shadowRoot?.textContent,
      ),
    (text) => text === 'Hello',
  );
  await choose(adaBrowser.page, 'Look', 'Show replies');
  await adaBrowser.page.getByText('No replies yet').waitFor({ timeout: PATIENCE });
  await adaBrowser.page.getByRole('button', { name: 'Close replies' }).click();
});

story('a change and a deletion reach the other side, and the deletion asks first', async () => {
  const { page } = adaBrowser;
  await send(page, 'Teh build is up');
  await messages(minaBrowser.page, 'Teh build').waitFor({ timeout: PATIENCE });
  await choose(page, 'Teh build', 'Edit');
  await until(
    () => composer(page).inputValue(),
    (value) => value === 'Teh build is up',
  );
  await composer(page).fill('The build is up');
  await page.keyboard.press('Enter');
  await messages(minaBrowser.page, 'The build is up (edited)').waitFor({ timeout: PATIENCE });
  await choose(page, 'The build', 'Delete');
  const dialog = page.getByRole('dialog', { name: 'Delete this message?' });
  await dialog.getByRole('button', { name: 'Cancel', exact: true }).click();
  expect(await messages(page, 'The build').count()).toBe(1);
  await choose(page, 'The build', 'Delete');
  expect(await accessible(page)).toEqual([]);
  await dialog.getByRole('button', { name: 'Delete', exact: true }).click();
  await messages(minaBrowser.page, 'This message was deleted.').waitFor({ timeout: PATIENCE });
  expect(await messages(minaBrowser.page, 'The build').count()).toBe(0);
});

story('a pinned message stands in the panel of both, and its details hold', async () => {
  const { page } = adaBrowser;
  await choose(page, 'Look', 'Pin');
  const panel = minaBrowser.page.getByRole('region', { name: 'Pinned', exact: true });
  await panel.getByRole('button', { name: /Look/ }).waitFor({ timeout: PATIENCE });
  await said(minaBrowser.page, 'Look').getByRole('img', { name: 'Pinned' }).waitFor({ timeout: PATIENCE });
  // The line that says so leads there, and to nothing else.
  const line = messages(minaBrowser.page, 'Ada pinned a message').or(
    messages(minaBrowser.page, 'Ada Kern pinned a message'),
  );
  await line.getByRole('button', { name: /^Mina Ito: Look/ }).click();
  await until(
    () => minaBrowser.page.evaluate(() => document.activeElement?.getAttribute('data-kind')),
    (kind) => kind === 'text',
  );
  await choose(page, 'Look', 'Details');
  const dialog = page.getByRole('dialog', { name: 'Message details' });
  await dialog.getByText(/Ed25519: valid/).waitFor({ timeout: PATIENCE });
  await dialog.getByText(/ML-DSA-65: valid/).waitFor({ timeout: PATIENCE });
  expect(await accessible(page)).toEqual([]);
  await page.keyboard.press('Escape');
  await dialog.waitFor({ state: 'detached', timeout: PATIENCE });
});

story('messages that disappear say for how long they are still there', async () => {
  const { page } = adaBrowser;
  await page.getByLabel('Disappearing messages').selectOption({ label: 'After 1 week' });
  await messages(minaBrowser.page, 'disappear after 1 week').waitFor({ timeout: PATIENCE });
  await send(minaBrowser.page, 'For a week');
  await messages(page, 'For a week')
    .locator('[data-timer-left]')
    .filter({ hasText: '7 days' })
    .waitFor({ timeout: PATIENCE });
  await page.getByLabel('Disappearing messages').selectOption({ label: 'Never' });
  expect(await accessible(page)).toEqual([]);
});

story('the list says who is meant, what is muted, unsent and put away', async () => {
  const { page } = adaBrowser;
  const row = conversations(page).getByRole('link', { name: /Mina Ito/ });
  const choice = page.getByLabel('Notifications');
  await choice.selectOption({ label: 'None' });
  await row.getByRole('img', { name: 'Muted' }).waitFor({ timeout: PATIENCE });
  await choice.selectOption({ label: 'Every message' });
  await row.getByRole('img', { name: 'Muted' }).waitFor({ state: 'hidden', timeout: PATIENCE });
  await composer(page).fill('Half a **thought**');
  await page.getByRole('link', { name: 'Settings', exact: true }).click();
  await row.getByText('Draft: Half a thought').waitFor({ timeout: PATIENCE });
  await send(minaBrowser.page, 'Are you there, @ada?');
  await row.getByRole('img', { name: 'You are mentioned' }).waitFor({ timeout: PATIENCE });
  expect(await accessible(page)).toEqual([]);
  await row.click();
  await messages(page, 'Are you there').waitFor({ timeout: PATIENCE });
  await row.getByRole('img', { name: 'You are mentioned' }).waitFor({ state: 'hidden', timeout: PATIENCE });
  await composer(page).fill('');
  await page.getByRole('button', { name: 'Archive', exact: true }).click();
  await page.getByText('Archived 1').click();
  await page
    .locator('[data-archived-rows]')
    .getByRole('link', { name: /Mina Ito/ })
    .waitFor({ timeout: PATIENCE });
  expect(await accessible(page)).toEqual([]);
  // Somebody writes: it is back.
  await send(minaBrowser.page, 'One more thing');
  await page
    .locator('[data-rows]')
    .getByRole('link', { name: /Mina Ito/ })
    .waitFor({ timeout: PATIENCE });
});

story('all of it works from the keyboard', async () => {
  const { page } = adaBrowser;
  await send(minaBrowser.page, 'For the keyboard');
  await messages(page, 'For the keyboard').waitFor({ timeout: PATIENCE });
  await page.getByRole('log', { name: 'Messages' }).focus();
  await page.keyboard.press('ArrowUp');
  await page.keyboard.press('Enter');
  const menu = page.getByRole('menu', { name: 'Message actions' });
  await menu.waitFor({ timeout: PATIENCE });
  expect(await accessible(page)).toEqual([]);
  await page.keyboard.press('End');
  expect(await page.evaluate(() => document.activeElement?.textContent)).toBe('Details');
  await page.keyboard.press('Escape');
  await menu.waitFor({ state: 'detached', timeout: PATIENCE });
  expect(await page.evaluate(() => document.activeElement?.localName)).toBe('article');
  await page.keyboard.press('m');
  await menu.waitFor({ timeout: PATIENCE });
  // The emojis come first.
  await page.keyboard.press('Enter');
  await body(page, 'For the keyboard')
    .getByRole('button', { name: '👍 1: You' })
    .waitFor({ timeout: PATIENCE });
  await until(
    () => page.evaluate(() => document.activeElement?.localName),
    (name) => name === 'article',
  );
  await page.keyboard.press('r');
  await until(
    () => page.evaluate(() => document.activeElement?.localName),
    (name) => name === 'sotto-composer',
  );
  await page.keyboard.type('Answered by keys');
  await page.keyboard.press('Enter');
  await body(minaBrowser.page, 'Answered by keys')
    .getByRole('button', { name: 'Mina Ito: For the keyboard' })
    .waitFor({ timeout: PATIENCE });
  await waitForStatus(page, 'Answered by keys', /Sent|Delivered|Read/);
});

story('on a phone a finger that rests opens the menu', async () => {
  const phone = await world.person({ hasTouch: true, isMobile: true, viewport: { width: 390, height: 844 } });
  const { page } = phone;
  await page.goto(`${world.server.url}/sign-in`);
  await page.getByLabel('Username', { exact: true }).fill(ada.username);
  await page.getByLabel('Password', { exact: true }).fill(ada.password);
  await page.getByRole('button', { name: 'Sign in', exact: true }).click();
  await page
    .getByRole('link', { name: /Mina Ito/ })
    .first()
    .click();
  await composer(page).waitFor({ timeout: PATIENCE });
  await send(minaBrowser.page, 'For the finger');
  await messages(page, 'For the finger').waitFor({ timeout: PATIENCE });
  const box = await messages(page, 'For the finger').boundingBox();
  const touch = await phone.context.newCDPSession(page);
  const touchPoints = [{ x: (box?.x ?? 0) + 150, y: (box?.y ?? 0) + (box?.height ?? 0) / 2 }];
  await touch.send('Input.dispatchTouchEvent', { type: 'touchStart', touchPoints });
  const menu = page.getByRole('menu', { name: 'Message actions' });
  await menu.waitFor({ timeout: PATIENCE });
  await touch.send('Input.dispatchTouchEvent', { type: 'touchEnd', touchPoints: [] });
  expect(await accessible(page)).toEqual([]);
  await menu.getByRole('menuitem', { name: 'Reply', exact: true }).click();
  await phone.context.close();
});

story('no page violated its policy, logged an error or threw', async () => {
  expect(world.complaints()).toEqual([]);
});
