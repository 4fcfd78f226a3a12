/** Reading further up: whatever is drawn anew around it, the message in view stays where it is. */
import { afterAll, beforeAll, expect, test } from 'bun:test';
import type { Browser, Page } from 'playwright-core';
import { type BlankPage, serveModule } from './support/blank-page.ts';
import { launchBrowser, openPerson } from './support/browser.ts';

type Tested = typeof import('../../src/island/timeline/scroll-keeper.ts');

let blank: BlankPage;
let browser: Browser;
let page: Page;

beforeAll(async () => {
  blank = await serveModule('src/island/timeline/scroll-keeper.ts');
  browser = await launchBrowser();
  ({ page } = await openPerson(browser));
});
afterAll(async () => {
  await browser.close();
  await blank.stop();
});

/** How far the message in view moves when `change` is made to a log of days and messages, in pixels. */
async function moved(change: 'the day above is drawn anew' | 'older messages come' | 'one comes below') {
  await page.goto(blank.url);
  await page.waitForFunction(() => 'tested' in globalThis);
  return page.evaluate(async (what) => {
    const { ScrollKeeper } = (globalThis as unknown as { tested: Tested }).tested;
    const log = document.createElement('div');
    log.style.height = '200px';
    log.style.overflow = 'auto';
    document.body.append(log);
    const line = (name: 'p' | 'article') => {
      const element = document.createElement(name);
      element.style.height = '60px';
      element.style.margin = '0';
      return element;
    };
    for (let day = 0; day < 8; day++) log.append(line('p'), line('article'), line('article'));
    const keeper = new ScrollKeeper(log, {
      ends: () => true,
      older: () => {},
      newer: () => {},
      moved: () => {},
    });
    // The line of the third day is the first thing in view.
    const scrolled = new Promise((resolve) => log.addEventListener('scroll', resolve, { once: true }));
    log.scrollTop = 6 * 60 + 20;
    await scrolled;
    const seen = log.children[7];
    const before = seen?.getBoundingClientRect().top ?? 0;
    keeper.keep(() => {
      if (what === 'older messages come') log.prepend(line('article'), line('article'));
      else if (what === 'one comes below') log.append(line('article'));
      else log.children[6]?.replaceWith(line('p'));
    });
    return (seen?.getBoundingClientRect().top ?? 0) - before;
  }, change);
}

test.each(['the day above is drawn anew', 'older messages come', 'one comes below'] as const)(
  '%s',
  async (change) => {
    expect(await moved(change)).toBe(0);
  },
);

test('a log that grows until its end is in view says so', async () => {
  await page.goto(blank.url);
  await page.waitForFunction(() => 'tested' in globalThis);
  const ended = await page.evaluate(async () => {
    const { ScrollKeeper } = (globalThis as unknown as { tested: Tested }).tested;
    const log = document.createElement('div');
    log.style.height = '200px';
    log.style.overflow = 'auto';
    document.body.append(log);
    const article = document.createElement('article');
    article.style.height = '600px';
    log.append(article);
    let told: (atEnd: boolean) => void = () => {};
    const keeper = new ScrollKeeper(log, {
      ends: () => true,
      older: () => {},
      newer: () => {},
      moved: () => told(keeper.atEnd),
    });
    keeper.toElement(article, 0);
    const before = keeper.atEnd;
    const after = new Promise<boolean>((resolve) => {
      told = (atEnd) => atEnd && resolve(atEnd);
    });
    log.style.height = '700px';
    return [before, await after];
  });
  expect(ended).toEqual([false, true]);
});
