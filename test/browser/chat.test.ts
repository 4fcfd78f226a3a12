/** The main job: two people, two browsers, sealed messages, one server. One story, told in order. */
import { afterAll, beforeAll, expect, test } from 'bun:test';
import type { Page } from 'playwright-core';
import type { Person } from './support/browser.ts';
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
  signIn,
  timeline,
  until,
  waitForStatus,
} from './support/flows.ts';
import { openWorld, type World } from './support/world.ts';

let world: World;
let adaBrowser: Person;
let minaBrowser: Person;
let ada: Account;
let mina: Account;

beforeAll(async () => {
  world = await openWorld();
  // Sending is refused once on purpose; a sender may hear from the relay first that somebody has another device now; and a page may
  // just be asking for something when it is signed out.
  const expected =
    /(?:(?:ERR_CONNECTION_REFUSED|status of 409 \(Conflict\)) \S*\/api\/v1\/messages|status of 401 \(Unauthorized\) \S*)$/;
  [adaBrowser, minaBrowser] = [await world.person({ expected }), await world.person({ expected })];
}, PATIENCE);
afterAll(() => world.close());

const story = (name: string, tell: () => Promise<void>) => test(name, tell, 2 * PATIENCE);

/** Texts of the timeline, in order. */
const texts = (page: Page): Promise<string[]> =>
  timeline(page)
    .getByRole('article')
    .locator('sealed-message')
    .evaluateAll((all) => all.map((element) => element.shadowRoot?.textContent?.trim() ?? ''));

/** The names of the records in a room of this browser's database. */
const keysOf = (page: Page, store: string): Promise<string[]> =>
  page.evaluate(async (room) => {
    const finished = <T>(request: IDBRequest<T>) =>
      new Promise<T>((resolve) => {
        request.onsuccess = () => resolve(request.result);
      });
    const [database] = await indexedDB.databases();
    const open = await finished(indexedDB.open(database?.name ?? ''));
    const keys = await finished(open.transaction(room).objectStore(room).getAllKeys());
    open.close();
    return keys.map(String);
  }, store);

/** How many devices the settings list; the page stays there. */
async function devicesOf(page: Page): Promise<number> {
  await page.goto(`${world.server.url}/settings`);
  const devices = page.getByRole('region', { name: 'Devices' }).getByRole('listitem');
  await devices.first().waitFor({ timeout: PATIENCE });
  return devices.count();
}

story('the set-up link makes a workspace and its owner', async () => {
  ada = await createWorkspace(adaBrowser.page, world.server.setupLink ?? '');
  expect(ada.recoveryCode).toMatch(/^(?:[0-9A-Z]{4}[ -]?){8}$/);
  expect(new URL(adaBrowser.page.url()).pathname).toBe('/');
  await adaBrowser.page.getByRole('heading', { name: 'Welcome to Harbour Lab' }).waitFor();
});

story('an invite makes a colleague, with a passkey and nothing else', async () => {
  const invite = await createInvite(adaBrowser.page);
  expect(invite).toStartWith(`${world.server.url}/join#`);
  const person = { name: 'Mina Ito', username: 'mina', password: '' };
  mina = await joinWorkspace(minaBrowser.page, invite, person, true);
  await adaBrowser.page.goto(world.server.url);
});

story('both write, and both read', async () => {
  await openConversation(adaBrowser.page, mina);
  await send(adaBrowser.page, 'Build 2.4 is up on the lab box.');
  await waitForStatus(adaBrowser.page, 'Build 2.4', /Sent|Delivered|Read/);
  // Nobody reloaded: the conversation came by the socket.
  await openConversation(minaBrowser.page, ada);
  await messages(minaBrowser.page, 'Build 2.4').waitFor({ timeout: PATIENCE });
  await send(minaBrowser.page, 'Both signatures check out.');
  await messages(adaBrowser.page, 'Both signatures').waitFor({ timeout: PATIENCE });
  await waitForStatus(minaBrowser.page, 'Both signatures', /Delivered|Read/);
  expect(await texts(minaBrowser.page)).toEqual(await texts(adaBrowser.page));
});

