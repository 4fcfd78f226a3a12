/** Somebody whose browser asks for German, beside somebody whose browser asks for English: each reads their own language. */
import { afterAll, beforeAll, expect, test } from 'bun:test';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { ROOT } from '../support/server.ts';
import type { Person } from './support/browser.ts';
import {
  conversations,
  joinWorkspace,
  messages,
  openConversation,
  PASSWORD,
  PATIENCE,
  send,
} from './support/flows.ts';
import { look } from './support/look.ts';
import { openWorld, type World } from './support/world.ts';

const GERMAN: Readonly<Record<string, string>> = await Bun.file(join(ROOT, 'src/words/de.json')).json();
const MINA = { name: 'Mina Ito', username: 'mina', password: PASSWORD };

let world: World;
let ada: Page;
let mina: Person;
let invite = '';

beforeAll(async () => {
  world = await openWorld();
  ada = (await world.person({ locale: 'de-DE', expected: /status of 40[014]/ })).page;
  mina = await world.person({ locale: 'en-GB' });
}, PATIENCE);
afterAll(() => world.close());

/** What an English name is in German; throws for one that is none, so that no test looks for nothing. */
function de(english: string): string {
  const found = GERMAN[english];
  if (found === undefined) throw new Error(`no German for: ${english}`);
  return found;
}

const button = (name: string) => ada.getByRole('button', { name: de(name), exact: true });
const field = (name: string) => ada.getByLabel(de(name), { exact: true });

/** Words of the catalogue that stand on the page, or in a name or hint of it, in English. */
function leftInEnglish(page: Page): Promise<readonly string[]> {
  // What is German too, such as "Name", says nothing.
  const german = new Set(Object.values(GERMAN).flatMap((words) => words.split('|')));
  const english = Object.keys(GERMAN)
    .flatMap((key) => key.split('|'))
    .filter((words) => !german.has(words) && !words.includes('{'));
  return page.evaluate((known) => {
    const sentences = new Set(known);
    const left = new Set<string>();
    const read = (words: string | null) => {
      const plain = (words ?? '').replace(/\s+/g, ' ').trim();
      if (sentences.has(plain)) left.add(plain);
    };
    const walk = (node: Node) => {
      if (node instanceof Text) read(node.data);
      if (node instanceof Element) {
        if (node.localName === 'style' || node.localName === 'script') return;
        for (const name of ['aria-label', 'placeholder', 'title', 'alt']) read(node.getAttribute(name));
        if (node.shadowRoot) walk(node.shadowRoot);
        if (node instanceof HTMLTemplateElement) walk(node.content);
      }
      for (const child of node.childNodes) walk(child);
    };
    read(document.title);
    walk(document.body);
    return [...left];
  }, english);
}

/** The page is German, whole, and readable in every size and light. */
async function lookInGerman(name: string): Promise<void> {
  expect({ name, lang: await ada.locator('html').getAttribute('lang') }).toEqual({ name, lang: 'de' });
  expect({ name, left: await leftInEnglish(ada) }).toEqual({ name, left: [] });
  await look(ada, `german-${name}`);
}

const inGerman = (name: string, act: () => Promise<void>) => test(name, act, 4 * PATIENCE);

inGerman('setting up a workspace, with a mistake', async () => {
  await ada.goto(world.server.setupLink ?? '');
  await lookInGerman('setup');
  await button('Create workspace').click();
  await ada.getByText(de('Give your workspace a name.')).waitFor();
  await lookInGerman('setup-mistake');
  await field('Workspace name').fill('Hafenlabor');
  await field('Your name').fill('Ada Kern');
  await field('Username').fill('ada');
  await field('Password').fill(PASSWORD);
  await button('Create workspace').click();
  await ada.locator('[data-recovery-code]').filter({ hasText: /\S/ }).waitFor({ timeout: PATIENCE });
  await lookInGerman('recovery-code');
  await ada.getByLabel(de('I have saved my recovery code')).check();
  await button('Continue').click();
  await ada.getByRole('navigation', { name: de('Conversations') }).waitFor({ timeout: PATIENCE });
  await lookInGerman('welcome');
});

inGerman('an invite, with what the server refuses about it', async () => {
  await ada.getByRole('link', { name: de('Admin'), exact: true }).click();
  await field('Uses').fill('5000');
  await ada.locator('#invite-uses').evaluate((input) => input.removeAttribute('max'));
  await button('Create invite').click();
  await ada.getByText(de('An invite works for 1 to {n} people.').replace('{n}', '1.000')).waitFor();
  await field('Uses').fill('1');
  await button('Create invite').click();
  const place = ada.locator('[data-invite-url]');
  await place.waitFor({ timeout: PATIENCE });
  invite = ((await place.textContent()) ?? '').trim();
  await lookInGerman('admin');
  await joinWorkspace(mina.page, invite, MINA);
  expect(await mina.page.locator('html').getAttribute('lang')).toBe('en');
});

