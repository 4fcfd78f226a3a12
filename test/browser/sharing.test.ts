/** Links for people without an account: they fetch a file, and hand files in. The member is in a browser and on the command line. */
import { afterAll, beforeAll, expect, test } from 'bun:test';
import { createHash } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import type { Page } from 'playwright-core';
import { Devices, type Line } from '../support/client.ts';
import { accessible } from './support/axe.ts';
import type { Person } from './support/browser.ts';
import { conversations, createWorkspace, PASSWORD, PATIENCE } from './support/flows.ts';
import { openWorld, type World } from './support/world.ts';

const LINK_PASSWORD = 'drei kleine Schiffe';
const MIB = 1024 * 1024;
const NAME = 'Bericht ü.pdf';

let world: World;
let devices: Devices;
let member: Person;
let outsider: Person;
/** The id of the file that is shared, and its bytes. */
let file = '';
/** A link with a password. */
let withPassword = '';
const bytes = new Uint8Array(2 * MIB + 17).map((_, at) => (at * 7) % 251);

const story = (name: string, act: () => Promise<void>) => test(name, act, 2 * PATIENCE);
const ada = (args: readonly string[], env: Readonly<Record<string, string>> = {}) =>
  devices.done('ada', args, { env });
const first = async (lines: Promise<readonly Line[]>): Promise<Line> => {
  const [line] = await lines;
  if (line === undefined) throw new Error('nothing was printed');
  return line;
};
const share = async (...args: string[]) => {
  const made = await first(ada(['share', file, ...args], { LINK_PASSWORD }));
  return { id: String(made.id), url: String(made.url) };
};
const open = (page: Page) => page.getByRole('button', { name: 'Open', exact: true });
const sha256 = (data: Uint8Array) => createHash('sha256').update(data).digest('hex');

beforeAll(async () => {
  world = await openWorld();
  devices = new Devices();
  member = await world.person();
  await createWorkspace(member.page, world.server.setupLink ?? '');
  await ada(['login', '--server', world.server.url, '--username', 'ada'], { SOTTO_PASSWORD: PASSWORD });
  writeFileSync(devices.home(NAME), bytes);
  const sent = await first(ada(['send', '--to', 'ada', '--file', devices.home(NAME)]));
  file =
    (sent.files as readonly { readonly id: string }[])[0]?.id ?? String((sent.files as readonly string[])[0]);
  outsider = await world.person();
  // The browser's own dialog for saving is nobody's to press here.
  await outsider.context.addInitScript(() => Reflect.deleteProperty(window, 'showSaveFilePicker'));
}, 2 * PATIENCE);
afterAll(async () => {
  await world.close();
  devices.remove();
});

story('an outsider opens a link with its password and gets the very bytes', async () => {
  const { page } = outsider;
  const asked: string[] = [];
  page.on('request', (request) => asked.push(request.url()));
  const { url } = await share('--password-env', 'LINK_PASSWORD', '--downloads', '2');
  withPassword = url;
  await page.goto(url);
  await page.getByText('A file of 2.1 MB.').waitFor({ timeout: PATIENCE });
  await page.getByRole('heading', { name: 'A file for you' }).first().waitFor();
  expect(await accessible(page)).toEqual([]);
  await page.getByLabel('Password', { exact: true }).fill('falsch');
  await open(page).click();
  await page
    .getByText('That is not the password of this link. Please try again.')
    .waitFor({ timeout: PATIENCE });
  expect(await accessible(page)).toEqual([]);
  await page.getByLabel('Password', { exact: true }).fill(LINK_PASSWORD);
  await open(page).click();
  await page.getByRole('heading', { name: NAME }).waitFor({ timeout: PATIENCE });
  await page.getByText('File · 2.1 MB · until').waitFor();
  expect(await accessible(page)).toEqual([]);
  const saving = page.waitForEvent('download', { timeout: PATIENCE });
  await page.getByRole('button', { name: 'Save', exact: true }).click();
  const download = await saving;
  expect(download.suggestedFilename()).toBe(NAME);
  expect(sha256(readFileSync(await download.path()))).toBe(sha256(bytes));
  await page.getByText('Saved. Every part of it is as it was sent.').waitFor({ timeout: PATIENCE });
  // The key stays in the fragment.
  const key = url.split('#')[1] ?? '?';
  expect(asked.filter((each) => each.includes(key) && !each.endsWith(`#${key}`))).toEqual([]);
});

