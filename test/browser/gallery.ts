/**
 * `bun test/browser/gallery.ts [page ...]`: every page with sample data, as pictures in test/screenshots/gallery (two
 * sizes, light and dark), each tried with axe. Words that only the island knows are faked here.
 */
import { mkdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import axe from 'axe-core';
import type { Browser, Page } from 'playwright-core';
import { ASSET_NAMES, createAssets } from '../../src/assets.ts';
import { CONTENT_SECURITY_POLICY } from '../../src/http/headers.ts';
import { drawComposer } from './gallery-composer.ts';
import { drawMessages } from './gallery-messages.ts';
import { samplePages } from './gallery-pages.ts';
import { drawCode, drawGroups, drawLog, drawSearch, drawWords } from './gallery-words.ts';
import { launchBrowser } from './support/browser.ts';

const ROOT = resolve(import.meta.dir, '../..');
const OUT = join(ROOT, 'test/screenshots/gallery');
const SIZES = [
  { name: '1440', width: 1440, height: 900 },
  { name: '390', width: 390, height: 844 },
] as const;
/** Parts of the island whose drawing is shown: gallery-words.ts imports them from `/parts/NAME.js`. */
const PARTS = ['groups', 'qr', 'settings'] as const;
const SCHEMES = ['light', 'dark'] as const;

const asset = (path: string) => Bun.file(join(ROOT, 'public', path)).bytes();

async function built(entry: string): Promise<Uint8Array<ArrayBuffer>> {
  const { outputs } = await Bun.build({
    entrypoints: [join(ROOT, entry)],
    target: 'browser',
    format: 'esm',
    minify: true,
  });
  const [output] = outputs;
  if (!output) throw new Error(`${entry} could not be built`);
  return new Uint8Array(await output.arrayBuffer());
}

/** The styles as they ship, and a script that does nothing: the pages stand alone here. */
async function galleryAssets() {
  return createAssets(
    new Map<string, Uint8Array<ArrayBuffer>>([
      ...ASSET_NAMES.map((name) => [name, new TextEncoder().encode('export {};')] as const),
      ['app.css', await built('public/css/app.css')],
      ['sheets.css', await built('public/css/sheets.css')],
      ['icon.svg', await asset('icons/icon.svg')],
      ['icon-192.png', await asset('icons/icon-192.png')],
    ]),
  );
}

async function check(page: Page, name: string): Promise<number> {
  const wide = await page.evaluate(
    () => document.documentElement.scrollWidth > document.documentElement.clientWidth,
  );
  if (wide) console.log(`${name}: wider than the window`);
  await page.evaluate(axe.source);
  const found = await page.evaluate(async () => {
    const { violations } = await (window as unknown as { axe: typeof axe }).axe.run();
    return violations.map(
      ({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html.slice(0, 120)).join(' | ')}`,
    );
  });
  for (const violation of found) console.log(`${name}: ${violation}`);
  return found.length + (wide ? 1 : 0);
}

async function shoot(browser: Browser, url: string, names: readonly string[]): Promise<number> {
  let problems = 0;
  for (const size of SIZES) {
    for (const colorScheme of SCHEMES) {
      const context = await browser.newContext({ viewport: size, colorScheme, reducedMotion: 'reduce' });
      const page = await context.newPage();
      page.on('console', (message) => {
        if (message.type() === 'error' && !message.text().includes('WebSocket')) console.log(message.text());
      });
      for (const name of names) {
        await page.goto(`${url}/${name}`);
        await page.evaluate(drawWords);
        await page.evaluate(drawMessages);
        await page.evaluate(drawComposer);
        await page.evaluate(drawGroups);
        await page.evaluate(drawCode);
        await page.evaluate(drawLog);
        await page.evaluate(drawSearch);
        const label = `${name}-${size.name}-${colorScheme}`;
        await page.screenshot({ path: join(OUT, `${label}.png`) });
        problems += await check(page, label);
      }
      await context.close();
    }
  }
  return problems;
}

const wanted = process.argv.slice(2);
mkdirSync(OUT, { recursive: true });
const assets = await galleryAssets();
const pages = await samplePages(assets);
const parts = new Map<string, Uint8Array<ArrayBuffer>>();
for (const name of PARTS) parts.set(`/parts/${name}.js`, await built(`src/island/${name}/main.ts`));
parts.set('/parts/search.js', await built('test/browser/support/search-module.ts'));
parts.set('/parts/message.js', await built('test/browser/support/message-module.ts'));
parts.set('/parts/composer.js', await built('test/browser/support/composer-module.ts'));
const server = Bun.serve({
  port: 0,
  fetch(request) {
    const { pathname } = new URL(request.url);
    const part = parts.get(pathname);
    if (part) return new Response(part, { headers: { 'content-type': 'text/javascript' } });
    const found = assets.at(pathname);
    if (found) return new Response(found.bytes, { headers: { 'content-type': found.type } });
    const page = pages.get(pathname.slice(1));
    return page === undefined
      ? new Response('', { status: 404 })
      : new Response(page, {
          headers: {
            'content-type': 'text/html; charset=utf-8',
            'content-security-policy': CONTENT_SECURITY_POLICY,
          },
        });
  },
});
const browser = await launchBrowser();
const names = [...pages.keys()].filter((name) => wanted.length === 0 || wanted.includes(name));
const problems = await shoot(browser, server.url.origin, names);
await browser.close();
await server.stop(true);
console.log(`${names.length} pages, ${problems} problems: ${OUT}`);
process.exit(problems === 0 ? 0 : 1);
