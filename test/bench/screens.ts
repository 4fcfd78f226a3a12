/** From the Enter key in one browser to the text on the other's screen: two real pages, one real server. */
import { existsSync } from 'node:fs';
import type { Page } from 'playwright-core';
import {
  composer,
  createInvite,
  createWorkspace,
  joinWorkspace,
  openConversation,
} from '../browser/support/flows.ts';
import { openWorld } from '../browser/support/world.ts';

export interface Screens {
  /** Milliseconds. */
  readonly p50: number;
  readonly p95: number;
}

const ROUNDS = 30;

/** Null where there is no browser. */
export async function screens(): Promise<Screens | null> {
  if (!existsSync('/usr/bin/chromium')) return null;
  const world = await openWorld();
  try {
    const [ada, mina] = [(await world.person()).page, (await world.person()).page];
    await createWorkspace(ada, world.server.setupLink ?? '');
    const invite = await createInvite(ada);
    await joinWorkspace(mina, invite, {
      name: 'Mina Ito',
      username: 'mina',
      password: 'a long enough password',
    });
    await openConversation(ada, { name: 'Mina Ito', username: 'mina' });
    const times: number[] = [];
    // The first ones make the sessions.
    await exchange(ada, mina, 'hello');
    await openConversation(mina, { name: 'Ada Kern', username: 'ada' });
    await exchange(mina, ada, 'hello back');
    for (let round = 0; round < ROUNDS; round++) times.push(await exchange(ada, mina, `message ${round}`));
    times.sort((left, right) => left - right);
    const at = (share: number) => Math.round(times[Math.floor(share * (times.length - 1))] ?? Number.NaN);
    return { p50: at(0.5), p95: at(0.95) };
  } finally {
    await world.close();
  }
}

/** Sends a text and gives the time until the other page has drawn it. */
async function exchange(from: Page, to: Page, text: string): Promise<number> {
  const seen = to.evaluate(
    (wanted) =>
      new Promise<number>((resolve) => {
        const look = () => {
          const shown = [...document.querySelectorAll('#timeline sealed-message, sealed-preview')];
          if (shown.some((element) => element.shadowRoot?.textContent?.includes(wanted))) resolve(Date.now());
          else requestAnimationFrame(look);
        };
        look();
      }),
    text,
  );
  const box = composer(from);
  await box.fill(text);
  const sent = from.evaluate(
    () =>
      new Promise<number>((resolve) => {
        addEventListener('keydown', () => resolve(Date.now()), { capture: true, once: true });
      }),
  );
  await box.press('Enter');
  return (await seen) - (await sent);
}
