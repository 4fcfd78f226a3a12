/** An intranet's first minutes: the page that says how to trust the server, and Sotto over the certificate of its own authority. */
import { afterAll, beforeAll, expect, test } from 'bun:test';
import { createHash, X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Browser } from 'playwright-core';
import { removeData, startTlsServer, type TlsServer } from '../support/tls-server.ts';
import { accessible } from './support/axe.ts';
import { launchBrowser, openPerson } from './support/browser.ts';
import { createWorkspace, PATIENCE } from './support/flows.ts';

let server: TlsServer;
let browser: Browser;

beforeAll(async () => {
  server = await startTlsServer(['--tls', 'auto', '--http-port', '0']);
  const host = new X509Certificate(readFileSync(join(server.data, 'tls/host.crt')));
  const spki = host.publicKey.export({ type: 'spki', format: 'der' });
  const pin = createHash('sha256').update(spki).digest('base64');
  // What a device does that trusts the authority: connections with this key count as certified.
  browser = await launchBrowser([`--ignore-certificate-errors-spki-list=${pin}`]);
}, PATIENCE);
afterAll(async () => {
  await browser.close();
  await server.stop();
  removeData(server);
});

test(
  'over plain HTTP: compare, download, and go on, in light, dark and German, without a script',
  async () => {
    const german = await openPerson(browser, { locale: 'de-DE', javaScriptEnabled: false });
    await german.page.goto(server.trust);
    expect(await german.page.getByRole('heading', { level: 1 }).textContent()).toBe(
      'Diesem Server vertrauen',
    );
    await german.context.close();

    for (const colorScheme of ['light', 'dark'] as const) {
      const { page, context, complaints } = await openPerson(browser, { colorScheme });
      await page.goto(server.trust);
      expect(await page.locator('[data-fingerprint]').textContent()).toBe(server.fingerprint);
      // Somebody whose system is another one opens it without a script.
      await page.getByText('Android', { exact: true }).click();
      expect(await page.getByText('Choose “Install anyway”').isVisible()).toBe(true);
      expect(await accessible(page)).toEqual([]);
      const download = page.waitForEvent('download');
      await page.getByRole('link', { name: 'Download the certificate (.crt)' }).last().click();
      const saved = readFileSync(await (await download).path());
      expect(new X509Certificate(saved).fingerprint256).toBe(server.fingerprint);
      expect(complaints).toEqual([]);
      await context.close();
    }
  },
  PATIENCE,
);

test(
  'a workspace over it: keys, the socket and the worker are there, as at any address over https',
  async () => {
    const { page, context, complaints } = await openPerson(browser, {});
    await createWorkspace(page, server.setupLink);
    expect(page.url()).toStartWith(server.url);
    await page.locator('#connection').waitFor({ state: 'attached' });
    expect(await page.evaluate(async () => (await navigator.serviceWorker.ready).scope)).toBe(
      `${server.url}/`,
    );
    expect(complaints).toEqual([]);
    await context.close();
  },
  PATIENCE,
);
