/** Writing: what the composer offers, by keyboard alone, to two people. One story: each test begins where the last one ended. */
import { afterAll, beforeAll, expect, test } from 'bun:test';
import type { Page } from 'playwright-core';
import { Devices, run } from '../support/client.ts';
import { accessible } from './support/axe.ts';
import type { Person } from './support/browser.ts';
import {
  type Account,
  composer,
  createWorkspace,
  joinWorkspace,
  messages,
  openConversation,
  PASSKEY,
  PASSWORD,
  PATIENCE,
  send,
  until,
  waitForStatus,
} from './support/flows.ts';
import { openWorld, type World } from './support/world.ts';

let world: World;
let adaBrowser: Person;
let minaBrowser: Person;
let ada: Account;
/** A third person, at the command line. */
const devices = new Devices();
/** Every operation on the storage of a browser runs under this lock (src/island/storage.ts). */
const LOCK = 'sotto-ratchet';
const MINA = { name: 'Mina Ito', username: 'mina', password: PASSKEY };

const story = (name: string, tell: () => Promise<void>) => test(name, tell, 2 * PATIENCE);

beforeAll(async () => {
  world = await openWorld();
  [adaBrowser, minaBrowser] = [await world.person(), await world.person()];
  ada = await createWorkspace(adaBrowser.page, world.server.setupLink ?? '', { password: PASSKEY });
  await joinWorkspace(minaBrowser.page, await invite(), MINA);
  await adaBrowser.page.goto(world.server.url);
  await openConversation(adaBrowser.page, MINA);
  await send(adaBrowser.page, 'The mast is up.');
  await openConversation(minaBrowser.page, ada);
  await send(minaBrowser.page, 'How is the signal there?');
  await messages(adaBrowser.page, 'How is the signal').waitFor({ timeout: PATIENCE });
}, 4 * PATIENCE);
afterAll(async () => {
  await world.close();
  devices.remove();
});

const invite = async () => (await run(['admin', 'invite', '--data', world.server.data]).ended).out.trim();
const value = (page: Page) => composer(page).inputValue();
const becomes = (page: Page, text: string) =>
  until(
    () => value(page),
    (now) => now === text,
  );
const hasFocus = (page: Page) => composer(page).and(page.locator(':focus')).waitFor({ timeout: PATIENCE });
const option = (page: Page, name: string | RegExp) => page.getByRole('option', { name });
const picker = (page: Page) => page.getByRole('dialog', { name: 'Emoji', exact: true });

/** Starts in an empty box with the focus in it. */
async function begin(page: Page): Promise<void> {
  await composer(page).fill('');
  await composer(page).focus();
}

/** What the timeline says when somebody answers or changes a message that is shown. */
function ask(page: Page, action: 'reply' | 'edit', text: string): Promise<void> {
  return messages(page, text).evaluate(
    (article, [wanted, words]) => {
      const { message: id, sender: account } = (article as HTMLElement).dataset;
      const conversation = article.closest<HTMLElement>('#timeline')?.dataset.conversation;
      const mine = article.hasAttribute('data-mine');
      const message = { id, conversation, sender: { account }, kind: 'text', text: words, mine };
      document.dispatchEvent(new CustomEvent('sotto-compose', { detail: { action: wanted, message } }));
    },
    [action, text] as const,
  );
}

/** Keeps this tab's storage busy, as another tab may, until the returned function is called. */
async function holdStorage(page: Page): Promise<() => Promise<void>> {
  await page.evaluate(
    (name) =>
      new Promise<void>((held) => {
        void navigator.locks.request(name, () => {
          held();
          return new Promise((release) => addEventListener('let-go', release, { once: true }));
        });
      }),
    LOCK,
  );
  return () => page.evaluate(() => void dispatchEvent(new Event('let-go')));
}

