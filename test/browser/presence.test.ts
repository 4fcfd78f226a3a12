/** Who is here, who writes, and what people say of themselves, between two people and a bot. One story. */
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

let world: World;
let ada: Person;
let mina: Person;

const story = (name: string, act: () => Promise<void>) => test(name, act, 4 * PATIENCE);
const row = (page: Page, name: string) => conversations(page).getByRole('link', { name });
const isSo = (page: Page, name: string, state: string) =>
  page.waitForFunction(
    ([who, wanted]) =>
      [...document.querySelectorAll<HTMLElement>('nav[data-conversations] a')].some(
        (each) => each.textContent?.includes(who ?? '') === true && each.dataset.presence === wanted,
      ),
    [name, state],
    { timeout: PATIENCE },
  );

beforeAll(async () => {
  world = await openWorld();
  [ada, mina] = [await world.person(), await world.person()];
  await createWorkspace(ada.page, world.server.setupLink ?? '', { password: PASSKEY });
  await joinWorkspace(mina.page, await createInvite(ada.page), MINA);
  await openConversation(ada.page, MINA);
  await send(ada.page, 'Are you there?');
  await row(mina.page, 'Ada').click();
  await messages(mina.page, 'Are you there?').waitFor({ timeout: PATIENCE });
}, 4 * PATIENCE);
afterAll(() => world.close());

story('who is here has a dot, and words for those who do not see it', async () => {
  await isSo(ada.page, 'Mina', 'online');
  await isSo(mina.page, 'Ada', 'online');
  expect(await row(ada.page, 'Mina').getAttribute('aria-description')).toBe('Online');
  await ada.page.locator('[data-presence-of]').filter({ hasText: 'Online' }).waitFor({ timeout: PATIENCE });
  expect(await accessible(ada.page)).toEqual([]);
});

story('who writes is seen to, and nothing moves', async () => {
  const top = () => composer(ada.page).evaluate((box) => box.getBoundingClientRect().top);
  const before = await top();
  await composer(mina.page).pressSequentially('I am');
  const writers = ada.page.locator('[data-writers]');
  await writers.filter({ hasText: 'Mina Ito is writing…' }).waitFor({ timeout: PATIENCE });
  expect(await top()).toBe(before);
  await send(mina.page, 'I am.');
  await messages(ada.page, 'I am.').waitFor({ timeout: PATIENCE });
  await ada.page.waitForFunction(() => document.querySelector('[data-writers]')?.textContent === '');
});

story('a status is sealed, seen beside the name, and can be taken back', async () => {
  const posts: string[] = [];
  mina.page.on('request', (request) => posts.push(request.postData() ?? ''));
  await mina.page.getByRole('button', { name: 'Your status' }).click();
  const dialog = mina.page.getByRole('dialog', { name: 'Your status' });
  await dialog.waitFor();
  const { left, right } = await dialog.evaluate((element) => {
    const place = element.getBoundingClientRect();
    return { left: place.left, right: innerWidth - place.right };
  });
  expect(Math.abs(left - right)).toBeLessThan(2);
  await dialog.getByLabel('Status', { exact: true }).fill('In the lab');
  await dialog.getByLabel('Until', { exact: true }).selectOption({ label: 'For an hour' });
  expect(await accessible(mina.page)).toEqual([]);
  await dialog.getByRole('button', { name: 'Save' }).click();
  await dialog.waitFor({ state: 'detached' });
  await mina.page.locator('footer.me sealed-status').filter({ hasText: 'In the lab, until' }).waitFor();
  const seen = row(ada.page, 'Mina').locator('sealed-status');
  await seen.filter({ hasText: 'In the lab, until' }).waitFor({ timeout: PATIENCE });
  expect(posts.join()).not.toContain('In the lab');
  expect(await accessible(ada.page)).toEqual([]);
  await mina.page.getByRole('button', { name: 'Your status' }).click();
  await dialog.getByRole('button', { name: 'Clear status' }).click();
  await seen.filter({ hasText: 'In the lab' }).waitFor({ state: 'detached', timeout: PATIENCE });
});

story('who hides is not seen and does not see', async () => {
  await mina.page.goto(`${world.server.url}/settings`);
  const choice = mina.page.getByLabel('Show when I am online');
  await choice.waitFor({ timeout: PATIENCE });
  await choice.uncheck();
  await isSo(ada.page, 'Mina', 'offline');
  await mina.page.reload();
  expect(await choice.isChecked()).toBe(false);
  await isSo(mina.page, 'Ada', 'offline');
  await choice.check();
  await isSo(ada.page, 'Mina', 'online');
  await isSo(mina.page, 'Ada', 'online');
});

story('an admin switches it off for everybody', async () => {
  await ada.page.goto(`${world.server.url}/admin/policies`);
  await ada.page.getByLabel('People see who is online').uncheck();
  await ada.page.getByRole('button', { name: 'Save policies' }).click();
  await ada.page.getByText('Saved.', { exact: false }).waitFor({ timeout: PATIENCE });
  expect(await ada.page.getByLabel('People see who is online').isChecked()).toBe(false);
  await isSo(mina.page, 'Ada', 'offline');
  await mina.page.reload();
  const choice = mina.page.getByLabel('Show when I am online');
  await choice.waitFor({ timeout: PATIENCE });
  expect(await choice.isDisabled()).toBe(true);
});
