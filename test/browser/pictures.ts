/**
 * `bun test/browser/pictures.ts`: draws the pictures of the README into docs/, from a workspace that it makes for them: real people
 * in real browsers. The island must be built.
 */
import { join } from 'node:path';
import type { Page } from 'playwright-core';
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
} from './support/flows.ts';
import { openWorld } from './support/world.ts';

const DOCS = join(import.meta.dir, '../../docs');
const WIDE = { width: 1440, height: 900 };
const PHONE = { width: 390, height: 844 };
const MINA = { name: 'Mina Ito', username: 'mina', password: PASSWORD };
const OLA = { name: 'Ola Berg', username: 'ola', password: PASSWORD };

/** Writes, and waits until some words of it stand there. */
async function write(page: Page, text: string, shown: string): Promise<void> {
  await composer(page).fill(text);
  await page.getByRole('button', { name: 'Send', exact: true }).click();
  await messages(page, shown).waitFor({ timeout: PATIENCE });
}

const row = (page: Page, name: string) => conversations(page).getByRole('link', { name });
const open = async (page: Page, name: string) => {
  await row(page, name).click();
  await page.getByRole('heading', { name }).waitFor({ timeout: PATIENCE });
};

async function react(page: Page, words: string, emoji: string): Promise<void> {
  await messages(page, words).hover();
  await page
    .getByRole('button', { name: `React with ${emoji}` })
    .first()
    .click();
  await messages(page, words)
    .getByRole('button', { name: new RegExp(`^${emoji}`, 'u') })
    .waitFor({ timeout: PATIENCE });
}

async function setStatus({ page }: Person, text: string): Promise<void> {
  await page.getByRole('button', { name: 'Your status' }).click();
  const dialog = page.getByRole('dialog', { name: 'Your status' });
  await dialog.getByLabel('Status', { exact: true }).fill(text);
  await dialog.getByRole('button', { name: 'Save' }).click();
  await dialog.waitFor({ state: 'detached' });
}

async function picture(page: Page, name: string): Promise<void> {
  await page.mouse.move(0, 0);
  await page.evaluate(() => document.fonts.ready);
  await page.screenshot({ path: join(DOCS, `${name}.png`) });
}

const world = await openWorld();
const [ada, mina, ola] = [
  await world.person({ viewport: WIDE, reducedMotion: 'reduce' }),
  await world.person({ viewport: WIDE, reducedMotion: 'reduce' }),
  await world.person({ viewport: WIDE, reducedMotion: 'reduce' }),
];
await createWorkspace(ada.page, world.server.setupLink ?? '');
await joinWorkspace(mina.page, await createInvite(ada.page), MINA);
await joinWorkspace(ola.page, await createInvite(ada.page), OLA);

await ada.page.goto(world.server.url);
await openConversation(ada.page, OLA);
await write(ada.page, 'The photos from the north mast are in.', 'The photos');
await openConversation(ada.page, MINA);
await write(ada.page, 'Can you look at the diff before lunch?', 'Can you look');

await ada.page.getByRole('button', { name: 'New conversation', exact: true }).click();
const dialog = ada.page.getByRole('dialog');
await dialog.getByLabel('People', { exact: true }).fill('mina, ola');
await dialog.getByLabel('Name', { exact: true }).fill('Release');
await dialog.getByRole('button', { name: 'Start', exact: true }).click();
await ada.page.getByRole('heading', { name: 'Release' }).waitFor({ timeout: PATIENCE });

for (const { page } of [mina, ola]) {
  await row(page, 'Release').waitFor({ timeout: PATIENCE });
  await open(page, 'Release');
}
const build = [
  'Build 2.4 is up on the lab box. @ada could you check the signature before we tell the field team?',
  '',
  '```',
  '$ sotto verify https://chat.harbour.example',
  'island   same as this build',
  'worker   same as this build',
  'headers  ok',
  '```',
].join('\n');
await write(mina.page, build, 'Build 2.4');
await messages(ola.page, 'Build 2.4').waitFor({ timeout: PATIENCE });
await react(ola.page, 'Build 2.4', '👍');
await messages(ada.page, 'Build 2.4').waitFor({ timeout: PATIENCE });
await react(ada.page, 'Build 2.4', '👍');
await write(ola.page, 'Signal on the new mast is **much** better than last week.', 'Signal on the new mast');
await messages(ada.page, 'Signal on the new mast').waitFor({ timeout: PATIENCE });
await write(
  ada.page,
  'Checked on my laptop and from the phone: both signatures hold, and the hash matches the tag. Go ahead.',
  'Checked on my laptop',
);
await setStatus(mina, 'In the lab');
await row(ada.page, 'Mina')
  .locator('sealed-status')
  .filter({ hasText: 'In the lab' })
  .waitFor({ timeout: PATIENCE });
await messages(mina.page, 'Checked on my laptop').waitFor({ timeout: PATIENCE });
await messages(ola.page, 'Checked on my laptop').waitFor({ timeout: PATIENCE });
await ada.page.locator('[data-status][data-state=read]').last().waitFor({ timeout: PATIENCE });
await composer(mina.page).pressSequentially('Great');
await ada.page.locator('[data-writers]').filter({ hasText: 'Mina' }).waitFor({ timeout: PATIENCE });

await picture(ada.page, 'conversation');
await ada.page.emulateMedia({ colorScheme: 'dark' });
await picture(ada.page, 'conversation-dark');
await ada.page.setViewportSize(PHONE);
await ada.page.emulateMedia({ colorScheme: 'light' });
await picture(ada.page, 'phone');
await ada.page.setViewportSize(WIDE);
await ada.page.getByRole('searchbox', { name: 'Search' }).fill('mast');
await ada.page
  .locator('[data-search-results]')
  .getByText('2 messages')
  .first()
  .waitFor({ timeout: PATIENCE });
await picture(ada.page, 'search');
await world.close();
