/** Sending files from a browser: picked, pasted, dropped; slow lines, cut ones, closed pages. One story. */
import { afterAll, beforeAll, expect, test } from 'bun:test';
import { readFileSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Locator, Page } from 'playwright-core';
import { orientationTiff } from '../../src/client/files/photo/exif.ts';
import { exifSegment, exifTiff, JFIF, jpegOf } from '../../src/client/testing/photos.ts';
import { Devices } from '../support/client.ts';
import { accessible } from './support/axe.ts';
import type { Person } from './support/browser.ts';
import {
  composer,
  createInvite,
  createWorkspace,
  openConversation,
  PASSWORD,
  PATIENCE,
  timeline,
  until,
} from './support/flows.ts';
import { openWorld, type World } from './support/world.ts';

let world: World;
let ada: Person;
/** The one that ada looks at. */
let page: Page;
const devices = new Devices();
const BEN = { name: 'ben', username: 'ben' };
const MIB = 1024 * 1024;

/** The line to the server, for chunks of files: so many pass, then they wait, or it is cut. */
const line = { passes: Number.POSITIVE_INFINITY, isCut: false, opened: Promise.withResolvers<void>() };
const hold = (passes: number) => Object.assign(line, { passes, opened: Promise.withResolvers<void>() });
function open(): void {
  Object.assign(line, { passes: Number.POSITIVE_INFINITY, isCut: false });
  line.opened.resolve();
}

const story = (name: string, tell: () => Promise<void>) => test(name, tell, 2 * PATIENCE);

beforeAll(async () => {
  world = await openWorld();
  ada = await world.person({ expected: /\/chunks\/|net::ERR_/ });
  await ada.context.route(/\/chunks\/\d+$/, async (route) => {
    if (line.isCut) return route.abort('connectionfailed').catch(() => {});
    line.passes -= 1;
    if (line.passes < 0) await line.opened.promise;
    // Its page may be gone by now.
    return route.continue().catch(() => {});
  });
  page = ada.page;
  await createWorkspace(page, world.server.setupLink ?? '');
  const invite = await createInvite(page);
  await devices.done('ben', ['join', '--invite', invite, '--username', BEN.username], {
    env: { SOTTO_PASSWORD: PASSWORD },
  });
  await page.goto(world.server.url);
  await openConversation(page, BEN);
}, 4 * PATIENCE);
afterAll(async () => {
  await world.close();
  devices.remove();
});

const named = (name: string, size: number, mimeType = 'application/octet-stream') => ({
  name,
  mimeType,
  buffer: Buffer.alloc(size, name),
});
/** As a phone takes it: its Exif says where. */
const photo = (name: string) => ({
  name,
  mimeType: 'image/jpeg',
  buffer: Buffer.from(jpegOf(JFIF, exifSegment(exifTiff(6)))),
});
/** Files on their way, in the timeline. */
const pending = (page: Page): Locator =>
  timeline(page).getByRole('article', { name: 'Your message, on its way' });
const tray = (page: Page): Locator => page.getByRole('list', { name: 'Attached files' });
const articles = (page: Page, name: string): Locator =>
  timeline(page).getByRole('article').filter({ hasText: name }).and(page.locator('[data-kind=text]'));

/** Names of what lies sealed in this browser, of uploads that are not complete. */
const spooled = (page: Page): Promise<readonly string[]> =>
  page.evaluate(async () => {
    const names: string[] = [];
    const root = await navigator.storage.getDirectory();
    const all = await root.getDirectoryHandle('uploads', { create: true });
    for await (const account of all.keys())
      for await (const name of (await all.getDirectoryHandle(account)).keys()) names.push(name);
    return names;
  });

/** Gives files to the page as a mouse or the clipboard does. */
const give = (page: Page, way: 'drop' | 'paste', ...names: readonly string[]) =>
  page.evaluate(
    ([how, all]) => {
      const data = new DataTransfer();
      for (const name of all) data.items.add(new File([`${name} was given.`], name, { type: 'text/plain' }));
      const composer = document.querySelector('sotto-composer');
      const options = { bubbles: true, cancelable: true, composed: true };
      if (how === 'paste') {
        const box = composer?.shadowRoot?.querySelector('textarea');
        box?.dispatchEvent(new ClipboardEvent('paste', { ...options, clipboardData: data }));
        return '';
      }
      const log = document.querySelector('#timeline');
      const drag = (type: string) =>
        log?.dispatchEvent(new DragEvent(type, { ...options, dataTransfer: data }));
      drag('dragenter');
      drag('dragover');
      const place = composer?.parentElement;
      const words = place ? getComputedStyle(place, '::after').content : '';
      drag('drop');
      return words;
    },
    [way, names] as const,
  );

