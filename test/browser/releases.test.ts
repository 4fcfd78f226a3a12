/** Pages while nodes of two releases serve: whoever loads one, or has one open, is asked about the new release once, when the old one has ended. */
import { afterAll, beforeAll, expect, test } from 'bun:test';
import { resolve } from 'node:path';
import type { Page } from 'playwright-core';
import { SERVICE_WORKER_PATH } from '../../src/contract/paths.ts';
import { RELEASE } from '../../src/contract/release.ts';
import { Devices, run } from '../support/client.ts';
import { NEXT_RELEASE } from '../support/next-name.ts';
import { NODES_MISSING, type Node, type Nodes, startNodes } from '../support/nodes.ts';
import { openPerson, type Person, sharedBrowser } from './support/browser.ts';
import {
  conversations,
  createWorkspace,
  messages,
  openConversation,
  PASSKEY,
  PATIENCE,
  send,
  waitForStatus,
} from './support/flows.ts';

/** With another service worker as well. */
const NEXT = [process.execPath, resolve(import.meta.dir, '../support/next-release.ts')];
const LOADS = 20;
const SECRET = { env: { SOTTO_PASSWORD: 'lighthouse keeper 1' } };
const mina = { name: 'Mina Ito', username: 'mina' };
const devices = new Devices();
const story = NODES_MISSING === null ? test : test.skip;

let world: Nodes;
let one: Node;
let two: Node;
let ada: Person;
/** Files that pages asked for and did not get. */
const failed: string[] = [];

const watch = ({ context }: Person) =>
  context.on('response', (response) => {
    const { pathname } = new URL(response.url());
    // The next service worker waits for its turn.
    if (response.status() >= 400 && pathname !== SERVICE_WORKER_PATH)
      failed.push(`${response.status()} ${pathname}`);
  });
const watched = (page: Page) =>
  page.evaluate(async () => {
    await navigator.serviceWorker.ready;
    if (!navigator.serviceWorker.controller)
      await new Promise((resolve) =>
        navigator.serviceWorker.addEventListener('controllerchange', resolve, { once: true }),
      );
  });
const isThroughWorker = (page: Page) =>
  page.evaluate(() =>
    performance
      .getEntriesByType('navigation')
      .some((entry) => entry instanceof PerformanceNavigationTiming && entry.workerStart > 0),
  );
const question = (page: Page) => page.getByRole('button', { name: 'Use the new version', exact: true });
/** The script that a page begins with. */
const scriptOf = (page: Page) =>
  page.evaluate(() => document.querySelector('script[src]')?.getAttribute('src') ?? document.title);

beforeAll(async () => {
  if (NODES_MISSING !== null) return;
  world = await startNodes(2, { args: ['--drain', '1'], env: { SOTTO_TEST_NEXT: 'worker' } });
  const [first, second] = world.nodes;
  if (!first || !second) throw new Error('two nodes were asked for');
  [one, two] = [first, second];
  // Sockets break with the node that they were on.
  ada = await openPerson(await sharedBrowser(), { expected: /ws:error|WebSocket|ERR_CONNECTION/ });
}, PATIENCE);
afterAll(async () => {
  await ada?.context.close();
  await world?.stop();
  devices.remove();
});

