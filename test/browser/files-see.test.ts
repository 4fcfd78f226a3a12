/** Files of messages as their reader sees, plays and saves them, and the pages that list them. One story: each test begins where the last one ended. */
import { Database } from 'bun:sqlite';
import { afterAll, beforeAll, expect, test } from 'bun:test';
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Download, Locator, Page } from 'playwright-core';
import { bytesOf, pngChunk } from '../../src/client/testing/photos.ts';
import { CHUNK_BYTES, CHUNK_OVERHEAD_BYTES } from '../../src/contract/files.ts';
import { PATHS } from '../../src/contract/paths.ts';
import { concat } from '../../src/protocol/codec.ts';
import { Devices, type Line } from '../support/client.ts';
import { accessible } from './support/axe.ts';
import type { Person } from './support/browser.ts';
import {
  conversations,
  createInvite,
  createWorkspace,
  messages,
  PASSWORD,
  PATIENCE,
  until,
} from './support/flows.ts';
import { openWorld, type World } from './support/world.ts';

const REPORT = 'Bericht für alle – final (2).pdf';
const NOTES = 'Masts on Monday.\n<img src=x onerror=alert(1)>\n'.repeat(60);
/** Three chunks. */
const FIRMWARE = Uint8Array.from({ length: 2 * CHUNK_BYTES + 77 }, (_, index) => (index * 31) % 251);

let world: World;
let ada: Person;
let page: Page;
/** Id of the file firmware.bin. */
let firmware = '';
const devices = new Devices();
const folder = mkdtempSync(join(tmpdir(), 'sotto-see-'));

const story = (name: string, tell: () => Promise<void>) => test(name, tell, 2 * PATIENCE);

function put(name: string, bytes: Uint8Array): string {
  const path = join(folder, name);
  writeFileSync(path, bytes);
  return path;
}

/** Sends files as the other person. */
async function sendFiles(text: string, paths: readonly string[], to = ['--to', 'ada']): Promise<Line> {
  const files = paths.flatMap((path) => ['--file', path]);
  const lines = await devices.done('mina', ['send', ...to, ...files, text]);
  const sent = lines.find(({ event }) => event === 'sent');
  if (!sent) throw new Error('nothing was sent');
  return sent;
}

/** Id of a file that was sent. */
function idOf({ files }: Line, name: string): string {
  const found = Array.isArray(files) ? files.find((file) => file?.name === name) : null;
  return String(found?.id ?? '');
}

const save = (place: Locator, name: string) =>
  place.getByRole('button', { name: `Save ${name}`, exact: true });

/** Presses Save and gives the download. */
async function download(place: Locator, name: string): Promise<Download> {
  const begun = page.waitForEvent('download');
  await save(place, name).click();
  return begun;
}

