/** Searching a long history: with SQLite in this process, with sealed IndexedDB in Chromium where it is installed. */
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Home } from '../../src/cli/home.ts';
import { serveModule } from '../browser/support/blank-page.ts';
import { launchBrowser } from '../browser/support/browser.ts';
import { type SearchWork, searchWork } from './search-work.ts';

type Tested = typeof import('./search-module.ts');

export async function searching(
  messages: number,
): Promise<{ readonly bun: SearchWork; readonly chromium: SearchWork | null }> {
  return { bun: await inBun(messages), chromium: await inChromium(messages) };
}

async function inBun(messages: number): Promise<SearchWork> {
  const folder = mkdtempSync(join(tmpdir(), 'sotto-search-'));
  const home = Home.open(join(folder, 'home'));
  try {
    return await searchWork(home.storage, messages);
  } finally {
    home.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

async function inChromium(messages: number): Promise<SearchWork | null> {
  if (!existsSync('/usr/bin/chromium')) return null;
  const blank = await serveModule('test/bench/search-module.ts');
  const browser = await launchBrowser();
  try {
    const page = await browser.newPage();
    await page.goto(blank.url);
    await page.waitForFunction(() => 'tested' in globalThis);
    return await page.evaluate(
      (count) => (globalThis as unknown as { tested: Tested }).tested.searchInPage(count),
      messages,
    );
  } finally {
    await browser.close();
    await blank.stop();
  }
}
