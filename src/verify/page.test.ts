import { expect, test } from 'bun:test';
import { samplePages } from '../../test/browser/gallery-pages.ts';
import { loadAssets } from '../embedded.ts';
import { readPage } from './page.ts';

const ORIGIN = 'http://localhost:3000';

test('every page that we draw is made of what the verifier knows [R35]', async () => {
  const assets = await loadAssets();
  const pages = await samplePages(assets);
  expect(pages.size).toBeGreaterThan(15);
  for (const [name, html] of pages) {
    // These lead to the address that the operator gave, also where they are read over plain HTTP.
    const origin = name.startsWith('trust') ? 'https://chat.lan:3000' : ORIGIN;
    const { differences, release } = readPage(name, html, assets, origin);
    expect([name, differences]).toEqual([name, []]);
    expect(release).toMatch(/^\d/);
  }
});
