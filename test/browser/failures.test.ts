/** What goes wrong is said in one sentence, with one thing to do about it. */
import { afterAll, beforeAll, expect, test } from 'bun:test';
import type { Page } from 'playwright-core';
import { fromBase64, toBase64 } from '../../src/contract/bytes.ts';
import type { Delivery, Pending } from '../../src/contract/relay.ts';
import { Devices } from '../support/client.ts';
import type { Person } from './support/browser.ts';
import {
  composer,
  createInvite,
  createWorkspace,
  messages,
  openConversation,
  PASSWORD,
  PATIENCE,
  send,
  timeline,
  waitForStatus,
} from './support/flows.ts';
import { openWorld, type World } from './support/world.ts';

const BEN = { name: 'ben', username: 'ben' };

let world: World;
let ada: Person;
const devices = new Devices();

beforeAll(async () => {
  world = await openWorld();
  // The server refuses on purpose.
  ada = await world.person({ expected: /status of (?:503|401|426|409)/ });
  await createWorkspace(ada.page, world.server.setupLink ?? '');
  const invite = await createInvite(ada.page);
  await devices.done('ben', ['join', '--invite', invite, '--username', BEN.username], {
    env: { SOTTO_PASSWORD: PASSWORD },
  });
  await ada.page.goto(world.server.url);
  await openConversation(ada.page, BEN);
}, 4 * PATIENCE);
afterAll(async () => {
  await world.close();
  devices.remove();
});

const told = (name: string, tell: () => Promise<void>) => test(name, tell, 3 * PATIENCE);
const notice = (page: Page, words: string) => page.locator('#notices > *').filter({ hasText: words });

/** The server refuses posts until the returned function is called. */
async function refusePosts(
  page: Page,
  status: number,
  error: string,
  message: string,
): Promise<() => Promise<void>> {
  await page.route('**/api/v1/messages', (route) =>
    route.fulfill({ status, contentType: 'application/json', body: JSON.stringify({ error, message }) }),
  );
  return () => page.unroute('**/api/v1/messages');
}

told('a server without room: what is written waits, and is tried again by a button', async () => {
  const { page } = ada;
  const accept = await refusePosts(page, 503, 'Unavailable', 'The server cannot store anything right now.');
  await send(page, 'While the disk is full');
  const banner = notice(page, 'The server can store nothing at present');
  await banner.waitFor({ timeout: PATIENCE });
  await waitForStatus(page, 'While the disk is full', /Sending/);
  await accept();
  await banner.getByRole('button', { name: 'Try again' }).click();
  await waitForStatus(page, 'While the disk is full', /Sent|Delivered|Read/);
  await banner.waitFor({ state: 'detached' });
});

told('a session that is over: what is written waits, and a link leads to signing in', async () => {
  const { page } = ada;
  const accept = await refusePosts(page, 401, 'NotSignedIn', 'Please sign in first.');
  await send(page, 'Signed out meanwhile');
  const link = notice(page, 'Please sign in first.').getByRole('link', { name: 'Sign in' });
  await link.waitFor({ timeout: PATIENCE });
  expect(await link.getAttribute('href')).toBe('/sign-in');
  await messages(page, 'Signed out meanwhile')
    .getByText('You are signed out, so the message waits')
    .waitFor();
  await accept();
  await page.reload();
  await waitForStatus(page, 'Signed out meanwhile', /Sent|Delivered|Read/);
});

told('a page of an older release loads itself again, and keeps what was typed', async () => {
  const { page } = ada;
  await composer(page).fill('Half a thought');
  const accept = await refusePosts(page, 426, 'UpgradeRequired', 'This page is of another release.');
  await send(page, 'From the release before');
  await page.waitForEvent('load', { timeout: PATIENCE }).catch(() => {});
  await accept();
  await page.reload();
  await waitForStatus(page, 'From the release before', /Sent|Delivered|Read/);
});

/** Ben says these while no page of Ada's is open; what the server gives her page then goes through `change`. */
async function hearLater(
  page: Page,
  texts: readonly string[],
  change: (deliveries: readonly Delivery[]) => readonly Delivery[],
): Promise<void> {
  const path = new URL(page.url()).pathname;
  await page.goto('about:blank');
  for (const text of texts) await devices.done('ben', ['send', '--to', 'ada', text]);
  await page.route('**/api/v1/envelopes*', async (route) => {
    const pending: Pending = await (await route.fetch()).json();
    await route.fulfill({ json: { ...pending, envelopes: change(pending.envelopes) } });
  });
  await page.goto(`${world.server.url}${path}`);
}

/** The same delivery under a suite that nobody has heard of (protocol README, 7: the header's bytes 12 and 13). */
function ofAnotherSuite(delivery: Delivery): Delivery {
  const body = fromBase64(delivery.body);
  body.set([0, 9], 12);
  return { ...delivery, body: toBase64(body) };
}

told('an unknown encryption: the message stays closed in its place, and says whom to ask', async () => {
  const { page } = ada;
  await hearLater(page, ['Said in another suite'], (deliveries) =>
    deliveries.map((each) => (each.class === 1 ? ofAnotherSuite(each) : each)),
  );
  const closed = messages(page, 'an encryption that this device refuses');
  await closed.waitFor({ timeout: PATIENCE });
  expect(await closed.textContent()).not.toContain('Said in another suite');
  await page.unroute('**/api/v1/envelopes*');
});

told('a message that is missing: a line where it should be, after ten minutes', async () => {
  const { page } = ada;
  await page.clock.install({ time: Date.now() });
  let dropped = 0;
  await hearLater(page, ['Before the gap', 'In the gap', 'After the gap'], (deliveries) => {
    const words = deliveries.filter((each) => each.class === 1);
    const [, second] = words;
    // The server never shows the second one again, whatever is asked.
    if (words.length === 3 && second !== undefined) dropped = second.seq;
    return deliveries.filter(({ seq }) => seq !== dropped);
  });
  await messages(page, 'After the gap').waitFor({ timeout: PATIENCE });
  expect(dropped).toBeGreaterThan(0);
  await page.clock.fastForward('11:00');
  const line = timeline(page).getByText(/A message is missing here: .* ask the sender/);
  await line.waitFor({ timeout: PATIENCE });
  await page.clock.resume();
  await page.unroute('**/api/v1/envelopes*');
});

told('nobody complained', async () => {
  expect(world.complaints()).toEqual([]);
});
