/** Debian's Chromium, headless, and what every page of a test is watched for. */
import { existsSync } from 'node:fs';
import {
  type Browser,
  type BrowserContext,
  type BrowserContextOptions,
  chromium,
  type Page,
} from 'playwright-core';

/** The same engine without windows, which costs a third less; the whole browser where it is not installed. */
const WHOLE = '/usr/bin/chromium';
const SHELL = '/usr/bin/chromium-headless-shell';
export const EXECUTABLE = existsSync(SHELL) ? SHELL : WHOLE;

export const FLAGS: readonly string[] = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--no-first-run',
];

/**
 * Starts the browser, with `more` arguments; close it when the tests are over.
 * @param isWhole with windows, for what only those have: notifications
 */
export function launchBrowser(more: readonly string[] = [], isWhole = false): Promise<Browser> {
  return chromium.launch({
    executablePath: isWhole ? WHOLE : EXECUTABLE,
    headless: true,
    args: [...FLAGS, ...more],
  });
}

let shared: Promise<Browser> | null = null;

/** One for all files that a process runs; it ends with the process. Close what was opened in it. */
export function sharedBrowser(): Promise<Browser> {
  shared ??= launchBrowser();
  return shared;
}

/** A person's browser: a context of its own that keeps what its pages complained about. */
export interface Person {
  readonly context: BrowserContext;
  readonly page: Page;
  /** Violations of the content security policy, errors in the console, uncaught errors, requests to elsewhere. */
  readonly complaints: string[];
  /** The person's passkeys, in every page that was opened with `newPage`. */
  newPage(): Promise<Page>;
}

export interface PersonOptions extends BrowserContextOptions {
  /** Complaints that a test provokes on purpose. */
  readonly expected?: RegExp;
}

/** What Chromium writes when a test has taken the network away, which only tests do. */
const CUT_OFF = /ERR_INTERNET_DISCONNECTED/;

/** Opens a context with one page and a virtual authenticator that supports PRF. */
export async function openPerson(browser: Browser, options: PersonOptions = {}): Promise<Person> {
  const { expected, ...contextOptions } = options;
  // Nothing waits for a movement, and none is paid for.
  const context = await browser.newContext({ reducedMotion: 'reduce', ...contextOptions });
  const complaints: string[] = [];
  const complain = (words: string) => {
    if (!CUT_OFF.test(words) && !expected?.test(words)) complaints.push(words);
  };
  await context.exposeBinding('reportViolation', (_source, words: string) => complain(words));
  await context.addInitScript(() => {
    document.addEventListener('securitypolicyviolation', (event) => {
      const { reportViolation } = globalThis as unknown as { reportViolation(words: string): void };
      reportViolation(
        `policy: ${event.violatedDirective} ${event.blockedURI} ${event.sample} ${event.sourceFile}`,
      );
    });
  });
  context.on('console', (message) => {
    if (message.type() === 'error') complain(`console: ${message.text()} ${message.location().url}`);
  });
  context.on('weberror', (error) => complain(`uncaught: ${error.error().stack ?? error.error().message}`));
  const newPage = async () => {
    const page = await context.newPage();
    await addAuthenticator(context, page);
    return page;
  };
  return { context, page: await newPage(), complaints, newPage };
}

/** A passkey in the machine: resident keys, user verification and PRF, always answering. */
export async function addAuthenticator(context: BrowserContext, page: Page): Promise<void> {
  const session = await context.newCDPSession(page);
  await session.send('WebAuthn.enable');
  await session.send('WebAuthn.addVirtualAuthenticator', {
    options: {
      protocol: 'ctap2',
      transport: 'internal',
      hasResidentKey: true,
      hasUserVerification: true,
      isUserVerified: true,
      hasPrf: true,
      automaticPresenceSimulation: true,
    },
  });
}