story('what was read is said, encrypted', async () => {
  await waitForStatus(minaBrowser.page, 'Both signatures', /Read/);
  await waitForStatus(adaBrowser.page, 'Build 2.4', /Read/);
});

story('history survives a reload, and the composer says for whom it seals', async () => {
  await adaBrowser.page.reload();
  await messages(adaBrowser.page, 'Both signatures').waitFor({ timeout: PATIENCE });
  await adaBrowser.page.getByText('Sealed for 2 people, 2 devices').waitFor({ timeout: PATIENCE });
  expect(await texts(adaBrowser.page)).toEqual([
    'Build 2.4 is up on the lab box.',
    'Both signatures check out.',
  ]);
});

story('a draft survives a reload', async () => {
  await composer(adaBrowser.page).fill('Half a thought');
  await until(
    () => keysOf(adaBrowser.page, 'meta'),
    (keys) => keys.some((key) => key.startsWith('draft/')),
  );
  await adaBrowser.page.reload();
  await until(
    () => composer(adaBrowser.page).inputValue(),
    (value) => value === 'Half a thought',
  );
  await composer(adaBrowser.page).fill('');
});

story('what is written offline is delivered later, exactly once', async () => {
  const { page, context } = adaBrowser;
  await context.setOffline(true);
  await page.locator('#connection').filter({ hasText: 'offline' }).waitFor({ timeout: PATIENCE });
  await send(page, 'Written on the boat.');
  await send(page, 'And one more.');
  await waitForStatus(page, 'Written on the boat.', /Sending/);
  await page.locator('#connection').filter({ hasText: '2 messages wait' }).waitFor({ timeout: PATIENCE });
  await context.setOffline(false);
  await waitForStatus(page, 'And one more.', /Sent|Delivered|Read/);
  await messages(minaBrowser.page, 'And one more.').waitFor({ timeout: PATIENCE });
  await minaBrowser.page.reload();
  await messages(minaBrowser.page, 'And one more.').waitFor({ timeout: PATIENCE });
  expect((await texts(minaBrowser.page)).slice(-2)).toEqual(['Written on the boat.', 'And one more.']);
});

story('what waits survives a reload, and still goes out once', async () => {
  const { page } = adaBrowser;
  // The server cannot be reached for sending; everything else works, so the page can be loaded again.
  await page.route('**/api/v1/messages', (route) => route.abort('connectionrefused'));
  await send(page, 'Kept over a reload');
  await waitForStatus(page, 'Kept over a reload', /Sending/);
  await page.reload();
  await waitForStatus(page, 'Kept over a reload', /Sending/);
  await page.unroute('**/api/v1/messages');
  await page.reload();
  await waitForStatus(page, 'Kept over a reload', /Sent|Delivered|Read/);
  await messages(minaBrowser.page, 'Kept over a reload').waitFor({ timeout: PATIENCE });
  expect((await texts(minaBrowser.page)).filter((text) => text === 'Kept over a reload')).toHaveLength(1);
});

story('a second tab shows the same, and both can send', async () => {
  const first = adaBrowser.page;
  const second = await adaBrowser.newPage();
  await second.goto(first.url());
  await messages(second, 'And one more.').waitFor({ timeout: PATIENCE });
  await Promise.all([send(first, 'From the first tab'), send(second, 'From the second tab')]);
  for (const page of [first, second, minaBrowser.page])
    for (const text of ['From the first tab', 'From the second tab'])
      await messages(page, text).waitFor({ timeout: PATIENCE });
  await send(minaBrowser.page, 'To both tabs');
  for (const page of [first, second]) await messages(page, 'To both tabs').waitFor({ timeout: PATIENCE });
  const all = await texts(second);
  expect(new Set(all).size).toBe(all.length);
  expect(await texts(first)).toEqual(all);
  await second.close();
});

