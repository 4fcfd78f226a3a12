/** Groups, as three people in three browsers make, change and leave them. One story: each test begins where the last one ended. */
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
  PASSKEY,
  PATIENCE,
  send,
  timeline,
} from './support/flows.ts';
import { openWorld, type World } from './support/world.ts';

const MINA = { name: 'Mina Ito', username: 'mina', password: PASSKEY };
const TOM = { name: 'Tom Rey', username: 'tom', password: PASSKEY };

let world: World;
let ada: Person;
let mina: Person;
let tom: Person;

const story = (name: string, act: () => Promise<void>) => test(name, act, 4 * PATIENCE);

beforeAll(async () => {
  world = await openWorld();
  [ada, mina, tom] = [await world.person(), await world.person(), await world.person()];
  await createWorkspace(ada.page, world.server.setupLink ?? '', { password: PASSKEY });
  await joinWorkspace(mina.page, await createInvite(ada.page), MINA);
  await joinWorkspace(tom.page, await createInvite(ada.page), TOM);
}, 4 * PATIENCE);
afterAll(() => world.close());

const row = (page: Page, name: string) => conversations(page).getByRole('link', { name });
const shown = (page: Page, text: string) => messages(page, text).waitFor({ timeout: PATIENCE });

/** Opens the page of the group that is open. */
async function openPeople(page: Page): Promise<void> {
  await page.getByRole('link', { name: 'People', exact: true }).click();
  await page.getByRole('heading', { name: 'People and name' }).waitFor({ timeout: PATIENCE });
}

const personRow = (page: Page, name: string) =>
  page.locator('[data-group-people] > li').filter({ hasText: name });

