/**
 * Two tabs of one browser send at once through one storage, with the real page, IndexedDB, Web Lock and server: no step of a
 * ratchet is used twice, and everything arrives once, in each tab's order. `SOTTO_LONG=1` sends 1,000 from each [R28].
 */
import { afterAll, beforeAll, expect, test } from 'bun:test';
import type { Browser, Page } from 'playwright-core';
import { decodePost } from '../../src/contract/post.ts';
import { loadAssets } from '../../src/embedded.ts';
import { parseEnvelope } from '../../src/protocol/envelope.ts';
import { startApp, type TestApp } from '../support/app.ts';
import { Devices } from '../support/client.ts';
import { launchBrowser, openPerson, type Person } from './support/browser.ts';
import {
  composer,
  createInvite,
  createWorkspace,
  openConversation,
  PASSWORD,
  PATIENCE,
} from './support/flows.ts';

const SENDS = process.env.SOTTO_LONG === '1' ? 1000 : 30;
/** Generous: machines that run everything else at once send four a second. */
const PATIENCE_MS = 2 * PATIENCE + SENDS * 800;
const BEN = { name: 'ben', username: 'ben' };

let app: TestApp;
let browser: Browser;
let ada: Person;
const devices = new Devices();

beforeAll(async () => {
  app = await startApp({ assets: await loadAssets() });
  browser = await launchBrowser();
  ada = await openPerson(browser);
  await createWorkspace(
    ada.page,
    `${app.origin}/setup#${await app.deps.services.invites.createSetupToken()}`,
  );
  const invite = await createInvite(ada.page);
  await devices.done('ben', ['join', '--invite', invite, '--username', BEN.username], {
    env: { SOTTO_PASSWORD: PASSWORD },
  });
  await ada.page.goto(app.origin);
  await openConversation(ada.page, BEN);
}, 4 * PATIENCE);
afterAll(async () => {
  await browser.close();
  await app.stop();
  devices.remove();
});

/** Types and sends in the page itself, each as soon as the one before is kept. */
async function sendAll(page: Page, name: string): Promise<void> {
  await page.evaluate(
    async ({ name, count }) => {
      const box = document.querySelector('sotto-composer')?.shadowRoot?.querySelector('textarea');
      if (!box) throw new Error('There is no composer.');
      const kept = async () => {
        while (box.value !== '') await new Promise((resolve) => setTimeout(resolve, 1));
      };
      for (let i = 0; i < count; i++) {
        box.value = `${name} ${i}`;
        box.dispatchEvent(new KeyboardEvent('keydown', { key: 'Enter', bubbles: true, cancelable: true }));
        await kept();
      }
    },
    { name, count: SENDS },
  );
}

test(
  `two tabs x ${SENDS} sends: no duplicate (dh, n), nothing lost, nothing twice [R28]`,
  async () => {
    const posted: Uint8Array[] = [];
    ada.context.on('request', (request) => {
      const bytes = request.method() === 'POST' ? request.postDataBuffer() : null;
      if (bytes !== null && new URL(request.url()).pathname === '/api/v1/messages') posted.push(bytes);
    });
    const other = await ada.newPage();
    await other.goto(ada.page.url());
    await composer(other).waitFor({ timeout: PATIENCE });
    const listening = devices.start('ben', [
      'listen',
      ...['--count', String(2 * SENDS)],
      ...['--timeout', `${Math.ceil(PATIENCE_MS / 1000)}s`],
    ]);
    const began = performance.now();
    await Promise.all([sendAll(ada.page, 'first'), sendAll(other, 'second')]);
    const kept = performance.now();
    const { code, lines, err } = await listening.ended;
    const arrived = performance.now();
    const seconds = (ms: number) => (ms / 1000).toFixed(1);
    console.log(
      `2 x ${SENDS} sends in two tabs: kept after ${seconds(kept - began)} s, all arrived after ${seconds(arrived - began)} s`,
    );
    expect([code, err]).toEqual([0, '']);
    const texts = lines.map(({ text }) => String(text));
    for (const name of ['first', 'second']) {
      // The first one may wait for what the listener asks about its sender; in the history it stands where it belongs.
      const numbers = texts.filter((text) => text.startsWith(name)).map((text) => Number(text.split(' ')[1]));
      expect(numbers.toSorted((a, b) => a - b)).toEqual(Array.from({ length: SENDS }, (_, i) => i));
    }
    expect(texts.length).toBe(2 * SENDS);

    const steps = new Map<string, string>();
    for (const bytes of posted) {
      for (const envelope of decodePost(bytes)?.envelopes ?? []) {
        const { sid, dh, n } = parseEnvelope(envelope).header;
        const step = `${sid.toHex()} ${dh.toHex()} ${n}`;
        // Repeated bytes are one message whose answer was lost.
        expect(steps.get(step) ?? envelope.toHex()).toBe(envelope.toHex());
        steps.set(step, envelope.toHex());
      }
    }
    expect(steps.size).toBeGreaterThanOrEqual(2 * SENDS);
    expect(ada.complaints).toEqual([]);
  },
  PATIENCE_MS,
);
