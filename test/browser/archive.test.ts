/** Messages as files in browsers: downloaded, read back, taken by another device and by another person. One story. */
import { afterAll, beforeAll, expect, test } from 'bun:test';
import { readFileSync, writeFileSync } from 'node:fs';
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
  PASSKEY,
  PATIENCE,
  send,
  signIn,
  waitForStatus,
} from './support/flows.ts';
import { openWorld, type World } from './support/world.ts';

const MINA = { name: 'Mina Ito', username: 'mina', password: PASSKEY };

const ADA = { name: 'Ada', username: 'ada' };

let world: World;
let ada: Person;
let again: Person;
let mina: Person;
let account: Account;

const story = (name: string, act: () => Promise<void>) => test(name, act, 4 * PATIENCE);
const row = (page: Page, name: string) => conversations(page).getByRole('link', { name });

/** Exports from the settings and gives where the file lies. */
async function download(page: Page, format: string): Promise<string> {
  await page.goto(`${world.server.url}/settings`);
  await page.getByRole('combobox', { name: 'Format' }).selectOption(format);
  const coming = page.waitForEvent('download', { timeout: PATIENCE });
  await page.getByRole('button', { name: 'Export…' }).click();
  return (await coming).path();
}

beforeAll(async () => {
  world = await openWorld();
  [ada, again, mina] = [await world.person(), await world.person(), await world.person()];
  account = await createWorkspace(ada.page, world.server.setupLink ?? '');
  await joinWorkspace(mina.page, await createInvite(ada.page), MINA);
  await openConversation(ada.page, MINA);
  await send(ada.page, 'The first mast <b>stands</b>.');
  // What has not left is in no file.
  await waitForStatus(ada.page, 'The first mast', /Sent|Delivered|Read/);
}, 4 * PATIENCE);
afterAll(() => world.close());

story('another device of the same person takes what one has written, verified and marked [R19]', async () => {
  // Nothing is to come from anywhere else.
  await ada.page.goto(`${world.server.url}/settings`);
  await ada.page.getByRole('button', { name: 'Stop saving' }).click();
  await ada.page.getByRole('button', { name: 'Stop saving' }).first().click();
  await ada.page
    .getByText('Off. A new device of yours begins without history.')
    .waitFor({ timeout: PATIENCE });
  const file = await download(ada.page, 'markdown');
  expect(readFileSync(file, 'utf8')).toContain('\n> The first mast \\<b>stands\\</b>.\n');
  expect(await accessible(ada.page)).toEqual([]);

  await signIn(again.page, world.server.url, account);
  await again.page.goto(`${world.server.url}/settings`);
  await again.page.getByRole('button', { name: 'Import…' }).waitFor({ timeout: PATIENCE });
  await again.page.locator('[data-message-files] input[type=file]').setInputFiles(file);
  const take = again.page.getByRole('button', { name: 'Import 1 message' });
  await take.waitFor({ timeout: PATIENCE });
  expect(await accessible(again.page)).toEqual([]);
  await take.click();
  await again.page.getByText('Imported: 1 message.').waitFor({ timeout: PATIENCE });
  await row(again.page, 'Mina').click();
  const message = messages(again.page, 'The first mast');
  await message.getByText('Imported', { exact: true }).waitFor({ timeout: PATIENCE });
});

story(
  'what somebody has changed in a file is taken as not verified, and what is no file says so',
  async () => {
    const file = await download(ada.page, 'json');
    const forged = `${file}.forged.jsonl`;
    const text = readFileSync(file, 'utf8').replace('The first mast', 'No mast at all');
    writeFileSync(forged, text.replace(/("type":"message","id":")[0-9a-f]{4}/, '$1ffff'));
    await openConversation(mina.page, ADA);
    await messages(mina.page, 'The first mast').waitFor({ timeout: PATIENCE });
    await mina.page.goto(`${world.server.url}/settings`);
    const input = mina.page.locator('[data-message-files] input[type=file]');
    await input.waitFor({ state: 'attached', timeout: PATIENCE });
    await input.setInputFiles({ name: 'x.md', mimeType: 'text/markdown', buffer: Buffer.from('hello') });
    await mina.page.getByText('This is no file of messages').waitFor({ timeout: PATIENCE });
    await input.setInputFiles(forged);
    await mina.page.getByText('1 message cannot be verified here').waitFor({ timeout: PATIENCE });
    await mina.page.getByRole('button', { name: 'Import 1 message' }).click();
    await mina.page.getByText('Imported: 1 message.').waitFor({ timeout: PATIENCE });
    await openConversation(mina.page, ADA);
    const message = messages(mina.page, 'No mast at all');
    await message.getByText('Imported, not verified').waitFor({ timeout: PATIENCE });
  },
);
