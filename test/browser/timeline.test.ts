/** A conversation of ten thousand messages: a window of it is drawn, and nothing that comes or goes moves what is read. */
import { afterAll, beforeAll, expect, test } from 'bun:test';
import type { Page } from 'playwright-core';
import { isAccountId, isConversationId, isDeviceId } from '../../src/contract/ids.ts';
import { MAX_ROWS } from '../../src/island/timeline/window.ts';
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
  PASSKEY,
  PATIENCE,
  send,
  timeline,
  until,
} from './support/flows.ts';
import { fillHistory, idOf, manyMessages } from './support/history.ts';
import { openWorld, type World } from './support/world.ts';

const MANY = 10_000;
const HOUR_MS = 3_600_000;

let world: World;
let adaBrowser: Person;
let minaBrowser: Person;
let ada: Account;
let mina: Account;
let path = '';

const story = (name: string, act: () => Promise<void>) => test(name, act, 4 * PATIENCE);

beforeAll(async () => {
  world = await openWorld();
  [adaBrowser, minaBrowser] = [await world.person(), await world.person()];
  ada = await createWorkspace(adaBrowser.page, world.server.setupLink ?? '', { password: PASSKEY });
  const invite = await createInvite(adaBrowser.page);
  mina = await joinWorkspace(minaBrowser.page, invite, {
    name: 'Mina Ito',
    username: 'mina',
    password: PASSKEY,
  });
  await adaBrowser.page.goto(world.server.url);
  await openConversation(adaBrowser.page, mina);
  await send(adaBrowser.page, 'The last word');
  await openConversation(minaBrowser.page, ada);
  await messages(minaBrowser.page, 'The last word').waitFor({ timeout: PATIENCE });
  path = new URL(adaBrowser.page.url()).pathname;
}, 4 * PATIENCE);
afterAll(() => world.close());

const rows = (page: Page) => timeline(page).getByRole('article').count();
const distance = (page: Page) =>
  timeline(page).evaluate((log) => log.scrollHeight - log.scrollTop - log.clientHeight);
/** What the page says by itself to those who listen. */
const announced = (page: Page) =>
  page.evaluate(() => document.querySelector('[data-announcer]')?.shadowRoot?.textContent ?? '');
/** Top of the row with this text in the log, in pixels; null when it is not drawn. */
const topOf = (page: Page, text: string) =>
  timeline(page).evaluate((log, wanted) => {
    const row = [...log.querySelectorAll('article')].find((each) =>
      each.querySelector('sealed-message')?.shadowRoot?.textContent?.startsWith(wanted),
    );
    return row ? row.getBoundingClientRect().top - log.getBoundingClientRect().top : null;
  }, text);

story('ten thousand messages lie in storage, and the last screens of them are drawn', async () => {
  const { page } = adaBrowser;
  const ids = await page.evaluate(() => {
    const row = (mine: string) => document.querySelector<HTMLElement>(`article[data-sender]${mine}`);
    const peer = document.querySelector<HTMLElement>('#timeline')?.dataset.peer ?? '';
    return {
      self: document.body.dataset.account ?? '',
      device: document.body.dataset.device ?? '',
      peer,
      row: !!row(''),
    };
  });
  const conversation = path.slice(3);
  if (
    !isConversationId(conversation) ||
    !isAccountId(ids.self) ||
    !isAccountId(ids.peer) ||
    !isDeviceId(ids.device)
  )
    throw new Error('no conversation is open');
  const device = ids.device;
  const writers = [
    { account: ids.peer, device, mine: false },
    { account: ids.self, device, mine: true },
  ] as const;
  await fillHistory(page, manyMessages(conversation, writers, MANY, Date.now() - HOUR_MS));
  await page.reload();
  await messages(page, 'The last word').waitFor({ timeout: PATIENCE });
  expect(await rows(page)).toBe(50);
  await until(
    () => distance(page),
    (pixels) => pixels < 4,
  );
});

