/** The work of `client-work.ts` in this process with noble, and in Chromium with its own primitives where it is installed. */
import { existsSync } from 'node:fs';
import type { Page } from 'playwright-core';
import { serveModule } from '../browser/support/blank-page.ts';
import { launchBrowser } from '../browser/support/browser.ts';
import { type PeopleWork, peopleWork } from './people-work.ts';
import { type SealWork, sealWork } from './seal-work.ts';

type Tested = typeof import('./client-work.ts');

const ROUNDS = 40;
/** Messages that are timed for so many people: noble needs half a minute for everything as it is. */
const ROUNDS_OF_PEOPLE = 5;

export interface InBoth<T> {
  readonly bun: T;
  /** Null where there is no browser. */
  readonly chromium: T | null;
}

export async function sealing(): Promise<InBoth<SealWork>> {
  return {
    bun: await sealWork(false, ROUNDS),
    chromium: await inChromium((page) =>
      page.evaluate(
        (rounds) => (globalThis as unknown as { tested: Tested }).tested.sealWork(true, rounds),
        ROUNDS,
      ),
    ),
  };
}

/** For each number of people. */
export async function crowds(sizes: readonly number[]): Promise<InBoth<readonly PeopleWork[]>> {
  const bun: PeopleWork[] = [];
  for (const people of sizes) bun.push(await peopleWork(false, people, ROUNDS_OF_PEOPLE));
  const chromium = await inChromium((page) =>
    page.evaluate(
      async ([wanted, rounds]) => {
        const { peopleWork: work } = (globalThis as unknown as { tested: Tested }).tested;
        const all: PeopleWork[] = [];
        for (const people of wanted) all.push(await work(true, people, rounds));
        return all;
      },
      [sizes, ROUNDS_OF_PEOPLE] as const,
    ),
  );
  return { bun, chromium };
}

async function inChromium<T>(work: (page: Page) => Promise<T>): Promise<T | null> {
  if (!existsSync('/usr/bin/chromium')) return null;
  const blank = await serveModule('test/bench/client-work.ts');
  const browser = await launchBrowser();
  try {
    const page = await browser.newPage();
    await page.goto(blank.url);
    await page.waitForFunction(() => 'tested' in globalThis);
    return await work(page);
  } finally {
    await browser.close();
    await blank.stop();
  }
}
