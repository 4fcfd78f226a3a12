/** Somebody loses everything and starts again, as three people see it. One story: each test begins where the last one ended. */
import { afterAll, beforeAll, expect, test } from 'bun:test';
import type { Locator, Page } from 'playwright-core';
import { SOTTO } from '../support/server.ts';
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
  PASSWORD,
  PATIENCE,
  send,
} from './support/flows.ts';
import { openWorld, type World } from './support/world.ts';

const MINA = { name: 'Mina Ito', username: 'mina', password: PASSWORD };
const TOM = { name: 'Tom Rey', username: 'tom', password: PASSWORD };
const NEW_PASSWORD = 'a lighthouse keeper at noon';

let world: World;
let ada: Person;
let mina: Person;
let tom: Person;
/** Mina in another browser, after she has lost everything. */
let anew: Person;
let link: string;

const story = (name: string, act: () => Promise<void>) => test(name, act, 4 * PATIENCE);

beforeAll(async () => {
  world = await openWorld();
  ada = await world.person();
  tom = await world.person();
  // Their sessions and a link end on purpose.
  const expected = /40[134]|410/;
  mina = await world.person({ expected });
  anew = await world.person({ expected });
  await createWorkspace(ada.page, world.server.setupLink ?? '');
  await joinWorkspace(mina.page, await createInvite(ada.page), MINA);
  await joinWorkspace(tom.page, await createInvite(ada.page), TOM);
  await makeGroup(ada.page);
  await open(mina.page, row(mina.page, 'Field team'));
  await send(mina.page, 'I bring the batteries.');
  await openConversation(tom.page, MINA);
  await send(tom.page, 'See you on Monday.');
  await open(mina.page, directRow(mina.page));
  await shown(mina.page, 'See you on Monday.');
}, 6 * PATIENCE);
afterAll(() => world.close());

const row = (page: Page, name: string | RegExp) => conversations(page).getByRole('link', { name });
const directRow = (page: Page) => conversations(page).locator('a:not([data-group])');
const groupRow = (page: Page) => conversations(page).locator('a[data-group]');
/** Opens a conversation by its row, and waits until it is the one that is drawn. */
async function open(page: Page, of: Locator): Promise<void> {
  const id = await of.getAttribute('data-conversation');
  await of.click();
  await page.locator(`#timeline[data-conversation="${id}"]`).waitFor({ timeout: PATIENCE });
  await composer(page).waitFor({ timeout: PATIENCE });
}
const shown = (page: Page, text: string) => messages(page, text).waitFor({ timeout: PATIENCE });

