/**
 * `bun test/bench/lighthouse.ts`: what Lighthouse says of a conversation that is open, on a desktop and on a slow phone.
 * Lighthouse is no dependency: it is fetched into a folder of the system's when this runs, and needs Node. The island must
 * be built; numbers are only worth something on a machine that does nothing else.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chromium } from 'playwright-core';
import { launchBrowser } from '../browser/support/browser.ts';
import {
  createInvite,
  createWorkspace,
  joinWorkspace,
  openConversation,
  PASSWORD,
  send,
} from '../browser/support/flows.ts';
import { startServer } from '../support/server.ts';

const LIGHTHOUSE = 'lighthouse@13.0.1';
const PORT = 9333;
const CATEGORIES = ['performance', 'accessibility', 'best-practices'];
/** Of each category, in hundredths. */
const WANTED = 95;
const MINA = { name: 'Mina Ito', username: 'mina', password: PASSWORD };

const folder = mkdtempSync(join(tmpdir(), 'sotto-lighthouse-'));
const server = await startServer();
const profile = await chromium.launchPersistentContext(join(folder, 'profile'), {
  executablePath: '/usr/bin/chromium',
  headless: true,
  args: ['--no-sandbox', '--disable-gpu', '--no-first-run', `--remote-debugging-port=${PORT}`],
});
const page = profile.pages()[0] ?? (await profile.newPage());
await createWorkspace(page, server.setupLink ?? '');
const elsewhere = await launchBrowser();
await joinWorkspace(await elsewhere.newPage(), await createInvite(page), MINA);
await elsewhere.close();
await page.goto(server.url);
await openConversation(page, MINA);
for (let n = 1; n <= 3; n++) await send(page, `A sealed line with a few words, number ${n}`);
const url = page.url();
await page.goto('about:blank');

interface Result {
  readonly categories: Readonly<Record<string, { readonly score: number | null }>>;
  readonly audits: Readonly<Record<string, { readonly displayValue?: string }>>;
}

let isGood = true;
for (const preset of ['desktop', 'mobile'] as const) {
  const out = join(folder, `${preset}.json`);
  const options = [
    `--port=${PORT}`,
    '--disable-storage-reset',
    `--only-categories=${CATEGORIES.join()}`,
    ...(preset === 'desktop' ? ['--preset=desktop'] : []),
    '--output=json',
    `--output-path=${out}`,
    '--quiet',
  ];
  const child = Bun.spawn(['bunx', '--package', LIGHTHOUSE, 'lighthouse', url, ...options], {
    cwd: folder,
    stdout: 'ignore',
    stderr: 'inherit',
  });
  await child.exited;
  const { categories, audits }: Result = await Bun.file(out).json();
  for (const name of CATEGORIES) {
    const score = Math.round((categories[name]?.score ?? 0) * 100);
    isGood &&= score >= WANTED;
    console.log(`${preset}: ${name} ${score}`);
  }
  for (const name of [
    'first-contentful-paint',
    'largest-contentful-paint',
    'total-blocking-time',
    'cumulative-layout-shift',
  ])
    console.log(`${preset}: ${name} ${audits[name]?.displayValue ?? ''}`);
}
await profile.close();
await server.remove();
rmSync(folder, { recursive: true, force: true });
process.exit(isGood ? 0 : 1);
