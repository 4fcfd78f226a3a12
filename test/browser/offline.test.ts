/** Sotto without its server: it opens, everything that is here can be read, and what is written waits and leaves once. */
import { afterAll, beforeAll, expect, test } from 'bun:test';
import type { Page } from 'playwright-core';
import { Devices } from '../support/client.ts';
import { startServer, type TestServer } from '../support/server.ts';
import { launchBrowser, openPerson, type Person } from './support/browser.ts';
import {
  conversations,
  createInvite,
  createWorkspace,
  messages,
  openConversation,
  PASSWORD,
  PATIENCE,
  send,
  timeline,
  until,
  waitForStatus,
} from './support/flows.ts';

const BEN = { name: 'ben', username: 'ben' };

let server: TestServer;
let ada: Person;
let stop: () => Promise<void>;
const devices = new Devices();

beforeAll(async () => {
  const [started, browser] = await Promise.all([startServer(), launchBrowser()]);
  server = started;
  // The network is away on purpose.
  ada = await openPerson(browser, { expected: /ERR_|WebSocket|Failed to fetch|htmx:ws:error/ });
  await createWorkspace(ada.page, server.setupLink ?? '');
  const invite = await createInvite(ada.page);
  await devices.done('ben', ['join', '--invite', invite, '--username', BEN.username], {
    env: { SOTTO_PASSWORD: PASSWORD },
  });
  stop = async () => {
    await browser.close();
    await server.remove();
  };
}, 4 * PATIENCE);
afterAll(async () => {
  await stop();
  devices.remove();
});

const told = (name: string, tell: () => Promise<void>) => test(name, tell, 3 * PATIENCE);

const isOffline = (page: Page) => page.evaluate(() => document.body.dataset.page === 'offline');
/** Files of those that the server lists that this browser does not keep, by their plain names. */
const missing = (page: Page) =>
  page.evaluate(async () => {
    const { files } = (await (await fetch('/assets/manifest.json')).json()) as {
      files: { path: string; kind: string }[];
    };
    const room = await caches.open('sotto-files');
    const kept = new Set((await room.keys()).map(({ url }) => new URL(url).pathname));
    return files
      .filter(({ path, kind }) => kind !== 'service-worker' && !kept.has(path))
      .map(({ path }) => path.replace(/^\/assets\/(.+)\.[0-9a-f]{12}/, '$1'));
  });

told('what was accepted is kept once a page has loaded [R35]', async () => {
  await ada.page.goto(server.url);
  await openConversation(ada.page, BEN);
  await send(ada.page, 'Written before');
  await waitForStatus(ada.page, 'Written before', /Sent|Delivered|Read/);
  await until(
    () => missing(ada.page),
    (names) => names.length <= 1,
  );
  // Larger than all the others, and used by whoever sends a PDF.
  expect(await missing(ada.page)).toEqual(['pdf-worker.js']);
});

told('without a network it opens, and shows the list and every conversation', async () => {
  await ada.context.setOffline(true);
  await ada.page.goto(server.url);
  expect(await isOffline(ada.page)).toBe(true);
  await ada.page.getByRole('heading', { name: 'Nothing open' }).waitFor({ timeout: PATIENCE });
  await conversations(ada.page).getByRole('link', { name: BEN.name }).click();
  await messages(ada.page, 'Written before').waitFor({ timeout: PATIENCE });
  await ada.page.getByRole('heading', { name: BEN.name, exact: true }).waitFor();
  expect(await ada.page.getByText('{name}').count()).toBe(0);
});

told('what is written waits in order through a reload, and leaves once', async () => {
  await send(ada.page, 'First of two');
  await ada.page.reload();
  await messages(ada.page, 'First of two').waitFor({ timeout: PATIENCE });
  await send(ada.page, 'Second of two');
  await ada.context.setOffline(false);
  await waitForStatus(ada.page, 'Second of two', /Sent|Delivered|Read/);
  const lines = await devices.done('ben', ['listen', '--count', '3', '--timeout', '30s']);
  expect(lines.map(({ text }) => text)).toEqual(['Written before', 'First of two', 'Second of two']);
  // The page that opened without a server goes on with it.
  await timeline(ada.page).waitFor();
});