inGerman('a conversation across two languages', async () => {
  await ada.goto(world.server.url);
  await button('New conversation').click();
  await ada.getByRole('dialog').getByLabel(de('People')).fill('mina');
  await lookInGerman('new-conversation');
  await button('Start').click();
  const box = ada.getByRole('textbox', { name: de('Message'), exact: true });
  await box.waitFor({ timeout: PATIENCE });
  await box.fill('Der neue Mast steht.');
  await button('Send').click();
  await openConversation(mina.page, { name: 'Ada Kern', username: 'ada' });
  await messages(mina.page, 'Der neue Mast').waitFor({ timeout: PATIENCE });
  await send(mina.page, 'Wonderful, I have a look at it today.');
  const log = ada.getByRole('log', { name: de('Messages') });
  await log.getByRole('article').filter({ hasText: 'Wonderful' }).waitFor({ timeout: PATIENCE });
  await log
    .locator('[data-status]')
    .filter({ hasText: de('Read') })
    .waitFor({ timeout: PATIENCE });
  await log.getByText(de('Today'), { exact: true }).waitFor();
  await lookInGerman('conversation');
});

inGerman('what is kept is read in the language that one reads now', async () => {
  await button('New conversation').click();
  const dialog = ada.getByRole('dialog');
  await dialog.getByLabel(de('People')).fill('mina, nobody');
  await dialog.getByLabel(de('Name'), { exact: true }).fill('Mast');
  await button('Start').click();
  await dialog.getByText(de('Nobody here has the username {name}.').replace('{name}', 'nobody')).waitFor();
  await dialog.getByLabel(de('People')).fill('mina');
  await button('Start').click();
  const made = ada.getByText('Du hast diese Gruppe erstellt und Mina Ito hinzugefügt.');
  await made.waitFor({ timeout: PATIENCE });
  await lookInGerman('group-conversation');
  const address = ada.url();
  await ada.getByRole('link', { name: de('People'), exact: true }).click();
  await ada.getByLabel(de('Role of {name}').replace('{name}', 'Mina Ito')).waitFor({ timeout: PATIENCE });
  await lookInGerman('group');

  await ada.goto(`${world.server.url}/settings`);
  await field('Language of the pages').selectOption('en');
  await button('Save').first().click();
  await ada.locator('html[lang=en]').waitFor({ timeout: PATIENCE });
  await ada.goto(address);
  await ada.getByText('You made this group with Mina Ito.').waitFor({ timeout: PATIENCE });
  await conversations(ada).getByText('Mast').first().waitFor();

  await ada.goto(`${world.server.url}/settings`);
  await ada.getByLabel('Language of the pages', { exact: true }).selectOption('');
  await ada.locator('form.language button').click();
  await ada.locator('html[lang=de]').waitFor({ timeout: PATIENCE });
  await ada.goto(address);
  await made.waitFor({ timeout: PATIENCE });
});

inGerman('verification, settings and the page of an error', async () => {
  await ada.goto(world.server.url);
  await ada
    .getByRole('navigation', { name: de('Conversations') })
    .getByRole('link', { name: 'Mina Ito' })
    .click();
  await ada.getByRole('link', { name: de('Verify'), exact: true }).click();
  await ada.locator('[data-safety-number]').filter({ hasText: /\d/ }).waitFor({ timeout: PATIENCE });
  await lookInGerman('verify');
  await ada.getByRole('link', { name: de('Settings'), exact: true }).click();
  await ada.locator('[data-log] code').first().waitFor({ timeout: PATIENCE });
  await ada.locator('[data-own-devices] [data-device-name]').getByText('Chrome unter Linux').waitFor();
  expect(await ada.locator('time[data-moment]').allTextContents()).not.toContainEqual(
    expect.stringContaining('UTC'),
  );
  await lookInGerman('settings');
  await ada.goto(`${world.server.url}/verify/none`);
  await lookInGerman('error');
});

inGerman('the doors, with what the server refuses', async () => {
  for (const name of ['unlock', 'approve', 'recover', 'join', 'conversations/new']) {
    await ada.goto(`${world.server.url}/${name}`);
    await lookInGerman(name.replace('/', '-'));
  }
  await ada.goto(`${world.server.url}/settings`);
  await button('Sign out').click();
  await button('Sign in').waitFor({ timeout: PATIENCE });
  await lookInGerman('sign-in');
  await field('Username').fill('ada');
  await field('Password').fill('not the password at all');
  await button('Sign in').click();
  const refused = de('That username and password do not go together. Check both and try again.');
  await ada.getByText(refused).waitFor({ timeout: PATIENCE });
  await ada.goto(`${world.server.url}/link`);
  await ada.locator('[data-link-code]').filter({ hasText: /\S/ }).waitFor({ timeout: PATIENCE });
  await lookInGerman('link');
});

test('no page violated its policy, logged an error or threw', () => {
  expect(world.complaints()).toEqual([]);
});
