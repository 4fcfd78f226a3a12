/** Sending files from a browser: picked, pasted, dropped; slow lines, cut ones, closed pages. One story. */
import { afterAll, beforeAll, expect, test } from 'bun:test';
import { mkdirSync, readFileSync, truncateSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import type { Locator, Page } from 'playwright-core';
import { orientationTiff } from '../../src/client/files/photo/exif.ts';
import { exifSegment, exifTiff, JFIF, jpegOf } from '../../src/client/testing/photos.ts';
import { MAX_RUN_CHUNKS } from '../../src/contract/files.ts';
import { loadAssets } from '../../src/embedded.ts';
import { startApp, type TestApp } from '../support/app.ts';
import { Devices } from '../support/client.ts';
import { accessible } from './support/axe.ts';
import { openPerson, type Person, sharedBrowser } from './support/browser.ts';
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

let app: TestApp;
let ada: Person;
/** The one that ada looks at. */
let page: Page;
const devices = new Devices();
const BEN = { name: 'ben', username: 'ben' };
const MIB = 1024 * 1024;

/** The server takes so many chunks; the others wait until it is opened. */
const gate = { passes: Number.POSITIVE_INFINITY, opened: Promise.withResolvers<void>() };
/** The server says what it has of a file after this. */
let asking: Promise<void> = Promise.resolve();
const hold = (passes: number) => Object.assign(gate, { passes, opened: Promise.withResolvers<void>() });
function open(): void {
  gate.passes = Number.POSITIVE_INFINITY;
  gate.opened.resolve();
}

const story = (name: string, tell: () => Promise<void>) => test(name, tell, 2 * PATIENCE);

beforeAll(async () => {
  app = await startApp({ assets: await loadAssets() });
  const { files, invites } = app.deps.services;
  const { putChunks, record } = files;
  Object.assign(files, {
    record: async (...asked: Parameters<typeof record>) => {
      await asking;
      return record(...asked);
    },
    putChunks: async (...run: Parameters<typeof putChunks>) => {
      const [, , , sealed] = run;
      if (gate.passes < sealed.length) await gate.opened.promise;
      else gate.passes -= sealed.length;
      return putChunks(...run);
    },
  });
  ada = await openPerson(await sharedBrowser(), { expected: /net::ERR_/ });
  page = ada.page;
  await createWorkspace(page, `${app.origin}/setup#${await invites.createSetupToken()}`);
  const invite = await createInvite(page);
  await devices.done('ben', ['join', '--invite', invite, '--username', BEN.username], {
    env: { SOTTO_PASSWORD: PASSWORD },
  });
  await page.goto(app.origin);
  await openConversation(page, BEN);
}, 4 * PATIENCE);
afterAll(async () => {
  open();
  await ada.context.close();
  await app.stop();
  devices.remove();
});

/** A file on the disk, by its path: pages get no copy of it. */
function named(name: string, size: number, words = name): string {
  const path = join(devices.folder, 'given', name);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, Buffer.alloc(size, words));
  return path;
}
/** As a phone takes it: its Exif says where. */
const PHOTO = jpegOf(JFIF, exifSegment(exifTiff(6)));
function photo(name: string): string {
  const path = named(name, 0);
  writeFileSync(path, PHOTO);
  return path;
}
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

/** Cuts off the end of all of it: the browser has lost it. */
const cutSpools = (page: Page) =>
  page.evaluate(async () => {
    const root = await navigator.storage.getDirectory();
    const all = await root.getDirectoryHandle('uploads');
    for await (const account of all.keys()) {
      const folder = await all.getDirectoryHandle(account);
      for await (const name of folder.keys()) {
        const file = await (await folder.getFileHandle(name)).createWritable({ keepExistingData: true });
        await file.truncate(2 ** 20);
        await file.close();
      }
    }
  });