story('a link that was used up, taken back or not copied whole says so, and shows nothing', async () => {
  const { page } = outsider;
  const once = await share('--downloads', '1');
  await page.goto(once.url);
  await open(page).click();
  await page.getByRole('heading', { name: NAME }).waitFor({ timeout: PATIENCE });
  await page.goto('about:blank');
  await page.goto(once.url);
  await page.getByRole('heading', { name: 'This link is over' }).waitFor({ timeout: PATIENCE });
  expect(await accessible(page)).toEqual([]);

  const ended = await share();
  await page.goto('about:blank');
  await page.goto(ended.url);
  await open(page).click();
  await page.getByRole('heading', { name: NAME }).waitFor({ timeout: PATIENCE });
  await ada(['shares', '--revoke', ended.id]);
  // What is being fetched ends with the link.
  await page.getByRole('button', { name: 'Save', exact: true }).click();
  await page.getByText('This file is not on the server any more').waitFor({ timeout: PATIENCE });

  await page.goto('about:blank');
  await page.goto(withPassword.slice(0, -3));
  await page.getByText('Part of the link is missing.').waitFor({ timeout: PATIENCE });
  const other = withPassword.split('#')[0] ?? '';
  await page.goto('about:blank');
  await page.goto(`${other}#${'A'.repeat(43)}`);
  await page.getByLabel('Password', { exact: true }).fill(LINK_PASSWORD);
  await open(page).click();
  // Without the key of the link even the right password is none.
  await page.getByText('That is not the password of this link.').waitFor({ timeout: PATIENCE });
});

story('an outsider hands files in, and the member gets them', async () => {
  const { page } = outsider;
  const made = await first(
    ada(['request', '--title', 'Photos of the <b>party</b>', '--files', '2', '--largest', '3']),
  );
  await page.goto(String(made.url));
  await page.getByRole('heading', { name: 'Photos of the <b>party</b>' }).waitFor({ timeout: PATIENCE });
  await page.getByText('Ada Kern asks for this.').waitFor();
  expect(await accessible(page)).toEqual([]);
  await page.locator('input[type=file]').setInputFiles([
    { name: 'party.txt', mimeType: 'text/plain', buffer: Buffer.from('We all came.') },
    { name: 'large.bin', mimeType: '', buffer: Buffer.alloc(3 * MIB + 1) },
    { name: '../evil\u202etxt.exe', mimeType: '', buffer: Buffer.from(bytes) },
    { name: 'third.bin', mimeType: '', buffer: Buffer.alloc(3) },
  ]);
  await page.getByText('Only 2 files are taken here.').waitFor();
  expect(await accessible(page)).toEqual([]);
  await page.getByRole('button', { name: 'Send files' }).click();
  await page.getByRole('heading', { name: 'Your files have arrived' }).waitFor({ timeout: PATIENCE });
  await page.getByText('Ada Kern has 2 files of yours now.').waitFor();
  expect(await accessible(page)).toEqual([]);
  const waiting = (await ada(['requests'])).filter(({ event }) => event === 'received');
  expect(waiting.map(({ name }) => name).toSorted()).toEqual(['_eviltxt.exe', 'party.txt'].toSorted());
  const text = waiting.find(({ name }) => name === 'party.txt');
  const kept = await first(ada(['requests', '--keep', String(text?.id)]));
  await ada(['download', String(kept.id), '--out', devices.home('out')]);
  expect(readFileSync(`${devices.home('out')}/party.txt`, 'utf8')).toBe('We all came.');
});

