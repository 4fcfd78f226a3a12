/** A browser whose quota is used up: what is written stays in its box, what arrives waits, and with room all of it goes on. */
import { afterAll, beforeAll, expect, test } from 'bun:test';
import type { CDPSession, Page } from 'playwright-core';
import {
  composer,
  createInvite,
  createWorkspace,
  joinWorkspace,
  messages,
  openConversation,
  PASSKEY,
  PATIENCE,
  send,
  until,
} from './support/flows.ts';
import { openWorld, type World } from './support/world.ts';

const BEN = { name: 'Ben Oduya', username: 'ben', password: PASSKEY };
let world: World;
let ada: Page;
let ben: Page;
let devtools: CDPSession;

beforeAll(async () => {
  world = await openWorld();
  ada = (await world.person()).page;
  ben = (await world.person()).page;
  const owner = await createWorkspace(ada, world.server.setupLink ?? '', { password: PASSKEY });
  await joinWorkspace(ben, await createInvite(ada), BEN);
  await ada.goto(world.server.url);
  await openConversation(ada, BEN);
  await send(ada, 'before');
  await openConversation(ben, owner);
  await messages(ben, 'before').waitFor({ timeout: PATIENCE });
  devtools = await ben.context().newCDPSession(ben);
}, 2 * PATIENCE);
afterAll(() => world.close());

/** Whether the browser takes anything more of this origin. */
function hasRoom(page: Page): Promise<boolean> {
  return page.evaluate(
    () =>
      new Promise((resolve, reject) => {
        const request = indexedDB.open('probe');
        request.onupgradeneeded = () => request.result.createObjectStore('bytes');
        request.onerror = () => reject(request.error);
        request.onsuccess = () => {
          const transaction = request.result.transaction('bytes', 'readwrite');
          transaction.objectStore('bytes').put(new Uint8Array(1000), 0);
          transaction.oncomplete = () => resolve(true);
          transaction.onabort = () => resolve(false);
        };
      }),
  );
}

/** Leaves this origin so many bytes, or as many as the browser gives. */
async function limit(quotaSize?: number): Promise<void> {
  await devtools.send('Storage.overrideQuotaForOrigin', {
    origin: world.server.url,
    ...(quotaSize === undefined ? {} : { quotaSize }),
  });
}

test(
  'without room nothing is lost, and the person is told; with room it goes on without a reload',
  async () => {
    await limit(1);
    // Chromium asks for the quota every 30 seconds only.
    await until(
      () => hasRoom(ben),
      (room) => !room,
    );
    await composer(ben).fill('written without room');
    await ben.getByRole('button', { name: 'Send', exact: true }).click();
    await ben.getByText('This device has no room left').first().waitFor({ timeout: PATIENCE });
    expect(await composer(ben).inputValue()).toBe('written without room');
    await send(ada, 'sent meanwhile');
    await ben.getByText('what is sent to you waits on the server').waitFor({ timeout: PATIENCE });
    expect(await messages(ben, 'sent meanwhile').count()).toBe(0);
    expect(await messages(ben, 'written without room').count()).toBe(0);
    await limit();
    await messages(ben, 'sent meanwhile').waitFor({ timeout: PATIENCE });
    await ben.getByRole('button', { name: 'Send', exact: true }).click();
    await messages(ada, 'written without room').waitFor({ timeout: PATIENCE });
    await until(
      () => messages(ada, 'written without room').count(),
      (count) => count === 1,
    );
    expect(await composer(ben).inputValue()).toBe('');
    expect(world.complaints()).toEqual([]);
  },
  4 * PATIENCE,
);
