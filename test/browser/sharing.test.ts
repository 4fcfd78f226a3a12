/** Links for people without an account: they fetch a file, and hand files in. The member is on the command line. */
import { afterAll, beforeAll, expect, test } from 'bun:test';
import { createHash } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import type { Page } from 'playwright-core';
import { Devices, type Line } from '../support/client.ts';
import { accessible } from './support/axe.ts';
import type { Person } from './support/browser.ts';
import { PASSWORD, PATIENCE } from './support/flows.ts';
import { openWorld, type World } from './support/world.ts';

const LINK_PASSWORD = 'drei kleine Schiffe';
const MIB = 1024 * 1024;
const NAME = 'Bericht ü.pdf';

let world: World;
let devices: Devices;
let outsider: Person;
/** The id of the file that is shared, and its bytes. */
let file = '';
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
  await ada(
    [
      'join',
      '--invite',
      world.server.setupLink ?? '',
      '--workspace',
      'Harbour Lab',
      '--username',
      'ada',
      '--name',
      'Ada Kern',
    ],
    { SOTTO_PASSWORD: PASSWORD },
  );
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

  const cut = await share();
  await page.goto('about:blank');
  await page.goto(cut.url.slice(0, -3));
  await page.getByText('Part of the link is missing.').waitFor({ timeout: PATIENCE });
  const other = cut.url.split('#')[0] ?? '';
  await page.goto('about:blank');
  await page.goto(`${other}#${'A'.repeat(43)}`);
  await open(page).click();
  await page.getByText('This link does not fit what the server has').waitFor({ timeout: PATIENCE });
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
  const other = waiting.find(({ name }) => name !== 'party.txt');
  const kept = await first(ada(['requests', '--keep', String(text?.id)]));
  await ada(['download', String(kept.id), '--out', devices.home('out')]);
  expect(readFileSync(`${devices.home('out')}/party.txt`, 'utf8')).toBe('We all came.');
  await ada(['requests', '--throw-away', String(other?.id)]);
  expect((await ada(['requests'])).filter(({ event }) => event === 'received')).toEqual([]);
  await ada(['requests', '--revoke', String(made.id)]);
  await page.goto('about:blank');
  await page.goto(String(made.url));
  await page.getByRole('heading', { name: 'This link is over' }).waitFor({ timeout: PATIENCE });
});

story('without a script the pages say why, are kept by nobody and listed nowhere', async () => {
  const { url } = await share();
  for (const address of [url.split('#')[0] ?? '', `${world.server.url}/r/${'0'.repeat(32)}`]) {
    const answer = await fetch(address);
    expect(answer.headers.get('cache-control')).toBe('no-store');
    expect(answer.headers.get('x-robots-tag')).toContain('noindex');
    expect(answer.headers.get('referrer-policy')).toBe('same-origin');
    expect(await answer.text()).toContain('browsers send to no server');
  }
});