/** Puts a file where the folder of sealed chunks would be: as in a browser that has no place for them. */
const withoutSpool = (page: Page) =>
  page.evaluate(async () => {
    const root = await navigator.storage.getDirectory();
    await root.removeEntry('uploads', { recursive: true });
    await root.getFileHandle('uploads', { create: true });
  });
/** There is room for it again. */
const withSpool = (page: Page) =>
  page.evaluate(async () => (await navigator.storage.getDirectory()).removeEntry('uploads'));

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

/** A path, or bytes that were made in the test. */
type Given = string | { readonly name: string; readonly mimeType: string; readonly buffer: Buffer };

async function pick(page: Page, ...files: readonly Given[]): Promise<void> {
  const chosen = page.waitForEvent('filechooser');
  await page.getByRole('button', { name: 'Attach files', exact: true }).click();
  const chooser = await chosen;
  const paths = files.filter((each) => typeof each === 'string');
  const made = files.filter((each) => typeof each !== 'string');
  await (paths.length > 0 ? chooser.setFiles(paths) : chooser.setFiles(made));
  for (const name of [...paths.map((path) => basename(path)), ...made.map((each) => each.name)])
    await tray(page).getByText(name).waitFor({ timeout: PATIENCE });
}

story('picked files stand above the box, and leave with the message', async () => {
  await pick(page, named('notes.bin', 3000), named('empty.bin', 0));
  await page.getByText('2 files attached', { exact: true }).waitFor({ state: 'attached', timeout: PATIENCE });
  expect(await accessible(page)).toEqual([]);
  // What is picked waits for words, or for Enter.
  await composer(page).and(page.locator(':focus')).waitFor({ timeout: PATIENCE });
  await page.keyboard.type('Two files.');
  await page.keyboard.press('Enter');
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
  await composer(page).fill('A walk.');
  await composer(page).press('Enter');
  await articles(page, 'A walk.').waitFor({ timeout: PATIENCE });
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
  const small = named('small.txt', 5);
  const chosen = page.waitForEvent('filechooser');
  await page.getByRole('button', { name: 'Attach files', exact: true }).click();
  await (await chosen).setFiles([large, small]);
  await page.getByText(/film\.mp4 was left out: it has 2\.1\sGB/).waitFor({ timeout: PATIENCE });
  await tray(page).getByText('small.txt').waitFor({ timeout: PATIENCE });
  await tray(page).getByRole('button', { name: 'Remove small.txt' }).click();
});

story('a slow upload says how far it is, and can be called off', async () => {
  hold(5);
  await pick(page, named('slow.bin', 9 * MIB));
  await composer(page).press('Enter');
  const bar = pending(page).getByRole('progressbar', { name: 'slow.bin' });
  await bar.waitFor({ timeout: PATIENCE });
  await pending(page)
    .getByText(/^[1-5](?:\.\d)?\sMB of 9\.4\sMB$/)
    .waitFor({ timeout: PATIENCE });
  const share = await bar.evaluate((each: HTMLProgressElement) => each.value);
  expect([1, 2, 3, 4, 5].some((chunks) => Math.abs(share - chunks / 9) < 0.01)).toBe(true);
  expect(await accessible(page)).toEqual([]);
  await pending(page).getByRole('button', { name: 'Cancel: slow.bin' }).click();
  await pending(page).waitFor({ state: 'detached', timeout: PATIENCE });
  expect(await articles(page, 'slow.bin').count()).toBe(0);
  open();
});

story('a line that is cut is waited for, and the message is said once', async () => {
  await ada.context.setOffline(true);
  await pick(page, named('cut.bin', 2 * MIB));
  await composer(page).fill('Over the hill.');
  await composer(page).press('Enter');
  await pending(page)
    .getByText(/cannot be reached|^Offline: it goes on by itself/)
    .waitFor({ timeout: PATIENCE });
  expect(await accessible(page)).toEqual([]);
  const hidden = () => timeline(page).evaluate((log) => log.scrollHeight - log.scrollTop - log.clientHeight);
  await until(hidden, (pixels) => pixels < 2);
  // Sealed here already: the page may be closed before the line is back.
  await until(
    () => spooled(page),
    (names) => names.some((name) => name.endsWith('.all')),
  );
  await ada.context.setOffline(false);
  await articles(page, 'cut.bin').waitFor({ timeout: PATIENCE });
  await pending(page).waitFor({ state: 'detached', timeout: PATIENCE });
  expect(await articles(page, 'Over the hill.').count()).toBe(1);
});

