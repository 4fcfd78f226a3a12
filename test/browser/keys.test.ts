/** The keyboard alone: the switcher, the list, the sheet of shortcuts. One story: each test begins where the last one ended. */
import { afterAll, beforeAll, expect, test } from 'bun:test';
import type { Page } from 'playwright-core';
import { accessible } from './support/axe.ts';
import type { Person } from './support/browser.ts';
import {
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
} from './support/flows.ts';
import { openWorld, type World } from './support/world.ts';

const MINA = { name: 'Mina Ito', username: 'mina', password: PASSKEY };
const TOM = { name: 'Tom Rey', username: 'tom', password: PASSKEY };

let world: World;
let ada: Person;
let tom: Person;

const story = (name: string, act: () => Promise<void>) => test(name, act, 4 * PATIENCE);

beforeAll(async () => {
  world = await openWorld();
  const mina = await world.person();
  [ada, tom] = [await world.person(), await world.person()];
  await createWorkspace(ada.page, world.server.setupLink ?? '', { password: PASSKEY });
  await joinWorkspace(mina.page, await createInvite(ada.page), MINA);
  await joinWorkspace(tom.page, await createInvite(ada.page), TOM);
  await mina.context.close();
  await ada.page.getByRole('link', { name: 'Harbour Lab' }).click();
  await openConversation(ada.page, MINA);
  await send(ada.page, 'to Mina');
}, 4 * PATIENCE);
afterAll(() => world.close());

const switcher = (page: Page) => page.getByRole('dialog', { name: 'Go to', exact: true });
const box = (page: Page) => switcher(page).getByRole('combobox', { name: 'Go to' });
const options = (page: Page) => switcher(page).getByRole('option');
const heading = (page: Page, name: string) =>
  page.getByRole('main').getByRole('heading', { name }).waitFor({ timeout: PATIENCE });

/** The box in which the focus is, through shadow roots: its accessible name. */
const focused = (page: Page) =>
  page.evaluate(() => {
    let active = document.activeElement;
    while (active?.shadowRoot?.activeElement) active = active.shadowRoot.activeElement;
    return active?.getAttribute('aria-label') ?? active?.tagName ?? '';
  });

story('the switcher opens where one is writing, and Escape leaves everything as it was', async () => {
  const { page } = ada;
  await composer(page).fill('half a sentence');
  await page.keyboard.press('Control+k');
  await box(page).waitFor({ timeout: PATIENCE });
  expect(await focused(page)).toBe('Go to');
  await options(page).filter({ hasText: 'Tom Rey' }).waitFor({ timeout: PATIENCE });
  expect(await accessible(page)).toEqual([]);
  await page.keyboard.press('Escape');
  await switcher(page).waitFor({ state: 'detached' });
  expect(await composer(page).inputValue()).toBe('half a sentence');
  expect(await focused(page)).toBe('Message');
});

story('a few letters and Enter lead to a person one has never written with', async () => {
  const { page } = ada;
  await page.keyboard.press('Control+k');
  await box(page).fill('TOM');
  await options(page).filter({ hasText: '@tom' }).waitFor({ timeout: PATIENCE });
  expect(await options(page).count()).toBe(1);
  const active = await box(page).getAttribute('aria-activedescendant');
  expect(await switcher(page).locator(`#${active}`).getAttribute('aria-selected')).toBe('true');
  await page.keyboard.press('Enter');
  await heading(page, 'Tom Rey');
  await send(page, 'to Tom');
  // From there the last one stands first, and nothing needs to be typed.
  await page.keyboard.press('Control+k');
  await options(page).first().filter({ hasText: 'Mina Ito' }).waitFor({ timeout: PATIENCE });
  await page.keyboard.press('Enter');
  await heading(page, 'Mina Ito');
  await page.waitForFunction(() => document.activeElement?.localName === 'sotto-composer');
});

story('arrows with Alt go through the list, and with Shift to what is new', async () => {
  const { page } = ada;
  await conversations(page).locator('[data-rows] > li').nth(1).waitFor();
  await page.keyboard.press('Alt+ArrowUp');
  await heading(page, 'Tom Rey');
  await page.keyboard.press('Alt+ArrowUp');
  await page.keyboard.press('Alt+ArrowDown');
  await heading(page, 'Mina Ito');
  await tom.page.goto(world.server.url);
  await openConversation(tom.page, { name: 'Ada Kern', username: 'ada' });
  await send(tom.page, 'from Tom');
  await conversations(page).getByRole('link', { name: 'Tom Rey' }).getByText('1', { exact: true }).waitFor({
    timeout: PATIENCE,
  });
  await page.keyboard.press('Alt+Shift+ArrowUp');
  await heading(page, 'Tom Rey');
  await messages(page, 'from Tom').waitFor({ timeout: PATIENCE });
});

story('a question mark is a question mark in the box, and the sheet everywhere else', async () => {
  const { page } = ada;
  await composer(page).fill('');
  await composer(page).press('?');
  expect(await composer(page).inputValue()).toBe('?');
  await composer(page).fill('');
  await page.locator('#timeline').focus();
  await page.keyboard.press('?');
  const sheet = page.getByRole('dialog', { name: 'Keyboard shortcuts' });
  await sheet.getByText('Previous and next conversation').waitFor({ timeout: PATIENCE });
  expect(await accessible(page)).toEqual([]);
  await page.keyboard.press('Escape');
  await sheet.waitFor({ state: 'detached' });
  await page.keyboard.press('Escape');
  expect(await focused(page)).toBe('Message');
});

story('commands are found by their names', async () => {
  const { page } = ada;
  await page.keyboard.press('Control+k');
  await box(page).fill('sett');
  await options(page).filter({ hasText: 'Settings' }).waitFor({ timeout: PATIENCE });
  await page.keyboard.press('Enter');
  await heading(page, 'Settings');
});
