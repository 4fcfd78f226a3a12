/** Every page: readable by everybody (axe), and as a picture to look at, in test/screenshots. */
import { afterAll, beforeAll, expect, test } from 'bun:test';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { ROOT } from '../support/server.ts';
import type { Person } from './support/browser.ts';
import {
  type Account,
  conversations,
  createInvite,
  createWorkspace,
  messages,
  openConversation,
  PASSWORD,
  PATIENCE,
  send,
  waitForStatus,
} from './support/flows.ts';
import { openWorld, type World } from './support/world.ts';

const PICTURES = join(ROOT, 'test/screenshots');
const AXE = await Bun.file(join(ROOT, 'node_modules/axe-core/axe.min.js')).text();
const SIZES = [
  { width: 1440, height: 900 },
  { width: 390, height: 844 },
] as const;

let world: World;
let adaBrowser: Person;
let minaBrowser: Person;
let ada: Account;
let mina: Account;
let invite = '';

beforeAll(async () => {
  mkdirSync(PICTURES, { recursive: true });
  world = await openWorld();
  adaBrowser = await world.person();
  minaBrowser = await world.person();
}, PATIENCE);
afterAll(() => world.close());

interface AxeResult {
  readonly violations: readonly {
    readonly id: string;
    readonly nodes: readonly { readonly target: readonly string[]; readonly failureSummary: string }[];
  }[];
}

/** Looks at the page in both sizes and both lights, with axe in each light. */
async function look(page: Page, name: string): Promise<void> {
  for (const { width, height } of SIZES) {
    await page.setViewportSize({ width, height });
    for (const colorScheme of ['light', 'dark'] as const) {
      await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
      await page.screenshot({ path: join(PICTURES, `${name}-${width}-${colorScheme}.png`) });
      expect({ name, width, colorScheme, found: await findProblems(page) }).toEqual({
        name,
        width,
        colorScheme,
        found: [],
      });
      const tooWide = await page.evaluate(() => document.documentElement.scrollWidth > innerWidth);
      expect({ name, width, tooWide }).toEqual({ name, width, tooWide: false });
    }
  }
  await page.setViewportSize(SIZES[0]);
  await page.emulateMedia({ colorScheme: 'light' });
}

async function findProblems(page: Page): Promise<string[]> {
  await page.evaluate(`typeof axe === 'undefined' && (() => { ${AXE} })()`);
  const { violations } = await page.evaluate(async () => {
    const { axe } = globalThis as unknown as { axe: { run(options: object): Promise<AxeResult> } };
    return axe.run({ resultTypes: ['violations'] });
  });
  return violations.flatMap(({ id, nodes }) =>
    nodes.map(({ target, failureSummary }) => `${id}: ${target.join(' ')}: ${failureSummary}`),
  );
}

const looked = (name: string, act: () => Promise<void>) => test(name, act, 4 * PATIENCE);

looked('set-up, with a passkey', async () => {
  await adaBrowser.page.goto(world.server.setupLink ?? '');
  await look(adaBrowser.page, 'setup');
  await adaBrowser.page.getByRole('button', { name: 'Create workspace', exact: true }).click();
  await adaBrowser.page.getByText('Give your workspace a name.').waitFor();
  await look(adaBrowser.page, 'setup-mistake');
  ada = await createWorkspace(adaBrowser.page, world.server.setupLink ?? '', true);
});

looked('the empty workspace and its admin page', async () => {
  await look(adaBrowser.page, 'welcome-owner');
  invite = await createInvite(adaBrowser.page);
  await look(adaBrowser.page, 'admin');
});

looked('joining, and the recovery code', async () => {
  const { page } = minaBrowser;
  await page.goto(invite);
  await look(page, 'join');
  await page.getByLabel('Your name', { exact: true }).fill('Mina Ito');
  await page.getByLabel('Username', { exact: true }).fill('mina');
  await page.getByLabel('Password', { exact: true }).fill(PASSWORD);
  await page.getByRole('button', { name: 'Create account', exact: true }).click();
  await page.locator('[data-recovery-code]').filter({ hasText: /\S/ }).waitFor({ timeout: PATIENCE });
  await look(page, 'recovery-code');
  const next = page.getByRole('button', { name: 'Continue', exact: true });
  expect(await next.isDisabled()).toBe(true);
  await page.getByLabel('I have saved my recovery code').check();
  await next.click();
  await conversations(page).waitFor({ timeout: PATIENCE });
  mina = { name: 'Mina Ito', username: 'mina', password: PASSWORD, recoveryCode: '' };
  await look(page, 'welcome-member');
});

looked('a conversation', async () => {
  const { page } = adaBrowser;
  await page.getByRole('button', { name: 'New conversation', exact: true }).click();
  await look(page, 'new-conversation');
  await page.keyboard.press('Escape');
  await openConversation(page, mina);
  await look(page, 'conversation-empty');
  await send(
    page,
    'Build 2.4 is up on the lab box. Could you check the signature before we tell the field team?',
  );
  await openConversation(minaBrowser.page, ada);
  await messages(minaBrowser.page, 'Build 2.4').waitFor({ timeout: PATIENCE });
  await send(minaBrowser.page, 'Yes. The diff is at https://lab.example/diff/2.4, I read it now.');
  await send(minaBrowser.page, 'Both signatures hold:\n\n  island  3f9c…a1\n  worker  88b0…7e');
  await messages(page, 'Both signatures').waitFor({ timeout: PATIENCE });
  await send(page, 'Go ahead then.');
  await waitForStatus(page, 'Go ahead then.', /Read/);
  await look(page, 'conversation');
  await adaBrowser.context.setOffline(true);
  await page.locator('#connection').filter({ hasText: 'offline' }).waitFor({ timeout: PATIENCE });
  await send(page, 'I write the note for the field team now.');
  await look(page, 'conversation-offline');
  await adaBrowser.context.setOffline(false);
  await waitForStatus(page, 'I write the note', /Sent|Delivered|Read/);
});

looked('verification and settings', async () => {
  const { page } = adaBrowser;
  await page.goto(world.server.url);
  await look(page, 'conversations');
  await openConversation(page, mina);
  await page.getByRole('link', { name: 'Verify', exact: true }).click();
  await page.locator('[data-safety-number]').filter({ hasText: /\d/ }).waitFor({ timeout: PATIENCE });
  await look(page, 'verify');
  await page.getByRole('button', { name: 'Mark as verified', exact: true }).click();
  await page.locator('[data-verified]').waitFor({ timeout: PATIENCE });
  await look(page, 'verified');
  await page.getByRole('link', { name: 'Settings', exact: true }).click();
  await page.getByRole('heading', { name: 'Settings', exact: true }).waitFor();
  await look(page, 'settings');
});

looked('the doors', async () => {
  const { page } = adaBrowser;
  await page.goto(`${world.server.url}/unlock`);
  await look(page, 'unlock');
  await page.goto(`${world.server.url}/settings`);
  await page.getByRole('button', { name: 'Sign out', exact: true }).click();
  await page.getByRole('button', { name: 'Sign in', exact: true }).waitFor({ timeout: PATIENCE });
  await look(page, 'sign-in');
  await page.getByRole('link', { name: 'Use your recovery code' }).click();
  await page.getByRole('button', { name: 'Unlock', exact: true }).waitFor();
  await look(page, 'recover');
});

test('no page violated its policy, logged an error or threw', () => {
  expect(world.complaints()).toEqual([]);
});
