import { expect, test } from 'bun:test';
import { createAssets } from '../assets.ts';
import { BESIDE_HEADER } from '../contract/served.ts';
import { assetRoutes } from './assets.ts';

const bytes = (text: string) => new TextEncoder().encode(text);
const own = createAssets(
  new Map([
    ['app.css', bytes('own')],
    ['sw.js', bytes('worker')],
  ]),
  '1.1.0',
);
const other = createAssets(
  new Map([
    ['part.js', bytes('other')],
    ['shell-en.html', bytes('<p>other')],
  ]),
);

/** A node beside those of another release. */
const app = (isWorkerEarly = false) =>
  assetRoutes({
    assets: own,
    releaseFiles: {
      note: async () => {},
      at: async (path) => other.at(path),
      isWorkerEarly: async () => isWorkerEarly,
    },
    services: {
      files: { directOrigin: async () => null } as never,
      releases: {
        note: async () => {},
        look: async () => {},
        isAtWork: (release) => release === '1.0.0',
        others: () => ['1.0.0'],
      },
    },
  });
const get = (path: string, early?: boolean) => app(early).handle(new Request(`http://localhost${path}`));

test('files of another release run where a script names them, and are no pages of ours', async () => {
  const script = await get(other.url('part.js'));
  expect(await script.text()).toBe('other');
  expect(script.headers.get('cache-control')).toBe('public, max-age=31536000, immutable');
  // What every answer has: a worker needs it.
  expect(script.headers.get('content-security-policy')).toBeNull();
  const page = await get(other.url('shell-en.html'));
  expect(await page.text()).toBe('<p>other');
  expect(page.headers.get('content-security-policy')).toBe("sandbox; default-src 'none'");
  expect((await get(own.url('app.css'))).headers.get('content-security-policy')).toBeNull();
  expect((await get('/assets/app.0123456789ab.css')).status).not.toBe(200);
});

test('the list is the own one, and says which releases are beside it', async () => {
  const answer = await get('/assets/manifest.json');
  expect(answer.headers.get(BESIDE_HEADER)).toBe('1.0.0');
  expect(await answer.text()).toBe(JSON.stringify(own.manifest));
});

test('a service worker is the own one, or none: never one of the database', async () => {
  expect(await (await get('/sw.js')).text()).toBe('worker');
  const early = await get('/sw.js', true);
  expect(early.status).not.toBe(200);
  expect(await early.text()).not.toContain('worker');
});