/** What Enter does. A page that is left in the same moment may take the choice with it: until it is there after a reload. */
async function chooseNewLine(page: Page, wanted: boolean): Promise<void> {
  await page.goto(`${world.server.url}/settings`);
  const choice = page.getByLabel('Enter makes a new line');
  await choice.setChecked(wanted);
  await until(
    async () => {
      await page.reload();
      await choice.waitFor({ timeout: PATIENCE });
      const isKept = (await choice.isChecked()) === wanted;
      if (!isKept) await choice.setChecked(wanted);
      return isKept;
    },
    (isKept) => isKept,
  );
}

story('names are offered after @, and Enter takes one without sending', async () => {
  const { page } = adaBrowser;
  await begin(page);
  await page.keyboard.type('Ask @mi');
  await option(page, /Mina Ito/).waitFor({ timeout: PATIENCE });
  const active = await composer(page).getAttribute('aria-activedescendant');
  expect(await option(page, /Mina Ito/).getAttribute('id')).toBe(active);
  expect(await accessible(page)).toEqual([]);
  await page.keyboard.press('Escape');
  await option(page, /Mina Ito/).waitFor({ state: 'detached', timeout: PATIENCE });
  await page.keyboard.press('Backspace');
  expect(await option(page, /Mina Ito/).count()).toBe(0);
  await page.keyboard.press('Backspace');
  await page.keyboard.press('Backspace');
  await page.keyboard.type('@ito');
  await option(page, /Mina Ito/).waitFor({ timeout: PATIENCE });
  await page.keyboard.press('Enter');
  await becomes(page, 'Ask @mina ');
  await page.keyboard.press('Enter');
  await messages(minaBrowser.page, 'Ask @mina').waitFor({ timeout: PATIENCE });
});

story('emojis are offered after a colon, and a second colon means exactly one', async () => {
  const { page } = adaBrowser;
  await begin(page);
  await page.keyboard.type('Done :rocke');
  await option(page, /rocket/).waitFor({ timeout: PATIENCE });
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('ArrowUp');
  await page.keyboard.press('Tab');
  await becomes(page, 'Done 🚀');
  await page.keyboard.type(' :tada:');
  await becomes(page, 'Done 🚀 🎉');
  // The list that is shown fits what is typed when the next key comes, without a pause between them.
  await page.keyboard.type(' :ro');
  await option(page, /robot/).waitFor({ timeout: PATIENCE });
  await page.keyboard.type('cke');
  await page.keyboard.press('Tab');
  await becomes(page, 'Done 🚀 🎉 🚀');
  await page.keyboard.press('Enter');
  await messages(minaBrowser.page, 'Done 🚀 🎉').waitFor({ timeout: PATIENCE });
});

story('the picker is searched, walked and left with the keys', async () => {
  const { page } = adaBrowser;
  await begin(page);
  await page.keyboard.type('Up: ');
  // Past the button that attaches files.
  await page.keyboard.press('Tab');
  await page.keyboard.press('Tab');
  await page.keyboard.press('Enter');
  await picker(page)
    .getByRole('gridcell', { name: 'grinning face', exact: true })
    .waitFor({ timeout: PATIENCE });
  expect(await accessible(page)).toEqual([]);
  // What was completed before counts as used.
  await picker(page).getByRole('rowgroup', { name: 'Recently used' }).getByRole('gridcell').first().waitFor();
  await page.keyboard.type('waving hand');
  await picker(page).getByText('1 emoji found').waitFor({ state: 'attached' });
  await page.keyboard.press('ArrowDown');
  await picker(page).getByText(':wave:').waitFor();
  await page.keyboard.press('Tab');
  await page.keyboard.press('ArrowRight');
  await page
    .getByRole('radio', { name: 'Light skin tone', exact: true })
    .and(page.locator(':checked'))
    .waitFor();
  await page.keyboard.press('Shift+Tab');
  await page.keyboard.press('Enter');
  await becomes(page, 'Up: 👋🏻');
  await hasFocus(page);
  await page.keyboard.press('Tab');
  await page.keyboard.press('Tab');
  await page.keyboard.press('Enter');
  await picker(page).waitFor();
  await page.keyboard.press('Escape');
  await picker(page).waitFor({ state: 'hidden' });
  const button = page.getByRole('button', { name: 'Emoji', exact: true });
  await button.and(page.locator(':focus')).waitFor();
  // The button opens it, and closes it again.
  await button.click();
  await picker(page).waitFor();
  await button.click();
  await picker(page).waitFor({ state: 'hidden' });
  await button.click();
  await picker(page).waitFor();
  await page.keyboard.press('Escape');
});

