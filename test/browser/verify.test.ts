/** Two people compare their identities: by digits, and by the camera of one on the screen of the other. */
import { afterAll, beforeAll, expect, test } from 'bun:test';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import axe from 'axe-core';
import type { Page } from 'playwright-core';
import type { Person } from './support/browser.ts';
import { cameraArgs, showToCamera } from './support/camera.ts';
import {
  conversations,
  createInvite,
  createWorkspace,
  joinWorkspace,
  openConversation,
  PASSKEY,
  PATIENCE,
  send,
} from './support/flows.ts';
import { openWorld, type World } from './support/world.ts';

const ADA = { name: 'Ada Kern', username: 'ada' };
const MINA = { name: 'Mina Ito', username: 'mina', password: PASSKEY };
const TOM = { name: 'Tom Rey', username: 'tom', password: PASSKEY };
const CODE = '[data-verify-code] svg';

let world: World;
let folder: string;
let film: string;
let ada: Person;
let mina: Person;
let tom: Person;

const story = (name: string, act: () => Promise<void>) => test(name, act, 4 * PATIENCE);

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sotto-camera-'));
  film = join(folder, 'screen.y4m');
  world = await openWorld(cameraArgs(film));
  [ada, mina, tom] = [await world.person(), await world.person(), await world.person()];
  await createWorkspace(ada.page, world.server.setupLink ?? '', { password: PASSKEY });
  await joinWorkspace(mina.page, await createInvite(ada.page), MINA);
  await joinWorkspace(tom.page, await createInvite(ada.page), TOM);
}, 4 * PATIENCE);
afterAll(async () => {
  await world.close();
  await rm(folder, { recursive: true });
});

/** Opens the page that compares with somebody, and waits for its code. */
async function compareWith(page: Page, person: { readonly name: string; readonly username: string }) {
  await openConversation(page, person);
  await page.getByRole('link', { name: 'Verify', exact: true }).click();
  await page.locator(CODE).waitFor({ timeout: PATIENCE });
}

const digitsOn = async (page: Page): Promise<string> =>
  ((await page.locator('[data-safety-number]').textContent()) ?? '').replace(/\D/g, '');
const scan = (page: Page) => page.getByRole('button', { name: 'Scan their code', exact: true }).click();
const result = (page: Page, words: string) =>
  page.getByRole('status').getByText(words).waitFor({ timeout: PATIENCE });

story('both screens show the same digits, and a code each [R15]', async () => {
  await ada.page.goto(world.server.url);
  await openConversation(ada.page, MINA);
  await send(ada.page, 'Shall we compare?');
  await compareWith(ada.page, MINA);
  await compareWith(mina.page, ADA);
  expect(await digitsOn(ada.page)).toMatch(/^\d{60}$/);
  expect(await digitsOn(mina.page)).toBe(await digitsOn(ada.page));
  await ada.page.evaluate(axe.source);
  const violations = await ada.page.evaluate(async () =>
    (await (window as unknown as { axe: typeof axe }).axe.run()).violations.map(({ id }) => id),
  );
  expect(violations).toEqual([]);
});

story('one’s own code, and a code that is none, prove nothing', async () => {
  await showToCamera(mina.page, CODE, film);
  await scan(mina.page);
  await result(mina.page, 'That is your own code.');
  expect(await mina.page.locator('[data-verified]').isVisible()).toBe(false);
});

story('the code of somebody else is not theirs', async () => {
  await tom.page.goto(world.server.url);
  await compareWith(tom.page, ADA);
  await showToCamera(tom.page, CODE, film);
  await scan(mina.page);
  await result(mina.page, 'The codes differ');
  expect(await mina.page.locator('[data-verified]').isVisible()).toBe(false);
});

story('a scan of the right screen verifies, everywhere on this device and nowhere else', async () => {
  await showToCamera(ada.page, CODE, film);
  await scan(mina.page);
  await result(mina.page, 'Everything is the same.');
  await mina.page.locator('[data-verified]').waitFor({ timeout: PATIENCE });
  await mina.page.getByRole('button', { name: 'Remove verification' }).waitFor();
  await conversations(mina.page).getByRole('img', { name: 'Verified' }).waitFor({ timeout: PATIENCE });
  await mina.page.reload();
  await mina.page.locator('[data-verified]').waitFor({ timeout: PATIENCE });
  expect(await ada.page.locator('[data-verified]').isVisible()).toBe(false);
});

test('no page violated its policy, logged an error or threw', () => {
  expect(world.complaints()).toEqual([]);
});
