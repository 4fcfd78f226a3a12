/** What people do in a browser, by the accessible names that do not change. */
import type { Locator, Page } from 'playwright-core';

/** Long enough for Argon2id on a busy machine. */
export const PATIENCE = 45_000;
export const PASSWORD = 'correct horse battery staple';
/** In the place of a password: there is none. */
export const PASSKEY = '';

export interface Account {
  readonly name: string;
  readonly username: string;
  readonly password: string;
  readonly recoveryCode: string;
}

/** How somebody makes an account; without a password it is a passkey alone, which spares the browser the hashing. */
export interface Way {
  readonly password?: string;
  readonly passkey?: boolean;
}

/** Opens the set-up link and creates the workspace; the page ends on the conversations. */
export async function createWorkspace(page: Page, link: string, way: Way = {}): Promise<Account> {
  const { password = PASSWORD, passkey = password === PASSKEY } = way;
  const owner = { name: 'Ada Kern', username: 'ada', password };
  await page.goto(link);
  await page.getByLabel('Workspace name', { exact: true }).fill('Harbour Lab');
  await fillAccount(page, owner);
  const verb = passkey ? 'Create workspace with a passkey' : 'Create workspace';
  await page.getByRole('button', { name: verb, exact: true }).click();
  return { ...owner, recoveryCode: await saveRecoveryCode(page) };
}

/** Opens an invite and makes an account; the page ends on the conversations. */
export async function joinWorkspace(
  page: Page,
  invite: string,
  person: Omit<Account, 'recoveryCode'>,
  passkey = person.password === PASSKEY,
): Promise<Account> {
  await page.goto(invite);
  await fillAccount(page, person);
  const verb = passkey ? 'Create account with a passkey' : 'Create account';
  await page.getByRole('button', { name: verb, exact: true }).click();
  return { ...person, recoveryCode: await saveRecoveryCode(page) };
}

async function fillAccount(page: Page, person: Omit<Account, 'recoveryCode'>): Promise<void> {
  await page.getByLabel('Your name', { exact: true }).fill(person.name);
  await page.getByLabel('Username', { exact: true }).fill(person.username);
  if (person.password !== PASSKEY) await page.getByLabel('Password', { exact: true }).fill(person.password);
}

/** Reads the code, says that it is saved, and goes on. */
async function saveRecoveryCode(page: Page): Promise<string> {
  const place = page.locator('[data-recovery-code]');
  await place.filter({ hasText: /\S/ }).waitFor({ timeout: PATIENCE });
  const code = ((await place.textContent()) ?? '').trim();
  await page.getByLabel('I have saved my recovery code').check();
  await page.getByRole('button', { name: 'Continue', exact: true }).click();
  await conversations(page).waitFor({ timeout: PATIENCE });
  return code;
}

/** The list of conversations: there when this browser is a device that is open. */
export const conversations = (page: Page): Locator => page.getByRole('navigation', { name: 'Conversations' });

/** Makes an invite as the owner and gives its link. */
export async function createInvite(page: Page): Promise<string> {
  const opener = page.getByRole('link', { name: 'Admin', exact: true });
  await opener.click();
  await page.getByRole('button', { name: 'Create invite', exact: true }).click();
  const place = page.locator('[data-invite-url]');
  await place.waitFor({ timeout: PATIENCE });
  return ((await place.textContent()) ?? '').trim();
}

/** Opens the conversation with a person, and starts one when there is none. */
export async function openConversation(
  page: Page,
  { name, username }: { readonly name: string; readonly username: string },
): Promise<void> {
  const row = conversations(page).getByRole('link', { name });
  if (!(await row.isVisible())) {
    await page.getByRole('button', { name: 'New conversation', exact: true }).click();
    await page.getByRole('dialog').getByLabel('People').fill(username);
    await page.getByRole('button', { name: 'Start', exact: true }).click();
  } else await row.click();
  // The pane that was there before has a composer, too.
  await page
    .locator('[data-view=conversation]')
    .getByRole('heading', { name })
    .first()
    .waitFor({ timeout: PATIENCE });
  await composer(page).waitFor({ timeout: PATIENCE });
}

export const composer = (page: Page): Locator => page.getByRole('textbox', { name: 'Message', exact: true });
export const timeline = (page: Page): Locator => page.getByRole('log', { name: 'Messages' });
/** The messages that hold this text. */
export const messages = (page: Page, text: string): Locator =>
  timeline(page).getByRole('article').filter({ hasText: text });

/** Writes a message and sends it with the button. */
export async function send(page: Page, text: string): Promise<void> {
  await composer(page).fill(text);
  await page.getByRole('button', { name: 'Send', exact: true }).click();
  await messages(page, text).waitFor({ timeout: PATIENCE });
}

/** Waits until one's own message shows this state, or a later one. */
export async function waitForStatus(page: Page, text: string, status: RegExp): Promise<void> {
  await messages(page, text)
    .locator('[data-status]')
    .filter({ hasText: status })
    .waitFor({ timeout: PATIENCE });
}

/** Signs in with the password; the page ends on the conversations. */
export async function signIn(page: Page, origin: string, account: Account): Promise<void> {
  await page.goto(`${origin}/sign-in`);
  await page.getByLabel('Username', { exact: true }).fill(account.username);
  await page.getByLabel('Password', { exact: true }).fill(account.password);
  await page.getByRole('button', { name: 'Sign in', exact: true }).click();
  await conversations(page).waitFor({ timeout: PATIENCE });
}

/** Calls `read` until `accept` says yes; throws with the last value when it never does. */
export async function until<T>(read: () => Promise<T>, accept: (value: T) => boolean): Promise<T> {
  const deadline = Date.now() + PATIENCE;
  for (;;) {
    const value = await read();
    if (accept(value)) return value;
    if (Date.now() > deadline) throw new Error(`never came: ${JSON.stringify(value)}`);
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
}
