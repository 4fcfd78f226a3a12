import { describe, expect, test } from 'bun:test';
import { createAssets } from '../assets.ts';
import { parseConfig } from '../config.ts';
import { addressPage, judgeAddress } from './pages-address.ts';

const ask = (url: string, headers: Record<string, string> = {}, method = 'GET') =>
  new Request(url, { headers, method });
const LOCAL = 'http://localhost:3000';
const PUBLIC = 'https://chat.example.org';

describe('an address', () => {
  const fine = [
    ['http://localhost:3000/', {}, LOCAL],
    ['http://harbour.localhost:3000/', {}, LOCAL],
    ['https://chat.example.org/', {}, PUBLIC],
    // Behind a proxy the request itself is plain; the proxy says so, or the operator did with --url.
    ['http://10.0.0.5:3000/', { 'x-forwarded-proto': 'https' }, PUBLIC],
    ['http://chat.example.org/', {}, PUBLIC],
    // Programs need no browser's trust.
    ['http://192.168.1.20:3000/api/v1/workspace', {}, LOCAL],
    ['http://127.0.0.1:3000/api/v1/workspace', {}, LOCAL],
    ['http://192.168.1.20:3000/healthz', {}, LOCAL],
    ['http://192.168.1.20:3000/assets/app.0.css', {}, LOCAL],
  ] as const;
  test.each(fine)('%s %j goes on', (url, headers, origin) => {
    expect(judgeAddress(ask(url, headers), origin)).toEqual({ kind: 'fine' });
  });

  const redirected = [
    ['http://127.0.0.1:3000/c/1?x=2', 'http://localhost:3000/c/1?x=2'],
    ['http://127.1.2.3/', 'http://localhost/'],
    ['http://[::1]:3000/setup', 'http://localhost:3000/setup'],
  ] as const;
  test.each(redirected)('%s becomes %s', (url, to) => {
    expect(judgeAddress(ask(url), LOCAL)).toEqual({ kind: 'redirect', to });
  });

  const replaced = [
    ['http://192.168.1.20:3000/', {}, LOCAL],
    ['http://chat.example.org/', {}, LOCAL],
    ['http://chat.example.org/', { 'x-forwarded-proto': 'http' }, PUBLIC],
    ['http://other.example.org/', {}, PUBLIC],
    ['http://localhost.example.org/', {}, LOCAL],
    ['http://127.0.0.1.example.org/', {}, LOCAL],
  ] as const;
  test.each(replaced)('%s %j is replaced by the page that says why', (url, headers, origin) => {
    expect(judgeAddress(ask(url, headers), origin)).toEqual({ kind: 'plain-http' });
  });

  test('writes are left to the routes', () => {
    expect(judgeAddress(ask('http://192.168.1.20/conversations', {}, 'POST'), LOCAL)).toEqual({
      kind: 'fine',
    });
  });
});

describe('the page for an address that cannot be used', () => {
  const names = ['app.css', 'icon.svg', 'icon-192.png', 'island.js'];
  const assets = createAssets(new Map(names.map((name) => [name, new Uint8Array(1)])));
  const deps = (url: string | null, origin: string) => ({
    assets,
    config: { ...parseConfig([], {}), url },
    origin: () => origin,
  });

  test('says why and lists ways out, without a script', async () => {
    const answer = await addressPage(ask('http://192.168.1.20:3000/'), deps(null, LOCAL));
    const html = (await answer?.text()) ?? '';
    expect(answer?.status).toBe(403);
    expect(answer?.headers.get('cache-control')).toBe('no-store');
    expect(html).toContain('192.168.1.20');
    expect(html).toContain('ssh -L 3000:localhost:3000');
    expect(html).toContain('reverse proxy');
    expect(html).not.toContain('<script');
  });

  test('offers the address that works when there is one', async () => {
    const answer = await addressPage(ask('http://10.1.1.1/'), deps(PUBLIC, PUBLIC));
    expect(await answer?.text()).toContain(`href="${PUBLIC}"`);
  });

  test('redirects and lets through', async () => {
    const moved = await addressPage(ask('http://127.0.0.1:3000/setup'), deps(null, LOCAL));
    expect(moved?.status).toBe(307);
    expect(moved?.headers.get('location')).toBe('http://localhost:3000/setup');
    expect(await addressPage(ask('http://localhost:3000/'), deps(null, LOCAL))).toBeNull();
  });
});