story(
  'what was being sent when its page was closed goes on in the next one, and then in another tab [R28]',
  async () => {
    hold(2);
    await pick(page, named('tide.bin', 4 * MIB + 5));
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

story('where the browser has lost some of what it kept, the file is asked for, and goes on', async () => {
  hold(2);
  // More than leaves at a time: what is on its way when the page is closed still arrives.
  const file = named('ebb.bin', 30 * MIB + 5);
  await pick(page, file);
  await composer(page).press('Enter');
  await until(
    () => spooled(page),
    (names) => names.some((name) => name.endsWith('.all')),
  );
  const address = page.url();
  await page.close({ runBeforeUnload: true });
  page = await ada.newPage();
  await page.goto(`${app.origin}/healthz`);
  await cutSpools(page);
  open();
  await page.goto(address);
  const again = pending(page).getByRole('button', { name: 'Choose the file again: ebb.bin' });
  await again.waitFor({ timeout: PATIENCE });
  await pending(page).getByText('This file is not at hand any more').waitFor({ timeout: PATIENCE });
  const chosen = page.waitForEvent('filechooser');
  await again.click();
  await (await chosen).setFiles(file);
  await articles(page, 'ebb.bin').waitFor({ timeout: PATIENCE });
  expect(await spooled(page)).toEqual([]);
});

story(
  'where it cannot be kept the browser asks before it closes, and then the same file is chosen again',
  async () => {
    const file = named('large.bin', 20 * MIB);
    await withoutSpool(page);
    // As many as may come in one request, which they do on a line that was quick before.
    hold(MAX_RUN_CHUNKS);
    await pick(page, file);
    await composer(page).press('Enter');
    await pending(page)
      .getByText(/^[1-8](?:\.\d)?\sMB of/)
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
    await withSpool(page);
    const { promise, resolve } = Promise.withResolvers<void>();
    asking = promise;
    const choose = async (path: string) => {
      const chosen = page.waitForEvent('filechooser');
      await again.click();
      await (await chosen).setFiles(path);
    };
    // All of it is sealed before it turns out to be another file: nothing of that may stand in the way of the right one.
    await choose(named('another.bin', 20 * MIB));
    await until(
      () => spooled(page),
      (names) => names.some((name) => name.endsWith('.all')),
    );
    resolve();
    open();
    await page.getByText('This is not the file that was being sent').first().waitFor({ timeout: PATIENCE });
    await choose(file);
    await articles(page, 'large.bin').waitFor({ timeout: PATIENCE });
  },
);

story('everything arrived as it was', async () => {
  const received = await devices.done('ben', ['listen', '--count', '6', '--timeout', '30s']);
  for (const { id } of received.filter(({ event }) => event === 'message'))
    await devices.done('ben', ['download', String(id), '--out', devices.folder]);
  for (const [name, size] of [
    ['notes.bin', 3000],
    ['empty.bin', 0],
    ['cut.bin', 2 * MIB],
    ['tide.bin', 4 * MIB + 5],
    ['ebb.bin', 30 * MIB + 5],
    ['large.bin', 20 * MIB],
  ] as const)
    expect(readFileSync(join(devices.folder, name)).equals(Buffer.alloc(size, name))).toBe(true);
  expect(readFileSync(join(devices.folder, 'kept.jpg')).equals(PHOTO)).toBe(true);
  const clean = jpegOf(exifSegment(orientationTiff(6)), JFIF);
  expect(readFileSync(join(devices.folder, 'walk.jpg')).equals(clean)).toBe(true);
});
