/** A new device has the history of the ones before, by itself; the settings say what is saved, and turn it off and on. */
import { afterAll, beforeAll, expect, test } from 'bun:test';
import axe from 'axe-core';
import type { Page } from 'playwright-core';
import type { Person } from './support/browser.ts';
import {
  type Account,
  createInvite,
  createWorkspace,
  joinWorkspace,
  messages,
  openConversation,
  PASSWORD,
  PATIENCE,
  send,
  signIn,
  until,
  waitForStatus,
} from './support/flows.ts';
import { openWorld, type World } from './support/world.ts';

const LONG = 4 * PATIENCE;

let world: World;
let ada: Person;
let owner: Account;
let mina: Person;
let account: Account;

beforeAll(async () => {
  world = await openWorld();
  ada = await world.person();
  owner = await createWorkspace(ada.page, world.server.setupLink ?? '');
  mina = await world.person();
  account = await joinWorkspace(mina.page, await createInvite(ada.page), {
    name: 'Mina Okafor',
    username: 'mina',
    password: PASSWORD,
  });
}, LONG);
afterAll(() => world.close());

const section = (page: Page) => page.getByRole('region', { name: 'History', exact: true });

async function openHistory(page: Page): Promise<void> {
  await page.goto(`${world.server.url}/settings`);
  await section(page).getByText('Last saved').waitFor({ timeout: PATIENCE });
}

async function findProblems(page: Page): Promise<readonly string[]> {
  await page.evaluate(axe.source);
  return page.evaluate(async () => {
    const { violations } = await Reflect.get(globalThis, 'axe').run();
    return violations.map(({ id, nodes }: { id: string; nodes: { target: string[] }[] }) =>
      [id, ...nodes.flatMap(({ target }) => target)].join(' '),
    );
  });
}

test(
  'what was said before is there on a new device, to be read and answered',
  async () => {
    await openConversation(ada.page, account);
    await send(ada.page, 'from before');
    await waitForStatus(ada.page, 'from before', /Delivered|Read/);
    await openConversation(mina.page, owner);
    await send(mina.page, 'an answer from before');
    await messages(ada.page, 'an answer from before').waitFor({ timeout: PATIENCE });
    await openHistory(ada.page);
    await section(ada.page).getByRole('button', { name: 'Back up now' }).click();
    await section(ada.page).getByText('2 messages').waitFor({ timeout: PATIENCE });
    expect(await findProblems(ada.page)).toEqual([]);

    const second = await world.person();
    await signIn(second.page, world.server.url, owner);
    await openConversation(second.page, account);
    await messages(second.page, 'from before').first().waitFor({ timeout: PATIENCE });
    await messages(second.page, 'an answer from before').waitFor({ timeout: PATIENCE });
    // Nothing of it counts as new.
    expect(await second.page.locator('[data-unread]:visible').count()).toBe(0);
    await send(second.page, 'from the new one');
    await messages(mina.page, 'from the new one').waitFor({ timeout: PATIENCE });
    await openHistory(second.page);
    expect(await findProblems(second.page)).toEqual([]);
  },
  LONG,
);

test(
  'turned off it leaves the server for all devices, turned on it is saved again',
  async () => {
    await openHistory(ada.page);
    const here = section(ada.page);
    await here.getByRole('button', { name: 'Stop saving' }).click();
    await here.getByText('deletes what is saved, for all of your devices').waitFor();
    await here.getByRole('button', { name: 'Stop saving' }).click();
    await here.getByText('begins without history').waitFor({ timeout: PATIENCE });
    expect(await findProblems(ada.page)).toEqual([]);
    const kept = () =>
      ada.page.evaluate(
        async () => (await (await fetch('/api/v1/backup')).json()) as { bytes: number; off: boolean },
      );
    expect(await kept()).toMatchObject({ bytes: 0, off: true });
    await here.getByRole('button', { name: 'Save my history' }).click();
    await here.getByText('3 messages').waitFor({ timeout: PATIENCE });
    await until(kept, ({ bytes, off }) => bytes > 0 && !off);
  },
  LONG,
);
