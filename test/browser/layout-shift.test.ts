/** Nothing that stands there moves by itself: layout shifts (Layout Instability API) while pages open and news arrive. */
import { afterAll, beforeAll, expect, test } from 'bun:test';
import type { Page } from 'playwright-core';
import type { Person } from './support/browser.ts';
import {
  composer,
  conversations,
  createInvite,
  createWorkspace,
  joinWorkspace,
  messages,
  openConversation,
  PASSKEY,
  PATIENCE,
  send,
  until,
} from './support/flows.ts';
import { openWorld, type World } from './support/world.ts';

const MINA = { name: 'Mina Ito', username: 'mina', password: PASSKEY };
const SIZES = [
  { width: 1440, height: 900 },
  { width: 390, height: 844 },
] as const;
/** More than a screen of them. */
const MESSAGES = 24;

let world: World;
let ada: Person;
let mina: Person;

beforeAll(async () => {
  world = await openWorld();
  [ada, mina] = [await world.person(), await world.person()];
  await ada.context.addInitScript(watchShifts);
  await createWorkspace(ada.page, world.server.setupLink ?? '', { password: PASSKEY });
  await joinWorkspace(mina.page, await createInvite(ada.page), MINA);
  await ada.page.goto(world.server.url);
  await openConversation(ada.page, MINA);
  for (let n = 1; n <= MESSAGES; n++) {
    await send(ada.page, `line ${n}`);
    await until(
      () => composer(ada.page).inputValue(),
      (text) => text === '',
    );
  }
  await openConversation(mina.page, { name: 'Ada Kern', username: 'ada' });
  await send(mina.page, 'seen');
  // What becomes of a message is another word, as wide as it is.
  await messages(ada.page, `line ${MESSAGES}`).locator('[data-state=read]').waitFor({
    state: 'attached',
    timeout: PATIENCE,
  });
}, 4 * PATIENCE);
afterAll(() => world.close());

interface Shift {
  readonly value: number;
  readonly moved: readonly string[];
}

/** Runs in the page before its own scripts: notes what moved without anybody having pressed anything. */
function watchShifts(): void {
  const shifts: Shift[] = [];
  Object.assign(globalThis, { shifts });
  interface LayoutShift extends PerformanceEntry {
    readonly value: number;
    readonly hadRecentInput: boolean;
    readonly sources: readonly { readonly node: Node | null }[];
  }
  new PerformanceObserver((list) => {
    for (const entry of list.getEntries() as LayoutShift[]) {
      if (entry.hadRecentInput) continue;
      const moved = entry.sources.map(({ node }) =>
        node instanceof Element ? node.outerHTML.slice(0, 120) : (node?.textContent ?? ''),
      );
      // A notice stands above everything and moves it once, as it should: it is there to be seen.
      const isNotice = entry.sources.every(
        ({ node }) => node instanceof Element && node.matches('.side, .stage, #notices, #notices *'),
      );
      if (!isNotice) shifts.push({ value: entry.value, moved });
    }
  }).observe({ type: 'layout-shift', buffered: true });
}

/** What moved so far, once two more frames have been drawn. */
const shiftsOf = (page: Page): Promise<readonly Shift[]> =>
  page.evaluate(async () => {
    for (let frame = 0; frame < 2; frame++) await new Promise((drawn) => requestAnimationFrame(drawn));
    return (globalThis as unknown as { shifts: Shift[] }).shifts;
  });

test.each(SIZES)(
  'opening a conversation, and what arrives in it, moves nothing: $width',
  async (size) => {
    const { page } = ada;
    await page.setViewportSize(size);
    await page.reload();
    await messages(page, `line ${MESSAGES}`).waitFor({ timeout: PATIENCE });
    await composer(page).waitFor({ timeout: PATIENCE });
    await page.waitForLoadState('networkidle');
    expect(await shiftsOf(page)).toEqual([]);
    const news = `news at ${size.width}`;
    await send(mina.page, news);
    await messages(page, news).waitFor({ timeout: PATIENCE });
    expect(await shiftsOf(page)).toEqual([]);
  },
  4 * PATIENCE,
);

test(
  'the list of conversations takes previews, counts and news without moving',
  async () => {
    const { page } = ada;
    await page.setViewportSize(SIZES[0]);
    await page.goto(world.server.url);
    const row = conversations(page).getByRole('link', { name: MINA.name });
    await row.getByText(`news at ${SIZES[1].width}`).waitFor({ timeout: PATIENCE });
    await page.waitForLoadState('networkidle');
    expect(await shiftsOf(page)).toEqual([]);
    await send(mina.page, 'for the list');
    await row.getByText('for the list').waitFor({ timeout: PATIENCE });
    await row.getByText('1', { exact: true }).waitFor({ timeout: PATIENCE });
    expect(await shiftsOf(page)).toEqual([]);
  },
  4 * PATIENCE,
);