async function pick(page: Page, ...files: readonly ReturnType<typeof named>[]): Promise<void> {
  const chosen = page.waitForEvent('filechooser');
  await page.getByRole('button', { name: 'Attach files', exact: true }).click();
  await (await chosen).setFiles([...files]);
  for (const { name } of files) await tray(page).getByText(name).waitFor({ timeout: PATIENCE });
}

story('picked files stand above the box, and leave with the message', async () => {
  await pick(page, named('notes.bin', 3000), named('empty.bin', 0));
  await page.getByText('2 files attached', { exact: true }).waitFor({ state: 'attached', timeout: PATIENCE });
  expect(await accessible(page)).toEqual([]);
  await composer(page).fill('Two files.');
  await composer(page).press('Enter');
  await articles(page, 'notes.bin').waitFor({ timeout: PATIENCE });
  await tray(page).waitFor({ state: 'hidden', timeout: PATIENCE });
  await pending(page).waitFor({ state: 'detached', timeout: PATIENCE });
});

story('[R33] a photo leaves without the place where it was taken, unless that is kept', async () => {
  await pick(page, photo('walk.jpg'), photo('kept.jpg'));
  const item = (name: string) => tray(page).getByRole('listitem').filter({ hasText: name });
  for (const name of ['walk.jpg', 'kept.jpg'])
    await item(name).getByText('Location removed').waitFor({ timeout: PATIENCE });
  await item('kept.jpg').getByLabel('Keep location').check();
  await item('kept.jpg').getByText('Tells where it was taken').waitFor({ timeout: PATIENCE });
  expect(await accessible(page)).toEqual([]);
  await composer(page).press('Enter');
  await articles(page, 'walk.jpg').waitFor({ timeout: PATIENCE });
});

story('pasted and dropped files are taken, ten at most, each with a thing to take it away', async () => {
  await give(page, 'paste', 'pasted.txt');
  await tray(page).getByText('pasted.txt').waitFor({ timeout: PATIENCE });
  expect(await give(page, 'drop', 'dropped.txt')).toContain('Drop files here to attach them');
  await tray(page).getByText('dropped.txt').waitFor({ timeout: PATIENCE });
  await give(page, 'drop', ...Array.from({ length: 11 }, (_, n) => `many-${n}.txt`));
  await page.getByText('3 files were left out: a message takes 10.').waitFor({ timeout: PATIENCE });
  expect(await tray(page).getByRole('listitem').count()).toBe(10);
  expect(await accessible(page)).toEqual([]);
  for (let left = 10; left > 0; left--) {
    await tray(page)
      .getByRole('button', { name: /^Remove / })
      .first()
      .press('Enter');
    await until(
      () => tray(page).getByRole('listitem').count(),
      (count) => count === left - 1,
    );
  }
  await composer(page).and(page.locator(':focus')).waitFor({ timeout: PATIENCE });
});

story('a file above the limit is named, and the others stay', async () => {
  const large = join(devices.folder, 'film.mp4');
  writeFileSync(large, '');
  truncateSync(large, 2 * 1024 * MIB + 1);
  const small = join(devices.folder, 'small.txt');
  writeFileSync(small, 'small');
  const chosen = page.waitForEvent('filechooser');
  await page.getByRole('button', { name: 'Attach files', exact: true }).click();
  await (await chosen).setFiles([large, small]);
  await page.getByText(/film\.mp4 was left out: it has 2\.1\sGB/).waitFor({ timeout: PATIENCE });
  await tray(page).getByText('small.txt').waitFor({ timeout: PATIENCE });
  await tray(page).getByRole('button', { name: 'Remove small.txt' }).click();
});

story('a slow upload says how far it is, and can be called off', async () => {
  hold(2);
  await pick(page, named('slow.bin', 6 * MIB));
  await composer(page).press('Enter');
  const bar = pending(page).getByRole('progressbar', { name: 'slow.bin' });
  await bar.waitFor({ timeout: PATIENCE });
  await pending(page)
    .getByText(/^[12](?:\.1)?\sMB of 6\.3\sMB$/)
    .waitFor({ timeout: PATIENCE });
  const share = await bar.evaluate((each: HTMLProgressElement) => each.value);
  expect([1 / 6, 1 / 3].some((expected) => Math.abs(share - expected) < 0.01)).toBe(true);
  expect(await accessible(page)).toEqual([]);
  await pending(page).getByRole('button', { name: 'Cancel: slow.bin' }).click();
  await pending(page).waitFor({ state: 'detached', timeout: PATIENCE });
  expect(await articles(page, 'slow.bin').count()).toBe(0);
  open();
});