story('scrolling far up keeps few rows, and moves by what was scrolled', async () => {
  const { page } = adaBrowser;
  const seen = await timeline(page).evaluate(async (log, most) => {
    const long: number[] = [];
    const observer = new PerformanceObserver((list) => {
      for (const { duration } of list.getEntries()) long.push(Math.round(duration));
    });
    observer.observe({ type: 'longtask' });
    const frame = () => new Promise((resolve) => requestAnimationFrame(() => resolve(undefined)));
    const frames: number[] = [];
    let moved = 0;
    let highest = 0;
    for (let step = 0; step < 300; step++) {
      const { top } = log.getBoundingClientRect();
      const anchor = [...log.querySelectorAll('article')].find(
        (row) => row.getBoundingClientRect().bottom > top + 50,
      );
      const before = anchor?.getBoundingClientRect().top ?? 0;
      const room = Math.min(240, log.scrollTop);
      log.scrollTop -= room;
      const began = performance.now();
      await frame();
      await frame();
      frames.push((performance.now() - began) / 2);
      highest = Math.max(highest, log.querySelectorAll('article').length);
      if (anchor?.isConnected)
        moved = Math.max(moved, Math.abs(anchor.getBoundingClientRect().top - before - room));
    }
    observer.disconnect();
    frames.sort((a, b) => a - b);
    const at = (share: number) =>
      Math.round((frames[Math.floor(share * (frames.length - 1))] ?? 0) * 10) / 10;
    return { moved, highest, most, long, p50: at(0.5), p95: at(0.95) };
  }, MAX_ROWS);
  console.log(
    `scrolling: frames ${seen.p50} ms (p50), ${seen.p95} ms (p95); long tasks: ${seen.long.join(', ') || 'none'}`,
  );
  expect(seen.highest).toBeLessThanOrEqual(MAX_ROWS);
  // Fractions of a pixel are the browser's.
  expect(seen.moved).toBeLessThan(1.5);
  const first = await timeline(page)
    .getByRole('article')
    .first()
    .locator('sealed-message')
    .evaluate((text) => text.shadowRoot?.textContent ?? '');
  expect(Number(/Entry (\d+)/.exec(first)?.[1])).toBeLessThan(MANY - 400);
  // What came and went was not said.
  expect(await announced(page)).toBe('');
});

story(
  'a message that arrives meanwhile moves nothing, is said once, and is counted on the way back',
  async () => {
    const { page } = adaBrowser;
    const before = await timeline(page).evaluate((log) => [log.scrollTop, log.scrollHeight]);
    await send(minaBrowser.page, 'Said while you read');
    const jump = page.getByRole('button', { name: 'Jump to latest, 1 new' });
    await jump.waitFor({ timeout: PATIENCE });
    expect(await timeline(page).evaluate((log) => [log.scrollTop, log.scrollHeight])).toEqual(before);
    expect(await messages(page, 'Said while you read').count()).toBe(0);
    await jump.click();
    await messages(page, 'Said while you read').waitFor({ timeout: PATIENCE });
    await until(
      () => distance(page),
      (pixels) => pixels < 4,
    );
    await page.locator('[data-jump]').waitFor({ state: 'hidden', timeout: PATIENCE });
    await send(minaBrowser.page, 'And at the end');
    await messages(page, 'And at the end').waitFor({ timeout: PATIENCE });
    await until(
      () => announced(page),
      (words) => words === 'Mina Ito: And at the end',
    );
  },
);

story('an address with a message opens there, and no request names it', async () => {
  const { page } = adaBrowser;
  const asked: string[] = [];
  page.on('request', (request) =>
    asked.push(`${request.url()} ${JSON.stringify(request.headers())} ${request.postData() ?? ''}`),
  );
  await page.goto(`${world.server.url}${path}#${idOf(4000)}`);
  await page.reload();
  await messages(page, 'Entry 4000.').waitFor({ timeout: PATIENCE });
  const top = await topOf(page, 'Entry 4000.');
  const height = await timeline(page).evaluate((log) => log.clientHeight);
  expect(top).toBeGreaterThan(0);
  expect(top).toBeLessThan(height);
  expect(await page.evaluate(() => document.activeElement?.getAttribute('data-message'))).toBe(idOf(4000));
  expect(asked.length).toBeGreaterThan(0);
  // The browser's own report of where it is loads nothing.
  expect(
    asked.filter(
      (request) => request.split('#')[0]?.includes(idOf(4000)) || request.slice(1).includes(`"${idOf(4000)}`),
    ),
  ).toEqual([]);
  // Another one, in the same page.
  await page.evaluate((id) => {
    location.hash = id;
  }, idOf(8000));
  await messages(page, 'Entry 8000.').waitFor({ timeout: PATIENCE });
  expect(await rows(page)).toBeLessThanOrEqual(MAX_ROWS);
});