story('everything works from the keyboard', async () => {
  const { page } = minaBrowser;
  await page.goto(world.server.url);
  await conversations(page).getByRole('link', { name: ada.name }).focus();
  await page.keyboard.press('Enter');
  await composer(page).waitFor({ timeout: PATIENCE });
  await composer(page).focus();
  await page.keyboard.type('First line');
  await page.keyboard.press('Shift+Enter');
  await page.keyboard.type('second line');
  await page.keyboard.press('Enter');
  await messages(page, 'second line').waitFor({ timeout: PATIENCE });
  expect((await texts(page)).at(-1)).toBe('First line\nsecond line');
  expect(await composer(page).inputValue()).toBe('');
});

story('unread messages are counted, and a line says what is new', async () => {
  const { page } = minaBrowser;
  await page.goto(`${world.server.url}/settings`);
  await conversations(page).waitFor();
  await send(adaBrowser.page, 'Are you there?');
  const row = conversations(page).getByRole('link', { name: ada.name });
  await row.locator('[data-unread]').filter({ hasText: '1' }).waitFor({ timeout: PATIENCE });
  await row.getByText('Are you there?').waitFor({ timeout: PATIENCE });
  await row.click();
  await messages(page, 'Are you there?').waitFor({ timeout: PATIENCE });
  await timeline(page).getByText('New', { exact: true }).waitFor({ timeout: PATIENCE });
  await row.locator('[data-unread]').waitFor({ state: 'hidden', timeout: PATIENCE });
});

story('signing out locks this browser, signing in resumes the same device', async () => {
  const { page } = adaBrowser;
  await page.getByRole('link', { name: 'Settings', exact: true }).click();
  await page.getByRole('button', { name: 'Sign out', exact: true }).click();
  await page.getByRole('button', { name: 'Sign in', exact: true }).waitFor({ timeout: PATIENCE });
  // Which device this is, and its seeds, sealed for an open vault: neither the local key nor the device's own.
  expect(await keysOf(page, 'local')).toEqual(['device', 'device-seeds']);
  await signIn(page, world.server.url, ada);
  await openConversation(page, mina);
  await messages(page, 'Build 2.4').waitFor({ timeout: PATIENCE });
  await send(page, 'Back again.');
  await messages(minaBrowser.page, 'Back again.').waitFor({ timeout: PATIENCE });
  await page.getByText('Sealed for 2 people, 2 devices').waitFor({ timeout: PATIENCE });
});

story('a passkey signs in and unlocks with one touch', async () => {
  const { page } = minaBrowser;
  await page.getByRole('link', { name: 'Settings', exact: true }).click();
  await page.getByRole('button', { name: 'Sign out', exact: true }).click();
  await page.getByRole('button', { name: 'Sign in with a passkey', exact: true }).click();
  await openConversation(page, ada);
  await messages(page, 'Back again.').waitFor({ timeout: PATIENCE });
});

story('a second browser gets a device of its own', async () => {
  const laptop = await world.person({ expected: /status of 401/ });
  // Who the other person is comes later than what is written to them.
  const asked = Promise.withResolvers<void>();
  await laptop.page.route('**/api/v1/directory', async (route) => {
    await asked.promise;
    await route.continue();
  });
  await signIn(laptop.page, world.server.url, ada);
  await openConversation(laptop.page, mina);
  await composer(laptop.page).fill('From my laptop');
  await laptop.page.getByRole('button', { name: 'Send', exact: true }).click();
  // In the box, or below the others on its way where another of one's own devices has told of the conversation meanwhile.
  const box = composer(laptop.page);
  const waiting = messages(laptop.page, 'From my laptop');
  await until(
    async () => (await box.inputValue()) || (await waiting.allTextContents()).join(),
    (words) => words.includes('From my laptop'),
  );
  asked.resolve();
  await messages(laptop.page, 'From my laptop').waitFor({ timeout: PATIENCE });
  await laptop.page.unroute('**/api/v1/directory');
  await messages(minaBrowser.page, 'From my laptop').waitFor({ timeout: PATIENCE });
  await messages(adaBrowser.page, 'From my laptop').waitFor({ timeout: PATIENCE });
  await send(minaBrowser.page, 'To all your devices');
  for (const page of [adaBrowser.page, laptop.page])
    await messages(page, 'To all your devices').waitFor({ timeout: PATIENCE });
  await laptop.page.getByText('Sealed for 2 people, 3 devices').waitFor({ timeout: PATIENCE });

  // The browser threw its database away: the session stands, and the vault makes it a device once more.
  await laptop.page.goto(`${world.server.url}/recover`);
  await laptop.page.evaluate(async () => {
    for (const { name } of await indexedDB.databases()) indexedDB.deleteDatabase(name ?? '');
  });
  await laptop.page.goto(world.server.url);
  await laptop.page.getByLabel('Passphrase', { exact: true }).fill(ada.password);
  await laptop.page.getByRole('button', { name: 'Unlock', exact: true }).click();
  await openConversation(laptop.page, mina);
  await send(laptop.page, 'And again from here');
  await messages(minaBrowser.page, 'And again from here').waitFor({ timeout: PATIENCE });
  await laptop.context.close();
});

