/** The work of `seal-work.ts` in this process with noble, and in Chromium with its own primitives where it is installed. */
import { existsSync } from 'node:fs';
import { serveModule } from '../browser/support/blank-page.ts';
import { launchBrowser } from '../browser/support/browser.ts';
import { type SealWork, sealWork } from './seal-work.ts';

type Tested = typeof import('./seal-work.ts');

const ROUNDS = 40;

export async function sealing(): Promise<{ readonly bun: SealWork; readonly chromium: SealWork | null }> {
  return {
    bun: await sealWork(false, ROUNDS),
    chromium: existsSync('/usr/bin/chromium') ? await inChromium() : null,
  };
}

async function inChromium(): Promise<SealWork> {
  const blank = await serveModule('test/bench/seal-work.ts');
  const browser = await launchBrowser();
  try {
    const page = await browser.newPage();
    await page.goto(blank.url);
    await page.waitForFunction(() => 'tested' in globalThis);
    return await page.evaluate(
      (rounds) => (globalThis as unknown as { tested: Tested }).tested.sealWork(true, rounds),
      ROUNDS,
    );
  } finally {
    await browser.close();
    await blank.stop();
  }
}
