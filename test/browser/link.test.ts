/** A second browser becomes a device by approval on the first: by password, by passkey, from the keyboard [R38]. */
import { afterAll, beforeAll, describe, expect, test } from 'bun:test';
import axe from 'axe-core';
import type { Page } from 'playwright-core';
import type { Person } from './support/browser.ts';
import {
  type Account,
  conversations,
  createInvite,
  createWorkspace,
  joinWorkspace,
  messages,
  openConversation,
  PASSWORD,
  PATIENCE,
  send,
  timeline,
  until,
} from './support/flows.ts';
import { openWorld, type World } from './support/world.ts';

const LONG = 4 * PATIENCE;

let world: World;
let ada: Person;
let owner: Account;
let mina: Person;
let account: Account;
/** The device that Mina adds first. */
let tablet: Person | null = null;

beforeAll(async () => {
  world = await openWorld();
  ada = await world.person();
  owner = await createWorkspace(ada.page, world.server.setupLink ?? '', { passkey: true });
  mina = await world.person({ expected: /401|ERR_FAILED/ });
  account = await joinWorkspace(mina.page, await createInvite(ada.page), {
    name: 'Mina Okafor',
    username: 'mina',
    password: PASSWORD,
  });
}, LONG);
afterAll(() => world.close());

/** What this browser keeps beside the sealed rooms. */
const localKeysOf = (page: Page): Promise<string[]> =>
  page.evaluate(async () => {
    const finished = <T>(request: IDBRequest<T>) =>
      new Promise<T>((resolve) => {
        request.onsuccess = () => resolve(request.result);
      });
    const [database] = await indexedDB.databases();
    const open = await finished(indexedDB.open(database?.name ?? ''));
    const keys = await finished(open.transaction('local').objectStore('local').getAllKeys());
    open.close();
    return keys.map(String);
  });

/** A new browser with a code on its screen. */
async function showCode(person: Person): Promise<string> {
  const { page } = person;
  await page.goto(`${world.server.url}/sign-in`);
  await page.getByRole('link', { name: 'Use another device instead' }).click();
  const place = page.getByLabel('Code', { exact: true });
  await place.filter({ hasText: /-/ }).waitFor({ timeout: PATIENCE });
  await page.getByRole('img', { name: /code as a picture/ }).waitFor({ timeout: PATIENCE });
  return ((await place.textContent()) ?? '').trim();
}

/** Goes to the approval by the way that people take, and enters the code. */
async function enterCode(page: Page, code: string): Promise<void> {
  await page.getByRole('link', { name: 'Settings', exact: true }).click();
  await page.getByRole('link', { name: 'Approve a new device' }).click();
  await page.getByText('Nobody from Sotto or your company will ever ask for this code.').waitFor();
  // There once the island has taken the form.
  await page.getByRole('button', { name: 'Scan the code' }).waitFor({ timeout: PATIENCE });
  await page.getByLabel('Code on the new device').fill(code);
  await page.keyboard.press('Enter');
}

const checkOn = async (page: Page): Promise<string> => {
  const place = page.locator('[data-link-check]').filter({ visible: true });
  await place.waitFor({ timeout: PATIENCE });
  return (await place.textContent()) ?? '';
};