story('the recovery code opens everything when the rest is lost', async () => {
  const phone = await world.person({ expected: /status of 401/ });
  await phone.page.goto(`${world.server.url}/sign-in`);
  await phone.page.getByRole('link', { name: 'Use your recovery code' }).click();
  await phone.page.getByLabel('Username', { exact: true }).fill(mina.username);
  await phone.page
    .getByLabel('Recovery code', { exact: true })
    .fill(mina.recoveryCode.toLowerCase().replaceAll('-', ' '));
  await phone.page.getByRole('button', { name: 'Unlock', exact: true }).click();
  await openConversation(phone.page, ada);
  await send(phone.page, 'I lost my key ring');
  await messages(adaBrowser.page, 'I lost my key ring').waitFor({ timeout: PATIENCE });
  await phone.context.close();
});

story('a device can be removed, and signing out everywhere reaches every browser', async () => {
  // What its engine asks for while the session ends is refused.
  const tablet = await world.person({ expected: /status of 401/ });
  await signIn(tablet.page, world.server.url, ada);
  await openConversation(tablet.page, mina);
  await tablet.page.getByText(/Sealed for 2 people, \d+ devices/).waitFor({ timeout: PATIENCE });
  const before = await devicesOf(adaBrowser.page);
  await tablet.page.getByRole('link', { name: 'Settings', exact: true }).click();
  await tablet.page.getByRole('link', { name: 'Sign out and remove this device', exact: true }).click();
  await tablet.page.getByLabel('Passphrase', { exact: true }).fill(ada.password);
  await tablet.page.getByRole('button', { name: 'Sign out and remove', exact: true }).click();
  await tablet.page.getByRole('button', { name: 'Sign in', exact: true }).waitFor({ timeout: PATIENCE });
  expect(await tablet.page.evaluate(() => indexedDB.databases())).toEqual([]);
  expect(await devicesOf(adaBrowser.page)).toBe(before - 1);

  await signIn(tablet.page, world.server.url, ada);
  await adaBrowser.page.getByRole('button', { name: 'Sign out everywhere', exact: true }).click();
  for (const page of [adaBrowser.page, tablet.page])
    await page.getByRole('button', { name: 'Sign in', exact: true }).waitFor({ timeout: PATIENCE });
  expect(await keysOf(tablet.page, 'local')).toEqual(['device', 'device-seeds']);
  await tablet.context.close();
  await signIn(adaBrowser.page, world.server.url, ada);
});