story('a member makes links in the workspace, and finds there what was handed in', async () => {
  const { page } = member;
  const { page: other } = outsider;
  await page.goto(world.server.url);
  await conversations(page).getByRole('link', { name: 'Notes to self' }).click();
  await page
    .getByRole('button', { name: `More for ${NAME}` })
    .first()
    .click();
  await page.getByRole('menuitem', { name: 'Share…' }).click();
  const dialog = page.getByRole('dialog', { name: `Share ${NAME}` });
  await dialog.getByLabel('It can be opened').selectOption({ label: 'Once' });
  expect(await accessible(page)).toEqual([]);
  await dialog.getByRole('button', { name: 'Make the link' }).click();
  const link = dialog.getByLabel('Link', { exact: true });
  await link.waitFor({ timeout: PATIENCE });
  expect(await accessible(page)).toEqual([]);
  const address = await link.inputValue();
  await dialog.getByRole('button', { name: 'Done' }).click();
  await other.goto('about:blank');
  await other.goto(address);
  await open(other).click();
  await other.getByRole('heading', { name: NAME }).waitFor({ timeout: PATIENCE });

  await page.goto(`${world.server.url}/settings`);
  const links = page.locator('[data-links]');
  await links.getByText('opened 1 of 1 times').first().waitFor({ timeout: PATIENCE });
  await links.getByRole('button', { name: 'Ask for files' }).click();
  const asking = page.getByRole('dialog', { name: 'Ask for files' });
  await asking.getByLabel('What you ask for').fill('Minutes');
  expect(await accessible(page)).toEqual([]);
  await asking.getByRole('button', { name: 'Make the link' }).click();
  const request = asking.getByLabel('Link', { exact: true });
  await request.waitFor({ timeout: PATIENCE });
  const asked = await request.inputValue();
  await asking.getByRole('button', { name: 'Done' }).click();
  await links.getByText('Minutes', { exact: true }).waitFor({ timeout: PATIENCE });

  await other.goto('about:blank');
  await other.goto(asked);
  await other.getByRole('heading', { name: 'Minutes' }).waitFor({ timeout: PATIENCE });
  await other
    .locator('input[type=file]')
    .setInputFiles([{ name: 'minutes.txt', mimeType: 'text/plain', buffer: Buffer.from('We met.') }]);
  await other.getByRole('button', { name: 'Send files' }).click();
  await other.getByRole('heading', { name: 'Your files have arrived' }).waitFor({ timeout: PATIENCE });
  await page.reload();
  await links.getByText('minutes.txt').waitFor({ timeout: PATIENCE });
  expect(await accessible(page)).toEqual([]);
  await links.getByRole('button', { name: 'Keep in Notes to self: minutes.txt' }).click();
  await links.getByText('minutes.txt').waitFor({ state: 'detached', timeout: PATIENCE });
  await conversations(page).getByRole('link', { name: 'Notes to self' }).click();
  await page.getByRole('button', { name: 'More for minutes.txt' }).click({ timeout: PATIENCE });
  await page.getByRole('menuitem', { name: 'Delete the file' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Delete', exact: true }).click();
  await page.getByText('Expired: the server has deleted it.').waitFor({ timeout: PATIENCE });
});

story('without a script the pages say why, are kept by nobody and listed nowhere', async () => {
  for (const address of [withPassword.split('#')[0] ?? '', `${world.server.url}/r/${'0'.repeat(32)}`]) {
    const answer = await fetch(address);
    expect(answer.headers.get('cache-control')).toBe('no-store');
    expect(answer.headers.get('x-robots-tag')).toContain('noindex');
    expect(answer.headers.get('referrer-policy')).toBe('same-origin');
    expect(await answer.text()).toContain('browsers send to no server');
  }
});
