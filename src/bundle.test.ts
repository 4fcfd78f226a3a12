import { afterAll, expect, test } from 'bun:test';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { bundlePage } from './bundle.ts';
import { plainName } from './served-names.ts';

const folders: string[] = [];
afterAll(() => {
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
});

/** A folder with these files. */
async function folderOf(files: Readonly<Record<string, string | Uint8Array>>): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), 'sotto-bundle-'));
  folders.push(folder);
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    await Bun.write(join(folder, name), text);
  }
  return folder;
}

const SOURCES = {
  'src/island/main.ts': `
    import { state } from './state.ts';
    state.log.push('page');
    export const loadGroups = () => import('./groups/main.ts');
    export const loadSettings = () => import('./settings/main.ts');
    export const loadAlone = () => import('./alone.ts');
    export { state };`,
  'src/island/state.ts': `export const state: { log: string[] } = { log: ['only once'] }; export class Own {}; export const both = 1;`,
  'src/island/effect.ts': `import { state } from './state.ts'; state.log.push('effect');`,
  'src/island/draw.ts': `import { state } from './state.ts'; export const draw = (what: string) => state.log.push('drawn once ' + what);`,
  'src/island/groups/main.ts': `import '../effect.ts'; import { draw } from '../draw.ts'; import { Own, state } from '../state.ts'; draw('groups'); export const isOwn = (each: unknown) => each instanceof Own; export const seen = state;`,
  'src/island/settings/main.ts': `import '../effect.ts'; import { draw } from '../draw.ts'; import { Own } from '../state.ts'; draw('settings'); export const make = () => new Own();`,
  'src/island/alone.ts': 'export const alone = 1;',
};

const SOON = [
  { soon: [], files: ['alone.js', 'groups.js', 'island-shared.js', 'island.js', 'settings.js'] },
  { soon: ['settings.js', 'nothing.js'], files: ['alone.js', 'groups.js', 'island.js', 'settings.js'] },
] as const;

test.each(SOON)('a page and its parts have one copy of each module: $files', async ({ soon, files }) => {
  const root = await folderOf(SOURCES);
  const apart = new Map([['alone.js', new TextEncoder().encode('export const alone=2;')]]);
  const built = await bundlePage('island.js', 'src/island/main.ts', soon, apart, { root });
  const texts = new Map(
    [...built].map(([name, bytes]) => [plainName(name), new TextDecoder().decode(bytes)]),
  );
  expect([...texts.keys()].toSorted()).toEqual([...files]);
  // The page is one request.
  expect(texts.get('island.js')).not.toMatch(/\bfrom\s*"/);
  for (const once of ['only once', 'drawn once'])
    expect([once, [...texts.values()].filter((text) => text.includes(once)).length]).toEqual([once, 1]);

  const folder = await folderOf(Object.fromEntries(built));
  const [entry = ''] = [...built.keys()].filter((name) => plainName(name) === 'island.js');
  const page = await import(join(folder, entry));
  const groups = await page.loadGroups();
  const settings = await page.loadSettings();
  expect(groups.isOwn(settings.make())).toBe(true);
  expect(groups.seen).toBe(page.state);
  expect(page.state.log.slice(0, 2)).toEqual(['only once', 'page']);
  expect(page.state.log.slice(2).toSorted()).toEqual(['drawn once groups', 'drawn once settings', 'effect']);
  expect((await page.loadAlone()).alone).toBe(2);
});

test('the names of its files say what they are, and two pages keep theirs apart', async () => {
  const root = await folderOf({
    'src/island/door.ts': `export const load = () => [import('./qr/main.ts'), import('../client/groups/changes.ts')];`,
    'src/island/qr/main.ts': 'export const qr = 1;',
    'src/client/groups/changes.ts': 'export const changes = 1;',
  });
  const built = await bundlePage('door.js', 'src/island/door.ts', [], new Map(), { root });
  expect([...built.keys()].map(plainName).toSorted()).toEqual([
    'door-client-groups-changes.js',
    'door-qr.js',
    'door.js',
  ]);
});