story(
  'pages that are loaded and used while nodes of two releases serve do not notice',
  async () => {
    const { page } = ada;
    await createWorkspace(page, world.setupLink, { password: PASSKEY });
    await watched(page);
    const invite = ['admin', 'invite', '--data', one.data];
    const { out } = await run(invite, { env: { DATABASE_URL: world.database } }).ended;
    const joining = ['join', '--invite', out.trim(), '--username', mina.username, '--name', mina.name];
    await devices.done('mina', joining, SECRET);
    await openConversation(page, mina);
    await page.evaluate(() => {
      document.documentElement.dataset.stayed = 'yes';
    });
    const accepted = await scriptOf(page);
    const address = page.url();

    expect(await one.stop()).toBe(0);
    await one.start(NEXT);
    await world.balancer.ready(2);
    watch(ada);
    await send(page, 'two releases');
    await waitForStatus(page, 'two releases', /Sent/);

    // Another tab of hers, loaded again and again.
    const other = await ada.newPage();
    for (let load = 0; load < LOADS; load++) {
      await other.goto(load % 2 === 0 ? world.url : address);
      await conversations(other).or(question(other)).waitFor({ timeout: PATIENCE });
      expect(await scriptOf(other)).toBe(accepted);
    }
    await messages(other, 'two releases').waitFor({ timeout: PATIENCE });
    await other.close();
    expect(failed).toEqual([]);
  },
  3 * PATIENCE,
);

story(
  'a first visit to either of them is a visit like any other',
  async () => {
    for (let visit = 0; visit < 3; visit++) {
      const guest = await openPerson(await sharedBrowser(), { expected: /\(503\).*fetching the script/ });
      watch(guest);
      const { page } = guest;
      // Until the worker is in charge, which only nodes of the release before have, either of them is shown.
      const scripts: string[] = [];
      for (let load = 0; load < LOADS && scripts.length < 3; load++) {
        const worker = guest.context.waitForEvent('response', {
          predicate: (response) => response.url().endsWith(SERVICE_WORKER_PATH),
          timeout: PATIENCE,
        });
        void worker.catch(() => {});
        await page.goto(`${world.url}/sign-in`);
        await page.getByLabel('Username').first().or(question(page)).waitFor({ timeout: PATIENCE });
        if (await isThroughWorker(page)) scripts.push(await scriptOf(page));
        else if ((await worker).ok()) await watched(page);
        // Somebody else comes in between: a load takes as many turns of the balancer as the one before.
        await fetch(`${world.url}/healthz`, { keepalive: false });
      }
      // Nothing is asked, and it stays with the one that it has accepted.
      expect(scripts).toHaveLength(3);
      expect([...new Set(scripts)]).toEqual([expect.stringMatching(/^\/assets\/door\./)]);
      expect(guest.complaints).toEqual([]);
      await guest.context.close();
    }
    expect(failed).toEqual([]);
  },
  2 * PATIENCE,
);

story(
  'a page from before goes on after the exchange, and the next load asks once',
  async () => {
    const { page } = ada;
    const list = (await (await fetch(`${two.url}/assets/manifest.json`)).json()) as {
      files: { path: string; kind: string }[];
    };
    expect(await two.stop()).toBe(0);
    await two.start(NEXT);
    await world.balancer.ready(2);
    await send(page, 'only the next one');
    await waitForStatus(page, 'only the next one', /Sent/);
    await devices.done('mina', ['send', '--to', 'ada', 'heard'], SECRET);
    await messages(page, 'heard').waitFor({ timeout: PATIENCE });
    // Past what this browser has kept.
    const part = list.files.find(({ path }) => path.startsWith('/assets/emoji.'))?.path ?? '';
    expect(
      await page.evaluate(async (path) => {
        await caches.delete('sotto-files');
        return Object.keys(await import(path)).length;
      }, part),
    ).toBeGreaterThan(0);
    expect(await page.evaluate(() => document.documentElement.dataset.stayed)).toBe('yes');

    await page.reload();
    await question(page).waitFor({ timeout: PATIENCE });
    await page.getByText(`${RELEASE} → ${NEXT_RELEASE}`, { exact: true }).waitFor();
    await question(page).click();
    await messages(page, 'heard').waitFor({ timeout: PATIENCE });
    for (let load = 0; load < 3; load++) {
      await page.goto(world.url);
      await conversations(page).or(question(page)).waitFor({ timeout: PATIENCE });
      expect(await question(page).count()).toBe(0);
    }
    expect(failed).toEqual([]);
    expect(ada.complaints).toEqual([]);
  },
  3 * PATIENCE,
);
