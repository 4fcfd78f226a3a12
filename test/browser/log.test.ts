/** A server that goes back on its transparency log, as a person sees it: told, stopped, saved, and gone on with. */
import { afterAll, beforeAll, expect, test } from 'bun:test';
import type { Person } from './support/browser.ts';
import {
  type Account,
  createInvite,
  createWorkspace,
  joinWorkspace,
  openConversation,
  PASSKEY,
  PATIENCE,
  send,
  waitForStatus,
} from './support/flows.ts';
import { openWorld, type World } from './support/world.ts';

let world: World;
let adaBrowser: Person;
let minaBrowser: Person;
let mina: Account;
let old = '';

beforeAll(async () => {
  world = await openWorld();
  adaBrowser = await world.person();
  minaBrowser = await world.person();
}, PATIENCE);
afterAll(() => world.close());

const story = (name: string, tell: () => Promise<void>) => test(name, tell, 2 * PATIENCE);

async function logOf({ page }: Person) {
  await page.goto(`${world.server.url}/settings`);
  const section = page.getByRole('region', { name: 'Transparency log' });
  await section.getByText('Entries', { exact: true }).waitFor({ timeout: PATIENCE });
  return section;
}

story('both see the same log in their settings', async () => {
  const { page } = adaBrowser;
  await createWorkspace(page, world.server.setupLink ?? '', { password: PASSKEY });
  old = await (await page.request.get(`${world.server.url}/api/v1/log?from=1`)).text();
  const person = { name: 'Mina Ito', username: 'mina', password: PASSKEY };
  mina = await joinWorkspace(minaBrowser.page, await createInvite(page), person);
  await page.goto(world.server.url);
  await openConversation(page, mina);
  await page.getByText('@mina').first().waitFor({ timeout: PATIENCE });
  await send(page, 'hello');
  await waitForStatus(page, 'hello', /Sent|Delivered/);
  const [one, other] = [await logOf(adaBrowser), await logOf(minaBrowser)];
  const root = async (section: typeof one) => section.locator('dd code').first().textContent();
  expect(await one.locator('dd').first().textContent()).toBe('2');
  expect(await root(one)).toBe(await root(other));
});

story(
  'a log that goes back stops sending, is kept, can be saved, and is gone on with by one deliberate step [R37]',
  async () => {
    const { page } = adaBrowser;
    await page
      .context()
      .route('**/api/v1/log?*', (route) =>
        route.fulfill({ status: 200, contentType: 'application/json', body: old }),
      );
    await page.goto(world.server.url);
    await page.locator('#notices').getByText('two different logs').waitFor({ timeout: PATIENCE });
    await openConversation(page, mina);
    await send(page, 'is this safe?');
    await waitForStatus(page, 'is this safe?', /Failed|Not sent/i);

    const section = await logOf(adaBrowser);
    await section.getByText('a shorter log').waitFor({ timeout: PATIENCE });
    const [saved] = await Promise.all([
      page.waitForEvent('download'),
      section.getByRole('button', { name: 'Save evidence' }).click(),
    ]);
    const json = JSON.parse(await Bun.file((await saved.path()) ?? '').text());
    expect(json).toMatchObject({ verified: { size: 2 }, evidence: [{ kind: 'rollback', size: 1 }] });
    expect(json.logKey).toHaveLength(2646);

    await page.context().unroute('**/api/v1/log?*');
    const words = 'I have spoken with my administrator: send again';
    await section.getByRole('button', { name: words }).click();
    await section.getByText('The evidence stays').waitFor({ timeout: PATIENCE });
    await section.getByRole('button', { name: words }).click();
    await section.getByText('looked at').first().waitFor({ timeout: PATIENCE });
    await section
      .getByText('Nothing is sent from this browser')
      .waitFor({ state: 'detached', timeout: PATIENCE });
    await page.goto(world.server.url);
    await openConversation(page, mina);
    await waitForStatus(page, 'is this safe?', /Sent|Delivered/);
  },
);

test('no page violated its policy, logged an error or threw', () => {
  expect(world.complaints()).toEqual([]);
});
