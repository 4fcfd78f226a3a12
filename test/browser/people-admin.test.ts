/** An owner manages somebody: another role, kept out, let in again; and what that person sees of it at once. One story. */
import { afterAll, beforeAll, expect, test } from 'bun:test';
import { accessible } from './support/axe.ts';
import type { Person } from './support/browser.ts';
import {
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
const done = (words: string) =>
  ada.page.getByRole('status').filter({ hasText: words }).waitFor({ timeout: PATIENCE });

beforeAll(async () => {
  world = await openWorld();
  // What an auditor may not, and what somebody without a session is told, is written into the console.
  [ada, mina] = [await world.person(), await world.person({ expected: /status of 40[13]|WebSocket/ })];
  await createWorkspace(ada.page, world.server.setupLink ?? '', { password: PASSKEY });
  await joinWorkspace(mina.page, await createInvite(ada.page), MINA);
}, 4 * PATIENCE);
afterAll(() => world.close());

story('another role holds at once: an auditor sees the audit log and nothing else', async () => {
  await ada.page.goto(`${world.server.url}/admin`);
  await ada.page.getByRole('link', { name: 'Manage Mina Ito' }).click();
  await ada.page.getByRole('heading', { name: 'Mina Ito', level: 1 }).waitFor({ timeout: PATIENCE });
  expect(await accessible(ada.page)).toEqual([]);
  await ada.page.getByRole('combobox', { name: 'Role' }).selectOption('auditor');
  await ada.page.getByRole('button', { name: 'Change the role' }).click();
  await done('The role is another one now.');

  await mina.page.goto(`${world.server.url}/`);
  await mina.page.getByRole('heading', { name: 'Audit log', level: 1 }).waitFor({ timeout: PATIENCE });
  expect(new URL(mina.page.url()).pathname).toBe('/admin/audit');
  const pages = mina.page.getByRole('navigation', { name: 'Admin pages' }).getByRole('link');
  expect(await pages.allTextContents()).toEqual(['Audit log']);
  expect(await mina.page.getByRole('button', { name: 'New conversation' }).count()).toBe(0);
  expect(await accessible(mina.page)).toEqual([]);
  await mina.page.goto(`${world.server.url}/admin`);
  await mina.page
    .getByText('Your role in this workspace does not allow this.')
    .waitFor({ timeout: PATIENCE });
});

story('who is disabled is out at once, and comes in again when that is over', async () => {
  await mina.page.goto(`${world.server.url}/settings`);
  await mina.page.getByRole('heading', { name: 'Settings', level: 1 }).waitFor({ timeout: PATIENCE });
  await ada.page.getByRole('button', { name: 'Disable the account' }).click();
  await done('The account is disabled');
  // The page that is open leaves by itself.
  await mina.page.getByRole('button', { name: 'Sign in', exact: true }).waitFor({ timeout: PATIENCE });
  expect(await accessible(ada.page)).toEqual([]);
  await ada.page.getByRole('button', { name: 'Enable the account' }).click();
  await done('The account is enabled.');
  await ada.page.getByRole('combobox', { name: 'Role' }).selectOption('member');
  await ada.page.getByRole('button', { name: 'Change the role' }).click();
  await done('The role is another one now.');
  await mina.page.getByRole('button', { name: 'Sign in with a passkey' }).click();
  await mina.page.getByRole('button', { name: 'New conversation' }).waitFor({ timeout: PATIENCE });
});

story('what somebody wrote stays theirs by name while their account is closed', async () => {
  await openConversation(mina.page, { name: 'Ada Kern', username: 'ada' });
  await send(mina.page, 'Back at my desk');
  await openConversation(ada.page, MINA);
  await messages(ada.page, 'Back at my desk').waitFor({ timeout: PATIENCE });
  await ada.page.goto(`${world.server.url}/admin`);
  await ada.page.getByRole('link', { name: 'Manage Mina Ito' }).click();
  await ada.page.getByRole('button', { name: 'Disable the account' }).click();
  await done('The account is disabled');
  await ada.page.goto(`${world.server.url}/`);
  await openConversation(ada.page, MINA);
  const message = messages(ada.page, 'Back at my desk');
  await message.waitFor({ timeout: PATIENCE });
  expect(await message.getByText('Mina Ito').count()).toBeGreaterThan(0);
  const header = ada.page.locator('[data-view=conversation] .bar-title');
  await header.getByText('@mina', { exact: true }).waitFor({ timeout: PATIENCE });
});