story('a group is begun with a name that the server never sees', async () => {
  const { page } = ada;
  await page.goto(world.server.url);
  await page.getByRole('button', { name: 'New conversation', exact: true }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByLabel('People', { exact: true }).fill('mina, nobody');
  await dialog.getByRole('button', { name: 'Start', exact: true }).click();
  await dialog.getByText('Nobody here has the username nobody.').waitFor({ timeout: PATIENCE });
  expect(await accessible(page)).toEqual([]);
  await dialog.getByLabel('People', { exact: true }).fill('mina, to');
  await dialog.getByRole('button', { name: 'Tom Rey @tom' }).click();
  expect(await dialog.getByLabel('People', { exact: true }).inputValue()).toBe('mina, tom, ');
  await dialog.getByLabel('Name', { exact: true }).fill('Field team');
  await dialog.getByRole('button', { name: 'Start', exact: true }).click();
  await page.getByRole('heading', { name: 'Field team' }).waitFor({ timeout: PATIENCE });
  await page.waitForURL(/\/c\/[0-9a-f]{64}$/);
  for (const person of [ada, mina, tom]) await row(person.page, 'Field team').waitFor({ timeout: PATIENCE });
  const served = await page.evaluate(async () => (await fetch(location.href)).text());
  expect(served).toContain('Group of 3');
  expect(served).not.toContain('Field team');
});

story('everybody reads what everybody writes, and sees who can', async () => {
  await composer(ada.page).and(ada.page.locator(':focus')).waitFor({ timeout: PATIENCE });
  const preview = (page: Page) => row(page, 'Field team').locator('sealed-preview');
  await preview(ada.page)
    .filter({ hasText: /^You named this group/ })
    .waitFor({ timeout: PATIENCE });
  await send(ada.page, 'Masts on Monday.');
  await preview(ada.page).filter({ hasText: 'You: Masts' }).waitFor({ timeout: PATIENCE });
  await preview(mina.page).filter({ hasText: 'Ada: Masts' }).waitFor({ timeout: PATIENCE });
  for (const { page } of [mina, tom]) {
    await row(page, 'Field team').click();
    await shown(page, 'Masts on Monday.');
  }
  await send(mina.page, 'I bring the batteries.');
  await send(tom.page, 'And I the weather.');
  for (const { page } of [ada, mina, tom]) {
    await shown(page, 'I bring the batteries.');
    await shown(page, 'And I the weather.');
  }
  const readers = ada.page.locator('[data-readers] > li');
  expect(await readers.count()).toBe(3);
  await readers.filter({ hasText: 'Mina Ito' }).locator('summary').click();
  await readers.filter({ hasText: 'Mina Ito' }).getByText('since').waitFor();
  await ada.page.getByText('Sealed for 3 people, 3 devices').waitFor({ timeout: PATIENCE });
});

story('an admin is made, renames the group, and everybody sees it', async () => {
  await openPeople(ada.page);
  expect(await accessible(ada.page)).toEqual([]);
  const role = ada.page.getByLabel('Role of Mina Ito');
  await role.focus();
  await role.selectOption('admin');
  await ada.page.getByText('Mina Ito is an admin now.').waitFor({ timeout: PATIENCE });
  expect(await role.and(ada.page.locator(':focus')).count()).toBe(1);
  await openPeople(mina.page);
  await mina.page.getByLabel('Name', { exact: true }).fill('Mast crew');
  await mina.page.getByLabel('Topic', { exact: true }).fill('Harbour, north side');
  await mina.page.getByRole('button', { name: 'Save', exact: true }).click();
  await mina.page.getByText('Saved, and sent to everybody in the group.').waitFor({ timeout: PATIENCE });
  for (const person of [ada, mina, tom]) await row(person.page, 'Mast crew').waitFor({ timeout: PATIENCE });
  await tom.page.getByRole('heading', { name: 'Mast crew' }).waitFor({ timeout: PATIENCE });
  await tom.page.getByText('Harbour, north side').waitFor({ timeout: PATIENCE });
});

story('who is removed reads nothing from then on, and is told', async () => {
  await row(mina.page, 'Mast crew').click();
  await openPeople(mina.page);
  const remove = personRow(mina.page, 'Tom Rey').getByRole('button', { name: 'Remove', exact: true });
  await remove.click();
  await mina.page.getByText('Remove Tom Rey?').waitFor();
  await remove.click();
  await personRow(mina.page, 'Tom Rey').waitFor({ state: 'detached', timeout: PATIENCE });
  await mina.page.locator(':focus').filter({ hasText: 'Tom Rey is removed' }).waitFor({ timeout: PATIENCE });
  await composer(tom.page).waitFor({ state: 'hidden', timeout: PATIENCE });
  await tom.page.getByText('so you cannot write here').waitFor();
  await tom.page.getByText('You are not in it any more').waitFor();
  await row(ada.page, 'Mast crew').click();
  await send(ada.page, 'Tom must not read this.');
  await row(mina.page, 'Mast crew').click();
  await shown(mina.page, 'Tom must not read this.');
  await send(mina.page, 'Nor this.');
  await shown(ada.page, 'Nor this.');
  expect(await timeline(tom.page).getByText('must not read').count()).toBe(0);
  await tom.page.reload();
  await shown(tom.page, 'Masts on Monday.');
  expect(await timeline(tom.page).getByText('must not read').count()).toBe(0);
});

story('who comes back is greeted by the name, and reads what is new', async () => {
  await openPeople(ada.page);
  await ada.page.getByLabel('Add people', { exact: true }).fill('tom');
  await ada.page.getByRole('button', { name: 'Add', exact: true }).click();
  await personRow(ada.page, 'Tom Rey').waitFor({ timeout: PATIENCE });
  await row(ada.page, 'Mast crew').click();
  await send(ada.page, 'Welcome back, Tom.');
  await row(tom.page, 'Mast crew').click();
  await shown(tom.page, 'Welcome back, Tom.');
  expect(await timeline(tom.page).getByText('must not read').count()).toBe(0);
  await send(tom.page, 'Good to be here.');
  await shown(mina.page, 'Good to be here.');
});

story('leaving is asked twice, and ends it', async () => {
  await openPeople(tom.page);
  await tom.page.getByRole('button', { name: 'Leave group', exact: true }).click();
  await tom.page.getByRole('button', { name: 'Leave group', exact: true }).click();
  await tom.page.getByText('You are not in this group any more.').waitFor({ timeout: PATIENCE });
  await row(ada.page, 'Mast crew').click();
  await timeline(ada.page).getByText('Tom Rey left').waitFor({ timeout: PATIENCE });
  await ada.page.getByText('Sealed for 2 people, 2 devices').waitFor({ timeout: PATIENCE });
});

test('no page violated its policy, logged an error or threw', () => {
  expect(world.complaints()).toEqual([]);
});