story('keys put Markdown around what is selected, and it can be undone', async () => {
  const { page } = adaBrowser;
  await begin(page);
  await page.keyboard.type('strong');
  await page.keyboard.press('ControlOrMeta+a');
  await page.keyboard.press('ControlOrMeta+b');
  await becomes(page, '**strong**');
  await page.keyboard.press('ControlOrMeta+i');
  await becomes(page, '**_strong_**');
  await page.keyboard.press('ControlOrMeta+z');
  await becomes(page, '**strong**');
  await page.keyboard.press('ControlOrMeta+Shift+Digit8');
  await becomes(page, '- **strong**');
  await page.getByRole('button', { name: 'Formatting help' }).click();
  await page.getByRole('rowheader', { name: 'Struck out' }).waitFor({ timeout: PATIENCE });
  expect(await accessible(page)).toEqual([]);
  await page.keyboard.press('Escape');
  await page.getByRole('rowheader', { name: 'Struck out' }).waitFor({ state: 'hidden' });
  await page.getByRole('button', { name: 'Formatting help' }).and(page.locator(':focus')).waitFor();
});

story('an answer says what it answers, and survives a reload with its text', async () => {
  const { page } = adaBrowser;
  await begin(page);
  await ask(page, 'reply', 'How is the signal there?');
  await hasFocus(page);
  await page.getByText('Answering Mina Ito').waitFor({ timeout: PATIENCE });
  await page.keyboard.type('Good.');
  expect(await accessible(page)).toEqual([]);
  await page.reload();
  await becomes(page, 'Good.');
  await page.getByText('Answering Mina Ito').waitFor({ timeout: PATIENCE });
  await composer(page).focus();
  await page.keyboard.press('Escape');
  await page.getByText('Answering Mina Ito').waitFor({ state: 'detached' });
  expect(await value(page)).toBe('Good.');
});

story('an answer is sent as one', async () => {
  const { page } = adaBrowser;
  await ask(page, 'reply', 'How is the signal there?');
  await page.getByText('Answering Mina Ito').waitFor({ timeout: PATIENCE });
  await page.keyboard.press('Enter');
  await page.getByText('Answering Mina Ito').waitFor({ state: 'detached', timeout: PATIENCE });
  const answer = messages(minaBrowser.page, 'Good.');
  await answer.waitFor({ timeout: PATIENCE });
  await answer.getByText('How is the signal there?').waitFor({ timeout: PATIENCE });
});

story('arrow up changes the last message, and the draft comes back', async () => {
  const { page } = adaBrowser;
  await begin(page);
  await page.keyboard.type('A thoght');
  await page.keyboard.press('Enter');
  await waitForStatus(page, 'A thoght', /Sent|Delivered|Read/);
  await page.keyboard.press('ArrowUp');
  await becomes(page, 'A thoght');
  await page.getByText('Changing your message').waitFor({ timeout: PATIENCE });
  await page.keyboard.press('Escape');
  await becomes(page, '');
  await page.keyboard.type('Not yet said');
  await ask(page, 'edit', 'A thoght');
  await becomes(page, 'A thoght');
  expect(await accessible(page)).toEqual([]);
  await page.keyboard.press('ControlOrMeta+a');
  await page.keyboard.type('A thought');
  await page.keyboard.press('Enter');
  await becomes(page, 'Not yet said');
  await messages(minaBrowser.page, 'A thought').waitFor({ timeout: PATIENCE });
  await messages(page, 'A thoght').waitFor({ state: 'detached', timeout: PATIENCE });
});

