/**
 * R35 in the browser: what a service worker notices when the program that a server serves has changed since the last
 * visit, and that nothing of it runs before the person has said so.
 */
import { afterAll, beforeAll, expect, test } from 'bun:test';
import { mkdirSync } from 'node:fs';
import { join as path } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { type Assets, createAssets } from '../../src/assets.ts';
import { loadAssets } from '../../src/embedded.ts';
import { nameByContents } from '../../src/served-names.ts';
import { startApp, type TestApp } from '../support/app.ts';
import { rewrite, startLiar, withHeader } from '../support/liar.ts';
import { join } from '../support/person.ts';
import { ROOT } from '../support/server.ts';
import { launchBrowser, openPerson, type Person } from './support/browser.ts';
import {
  composer,
  conversations,
  createWorkspace,
  openConversation,
  PATIENCE,
  until,
} from './support/flows.ts';

const PICTURES = path(ROOT, 'test/screenshots');
const AXE = await Bun.file(path(ROOT, 'node_modules/axe-core/axe.min.js')).text();

const NEXT = '9.9.8';
const LAST = '9.9.9';

let honest: Assets;
let next: Assets;
let last: Assets;
let app: TestApp;
let browser: Browser;
let ada: Person;
/** What the server serves at the moment. */
let served: Assets;

/** The files that a server serves, where a test can change them. */
const switchable = (): Assets => ({
  url: (name) => served.url(name),
  integrity: (name) => served.integrity(name),
  preloads: (name) => served.preloads(name),
  at: (path) => served.at(path),
  get all() {
    return served.all;
  },
  get manifest() {
    return served.manifest;
  },
});

/** The files of another release; or of the same one, with a comment more in one of them. */
function altered(from: Assets, release: string, commented?: string): Assets {
  const scripts = new Map<string, string>();
  const others = new Map<string, Uint8Array<ArrayBuffer>>();
  const kinds = new Map(from.manifest.files.map(({ path, kind }) => [path, kind]));
  for (const [name, { url, bytes }] of from.all) {
    if (!name.endsWith('.js')) {
      others.set(name, bytes);
      continue;
    }
    let text = new TextDecoder().decode(bytes).replaceAll(`"${from.manifest.release}"`, `"${release}"`);
    if (name === commented) text += '\n/* other */\n';
    if (kinds.get(url) === 'script') scripts.set(name, text);
    else others.set(name, new TextEncoder().encode(text));
  }
  return createAssets(new Map([...nameByContents(scripts), ...others]), release);
}

beforeAll(async () => {
  honest = await loadAssets();
  next = altered(honest, NEXT);
  last = altered(honest, LAST);
  served = honest;
  app = await startApp({ assets: switchable() });
  browser = await launchBrowser();
  // A tab of the old release, and a changed file, are refused on purpose.
  ada = await openPerson(browser, { expected: /status of 426|ERR_FAILED \S*door/ });
}, PATIENCE);
afterAll(async () => {
  await browser.close();
  await app.stop();
});

const told = (name: string, tell: () => Promise<void>) => test(name, tell, 2 * PATIENCE);

/** Waits until the worker is in charge of this page. */
const watched = (page: Page) =>
  page.evaluate(async () => {
    await navigator.serviceWorker.ready;
    if (!navigator.serviceWorker.controller)
      await new Promise((resolve) =>
        navigator.serviceWorker.addEventListener('controllerchange', resolve, { once: true }),
      );
  });

/** How many drafts this browser keeps. */
const draftsOf = (page: Page): Promise<number> =>
  page.evaluate(async () => {
    const finished = <T>(request: IDBRequest<T>) =>
      new Promise<T>((resolve) => {
        request.onsuccess = () => resolve(request.result);
      });
    const [database] = await indexedDB.databases();
    const open = await finished(indexedDB.open(database?.name ?? ''));
    const keys = await finished(open.transaction('meta').objectStore('meta').getAllKeys());
    open.close();
    return keys.filter((key) => String(key).startsWith('draft/')).length;
  });

const question = (page: Page) => page.getByRole('heading', { name: 'A new version of Sotto is served' });
/** Paths of the requests in a part of the server's log. */
const pathsIn = (log: string) => [...log.matchAll(/"path":"([^"]+)"/g)].map(([, path]) => path ?? '');

