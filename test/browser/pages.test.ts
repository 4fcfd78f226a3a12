/** Every page: readable by everybody (axe), and as a picture to look at, in test/screenshots. */
import { afterAll, beforeAll, expect, test } from 'bun:test';
import type { Person } from './support/browser.ts';
import {
  type Account,
  conversations,
  createInvite,
  createWorkspace,
  messages,
  openConversation,
  PASSWORD,
  PATIENCE,
  send,
  waitForStatus,
} from './support/flows.ts';
import { look } from './support/look.ts';
import { openWorld, type World } from './support/world.ts';

let world: World;
let adaBrowser: Person;
let minaBrowser: Person;
let ada: Account;
let mina: Account;
let invite = '';

beforeAll(async () => {
  world = await openWorld();
  adaBrowser = await world.person();
  minaBrowser = await world.person();
}, PATIENCE);
afterAll(() => world.close());

const looked = (name: string, act: () => Promise<void>) => test(name, act, 4 * PATIENCE);

looked('set-up, with a passkey', async () => {
  await adaBrowser.page.goto(world.server.setupLink ?? '');
  await look(adaBrowser.page, 'setup');
  await adaBrowser.page.getByRole('button', { name: 'Create workspace', exact: true }).click();
  await adaBrowser.page.getByText('Give your workspace a name.').waitFor();
  await look(adaBrowser.page, 'setup-mistake');
  ada = await createWorkspace(adaBrowser.page, world.server.setupLink ?? '', { passkey: true });
});

looked('the empty workspace and its admin page', async () => {
  await look(adaBrowser.page, 'welcome-owner');
  invite = await createInvite(adaBrowser.page);
  await look(adaBrowser.page, 'admin');
});

looked('joining, and the recovery code', async () => {
  const { page } = minaBrowser;
  await page.goto(invite);
  await look(page, 'join');
  await page.getByLabel('Your name', { exact: true }).fill('Mina Ito');
  await page.getByLabel('Username', { exact: true }).fill('mina');
  await page.getByLabel('Password', { exact: true }).fill(PASSWORD);
  await page.getByRole('button', { name: 'Create account', exact: true }).click();
  await page.locator('[data-recovery-code]').filter({ hasText: /\S/ }).waitFor({ timeout: PATIENCE });
  await look(page, 'recovery-code');
  const next = page.getByRole('button', { name: 'Continue', exact: true });
  expect(await next.isDisabled()).toBe(true);
  await page.getByLabel('I have saved my recovery code').check();
  await next.click();
  await conversations(page).waitFor({ timeout: PATIENCE });
  mina = { name: 'Mina Ito', username: 'mina', password: PASSWORD, recoveryCode: '' };
  await look(page, 'welcome-member');
});

looked('a conversation', async () => {
  const { page } = adaBrowser;
  await page.getByRole('button', { name: 'New conversation', exact: true }).click();
  await look(page, 'new-conversation');
  await page.keyboard.press('Escape');
  await openConversation(page, mina);
  await look(page, 'conversation-empty');
  await send(
    page,
    'Build 2.4 is up on the lab box. Could you check the signature before we tell the field team?',
  );
  await openConversation(minaBrowser.page, ada);
  await messages(minaBrowser.page, 'Build 2.4').waitFor({ timeout: PATIENCE });
  await send(minaBrowser.page, 'Yes. The diff is at https://lab.example/diff/2.4, I read it now.');
  await send(minaBrowser.page, 'Both signatures hold:\n\n  island  3f9c…a1\n  worker  88b0…7e');
  await messages(page, 'Both signatures').waitFor({ timeout: PATIENCE });
  await send(page, 'Go ahead then.');
  await waitForStatus(page, 'Go ahead then.', /Read/);
  await look(page, 'conversation');
  await adaBrowser.context.setOffline(true);
  await page.locator('#connection').filter({ hasText: 'offline' }).waitFor({ timeout: PATIENCE });
  await send(page, 'I write the note for the field team now.');
  await look(page, 'conversation-offline');
  await adaBrowser.context.setOffline(false);
  await waitForStatus(page, 'I write the note', /Sent|Delivered|Read/);
});

looked('verification and settings', async () => {
  const { page } = adaBrowser;
  await page.goto(world.server.url);
  await look(page, 'conversations');
  await openConversation(page, mina);
  await page.getByRole('link', { name: 'Verify', exact: true }).click();
  await page.locator('[data-safety-number]').filter({ hasText: /\d/ }).waitFor({ timeout: PATIENCE });
  await look(page, 'verify');
  await page.getByRole('button', { name: 'Mark as verified', exact: true }).click();
  await page.locator('[data-verified]').waitFor({ timeout: PATIENCE });
  await look(page, 'verified');
  await page.getByRole('link', { name: 'Settings', exact: true }).click();
  await page.getByRole('heading', { name: 'Settings', exact: true }).waitFor();
  await look(page, 'settings');
});

looked('the doors', async () => {
  const { page } = adaBrowser;
  await page.goto(`${world.server.url}/unlock`);
  await look(page, 'unlock');
  await page.goto(`${world.server.url}/settings`);
  await page.getByRole('button', { name: 'Sign out', exact: true }).click();
  await page.getByRole('button', { name: 'Sign in', exact: true }).waitFor({ timeout: PATIENCE });
  await look(page, 'sign-in');
  await page.getByRole('link', { name: 'Use your recovery code' }).click();
  await page.getByRole('button', { name: 'Unlock', exact: true }).waitFor();
  await look(page, 'recover');
});

test('no page violated its policy, logged an error or threw', () => {
  expect(world.complaints()).toEqual([]);
});