story('a message cannot be changed into nothing', async () => {
  const { page } = adaBrowser;
  await ask(page, 'edit', 'A thought');
  await becomes(page, 'A thought');
  await page.keyboard.press('ControlOrMeta+a');
  await page.keyboard.press('Delete');
  await page.keyboard.press('Enter');
  await page.getByText('choose Delete in its menu').waitFor({ timeout: PATIENCE });
  await page.getByRole('button', { name: 'Cancel', exact: true }).click();
  await becomes(page, 'Not yet said');
});

story('Enter makes a new line on a device that wants it so', async () => {
  const { page } = adaBrowser;
  const conversation = page.url();
  await chooseNewLine(page, true);
  await page.goto(conversation);
  await becomes(page, 'Not yet said');
  await composer(page).fill('One');
  await page.keyboard.press('Enter');
  await page.keyboard.type('two');
  expect(await value(page)).toBe('One\ntwo');
  await page.keyboard.press('ControlOrMeta+Enter');
  await messages(minaBrowser.page, 'two').waitFor({ timeout: PATIENCE });
  await chooseNewLine(page, false);
  await page.goto(conversation);
});

story(
  'what is written while the last message goes to the disk is sent after it, and neither twice',
  async () => {
    const { page } = adaBrowser;
    await begin(page);
    const letGo = await holdStorage(page);
    await page.keyboard.type('Kept first.');
    await page.keyboard.press('Enter');
    await page.keyboard.press('Enter');
    await page.keyboard.type('Kept second.');
    await page.keyboard.press('Enter');
    const written = await value(page);
    await letGo();
    expect(written).toBe('Kept first.Kept second.');
    for (const text of ['Kept first.', 'Kept second.'])
      await messages(minaBrowser.page, text).waitFor({ timeout: PATIENCE });
    await becomes(page, '');
    expect(await messages(page, 'Kept').count()).toBe(2);
    expect(await messages(page, 'Kept first.Kept').count()).toBe(0);
  },
);

story('a text that is too long is said to be, and kept', async () => {
  const { page } = adaBrowser;
  await composer(page).fill('a'.repeat(62 * 1024));
  await page.getByText('Room for 1,024 more bytes.').waitFor({ timeout: PATIENCE });
  await composer(page).fill('a'.repeat(64 * 1024));
  await composer(page).press('Enter');
  await page.getByRole('alert').filter({ hasText: 'longer than 63 KiB' }).waitFor({ timeout: PATIENCE });
  expect((await value(page)).length).toBe(64 * 1024);
  const high = (await composer(page).boundingBox())?.height ?? 0;
  expect(high / (page.viewportSize()?.height ?? 1)).toBeLessThanOrEqual(0.41);
  await composer(page).fill('');
});

story('offline, the composer says what happens to a message', async () => {
  const { page, context } = adaBrowser;
  await context.setOffline(true);
  await page.getByText('Offline: what you send waits here').waitFor({ timeout: PATIENCE });
  await send(page, 'From the boat.');
  await waitForStatus(page, 'From the boat.', /Sending/);
  await context.setOffline(false);
  await page.getByText('Sealed for 2 people, 2 devices').waitFor({ timeout: PATIENCE });
  await messages(minaBrowser.page, 'From the boat.').waitFor({ timeout: PATIENCE });
});

story('the other sees that somebody writes', async () => {
  const { page } = adaBrowser;
  await begin(page);
  const written = minaBrowser.page.getByText('Ada Kern is writing…');
  // What is said while a line is down is not said again: the next keys are.
  await until(
    async () => {
      await page.keyboard.type('m');
      return written.isVisible();
    },
    (isShown) => isShown,
  );
  await begin(page);
});

story('a timer is said where one writes, to both', async () => {
  const { page } = adaBrowser;
  await page.getByLabel('Disappearing messages').selectOption('604800');
  for (const each of [page, minaBrowser.page])
    await each.getByText('Disappears after 1 week').waitFor({ timeout: PATIENCE });
  await page.getByLabel('Disappearing messages').selectOption('0');
  for (const each of [page, minaBrowser.page])
    await each.getByText('Disappears after 1 week').waitFor({ state: 'hidden', timeout: PATIENCE });
});