told('the first visit is accepted without a word [R35]', async () => {
  await createWorkspace(
    ada.page,
    `${app.origin}/setup#${await app.deps.services.invites.createSetupToken()}`,
  );
  await watched(ada.page);
  await ada.page.reload();
  await conversations(ada.page).waitFor({ timeout: PATIENCE });
  expect(await ada.page.evaluate(() => navigator.serviceWorker.controller !== null)).toBe(true);
});

told('changed files are named before anything of them runs, and no key is used [R35]', async () => {
  // A later visit: no tab is open, and nothing that one asked for is on its way.
  await ada.page.waitForLoadState('networkidle');
  await ada.page.goto('about:blank');
  const asked: string[] = [];
  ada.page.on('request', (request) => asked.push(new URL(request.url()).pathname));
  ada.page.on('websocket', (socket) => asked.push(socket.url()));
  served = next;
  await ada.page.goto(app.origin);
  await question(ada.page).waitFor({ timeout: PATIENCE });
  await ada.page.getByText(`${honest.manifest.release} → ${NEXT}`, { exact: true }).waitFor();
  for (const hash of [honest.integrity('island.js'), next.integrity('island.js')])
    await ada.page.getByText(hash, { exact: true }).waitFor();
  await ada.page.getByText(`sotto verify ${app.origin}`).waitFor();
  expect(await ada.page.evaluate(() => document.scripts.length)).toBe(0);
  expect(asked).toEqual(['/']);
});

told('"Not now" opens nothing, and the next visit asks again', async () => {
  const before = app.log().length;
  await ada.page.getByRole('button', { name: 'Not now', exact: true }).click();
  await ada.page.getByRole('heading', { name: 'Sotto is not opened' }).waitFor();
  // The browser itself looks for another worker when it likes.
  expect(pathsIn(app.log().slice(before)).filter((path) => path !== '/sw.js')).toEqual([]);
  await ada.page.goto(app.origin);
  await question(ada.page).waitFor({ timeout: PATIENCE });
});

told('an answer that another site makes up is none', async () => {
  await ada.page.evaluate(() => {
    const field = document.querySelector<HTMLInputElement>('input[name=sotto-question]');
    if (field) field.value = 'made up';
  });
  await ada.page.getByRole('button', { name: 'Use the new version', exact: true }).click();
  await question(ada.page).waitFor({ timeout: PATIENCE });
});

told('accepted once, the new files run, and nothing is asked again [R35]', async () => {
  await ada.page.getByRole('button', { name: 'Use the new version', exact: true }).click();
  await conversations(ada.page).waitFor({ timeout: PATIENCE });
  await ada.page.goto(`${app.origin}/settings`);
  // The list of files is folded.
  await ada.page
    .getByText(next.integrity('island.js'), { exact: true })
    .waitFor({ state: 'attached', timeout: PATIENCE });
});

told('a tab of an older release is sent back by a refused call, asks once, and keeps its draft', async () => {
  const { invites } = app.deps.services;
  await join(app.origin, (await invites.create(null, {})).token, 'mina');
  await ada.page.goto(app.origin);
  await openConversation(ada.page, { name: 'mina', username: 'mina' });
  await composer(ada.page).fill('Half a thought');
  await until(
    () => draftsOf(ada.page),
    (drafts) => drafts > 0,
  );
  served = last;
  // A new line is followed by a call, which is refused.
  await ada.page.evaluate(() => dispatchEvent(new Event('online')));
  await question(ada.page).waitFor({ timeout: PATIENCE });
  await ada.page.getByText(`${NEXT} → ${LAST}`, { exact: true }).waitFor();
  await ada.page.getByRole('button', { name: 'Use the new version', exact: true }).click();
  await composer(ada.page).waitFor({ timeout: PATIENCE });
  await until(
    () => composer(ada.page).inputValue(),
    (text) => text === 'Half a thought',
  );
  await ada.page.goto('about:blank');
});

told('an answer in one tab is enough for the others, and their address keeps its fragment', async () => {
  const { context } = ada;
  const [first, second] = [await context.newPage(), await context.newPage()];
  served = next;
  await first.goto(`${app.origin}/join#token`);
  await second.goto(`${app.origin}/join#token`);
  await question(second).waitFor({ timeout: PATIENCE });
  await first.reload();
  await question(first).waitFor({ timeout: PATIENCE });
  await first.getByRole('button', { name: 'Use the new version', exact: true }).click();
  await first.getByRole('button', { name: 'Create account', exact: true }).waitFor({ timeout: PATIENCE });
  expect(new URL(first.url()).hash).toBe('#token');
  await second.getByRole('button', { name: 'Use the new version', exact: true }).click();
  await second.getByRole('button', { name: 'Create account', exact: true }).waitFor({ timeout: PATIENCE });
  await first.close();
  await second.close();
});