async function problemsOf(page: Page): Promise<readonly string[]> {
  await page.evaluate(axe.source);
  return page.evaluate(async () => {
    const { violations } = await (window as unknown as { axe: typeof axe }).axe.run();
    return violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(' | ')}`);
  });
}

describe('a new browser', () => {
  test(
    'is approved with the password, says whose device it becomes, and reads what is sent from then on',
    async () => {
      const phone = await world.person({ expected: /401/ });
      tablet = phone;
      const code = await showCode(phone);
      expect(await problemsOf(phone.page)).toEqual([]);
      expect(phone.page.url()).toBe(`${world.server.url}/link`);

      const { page } = mina;
      await enterCode(page, code);
      await page
        .getByRole('heading', { name: 'Is this the device in your hands?' })
        .waitFor({ timeout: PATIENCE });
      expect(await page.locator('[data-link-agent]').textContent()).toMatch(/Chrome on Linux/);
      expect(await problemsOf(page)).toEqual([]);
      // The session is open, and still nothing is signed without the vault.
      await page.getByRole('button', { name: 'Approve', exact: true }).click();
      await page.getByText('Enter your passphrase, or your recovery code.').waitFor();
      await page.getByLabel('Passphrase').fill('this is not the password');
      await page.getByRole('button', { name: 'Approve', exact: true }).click();
      await page
        .getByText('This is not the password or passphrase of your vault.')
        .waitFor({ timeout: PATIENCE });
      expect(await phone.page.getByRole('heading', { name: 'Is this you?' }).isVisible()).toBe(false);
      await page.getByLabel('Passphrase').fill(account.password);
      await page.keyboard.press('Enter');
      const check = await checkOn(page);

      await phone.page.getByText('mina (Mina Okafor)').waitFor({ timeout: PATIENCE });
      expect(await checkOn(phone.page)).toBe(check);
      expect(await problemsOf(phone.page)).toEqual([]);
      await phone.page.getByRole('button', { name: 'Add this device' }).click();
      await conversations(phone.page).waitFor({ timeout: PATIENCE });
      await page.getByText('The new device is one of yours now.').waitFor({ timeout: PATIENCE });
      expect(await problemsOf(page)).toEqual([]);

      await page.getByRole('link', { name: 'Back to Settings' }).click();
      await page
        .getByText(/A new device was added to your account on .*Chrome on Linux\./)
        .waitFor({ timeout: PATIENCE });
      await page.getByRole('button', { name: 'It was me' }).click();
      await page.reload();
      await page.locator('[data-own-devices] li').nth(1).waitFor();
      expect(await page.getByText(/A new device was added/).count()).toBe(0);

      await openConversation(ada.page, account);
      await send(ada.page, 'to both of your devices');
      await openConversation(phone.page, owner);
      await messages(phone.page, 'to both of your devices').waitFor({ timeout: PATIENCE });
      await openConversation(page, owner);
      await messages(page, 'to both of your devices').waitFor({ timeout: PATIENCE });
      expect(await timeline(phone.page).getByRole('article').count()).toBe(1);
    },
    LONG,
  );

  test(
    'is named from the keyboard, and removed with the vault',
    async () => {
      const { page } = mina;
      await page.getByRole('link', { name: 'Settings', exact: true }).click();
      const row = page
        .locator('[data-own-devices] li')
        .filter({ has: page.getByRole('link', { name: /^Remove/ }) });
      const rename = row.getByRole('button', { name: /^Rename/ });
      // There from the start, and nothing to press until the device's own part has come.
      await rename.waitFor();
      await rename.focus();
      await page.keyboard.press('Enter');
      await page.getByLabel('Name of this device').waitFor();
      await page.keyboard.press('Escape');
      expect(await page.getByLabel('Name of this device').count()).toBe(0);
      await page.keyboard.press('Enter');
      await page.getByLabel('Name of this device').fill('   ');
      await page.keyboard.press('Enter');
      await page.getByText('A name of a device has 1 to 64 characters').waitFor();
      await page.getByLabel('Name of this device').fill('Kitchen tablet');
      await page.keyboard.press('Enter');
      await row.getByText('Kitchen tablet').waitFor({ timeout: PATIENCE });
      await page.reload();
      await row.getByText('Kitchen tablet').waitFor({ timeout: PATIENCE });
      expect(await problemsOf(page)).toEqual([]);

      await row.getByRole('link', { name: /^Remove/ }).click();
      await page.getByText('take Kitchen tablet off your devices').waitFor({ timeout: PATIENCE });
      await page.getByLabel('Passphrase').fill(account.password);
      await page.getByRole('button', { name: 'Remove it' }).click();
      await page.locator('[data-own-devices]').waitFor({ timeout: PATIENCE });
      expect(await page.locator('[data-own-devices] li').count()).toBe(1);
      await page.getByText(/Your device Kitchen tablet was removed/).waitFor({ timeout: PATIENCE });

      const gone = tablet?.page;
      if (!gone) throw new Error('no tablet');
      await gone
        .getByText('This browser was removed from the account of Mina Okafor')
        .waitFor({ timeout: PATIENCE });
      expect(await problemsOf(gone)).toEqual([]);
      // Whoever has this browser now finds no key in it.
      await until(
        () => localKeysOf(gone),
        (keys) => !keys.includes('key') && !keys.includes('device-keys'),
      );
      await gone.reload();
      await gone
        .getByText('This browser was removed from the account of Mina Okafor')
        .waitFor({ timeout: PATIENCE });
      expect(await gone.evaluate(async () => (await indexedDB.databases()).length)).toBe(1);
      await gone.getByRole('button', { name: 'Delete its keys and messages here' }).click();
      await gone.getByText('are deleted from this browser').waitFor({ timeout: PATIENCE });
      expect(await gone.evaluate(async () => (await indexedDB.databases()).length)).toBe(0);
      expect(
        await gone.evaluate(() =>
          Object.keys(localStorage).filter((name) => name.startsWith('sotto-sealed')),
        ),
      ).toEqual([]);
    },
    LONG,
  );

  test(
    'is approved with a passkey, and only after user verification',
    async () => {
      const laptop = await world.person();
      const code = await showCode(laptop);
      const { page } = ada;
      await enterCode(page, code.toLowerCase().replaceAll('-', ' '));
      await page.getByRole('button', { name: 'Approve with a passkey' }).click();
      const check = await checkOn(page);
      await laptop.page.getByText('ada (Ada Kern)').waitFor({ timeout: PATIENCE });
      expect(await checkOn(laptop.page)).toBe(check);
      await laptop.page.getByRole('button', { name: 'Add this device' }).click();
      await conversations(laptop.page).waitFor({ timeout: PATIENCE });
      await page.getByText('The new device is one of yours now.').waitFor({ timeout: PATIENCE });
    },
    LONG,
  );

  test(
    'that says no, or whose approval is taken back, is none; a wrong code is a sentence',
    async () => {
      const desk = await world.person();
      const code = await showCode(desk);
      const { page } = mina;
      await page.goto(world.server.url);
      await enterCode(
        page,
        code.replace(/.$/, (last) => (last === '7' ? '8' : '7')),
      );
      await page.getByText('This code does not fit the device that waits.').waitFor({ timeout: PATIENCE });
      await page.getByLabel('Code on the new device').fill('nonsense');
      await page.keyboard.press('Enter');
      await page.getByText('A code has four groups of five').waitFor();

      await page.getByLabel('Code on the new device').fill(code);
      await page.keyboard.press('Enter');
      await page.getByLabel('Passphrase').fill(account.password);
      await page.keyboard.press('Enter');
      await desk.page.getByRole('button', { name: 'Cancel' }).click({ timeout: PATIENCE });
      await desk.page.getByRole('heading', { name: 'Nothing was added' }).waitFor();
      await page.getByText('the new device said no').waitFor({ timeout: PATIENCE });

      await desk.page.getByRole('button', { name: 'Show a new code' }).click();
      const place = desk.page.getByLabel('Code', { exact: true });
      await place.filter({ hasText: /-/ }).waitFor({ timeout: PATIENCE });
      const again = ((await place.textContent()) ?? '').trim();
      expect(again).not.toBe(code);
      await page.goto(world.server.url);
      await enterCode(page, again);
      await page.getByLabel('Passphrase').fill(account.password);
      await page.keyboard.press('Enter');
      const add = desk.page.getByRole('button', { name: 'Add this device' });
      await add.waitFor({ timeout: PATIENCE });
      const takeBack = page.getByRole('button', { name: 'Take it back' });
      await takeBack.waitFor({ timeout: PATIENCE });
      // What did not reach the server is not taken back, however often it is pressed.
      await page.route('**/links/withdraw', (route) => route.abort());
      for (const _press of [1, 2]) {
        await takeBack.click();
        await page.getByText('The server did not answer.').waitFor({ timeout: PATIENCE });
        expect(await page.getByText('The approval is taken back.').isVisible()).toBe(false);
      }
      await page.unroute('**/links/withdraw');
      await takeBack.click();
      await page.getByText('The approval is taken back.').waitFor({ timeout: PATIENCE });
      await add.click();
      await desk.page.getByRole('heading', { name: 'Nothing was added' }).waitFor({ timeout: PATIENCE });
    },
    LONG,
  );

  test(
    'takes no code from an address',
    async () => {
      const { page } = mina;
      for (const path of ['/approve?code=K7QXM-2VD9R-TH3WP-BY6NC', '/approve#K7QXM-2VD9R-TH3WP-BY6NC']) {
        await page.goto(`${world.server.url}${path}`);
        expect(await page.getByLabel('Code on the new device').inputValue()).toBe('');
        expect(
          await page.getByRole('heading', { name: 'Is this the device in your hands?' }).isVisible(),
        ).toBe(false);
      }
    },
    LONG,
  );
});

test('nobody’s page complained', () => {
  expect(world.complaints().filter((words) => !/status of (?:400|404|409|410)/.test(words))).toEqual([]);
});