told('a server that is down, and one that hangs, are not waited for', async () => {
  await ada.page.goto(server.url);
  expect(await isOffline(ada.page)).toBe(false);
  process.kill(server.pid, 'SIGSTOP');
  await ada.page.goto(server.url);
  expect(await isOffline(ada.page)).toBe(true);
  process.kill(server.pid, 'SIGCONT');
  await server.stop();
  await ada.page.goto(`${server.url}/settings`);
  expect(await isOffline(ada.page)).toBe(true);
  await ada.page.getByRole('heading', { name: 'This page needs the server' }).waitFor({ timeout: PATIENCE });
});

told('a network that wants a sign-in first is told from one that is away, and named', async () => {
  const portal = Bun.serve({
    port: server.port,
    hostname: '127.0.0.1',
    fetch: () =>
      new Response('<!doctype html><title>Hotel</title><h1>Room and name, please</h1>', {
        headers: { 'content-type': 'text/html' },
      }),
  });
  await ada.page.goto(server.url);
  expect(await isOffline(ada.page)).toBe(true);
  const connection = ada.page.locator('#connection');
  await connection.filter({ hasText: 'asks for a sign-in first' }).waitFor({ timeout: PATIENCE });
  await conversations(ada.page).getByRole('link', { name: BEN.name }).click();
  await send(ada.page, 'From the hotel');
  await connection.filter({ hasText: '1 message waits.' }).waitFor({ timeout: PATIENCE });
  await portal.stop(true);
  await connection.filter({ hasText: 'The server does not answer' }).waitFor({ timeout: PATIENCE });
  server = await startServer({ data: server.data, port: server.port });
  await connection.getByRole('button', { name: 'Try now' }).click();
  await waitForStatus(ada.page, 'From the hotel', /Sent|Delivered|Read/);
  await connection.waitFor({ state: 'hidden', timeout: PATIENCE });
});

told(
  'kept files that are others than the accepted ones do not run, also without the server [R35]',
  async () => {
    const { page, context } = ada;
    await page.goto(server.url);
    const path = await page.evaluate(async () => {
      const room = await caches.open('sotto-files');
      const island = (await room.keys()).find(({ url }) => /\/island\.[0-9a-f]+\.js$/.test(url));
      if (island) await room.put(island, new Response("document.title = 'ran'"));
      return island?.url ?? '';
    });
    expect(path).not.toBe('');
    await context.setOffline(true);
    // Without a page of its own the worker leaves the answer to the browser, which says that there is no network.
    await expect(page.goto(server.url)).rejects.toThrow('ERR_');
    await context.setOffline(false);
    await page.goto(server.url);
    await conversations(page).getByRole('link', { name: BEN.name }).waitFor({ timeout: PATIENCE });
    expect(await page.title()).not.toBe('ran');
  },
);

told('after signing out nothing of anybody opens without the server', async () => {
  await ada.page.goto(`${server.url}/settings`);
  await ada.page.getByRole('button', { name: 'Sign out', exact: true }).click();
  await ada.page.getByRole('button', { name: 'Sign in', exact: true }).waitFor({ timeout: PATIENCE });
  await ada.context.setOffline(true);
  await ada.page.goto(server.url);
  await ada.page.getByRole('heading', { name: 'Sotto is locked here' }).waitFor({ timeout: PATIENCE });
  expect(await conversations(ada.page).getByRole('link').count()).toBe(0);
  expect(await ada.page.content()).not.toContain(BEN.name);
  await ada.context.setOffline(false);
  // The page looks for the server by itself.
  await ada.page.getByRole('button', { name: 'Sign in', exact: true }).waitFor({ timeout: PATIENCE });
});

told('nobody complained', async () => {
  expect(ada.complaints).toEqual([]);
});