told(
  'one file with other bytes under its accepted name does not run, and there is nothing to accept [R35]',
  async () => {
    const page = await ada.context.newPage();
    const evil = new TextEncoder().encode("document.title = 'ran';");
    const integrity = `sha384-${new Bun.CryptoHasher('sha384').update(evil).digest('base64')}`;
    const door = next.url('door.js');
    served = {
      ...next,
      url: (name) => next.url(name),
      integrity: (name) => (name === 'door.js' ? integrity : next.integrity(name)),
      at(asked) {
        const asset = next.at(asked);
        return asset && asked === door ? { ...asset, bytes: evil, integrity } : asset;
      },
    };
    const network = await ada.context.newCDPSession(page);
    await network.send('Network.clearBrowserCache');
    await page.goto(`${app.origin}/recover`);
    await page.getByRole('heading', { name: 'The program has changed' }).waitFor({ timeout: PATIENCE });
    for (const hash of [next.integrity('door.js'), integrity])
      await page.getByText(hash, { exact: true }).waitFor();
    expect(await page.getByRole('button', { name: 'Use the new version' }).count()).toBe(0);
    expect(await page.title()).toBe('Sotto has changed');
    served = next;
    await page.getByRole('button', { name: 'Try again', exact: true }).click();
    await page.getByRole('button', { name: 'Unlock', exact: true }).waitFor({ timeout: PATIENCE });
    await page.close();
  },
);

told('another service worker waits until it has been accepted [R35]', async () => {
  const page = await ada.context.newPage();
  served = altered(next, NEXT, 'sw.js');
  await page.goto(`${app.origin}/recover`);
  const isWaiting = () =>
    page.evaluate(async () => Boolean((await navigator.serviceWorker.getRegistration())?.waiting));
  await page.evaluate(async () => void (await (await navigator.serviceWorker.getRegistration())?.update()));
  await until(isWaiting, (waiting) => waiting);
  await page.reload();
  await page.getByRole('heading', { name: 'The program has changed' }).waitFor({ timeout: PATIENCE });
  await page.getByText(served.integrity('sw.js'), { exact: true }).waitFor();
  await page.getByRole('button', { name: 'Use the new version', exact: true }).click();
  await page.getByRole('button', { name: 'Unlock', exact: true }).waitFor({ timeout: PATIENCE });
  await until(isWaiting, (waiting) => !waiting);
  await page.reload();
  await page.getByRole('button', { name: 'Unlock', exact: true }).waitFor({ timeout: PATIENCE });
  await page.close();
});

told('a page with weaker headers and other scripts in it runs none of them [R35]', async () => {
  const liar = await startLiar(honest);
  await liar.app.deps.services.invites.createSetupToken();
  const ben = await openPerson(browser, { expected: /./ });
  await ben.page.goto(`${liar.origin}/join`);
  await watched(ben.page);
  const hostile = (script: string) => {
    liar.bend = async (request, answer) => {
      const { pathname } = new URL(request.url);
      if (pathname === '/assets/x.js')
        return new Response("document.title = 'ran'", { headers: { 'content-type': 'text/javascript' } });
      return pathname === '/join'
        ? withHeader(
            await rewrite(answer, (html) => html.replace('</main>', `</main>${script}`)),
            'content-security-policy',
            "default-src * 'unsafe-inline' 'unsafe-eval'",
          )
        : answer;
    };
  };
  hostile(`<script>document.title = 'ran'</script><img src="/none" onerror="document.title = 'ran'">`);
  await ben.page.goto(`${liar.origin}/join`);
  await ben.page.getByRole('button', { name: 'Create account', exact: true }).waitFor();
  expect(await ben.page.title()).not.toBe('ran');
  // Written so that it is not seen in the page, it is seen when it is asked for.
  hostile('<script src=/assets/x.js></script>');
  await ben.page.goto(`${liar.origin}/join`).catch(() => {});
  await ben.page.getByRole('button', { name: 'Try again', exact: true }).waitFor({ timeout: PATIENCE });
  expect(await ben.page.title()).toBe('Sotto has changed');
  liar.bend = null;
  await ben.page.getByRole('button', { name: 'Try again', exact: true }).click();
  await ben.page.getByRole('button', { name: 'Create account', exact: true }).waitFor({ timeout: PATIENCE });
  await ben.context.close();
  await liar.stop();
});

