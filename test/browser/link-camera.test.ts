/** The code of a new device is read with the camera: a picture of the first browser's screen is what the second one sees. */
import { afterAll, beforeAll, expect, test } from 'bun:test';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Browser, chromium } from 'playwright-core';
import { openPerson, type Person } from './support/browser.ts';
import { type Account, createWorkspace, PATIENCE, signIn } from './support/flows.ts';
import { openWorld, type World } from './support/world.ts';

const LONG = 4 * PATIENCE;

let world: World;
let owner: Account;
let phone: Person;
let watching: Browser | null = null;
const folder = mkdtempSync(join(tmpdir(), 'sotto-camera-'));

beforeAll(async () => {
  world = await openWorld();
  const ada = await world.person();
  owner = await createWorkspace(ada.page, world.server.setupLink ?? '');
  phone = await world.person();
}, LONG);
afterAll(async () => {
  await watching?.close();
  await world.close();
  rmSync(folder, { recursive: true, force: true });
});

/** One second of video (YUV4MPEG2) of a code, drawn from the runs of its path in the middle of a grey picture. */
function videoOf(path: string, modules: number): Uint8Array {
  const [width, height, scale] = [640, 480, 7];
  const luma = new Uint8Array(width * height).fill(200);
  const [left, top] = [Math.floor((width - modules * scale) / 2), Math.floor((height - modules * scale) / 2)];
  const paint = (x: number, y: number, length: number, shade: number) => {
    for (let row = 0; row < scale; row++) {
      const at = (top + y * scale + row) * width + left + x * scale;
      luma.fill(shade, at, at + length * scale);
    }
  };
  for (let y = 0; y < modules; y++) paint(0, y, modules, 235);
  for (const [, x = '', y = '', length = ''] of path.matchAll(/M(\d+) (\d+)h(\d+)v/g))
    paint(Number(x), Number(y), Number(length), 16);
  const chroma = new Uint8Array((width * height) / 2).fill(128);
  const text = new TextEncoder();
  const frame = [text.encode('FRAME\n'), luma, chroma];
  const head = text.encode(`YUV4MPEG2 W${width} H${height} F10:1 Ip A1:1 C420jpeg\n`);
  return Buffer.concat([head, ...Array.from({ length: 10 }, () => frame).flat()]);
}

test(
  'the camera finds the code, and the vault is asked for',
  async () => {
    const { page } = phone;
    await page.goto(`${world.server.url}/link`);
    const picture = page.getByRole('img', { name: /code as a picture/ });
    await picture.waitFor({ timeout: PATIENCE });
    const path = (await picture.locator('path').getAttribute('d')) ?? '';
    const [, , size = '0'] = ((await picture.getAttribute('viewBox')) ?? '').split(' ');
    const video = join(folder, 'code.y4m');
    await Bun.write(video, videoOf(path, Number(size)));

    watching = await chromium.launch({
      executablePath: '/usr/bin/chromium',
      headless: true,
      args: [
        '--no-sandbox',
        '--disable-gpu',
        '--use-fake-device-for-media-stream',
        '--use-fake-ui-for-media-stream',
        `--use-file-for-fake-video-capture=${video}`,
      ],
    });
    const desk = await openPerson(watching);
    await signIn(desk.page, world.server.url, owner);
    await desk.page.goto(`${world.server.url}/approve`);
    await desk.page.getByRole('button', { name: 'Scan the code' }).click();
    await desk.page
      .getByRole('heading', { name: 'Is this the device in your hands?' })
      .waitFor({ timeout: PATIENCE });
    expect(await desk.page.locator('video').count()).toBe(0);
    expect(desk.complaints).toEqual([]);
  },
  LONG,
);

test(
  'without a camera there is a sentence, and the code can be typed',
  async () => {
    const { page } = phone;
    const blind = await world.person();
    await signIn(blind.page, world.server.url, owner);
    await blind.page.goto(`${world.server.url}/approve`);
    await blind.page.getByRole('button', { name: 'Scan the code' }).click();
    await blind.page
      .getByText(/Type the code instead\.|or type the code instead\./)
      .waitFor({ timeout: PATIENCE });
    const code = (await page.getByLabel('Code', { exact: true }).textContent()) ?? '';
    await blind.page.getByLabel('Code on the new device').fill(code);
    await blind.page.keyboard.press('Enter');
    await blind.page
      .getByRole('heading', { name: 'Is this the device in your hands?' })
      .waitFor({ timeout: PATIENCE });
    expect(world.complaints()).toEqual([]);
  },
  LONG,
);