story('safety numbers are equal on both screens, and verification is remembered', async () => {
  const digits = async ({ page }: Person, other: Account) => {
    await openConversation(page, other);
    await page.getByRole('link', { name: 'Verify', exact: true }).click();
    const place = page.locator('[data-safety-number]').filter({ hasText: /\d/ });
    await place.waitFor({ timeout: PATIENCE });
    return ((await place.textContent()) ?? '').replace(/\s/g, '');
  };
  const [mine, theirs] = [await digits(adaBrowser, mina), await digits(minaBrowser, ada)];
  expect(mine).toMatch(/^\d{60}$/);
  expect(theirs).toBe(mine);
  const { page } = adaBrowser;
  await page.getByRole('button', { name: 'Mark as verified', exact: true }).click();
  await page.locator('[data-verified]').waitFor({ timeout: PATIENCE });
  await openConversation(page, mina);
  await page.getByRole('banner').or(page.locator('.bar')).first().waitFor();
  await conversations(page).getByRole('img', { name: 'Verified' }).waitFor({ timeout: PATIENCE });
});

story('a long conversation loads as it is scrolled, and stays where it is read', async () => {
  const { page } = adaBrowser;
  await openConversation(page, mina);
  await openConversation(minaBrowser.page, ada);
  for (let line = 1; line <= 40; line++) {
    await composer(page).fill(`Line ${line} of the log`);
    await page.keyboard.press('Enter');
    await messages(page, `Line ${line} of the log`).waitFor({ timeout: PATIENCE });
  }
  await messages(minaBrowser.page, 'Line 40 of').waitFor({ timeout: PATIENCE });
  await page.reload();
  await messages(page, 'Line 40 of').waitFor({ timeout: PATIENCE });
  expect((await texts(page)).length).toBe(50);
  const log = timeline(page);
  const distance = () => log.evaluate((place) => place.scrollHeight - place.scrollTop - place.clientHeight);
  await until(distance, (pixels) => pixels < 4);
  // A wheel turned up over the log, as a person would, until the oldest message is there.
  await log.hover();
  await until(
    async () => {
      await page.mouse.wheel(0, -400);
      return (await texts(page))[0];
    },
    (first) => first === 'Build 2.4 is up on the lab box.',
  );
  // What the wheel still moves has come to rest.
  const at = () =>
    log.evaluate((place) => new Promise<number>((done) => setTimeout(() => done(place.scrollTop), 100)));
  let rest = await at();
  await until(at, (now) => {
    const still = now === rest;
    rest = now;
    return still;
  });
  // Reading further up, nothing that arrives moves what is in view.
  const top = await log.evaluate((place) => {
    place.scrollTop = 300;
    return place.scrollTop;
  });
  await send(minaBrowser.page, 'Said meanwhile');
  await messages(page, 'Said meanwhile').waitFor({ state: 'attached', timeout: PATIENCE });
  expect(await log.evaluate((place) => place.scrollTop)).toBe(top);
});

story('wrong answers are explained beside the form', async () => {
  const stranger = await world.person({ expected: /status of 4\d\d/ });
  const { page } = stranger;
  await page.goto(`${world.server.url}/sign-in`);
  await page.getByRole('button', { name: 'Sign in', exact: true }).click();
  await page.getByText('Enter your username.').waitFor();
  await page.getByLabel('Username', { exact: true }).fill('ada');
  await page.getByLabel('Password', { exact: true }).fill(`${PASSWORD}!`);
  await page.getByRole('button', { name: 'Sign in', exact: true }).click();
  await page.getByRole('alert').filter({ hasText: /\S/ }).waitFor({ timeout: PATIENCE });
  await page.goto(`${world.server.url}/join#notatoken`);
  await page.getByLabel('Your name', { exact: true }).fill('Eve');
  await page.getByLabel('Username', { exact: true }).fill('eve');
  await page.getByLabel('Password', { exact: true }).fill('short');
  await page.getByRole('button', { name: 'Create account', exact: true }).click();
  await page.getByText('Use 12 characters or more.').waitFor();
  await page.getByLabel('Password', { exact: true }).fill(PASSWORD);
  await page.getByRole('button', { name: 'Create account', exact: true }).click();
  await page.getByRole('alert').filter({ hasText: /\S/ }).waitFor({ timeout: PATIENCE });
});

test('no page violated its policy, logged an error or threw', () => {
  expect(world.complaints()).toEqual([]);
});