told(
  'nothing runs from an address of the API either, which no page waits at the worker for [R35]',
  async () => {
    const liar = await startLiar(honest);
    await liar.app.deps.services.invites.createSetupToken();
    const ben = await openPerson(browser, { expected: /./ });
    await ben.page.goto(`${liar.origin}/join`);
    await watched(ben.page);
    const ran = "document.documentElement.dataset.ran = ''";
    const hasRun = () => ben.page.evaluate(() => 'ran' in document.documentElement.dataset);
    liar.bend = async (request, answer) => {
      const { pathname } = new URL(request.url);
      if (/^\/(api\/page|socket)$/.test(pathname))
        return new Response(`<title>Here</title><script>${ran}</script>`, {
          headers: { 'content-type': 'text/html' },
        });
      if (pathname === '/api/code.js')
        return new Response(ran, { headers: { 'content-type': 'text/javascript' } });
      if (pathname === '/sign-in')
        return new Response(null, { status: 302, headers: { location: '/api/page' } });
      return pathname === '/join'
        ? rewrite(answer, (html) =>
            html.replace('</main>', '</main><script type=module src=/api/code.js></script>'),
          )
        : answer;
    };
    for (const address of ['/api/page', '/socket', '/sign-in']) {
      await ben.page.goto(liar.origin + address);
      expect(await ben.page.title()).toBe('Here');
      expect({ address, ran: await hasRun() }).toEqual({ address, ran: false });
    }
    await ben.page.goto(`${liar.origin}/join`).catch(() => {});
    await ben.page.getByRole('button', { name: 'Try again', exact: true }).waitFor({ timeout: PATIENCE });
    expect(await hasRun()).toBe(false);
    await ben.context.close();
    await liar.stop();
  },
);

told('what was accepted before does not run again in a new page [R35]', async () => {
  let now = honest;
  const liar = await startLiar({
    url: (name) => now.url(name),
    integrity: (name) => now.integrity(name),
    preloads: (name) => now.preloads(name),
    at: (path) => now.at(path) ?? honest.at(path),
    get all() {
      return now.all;
    },
    get manifest() {
      return now.manifest;
    },
  });
  await liar.app.deps.services.invites.createSetupToken();
  const ben = await openPerson(browser, { expected: /./ });
  await ben.page.goto(`${liar.origin}/join`);
  await watched(ben.page);
  now = next;
  await ben.page.goto(`${liar.origin}/join`);
  await ben.page.getByRole('button', { name: 'Use the new version', exact: true }).click();
  await ben.page.getByRole('button', { name: 'Create account', exact: true }).waitFor({ timeout: PATIENCE });
  const old = honest.url('island.js');
  liar.bend = async (request, answer) =>
    new URL(request.url).pathname === '/join'
      ? rewrite(answer, (html) => html.replace('</main>', `</main><script type=module src=${old}></script>`))
      : answer;
  await ben.page.goto(`${liar.origin}/join`).catch(() => {});
  await ben.page.getByRole('button', { name: 'Try again', exact: true }).waitFor({ timeout: PATIENCE });
  expect(liar.asked).not.toContain(`GET ${old}`);
  await ben.context.close();
  await liar.stop();
});

told('the question can be read by everybody, in both sizes and both lights', async () => {
  const page = await ada.context.newPage();
  served = last;
  await page.goto(`${app.origin}/recover`);
  await question(page).waitFor({ timeout: PATIENCE });
  mkdirSync(PICTURES, { recursive: true });
  for (const [width, height] of [
    [1440, 900],
    [390, 844],
  ] as const)
    for (const colorScheme of ['light', 'dark'] as const) {
      await page.setViewportSize({ width, height });
      await page.emulateMedia({ colorScheme });
      await page.screenshot({ path: path(PICTURES, `changed-${width}-${colorScheme}.png`) });
      await page.evaluate(AXE);
      const found = await page.evaluate(async () => {
        const { axe } = globalThis as unknown as {
          axe: { run(): Promise<{ violations: { id: string }[] }> };
        };
        return (await axe.run()).violations.map(({ id }) => id);
      });
      const isWide = await page.evaluate(() => document.documentElement.scrollWidth > innerWidth);
      expect({ width, colorScheme, found, isWide }).toEqual({ width, colorScheme, found: [], isWide: false });
    }
  await page.close();
});

told('nobody complained', async () => {
  expect(ada.complaints).toEqual([]);
});
