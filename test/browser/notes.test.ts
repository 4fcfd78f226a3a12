/** Notes to oneself, on a browser and a command line of one person. One story. */
import { afterAll, beforeAll, expect, test } from 'bun:test';
import { Devices } from '../support/client.ts';
import { accessible } from './support/axe.ts';
import type { Person } from './support/browser.ts';
import {
  conversations,
  messages,
  PASSWORD,
  PATIENCE,
  send,
  signIn,
  timeline,
  until,
  waitForStatus,
} from './support/flows.ts';
import { openWorld, type World } from './support/world.ts';

let world: World;
let ada: Person;
const devices = new Devices();
const story = (name: string, act: () => Promise<void>) => test(name, act, 4 * PATIENCE);

beforeAll(async () => {
  world = await openWorld();
  ada = await world.person();
  await devices.done(
    'terminal',
    ['join', '--invite', world.server.setupLink ?? '', '--username', 'ada', '--workspace', 'Harbour'],
    { env: { SOTTO_PASSWORD: PASSWORD } },
  );
  await signIn(ada.page, world.server.url, {
    name: 'ada',
    username: 'ada',
    password: PASSWORD,
    recoveryCode: '',
  });
}, 4 * PATIENCE);
afterAll(async () => {
  await world.close();
  devices.remove();
});

story('the dialog begins notes, which nobody else is asked about', async () => {
  const { page } = ada;
  await page.getByRole('button', { name: 'New conversation', exact: true }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByRole('button', { name: 'Notes to self' }).waitFor({ timeout: PATIENCE });
  expect(await accessible(page)).toEqual([]);
  await dialog.getByLabel('People', { exact: true }).fill('ada');
  await dialog.getByRole('button', { name: 'Start', exact: true }).click();
  await page.getByRole('heading', { name: 'Notes to self' }).waitFor({ timeout: PATIENCE });
  await page.getByPlaceholder('Write a note', { exact: true }).waitFor({ timeout: PATIENCE });
  expect(await page.getByRole('link', { name: 'Verify', exact: true }).count()).toBe(0);
  await page.getByText('Only you can read what is written here').waitFor();
  await send(page, 'Return the borrowed rope.');
  await waitForStatus(page, 'Return the borrowed rope.', /^Sent$/);
  await page.getByText('Every note is sealed for your own devices.').waitFor();
  expect(await accessible(page)).toEqual([]);
  await conversations(page).getByRole('link', { name: 'Notes to self' }).waitFor();
});

story('the command line has them, by one’s own name, and what it writes is one’s own', async () => {
  const { page } = ada;
  const read = async () => {
    await devices.done('terminal', ['listen', '--timeout', '1s']);
    return (await devices.done('terminal', ['history', '--with', 'ada'])).map(({ text }) => text);
  };
  await until(read, (texts) => texts.includes('Return the borrowed rope.'));
  await devices.done('terminal', ['send', '--to', 'ada', 'Rope is back.']);
  await messages(page, 'Rope is back.').waitFor({ timeout: PATIENCE });
  const row = conversations(page).getByRole('link', { name: 'Notes to self' });
  expect(await row.locator('[data-unread]').isHidden()).toBe(true);
  const [known] = await devices.done('terminal', ['conversations']);
  expect(known).toMatchObject({ kind: 'direct', with: null, members: [expect.any(String)] });
});

story('a private file is found by its name, and its details say what it is', async () => {
  const { page } = ada;
  const file = devices.home('Packing list.txt');
  await Bun.write(file, 'rope, string, glue');
  await devices.done('terminal', ['send', '--to', 'ada', '--file', file]);
  const card = timeline(page).getByRole('article').filter({ hasText: 'Packing list.txt' });
  await card.waitFor({ timeout: PATIENCE });
  await page.getByRole('searchbox', { name: 'Search', exact: true }).fill('packing');
  const hit = page.getByRole('link', { name: /Packing list\.txt/ });
  await hit.waitFor({ timeout: PATIENCE });
  await page.getByRole('button', { name: 'Has a file', exact: true }).click();
  await hit.waitFor({ timeout: PATIENCE });
  expect(await accessible(page)).toEqual([]);
  await page.getByRole('button', { name: 'Has a link', exact: true }).click();
  await page.getByRole('status').getByText('Nothing found.').waitFor({ timeout: PATIENCE });
  await page.getByRole('button', { name: 'Has a link', exact: true }).click();
  await hit.click();
  await card.hover();
  await card.getByRole('button', { name: 'More', exact: true }).click();
  await page.getByRole('menuitem', { name: 'Details' }).click();
  const details = page.getByRole('dialog', { name: 'Message details' });
  await details.getByText('text/plain, 18 bytes').waitFor({ timeout: PATIENCE });
  expect(await accessible(page)).toEqual([]);
  await page.keyboard.press('Escape');
});

story('the file leaves the server with its message', async () => {
  const used = async () => {
    const [usage] = await devices.done('terminal', ['files', '--usage']);
    return usage?.used;
  };
  expect(await used()).toBe(18 + 16);
  const said = await devices.done('terminal', ['history', '--with', 'ada']);
  const message = said.find(({ kind }) => kind === 'file');
  await devices.done('terminal', ['delete', String(message?.id)]);
  await until(
    async () => {
      await devices.done('terminal', ['listen', '--timeout', '1s']);
      return used();
    },
    (bytes) => bytes === 0,
  );
});

story('the switcher goes there', async () => {
  const { page } = ada;
  await page.goto(world.server.url);
  await conversations(page).getByRole('link', { name: 'Notes to self' }).waitFor();
  await page.keyboard.press('Control+k');
  await page.getByRole('combobox').fill('notes');
  await page.getByRole('option', { name: 'Notes to self' }).click();
  await messages(page, 'Rope is back.').waitFor({ timeout: PATIENCE });
  expect(world.complaints()).toEqual([]);
});
