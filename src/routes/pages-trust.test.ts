/** The certificate authority of this server, as people are given it. */
import { expect, test } from 'bun:test';
import { X509Certificate } from 'node:crypto';
import { Elysia } from 'elysia';
import { createAssets } from '../assets.ts';
import { sentence } from '../contract/words.ts';
import { makeAuthority, readAuthority } from '../ops/tls/authority.ts';
import type { Encryption } from '../ops/tls/encryption.ts';
import { systemOf, trustPages } from './pages-trust.ts';

const names = ['app.css', 'sheets.css', 'icon.svg', 'icon-192.png'];
const assets = createAssets(new Map(names.map((name) => [name, new Uint8Array(1)])));
const authority = readAuthority((await makeAuthority(['chat.lan', 'localhost'], Date.now())).cert);
const encryption = (known: Encryption['authority']): Encryption => ({
  kind: 'auto',
  authority: known,
  facts: null,
  open: () => Promise.reject(new Error(sentence('not asked'))),
  renew: async () => null,
  challenge: () => null,
});
const app = new Elysia().use(
  trustPages({ assets, encryption: encryption(authority), origin: () => 'https://chat.lan:3000' }),
);
const get = (path: string, headers: Record<string, string> = {}, scheme = 'https') =>
  app.handle(new Request(`${scheme}://chat.lan${path}`, { headers }));

test('the certificate comes in the forms that systems take, each with its type', async () => {
  const crt = await get('/trust/sotto-ca.crt');
  expect(crt.headers.get('content-type')).toBe('application/x-x509-ca-cert');
  expect(new X509Certificate(await crt.bytes()).fingerprint256).toBe(authority.fingerprint);
  const pem = await get('/trust/sotto-ca.pem');
  expect(pem.headers.get('content-type')).toBe('application/x-pem-file');
  expect(new X509Certificate(await pem.text()).fingerprint256).toBe(authority.fingerprint);
  const profile = await get('/trust/sotto-ca.mobileconfig');
  expect(profile.headers.get('content-type')).toBe('application/x-apple-aspen-config');
  const xml = await profile.text();
  expect(Buffer.from(/<data>([^<]+)<\/data>/.exec(xml)?.[1] ?? '', 'base64').equals(authority.der)).toBe(
    true,
  );
  expect(xml).toContain('<string>com.apple.security.root</string>');
  // Installed again it replaces itself.
  expect(await (await get('/trust/sotto-ca.mobileconfig')).text()).toBe(xml);
});

test('the page holds the fingerprint, every system without a script, and the reader’s own open', async () => {
  const html = await (await get('/trust', { 'user-agent': 'Mozilla/5.0 (Windows NT 10.0)' })).text();
  expect(html).toContain(authority.fingerprint);
  expect(html).not.toContain('<script');
  const heads = [...html.matchAll(/<details class="trust-system"( open)?><summary><h2>([^<]+)/g)];
  expect(heads.map(([, , name]) => name)).toEqual([
    'Windows',
    'macOS',
    'iPhone, iPad',
    'Android',
    'Linux',
    'Firefox',
  ]);
  expect(heads.map(([, open]) => open !== undefined)).toEqual([true, false, false, false, false, false]);
  expect(html).toContain('href="https://chat.lan:3000"');
});

test('over plain HTTP it says that somebody may have changed it', async () => {
  const warning = 'somebody on the way could have put another certificate in its place';
  expect(await (await get('/trust', {}, 'http')).text()).toContain(warning);
  expect(await (await get('/trust')).text()).not.toContain(warning);
});

test('it speaks the language of the browser', async () => {
  expect(await (await get('/trust', { 'accept-language': 'de' })).text()).toContain(
    'Diesem Server vertrauen',
  );
});

test('a server without an authority of its own has nothing here', async () => {
  for (const other of [null, encryption(null)]) {
    const without = new Elysia().use(
      trustPages({ assets, encryption: other, origin: () => 'https://chat.lan' }),
    );
    expect((await without.handle(new Request('https://chat.lan/trust'))).ok).toBe(false);
  }
});

test.each([
  ['Mozilla/5.0 (iPhone; CPU iPhone OS 19_0 like Mac OS X)', 'ios'],
  ['Mozilla/5.0 (Linux; Android 16) Chrome/150', 'android'],
  ['Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0', 'firefox'],
  ['Mozilla/5.0 (X11; Linux x86_64) Chrome/150', 'linux'],
  ['Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7)', 'macos'],
  ['curl/8', null],
])('%s is %p', (agent, system) => {
  expect(systemOf(agent)).toBe(system as ReturnType<typeof systemOf>);
});