story('the other end is reached from the middle', async () => {
  const { page } = adaBrowser;
  await timeline(page).hover();
  await until(
    async () => {
      await page.mouse.wheel(0, 3000);
      return topOf(page, 'Entry 8150.');
    },
    (top) => top !== null,
  );
  expect(await rows(page)).toBeLessThanOrEqual(MAX_ROWS);
  await page.getByRole('button', { name: 'Jump to latest' }).click();
  await messages(page, 'And at the end').waitFor({ timeout: PATIENCE });
});

story('a day of the past is gone to', async () => {
  const { page } = adaBrowser;
  const day = new Date(Date.now() - 8 * 24 * HOUR_MS);
  const wanted = new Date(day.getTime() - day.getTimezoneOffset() * 60_000).toISOString().slice(0, 10);
  await page.getByLabel('Go to date').fill(wanted);
  const shown = () =>
    page.evaluate(() => {
      const at = document.activeElement?.getAttribute('data-at') ?? '0';
      const date = new Date(Number(at));
      return `${date.getFullYear()}-${String(date.getMonth() + 1).padStart(2, '0')}-${String(date.getDate()).padStart(2, '0')}`;
    });
  await until(shown, (date) => date === wanted);
});

story('more unread messages than a page: reading goes on at the line', async () => {
  const { page } = adaBrowser;
  await page.goto(`${world.server.url}/settings`);
  for (let n = 1; n <= 60; n++) {
    await composer(minaBrowser.page).fill(`Unread ${n}.`);
    await minaBrowser.page.keyboard.press('Enter');
    await messages(minaBrowser.page, `Unread ${n}.`).waitFor({ timeout: PATIENCE });
    await until(
      () => composer(minaBrowser.page).inputValue(),
      (text) => text === '',
    );
  }
  const row = conversations(page).getByRole('link', { name: mina.name });
  await row.locator('[data-unread]').filter({ hasText: '60' }).waitFor({ timeout: PATIENCE });
  await row.click();
  await timeline(page).getByText('New', { exact: true }).waitFor({ timeout: PATIENCE });
  const line = await timeline(page).evaluate((log) => {
    const top = log.querySelector('.day.new')?.getBoundingClientRect().top ?? -1;
    return (top - log.getBoundingClientRect().top) / log.clientHeight;
  });
  expect(line).toBeGreaterThanOrEqual(0);
  expect(line).toBeLessThan(0.6);
  // Not read before they were in view.
  expect(await row.locator('[data-unread]').textContent()).toBe('60');
  await page.getByRole('button', { name: 'Jump to latest' }).click();
  await row.locator('[data-unread]').waitFor({ state: 'hidden', timeout: PATIENCE });
});

story('messages are gone through from the keyboard', async () => {
  const { page } = adaBrowser;
  const focused = () =>
    page.evaluate(
      () => document.activeElement?.querySelector('sealed-message')?.shadowRoot?.textContent ?? '',
    );
  await timeline(page).focus();
  await page.keyboard.press('ArrowUp');
  expect(await focused()).toBe('Unread 60.');
  await page.keyboard.press('ArrowUp');
  expect(await focused()).toBe('Unread 59.');
  await page.keyboard.press('ArrowDown');
  expect(await focused()).toBe('Unread 60.');
  await page.keyboard.press('Home');
  await page.keyboard.press('ArrowUp');
  await page.keyboard.press('End');
  await until(focused, (text) => text === 'Unread 60.');
  const row = page.getByRole('article', { name: /^Mina Ito Unread 60\. \d\d:\d\d/ });
  await row.waitFor({ timeout: PATIENCE });
});

story('no page violated its policy, logged an error or threw', async () => {
  expect(world.complaints()).toEqual([]);
});
