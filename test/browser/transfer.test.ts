/** History from one's own device to another, and for who comes into a group later, in browsers. One story. */
import { afterAll, beforeAll, expect, test } from 'bun:test';
import type { Page } from 'playwright-core';
import { accessible } from './support/axe.ts';
import type { Person } from './support/browser.ts';
import {
  type Account,
  conversations,
  createInvite,
  createWorkspace,
  joinWorkspace,
  messages,
  openConversation,
  PASSWORD,
  PATIENCE,
  send,
  signIn,
} from './support/flows.ts';
import { openWorld, type World } from './support/world.ts';

const MINA = { name: 'Mina Ito', username: 'mina', password: PASSWORD };
const TOM = { name: 'Tom Rey', username: 'tom', password: PASSWORD };

let world: World;
let ada: Person;
let again: Person;
let mina: Person;
let tom: Person;
let account: Account;

const story = (name: string, act: () => Promise<void>) => test(name, act, 4 * PATIENCE);
const row = (page: Page, name: string) => conversations(page).getByRole('link', { name });

beforeAll(async () => {
  world = await openWorld();
  [ada, again, mina, tom] = [
    await world.person(),
    await world.person(),
    await world.person(),
    await world.person(),
  ];
  account = await createWorkspace(ada.page, world.server.setupLink ?? '');
  await joinWorkspace(mina.page, await createInvite(ada.page), MINA);
  await joinWorkspace(tom.page, await createInvite(ada.page), TOM);
  await openConversation(ada.page, MINA);
  await send(ada.page, 'The first mast stands.');
}, 4 * PATIENCE);
afterAll(() => world.close());

story('two devices show the same six words, and after a yes the history is on both', async () => {
  // Nothing is to come from anywhere else.
  await ada.page.goto(`${world.server.url}/settings`);
  await ada.page.getByRole('button', { name: 'Stop saving' }).click();
  await ada.page.getByRole('button', { name: 'Stop saving' }).first().click();
  await ada.page
    .getByText('Off. A new device of yours begins without history.')
    .waitFor({ timeout: PATIENCE });
  await signIn(again.page, world.server.url, account);
  await again.page.goto(`${world.server.url}/settings`);
  await again.page.getByRole('button', { name: 'Copy history to this device' }).click();
  const words = (page: Page) => page.locator('[data-transfer-words]');
  await words(again.page).waitFor({ timeout: PATIENCE });
  await words(ada.page).waitFor({ timeout: PATIENCE });
  expect(((await words(ada.page).textContent()) ?? '').split(' ')).toHaveLength(6);
  expect(await words(again.page).textContent()).toBe(await words(ada.page).textContent());
  await ada.page.getByRole('link', { name: 'Compare six words' }).waitFor();
  expect(await accessible(ada.page)).toEqual([]);
  expect(await accessible(again.page)).toEqual([]);
  await ada.page.getByRole('button', { name: 'Yes, the words are the same' }).click();
  await again.page.getByText(/^Taken: \d+ messages?\.$/).waitFor({ timeout: PATIENCE });
  await again.page.getByRole('button', { name: 'Put away' }).click();
  await row(again.page, 'Mina').click();
  await messages(again.page, 'The first mast stands.').waitFor({ timeout: PATIENCE });
});

story('a group says what who comes later reads, and they read it', async () => {
  await ada.page.goto(world.server.url);
  await ada.page.getByRole('button', { name: 'New conversation', exact: true }).click();
  const dialog = ada.page.getByRole('dialog');
  await dialog.getByLabel('People', { exact: true }).fill('mina');
  await dialog.getByLabel('Name', { exact: true }).fill('Field team');
  await dialog.getByLabel('New members see').selectOption({ label: 'Everything from before' });
  expect(await accessible(ada.page)).toEqual([]);
  await dialog.getByRole('button', { name: 'Start', exact: true }).click();
  await ada.page.getByRole('heading', { name: 'Field team' }).waitFor({ timeout: PATIENCE });
  await send(ada.page, 'Bring the long ladder.');
  await ada.page.getByRole('link', { name: 'People', exact: true }).click();
  await ada.page.getByLabel('New members see').waitFor({ timeout: PATIENCE });
  expect(await ada.page.getByLabel('New members see').inputValue()).toBe('all');
  await ada.page.getByLabel('Add people').fill('tom');
  await ada.page.getByRole('button', { name: 'Add', exact: true }).click();
  await row(tom.page, 'Field team').waitFor({ timeout: PATIENCE });
  await row(tom.page, 'Field team').click();
  await messages(tom.page, 'Bring the long ladder.').waitFor({ timeout: PATIENCE });
  await tom.page.getByText('Shown by Ada').first().waitFor({ timeout: PATIENCE });
  expect(await accessible(tom.page)).toEqual([]);
});
