/** A browser that deletes what lies in it: the page says so and offers one way on; and one that does not promise to keep it. */
import { afterAll, beforeAll, expect, test } from 'bun:test';
import type { Page } from 'playwright-core';
import {
  type Account,
  composer,
  conversations,
  createInvite,
  createWorkspace,
  joinWorkspace,
  messages,
  openConversation,
  PASSWORD,
  PATIENCE,
  send,
} from './support/flows.ts';
import { openWorld, type World } from './support/world.ts';

const BEN = { name: 'Ben Oduya', username: 'ben', password: PASSWORD };
let world: World;
let ada: Page;
let ben: Page;
let owner: Account;

beforeAll(async () => {
  world = await openWorld();
  ada = (await world.person()).page;
  ben = (await world.person()).page;
  owner = await createWorkspace(ada, world.server.setupLink ?? '');
  await joinWorkspace(ben, await createInvite(ada), BEN);
  await ada.goto(world.server.url);
  await openConversation(ada, BEN);
  await send(ada, 'before');
  await openConversation(ben, owner);
  await messages(ben, 'before').waitFor({ timeout: PATIENCE });
}, 2 * PATIENCE);
afterAll(() => world.close());

/** Deletes this origin's databases, as an eviction or "clear site data" does; cookies stay. */
async function evict(page: Page): Promise<void> {
  const devtools = await page.context().newCDPSession(page);
  await devtools.send('Storage.clearDataForOrigin', { origin: world.server.url, storageTypes: 'indexeddb' });
  await devtools.detach();
}

async function makeNewDevice(page: Page): Promise<void> {
  await page.getByRole('heading', { name: 'This browser has lost its keys' }).waitFor({ timeout: PATIENCE });
  await page.getByText('this browser becomes a new device; the old one is removed').waitFor();
  await page.getByLabel('Passphrase', { exact: true }).fill(PASSWORD);
  await page.getByRole('button', { name: 'Unlock', exact: true }).click();
  await conversations(page).waitFor({ timeout: PATIENCE });
}

test(
  'the storage goes while the page is open: one sentence, one action, and the old device is removed',
  async () => {
    await evict(ben);
    await makeNewDevice(ben);
    await ada.getByText('Sealed for 2 people, 2 devices').waitFor({ timeout: PATIENCE });
    await send(ada, 'after');
    await openConversation(ben, owner);
    await messages(ben, 'after').waitFor({ timeout: PATIENCE });
    await send(ben, 'I am here again');
    await messages(ada, 'I am here again').waitFor({ timeout: PATIENCE });
  },
  3 * PATIENCE,
);

test(
  'the storage went while no page was open: the same, and no loop',
  async () => {
    await ben.goto('about:blank');
    await evict(ben);
    await ben.goto(world.server.url);
    await makeNewDevice(ben);
    await ben.reload();
    await conversations(ben).waitFor({ timeout: PATIENCE });
    expect(new URL(ben.url()).pathname).not.toBe('/unlock');
  },
  3 * PATIENCE,
);

test(
  '[R40] a browser that does not promise to keep keys says so once, and in Settings',
  async () => {
    // A headless browser grants nothing.
    const notice = ada.getByText('This browser may delete your keys and messages');
    await ada.evaluate(() => localStorage.removeItem('sotto-not-kept-told'));
    await ada.reload();
    await notice.waitFor({ timeout: PATIENCE });
    await ada.reload();
    await composer(ada).waitFor({ timeout: PATIENCE });
    await ada.getByText('Sealed for').first().waitFor({ timeout: PATIENCE });
    expect(await notice.count()).toBe(0);
    await ada.getByRole('link', { name: 'Settings', exact: true }).click();
    await ada.getByText('does not promise to keep your keys').waitFor({ timeout: PATIENCE });
  },
  3 * PATIENCE,
);