beforeAll(async () => {
  world = await openWorld();
  ada = await world.person({ acceptDownloads: true, expected: /404 .*\/files\/stream\// });
  page = ada.page;
  // The browser's own dialog cannot be driven: saving goes through the service worker.
  await page.addInitScript(() => Reflect.deleteProperty(window, 'showSaveFilePicker'));
  await createWorkspace(page, world.server.setupLink ?? '');
  const invite = await createInvite(page);
  await devices.done('mina', ['join', '--invite', invite, '--username', 'mina', '--name', 'Mina Ito'], {
    env: { SOTTO_PASSWORD: PASSWORD },
  });
}, 4 * PATIENCE);
afterAll(async () => {
  await world.close();
  devices.remove();
  rmSync(folder, { recursive: true, force: true });
});

/** A picture and a film, made by the browser. */
async function makeMedia(): Promise<{ readonly picture: string; readonly film: string }> {
  return page.evaluate(async () => {
    const canvas = document.createElement('canvas');
    [canvas.width, canvas.height] = [320, 240];
    const context = canvas.getContext('2d');
    const encoded = async (blob: Blob | null) =>
      new Uint8Array((await blob?.arrayBuffer()) ?? new ArrayBuffer()).toBase64();
    const paint = (hue: number) => {
      if (!context) return;
      context.fillStyle = `hsl(${hue} 60% 50%)`;
      context.fillRect(0, 0, 320, 240);
    };
    paint(200);
    const picture = await new Promise<Blob | null>((resolve) => canvas.toBlob(resolve));
    const recorder = new MediaRecorder(canvas.captureStream(20), { mimeType: 'video/webm' });
    const parts: Blob[] = [];
    recorder.ondataavailable = ({ data }) => parts.push(data);
    const stopped = new Promise((resolve) => recorder.addEventListener('stop', resolve));
    recorder.start();
    const begun = performance.now();
    while (performance.now() - begun < 1200) {
      paint(performance.now() / 5);
      await new Promise(requestAnimationFrame);
    }
    recorder.stop();
    await stopped;
    return { picture: await encoded(picture), film: await encoded(new Blob(parts)) };
  });
}

story('files of every kind are shown for what they are', async () => {
  const { picture, film } = await makeMedia();
  await page.goto(world.server.url);
  const sent = await sendFiles('Here is everything.', [
    put('harbour.png', Uint8Array.fromBase64(picture)),
    put('tour.webm', Uint8Array.fromBase64(film)),
    put('notes.txt', new TextEncoder().encode(NOTES)),
    put(REPORT, new TextEncoder().encode('%PDF-1.7\n1 0 obj\n<<>>\nendobj\ntrailer<<>>\n%%EOF\n')),
    put('firmware.bin', FIRMWARE),
    put(
      'page.png',
      new TextEncoder().encode('<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'),
    ),
  ]);
  firmware = idOf(sent, 'firmware.bin');
  await conversations(page).getByRole('link', { name: 'Mina Ito' }).click();
  const article = messages(page, 'Here is everything.');
  await save(article, 'firmware.bin').waitFor({ timeout: PATIENCE });
  for (const name of ['Open harbour.png', 'Play tour.webm', 'Open notes.txt'])
    await article.getByRole('button', { name, exact: true }).waitFor();
  await article.getByText('PDF · ').waitFor();
  await article.getByText('File · 2.1 MB').waitFor();
  // Its name says picture, its bytes are markup: it is saved and nothing else.
  await save(article, 'page.png').waitFor();
  expect(await article.getByRole('button', { name: 'Open page.png', exact: true }).count()).toBe(0);
  expect(await accessible(page)).toEqual([]);
  await page.emulateMedia({ colorScheme: 'dark' });
  expect(await accessible(page)).toEqual([]);
  await page.emulateMedia({ colorScheme: null });
});

story('what is saved is byte for byte what was sent, under its name', async () => {
  const article = messages(page, 'Here is everything.');
  for (const name of ['firmware.bin', REPORT]) {
    const saved = await download(article, name);
    expect(saved.suggestedFilename()).toBe(name);
    expect(await saved.failure()).toBeNull();
    expect(readFileSync(await saved.path()).equals(readFileSync(join(folder, name)))).toBe(true);
  }
  await article.getByText('Saved.').first().waitFor({ timeout: PATIENCE });
});

story('the viewer is gone through by keys, seeks in a film, and shows text as text', async () => {
  const article = messages(page, 'Here is everything.');
  const opener = article.getByRole('button', { name: 'Open harbour.png', exact: true });
  await opener.press('Enter');
  const viewer = page.getByRole('dialog', { name: 'harbour.png' });
  await viewer.getByRole('img', { name: 'harbour.png' }).waitFor({ timeout: PATIENCE });
  expect(await accessible(page)).toEqual([]);
  const width = async () =>
    (await viewer.getByRole('img', { name: 'harbour.png' }).boundingBox())?.width ?? 0;
  const fits = await width();
  await page.keyboard.press('+');
  expect(await width()).toBeGreaterThan(fits);
  await page.keyboard.press('0');
  expect(await width()).toBe(fits);

  await page.keyboard.press('ArrowRight');
  const film = page.getByRole('dialog', { name: 'tour.webm' }).locator('video');
  await film.waitFor({ timeout: PATIENCE });
  await film.evaluate((video: HTMLVideoElement) => {
    video.pause();
    video.currentTime = 0.8;
  });
  await until(
    () => film.evaluate((video: HTMLVideoElement) => (video.seeking ? 0 : video.currentTime)),
    (at) => Math.abs(at - 0.8) < 0.1,
  );
  // Answered in parts, as it must be to seek in what is not here yet.
  const statusesNow = () =>
    page.evaluate(() =>
      performance
        .getEntriesByType('resource')
        .flatMap((entry) =>
          entry instanceof PerformanceResourceTiming && entry.name.includes('/files/stream/')
            ? [entry.responseStatus]
            : [],
        ),
    );
  const statuses = await until(statusesNow, (found) => found.length > 0);
  expect(new Set(statuses)).toEqual(new Set([206]));

  await page.keyboard.press('PageDown');
  const text = page.getByRole('dialog', { name: 'notes.txt' }).locator('pre');
  await text.filter({ hasText: 'Masts on Monday.' }).waitFor({ timeout: PATIENCE });
  expect(await text.textContent()).toBe(NOTES);
  expect(await accessible(page)).toEqual([]);
  await page.keyboard.press('Escape');
  await viewer.waitFor({ state: 'hidden' });
  await opener.and(page.locator(':focus')).waitFor();
});

story('[R33] an address of a stream shows nothing to whoever opens it', async () => {
  const id = 'ab'.repeat(16);
  const other = await ada.context.newPage();
  const answer = await other.goto(`${world.server.url}/files/stream/${id}`);
  expect(answer?.status()).toBe(404);
  expect(await other.locator('body').textContent()).toBe('No open page of Sotto has this file.');
  await other.close();
});

story('a later version is said, listed, and an old one is said again', async () => {
  const second = put('firmware-2.bin', FIRMWARE.slice(5));
  await devices.done('mina', [
    'send',
    '--to',
    'ada',
    '--file',
    second,
    '--new-version-of',
    firmware,
    'A newer one.',
  ]);
  const article = messages(page, 'A newer one.');
  await article.getByText('Version 2').waitFor({ timeout: PATIENCE });
  await page.locator('[data-view=conversation]').getByRole('link', { name: 'Files', exact: true }).click();
  const room = page.locator('[data-file-room]');
  await room.getByText('firmware-2.bin').waitFor({ timeout: PATIENCE });
  expect(await room.getByText('firmware.bin', { exact: true }).count()).toBe(0);
  expect(await accessible(page)).toEqual([]);

  await room.getByRole('button', { name: 'More for firmware-2.bin' }).click();
  await page.getByRole('menu', { name: 'File actions' }).waitFor();
  expect(await accessible(page)).toEqual([]);
  await page.getByRole('menuitem', { name: 'Versions…' }).press('Enter');
  const dialog = page.getByRole('dialog', { name: 'Versions' });
  await dialog.getByText('Version 1').waitFor({ timeout: PATIENCE });
  expect(await accessible(page)).toEqual([]);
  await dialog.getByRole('button', { name: 'Restore version 1' }).click();
  await dialog.waitFor({ state: 'hidden' });
  await room.getByText('Version 3').waitFor({ timeout: PATIENCE });
});

story('a picture that was sent from a browser is small in the list of files', async () => {
  await conversations(page).getByRole('link', { name: 'Mina Ito' }).click();
  const chosen = page.waitForEvent('filechooser');
  await page.getByRole('button', { name: 'Attach files', exact: true }).click();
  const picture = {
    name: 'mast.png',
    mimeType: 'image/png',
    buffer: readFileSync(join(folder, 'harbour.png')),
  };
  await (await chosen).setFiles(picture);
  await page
    .getByRole('list', { name: 'Attached files' })
    .getByText('mast.png')
    .waitFor({ timeout: PATIENCE });
  await page.getByRole('textbox', { name: 'Message', exact: true }).press('Enter');
  await page.getByRole('button', { name: 'Open mast.png', exact: true }).waitFor({ timeout: PATIENCE });
  await page.goto(`${world.server.url}/files`);
  const row = page.locator('[data-file-room]').getByRole('listitem').filter({ hasText: 'mast.png' });
  const width = () => row.locator('img').evaluate((image: HTMLImageElement) => image.naturalWidth);
  expect(await until(width, (pixels) => pixels > 0)).toBeGreaterThan(40);
});

story('files are searched, narrowed and found from everywhere', async () => {
  await page.goto(`${world.server.url}/files`);
  const room = page.locator('[data-file-room]');
  await room.getByText('harbour.png').waitFor({ timeout: PATIENCE });
  await room.getByText('of 10 GB used').waitFor({ timeout: PATIENCE });
  await room.getByRole('searchbox', { name: 'Search files' }).fill('bericht');
  await room.getByText('1 file', { exact: true }).waitFor({ timeout: PATIENCE });
  await room.getByText(REPORT).waitFor();
  await room.getByRole('searchbox', { name: 'Search files' }).fill('');
  await room.getByLabel('Kind').selectOption('video');
  await room.getByText('1 file', { exact: true }).waitFor({ timeout: PATIENCE });
  await room.getByLabel('Whose').selectOption('mine');
  await room.getByText('No file here is like that.').waitFor({ timeout: PATIENCE });
  expect(await accessible(page)).toEqual([]);
});

story('what the server keeps and no message names can be removed', async () => {
  const body = JSON.stringify({ id: '0'.repeat(32), size: 3_000_000, conversation: null, expiresAt: null });
  const status = await page.evaluate(
    async ([path, given]) => {
      const headers = { 'content-type': 'application/json' };
      return (await fetch(path, { method: 'POST', headers, body: given })).status;
    },
    [PATHS.files, body] as const,
  );
  expect(status).toBe(201);
  // A day passes: until then it may be on its way from another device.
  const database = new Database(join(world.server.data, 'sotto.sqlite'));
  database.run('UPDATE files SET created_at = created_at - 90000000 WHERE id = ?', ['0'.repeat(32)]);
  database.close();
  await page.reload();
  const room = page.locator('[data-file-room]');
  await room.getByText('1 file of yours that this device does not know').click();
  expect(await accessible(page)).toEqual([]);
  await room.getByRole('button', { name: /^Delete the file of .*, 3\sMB$/ }).click();
  const dialog = page.getByRole('dialog', { name: 'Delete this file?' });
  await dialog.getByText('also where another device of yours still shows it').waitFor({ timeout: PATIENCE });
  expect(await accessible(page)).toEqual([]);
  await dialog.getByRole('button', { name: 'Delete', exact: true }).click();
  await room.getByText('that this device does not know').waitFor({ state: 'detached', timeout: PATIENCE });
});

/** The browser's dialog for saving cannot be driven: a folder of the page's own stands for the disk. Null for a browser without one. */
const pickWith = (name: string | null) =>
  page.evaluate((picked) => {
    if (picked === null) Reflect.deleteProperty(window, 'showSaveFilePicker');
    else
      Reflect.set(window, 'showSaveFilePicker', async () =>
        (await navigator.storage.getDirectory()).getFileHandle(picked, { create: true }),
      );
  }, name);
const pickedBytes = () =>
  page.evaluate(async () => {
    const folder = await navigator.storage.getDirectory();
    return (await (await folder.getFileHandle('picked')).getFile()).size;
  });

/** Chunks of this many bytes of a file, as the server keeps them. */
function chunksOnDisk(bytes: number): readonly string[] {
  const blobs = join(world.server.data, 'blobs');
  return readdirSync(blobs, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map(({ parentPath, name }) => join(parentPath, name))
    .filter((path) => statSync(path).size === bytes);
}

story('a chunk that the server has changed ends the download before a byte of it, and says so', async () => {
  const length = CHUNK_BYTES + 4321;
  await sendFiles('Changed on its way.', [put('broken.bin', FIRMWARE.slice(0, length))]);
  const [chunk = ''] = chunksOnDisk(4321 + CHUNK_OVERHEAD_BYTES);
  const bytes = readFileSync(chunk);
  bytes.writeUInt8(bytes.readUInt8(99) ^ 1, 99);
  writeFileSync(chunk, bytes);
  await page.goto(world.server.url);
  await conversations(page).getByRole('link', { name: 'Mina Ito' }).click();
  const article = messages(page, 'Changed on its way.');
  await save(article, 'broken.bin').waitFor({ timeout: PATIENCE });
  // Into a file that was picked: it stays as it was.
  await pickWith('picked');
  await save(article, 'broken.bin').click();
  const reason = article.getByText(/^Not saved: What the server gives is not the file that was sent/);
  await reason.waitFor({ timeout: PATIENCE });
  expect(await pickedBytes()).toBe(0);
  await pickWith(null);
  const saved = await download(article, 'broken.bin');
  expect(await saved.failure()).not.toBeNull();
  await reason.waitFor({ timeout: PATIENCE });
});

story('a file that was picked holds the very bytes', async () => {
  await pickWith('picked');
  const article = messages(page, 'A newer one.');
  await save(article, 'firmware-2.bin').click();
  await article.getByText('Saved.').waitFor({ timeout: PATIENCE });
  expect(await pickedBytes()).toBe(FIRMWARE.length - 5);
  await pickWith(null);
});

story('who was removed is told that the file is not for them any more', async () => {
  const made = await devices.done('mina', ['create', '--name', 'Mast crew', '--people', 'ada']);
  const id = String(made.find(({ event }) => event === 'conversation')?.id ?? '');
  await sendFiles('For the crew.', [put('crew.bin', FIRMWARE.slice(0, 1000))], ['--conversation', id]);
  await conversations(page).getByRole('link', { name: 'Mast crew' }).click({ timeout: PATIENCE });
  const article = messages(page, 'For the crew.');
  await save(article, 'crew.bin').waitFor({ timeout: PATIENCE });
  await devices.done('mina', ['members', '--conversation', id, '--remove', 'ada']);
  await save(article, 'crew.bin').click();
  await article
    .getByText('Not saved: This file is not on the server any more, or not for you: ask the sender for it.')
    .waitFor({ timeout: PATIENCE });
  expect(await accessible(page)).toEqual([]);
});

story('a picture of gigabytes of pixels is not decoded when it is opened', async () => {
  const sides = Uint8Array.of(0, 0, 0xea, 0x60, 0, 0, 0xea, 0x60, 8, 0, 0, 0, 0);
  const chunks = [
    pngChunk('IHDR', sides),
    pngChunk('IDAT', bytesOf('pixels')),
    pngChunk('IEND', new Uint8Array()),
  ];
  const vast = concat(bytesOf('\x89PNG\r\n\x1a\n'), ...chunks);
  await sendFiles('Very large.', [put('vast.png', vast)]);
  await page.goto(world.server.url);
  await conversations(page).getByRole('link', { name: 'Mina Ito' }).first().click();
  const opener = messages(page, 'Very large.').getByRole('button', { name: 'Open vast.png' });
  await opener.click();
  const viewer = page.getByRole('dialog');
  await viewer
    .getByText('This picture has more pixels than can be shown here')
    .waitFor({ timeout: PATIENCE });
  await page.keyboard.press('Escape');
});

test('no page complained', () => {
  expect(world.complaints()).toEqual([]);
});