async function makeGroup(page: Page): Promise<void> {
  await page.goto(world.server.url);
  await page.getByRole('button', { name: 'New conversation', exact: true }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByLabel('People', { exact: true }).fill('mina, tom');
  await dialog.getByLabel('Name', { exact: true }).fill('Field team');
  await dialog.getByRole('button', { name: 'Start', exact: true }).click();
  await page.getByRole('heading', { name: 'Field team' }).waitFor({ timeout: PATIENCE });
}

story('an admin makes a link for one person, and it is shown once', async () => {
  const { page } = ada;
  await page.getByRole('link', { name: 'Admin', exact: true }).click();
  const offer = page.locator('details.start-again').filter({ hasText: 'Only when Mina Ito' });
  await offer.locator('summary').click();
  await offer.getByRole('button', { name: 'Make a link to start again', exact: true }).click();
  const place = page.locator('[data-start-again-url]');
  await place.waitFor({ timeout: PATIENCE });
  link = ((await place.textContent()) ?? '').trim();
  expect(link).toStartWith(`${world.server.url}/start-again#`);
  const links = page.getByRole('list', { name: 'Open links to start again' });
  await links.getByText('Mina Ito can start again').waitFor();
  expect(await accessible(page)).toEqual([]);
  await page.reload();
  await links.getByText('Mina Ito can start again').waitFor({ timeout: PATIENCE });
  expect(await page.content()).not.toContain(link.split('#')[1] ?? 'nothing');
  // Nobody makes one for oneself.
  expect(await page.locator('details.start-again').filter({ hasText: 'Only when Ada Kern' }).count()).toBe(0);
});

story('the page says whom the link is for and what happens, and asks before it goes on', async () => {
  const { page } = anew;
  await page.goto(link);
  await page.getByText('This link is for Mina Ito (@mina).').waitFor({ timeout: PATIENCE });
  expect(await accessible(page)).toEqual([]);
  await page.getByLabel('New password', { exact: true }).fill('short');
  await page.getByRole('button', { name: 'Start again', exact: true }).click();
  await page.getByText('Use 12 characters or more.').waitFor();
  await page.getByLabel('New password', { exact: true }).fill(NEW_PASSWORD);
  await page.getByRole('button', { name: 'Start again', exact: true }).click();
  await page.getByText('Say that you have no other way in before you go on.').waitFor();
  expect(await accessible(page)).toEqual([]);
});

story('she is in again: a new recovery code, and the conversations she was in', async () => {
  const { page } = anew;
  await page.getByLabel('I have no other way in, and want a new identity').check();
  await page.getByRole('button', { name: 'Start again', exact: true }).click();
  const code = page.locator('[data-recovery-code]');
  await code.filter({ hasText: /\S/ }).waitFor({ timeout: PATIENCE });
  expect(page.url()).not.toContain('#');
  await page.getByLabel('I have saved my recovery code').check();
  await page.getByRole('button', { name: 'Continue', exact: true }).click();
  await directRow(page).waitFor({ timeout: PATIENCE });
  await groupRow(page).filter({ hasText: 'Group of 3' }).waitFor({ timeout: PATIENCE });
  // The browser that she had before is signed out.
  await mina.page.goto(world.server.url);
  await mina.page.waitForURL(/\/sign-in/, { timeout: PATIENCE });
});

story('the other sees the new identity, and writes once that is acknowledged', async () => {
  const notice = tom.page.locator('#notices').getByText('Mina Ito has a new identity.');
  await notice.waitFor({ timeout: PATIENCE });
  expect(await accessible(tom.page)).toEqual([]);
  await send(tom.page, 'Is it you?');
  await messages(tom.page, 'Is it you?').getByText('acknowledged').first().waitFor({ timeout: PATIENCE });
  await open(anew.page, directRow(anew.page));
  await send(anew.page, 'It is me, on a new phone.');
  await tom.page.getByRole('button', { name: 'Continue with the new identity', exact: true }).click();
  await shown(tom.page, 'It is me, on a new phone.');
  await shown(anew.page, 'Is it you?');
  expect(await messages(anew.page, 'See you on Monday.').count()).toBe(0);
});

story('in the group she takes part again once an admin has confirmed her', async () => {
  await open(ada.page, row(ada.page, 'Field team'));
  await send(ada.page, 'Mina does not get this.');
  await open(tom.page, row(tom.page, 'Field team'));
  await shown(tom.page, 'Mina does not get this.');
  await ada.page.getByRole('link', { name: 'People', exact: true }).click();
  await ada.page.getByText('New identity: gets nothing until it is confirmed').waitFor({ timeout: PATIENCE });
  await ada.page.getByRole('button', { name: 'Confirm new identity', exact: true }).click();
  await ada.page
    .getByText('Mina Ito takes part again, with the new identity.')
    .waitFor({ timeout: PATIENCE });
  await open(ada.page, row(ada.page, 'Field team'));
  await send(ada.page, 'Welcome back.');
  // Its name was sealed for the old identity, and is told anew.
  await open(anew.page, groupRow(anew.page).filter({ hasText: 'Field team' }));
  await shown(anew.page, 'Welcome back.');
  await send(anew.page, 'Glad to be here.');
  for (const { page } of [ada, tom]) await shown(page, 'Glad to be here.');
  expect(await messages(anew.page, 'Mina does not get this.').count()).toBe(0);
});

story('in a browser that still holds the old identity, with a passkey: what it holds gives way', async () => {
  const { page } = mina;
  const admin = Bun.spawnSync([...SOTTO, 'admin', 'reset', 'mina', '--data', world.server.data]);
  const second = admin.stdout.toString().trim();
  expect(second).toMatch(/\/start-again#[\w-]{43}$/);
  await page.goto(second);
  await page.getByText('This link is for Mina Ito (@mina).').waitFor({ timeout: PATIENCE });
  await page.getByLabel('I have no other way in, and want a new identity').check();
  await page.getByLabel('New password', { exact: true }).fill(NEW_PASSWORD);
  await page.getByRole('button', { name: 'Start again with a passkey', exact: true }).click();
  await page.locator('[data-recovery-code]').filter({ hasText: /\S/ }).waitFor({ timeout: PATIENCE });
  await page.getByLabel('I have saved my recovery code').check();
  await page.getByRole('button', { name: 'Continue', exact: true }).click();
  await open(page, directRow(page));
  expect(await messages(page, 'See you on Monday.').count()).toBe(0);
  // The one before is over in its turn.
  await anew.page.waitForURL(/\/sign-in/, { timeout: PATIENCE });
  await tom.page.getByRole('button', { name: 'Continue with the new identity', exact: true }).click();
  await open(tom.page, directRow(tom.page));
  await send(tom.page, 'Once more, then.');
  await shown(page, 'Once more, then.');
});

story('the link is over, and the page says so', async () => {
  const other = await world.person({ expected: /410/ });
  await other.page.goto(link);
  await other.page.getByRole('heading', { name: 'This link is over' }).waitFor({ timeout: PATIENCE });
  await other.page.getByText('Ask an admin for a new one.').waitFor();
  expect(await accessible(other.page)).toEqual([]);
  // Who writes while devices change is told which ones there are now.
  expect(world.complaints().filter((words) => !/409 \(Conflict\).*\/messages$/.test(words))).toEqual([]);
});