story('a line that is cut is waited for, and the message is said once', async () => {
  line.isCut = true;
  await pick(page, named('cut.bin', 2 * MIB));
  await composer(page).fill('Over the hill.');
  await composer(page).press('Enter');
  await pending(page).getByText('cannot be reached').waitFor({ timeout: PATIENCE });
  expect(await accessible(page)).toEqual([]);
  open();
  await articles(page, 'cut.bin').waitFor({ timeout: PATIENCE });
  await pending(page).waitFor({ state: 'detached', timeout: PATIENCE });
  expect(await articles(page, 'Over the hill.').count()).toBe(1);
});

story(
  'what was being sent when its page was closed goes on in the next one, and then in another tab [R28]',
  async () => {
    hold(2);
    await pick(page, named('tide.bin', 8 * MIB + 5));
    await composer(page).press('Enter');
    await until(
      () => spooled(page),
      (names) => names.some((name) => name.endsWith('.all')),
    );
    const address = page.url();
    await page.close({ runBeforeUnload: true });
    const next = await ada.newPage();
    await next.goto(address);
    await pending(next).getByText('tide.bin').waitFor({ timeout: PATIENCE });
    page = await ada.newPage();
    await page.goto(address);
    await pending(page).getByText('tide.bin').waitFor({ timeout: PATIENCE });
    await next.close({ runBeforeUnload: true });
    open();
    await articles(page, 'tide.bin').waitFor({ timeout: PATIENCE });
    await pending(page).waitFor({ state: 'detached', timeout: PATIENCE });
    expect(await spooled(page)).toEqual([]);
  },
);

story(
  'without room to keep it the browser asks before it closes, and then the same file is chosen again',
  async () => {
    const file = named('large.bin', 6 * MIB);
    const session = await ada.context.newCDPSession(page);
    await session.send('Storage.overrideQuotaForOrigin', { origin: world.server.url, quotaSize: 60 * MIB });
    hold(2);
    await pick(page, file);
    await composer(page).press('Enter');
    await pending(page)
      .getByText(/^[12](?:\.1)?\sMB of/)
      .waitFor({ timeout: PATIENCE });
    const asked = page.waitForEvent('dialog');
    const address = page.url();
    await page.close({ runBeforeUnload: true });
    const dialog = await asked;
    expect(dialog.type()).toBe('beforeunload');
    const closed = page.waitForEvent('close');
    await dialog.accept();
    await closed;
    page = await ada.newPage();
    await page.goto(address);
    const again = pending(page).getByRole('button', { name: 'Choose the file again: large.bin' });
    await again.waitFor({ timeout: PATIENCE });
    expect(await accessible(page)).toEqual([]);
    open();
    const choose = async (buffer: Buffer) => {
      const chosen = page.waitForEvent('filechooser');
      await again.click();
      await (await chosen).setFiles({ ...file, buffer });
    };
    await choose(Buffer.alloc(6 * MIB, 'another one'));
    await page.getByText('This is not the file that was being sent').first().waitFor({ timeout: PATIENCE });
    await choose(file.buffer);
    await articles(page, 'large.bin').waitFor({ timeout: PATIENCE });
  },
);

story('everything arrived as it was', async () => {
  const received = await devices.done('ben', ['listen', '--count', '5', '--timeout', '30s']);
  for (const { id } of received.filter(({ event }) => event === 'message'))
    await devices.done('ben', ['download', String(id), '--out', devices.folder]);
  for (const [name, size] of [
    ['notes.bin', 3000],
    ['empty.bin', 0],
    ['cut.bin', 2 * MIB],
    ['tide.bin', 8 * MIB + 5],
    ['large.bin', 6 * MIB],
  ] as const)
    expect(readFileSync(join(devices.folder, name)).equals(named(name, size).buffer)).toBe(true);
  expect(readFileSync(join(devices.folder, 'kept.jpg')).equals(photo('').buffer)).toBe(true);
  const clean = jpegOf(exifSegment(orientationTiff(6)), JFIF);
  expect(readFileSync(join(devices.folder, 'walk.jpg')).equals(clean)).toBe(true);
});
