/** Looking at a page as people do: in two sizes and two lights, with axe, and as a picture in test/screenshots. */
import { expect } from 'bun:test';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { ROOT } from '../../support/server.ts';

const PICTURES = join(ROOT, 'test/screenshots');
const AXE = await Bun.file(join(ROOT, 'node_modules/axe-core/axe.min.js')).text();
const SIZES = [
  { width: 1440, height: 900 },
  { width: 390, height: 844 },
] as const;
mkdirSync(PICTURES, { recursive: true });

interface AxeResult {
  readonly violations: readonly {
    readonly id: string;
    readonly nodes: readonly { readonly target: readonly string[]; readonly failureSummary: string }[];
  }[];
}

/** Looks at the page in both sizes and both lights, with axe in each light. */
export async function look(page: Page, name: string): Promise<void> {
  for (const { width, height } of SIZES) {
    await page.setViewportSize({ width, height });
    for (const colorScheme of ['light', 'dark'] as const) {
      await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
      await page.screenshot({ path: join(PICTURES, `${name}-${width}-${colorScheme}.png`) });
      expect({ name, width, colorScheme, found: await findProblems(page) }).toEqual({
        name,
        width,
        colorScheme,
        found: [],
      });
      const tooWide = await page.evaluate(() => document.documentElement.scrollWidth > innerWidth);
      expect({ name, width, tooWide }).toEqual({ name, width, tooWide: false });
    }
  }
  await page.setViewportSize(SIZES[0]);
  await page.emulateMedia({ colorScheme: 'light' });
}

async function findProblems(page: Page): Promise<string[]> {
  await page.evaluate(`typeof axe === 'undefined' && (() => { ${AXE} })()`);
  const { violations } = await page.evaluate(async () => {
    const { axe } = globalThis as unknown as { axe: { run(options: object): Promise<AxeResult> } };
    return axe.run({ resultTypes: ['violations'] });
  });
  return violations.flatMap(({ id, nodes }) =>
    nodes.map(({ target, failureSummary }) => `${id}: ${target.join(' ')}: ${failureSummary}`),
  );
}