story('in a group everybody can be named, and a bot hears that it was', async () => {
  const { page } = adaBrowser;
  const join = ['join', '--invite', await invite(), '--username', 'otto', '--name', 'Otto Mill'];
  await devices.done('otto', join, { env: { SOTTO_PASSWORD: PASSWORD } });
  await page.goto(world.server.url);
  await page.getByRole('button', { name: 'New conversation', exact: true }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByLabel('People', { exact: true }).fill('mina, otto');
  await dialog.getByLabel('Name', { exact: true }).fill('Field team');
  await dialog.getByRole('button', { name: 'Start', exact: true }).click();
  await page.waitForURL(/\/c\/[0-9a-f]{64}$/, { timeout: PATIENCE });
  await composer(page).waitFor({ timeout: PATIENCE });
  await begin(page);
  await page.keyboard.type('@');
  await option(page, /Everybody in this group/).waitFor({ timeout: PATIENCE });
  expect(await page.getByRole('listbox', { name: 'People' }).getByRole('option').count()).toBe(3);
  await page.keyboard.type('mill');
  await option(page, /Mina Ito/).waitFor({ state: 'detached', timeout: PATIENCE });
  await page.keyboard.press('Enter');
  await page.keyboard.type('and @every');
  await option(page, /Everybody in this group/).click();
  await page.keyboard.type('look up.');
  await becomes(page, '@otto and @everyone look up.');
  await page.keyboard.press('Enter');
  const [heard] = await devices.done('otto', ['listen', '--count', '1', '--timeout', '60s']);
  expect(heard).toMatchObject({ event: 'message', text: '@otto and @everyone look up.', mention: true });
  await devices.done('otto', ['send', '--conversation', String(heard?.conversation), 'A kite.']);
  await messages(page, 'A kite.').waitFor({ timeout: PATIENCE });
  await ask(page, 'reply', 'A kite.');
  await page.getByText('Answering Otto Mill').waitFor({ timeout: PATIENCE });
  await page.keyboard.type('So it is.');
  await page.keyboard.press('Enter');
  const [answer] = await devices.done('otto', ['listen', '--count', '1', '--timeout', '60s']);
  expect(answer).toMatchObject({ text: 'So it is.', replyTo: expect.stringMatching(/^[0-9a-f]{32}$/) });
  await page.goto(world.server.url);
  await openConversation(page, MINA);
});

story(
  'on a touch screen Enter is a new line, letters are large enough, and the picker leaves the keyboard away',
  async () => {
    const { page } = adaBrowser;
    const session = await adaBrowser.context.newCDPSession(page);
    await session.send('Emulation.setDeviceMetricsOverride', {
      width: 390,
      height: 844,
      deviceScaleFactor: 2,
      mobile: true,
    });
    await session.send('Emulation.setTouchEmulationEnabled', { enabled: true });
    await page.reload();
    await composer(page).waitFor({ timeout: PATIENCE });
    await until(
      () => composer(page).getAttribute('enterkeyhint'),
      (hint) => hint === 'enter',
    );
    const size = await composer(page).evaluate((box) => getComputedStyle(box).fontSize);
    expect(size).toBe('16px');
    await composer(page).fill('One');
    await composer(page).press('Enter');
    await becomes(page, 'One\n');
    await page.getByRole('button', { name: 'Emoji', exact: true }).click();
    await picker(page)
      .getByRole('gridcell', { name: 'grinning face', exact: true })
      .waitFor({ timeout: PATIENCE });
    expect(await picker(page).getByLabel('Search emoji').and(page.locator(':focus')).count()).toBe(0);
    await picker(page).getByRole('gridcell', { name: 'grinning face', exact: true }).click();
    await becomes(page, 'One\n😀');
    await page.getByRole('button', { name: 'Send', exact: true }).click();
    await messages(minaBrowser.page, '😀').waitFor({ timeout: PATIENCE });
  },
);

test('nothing broke the policy, complained, or asked another host', () => {
  expect(world.complaints()).toEqual([]);
});
