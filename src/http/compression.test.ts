import { expect, test } from 'bun:test';
import { accepts, codePage } from './compression.ts';

const ask = (encoding: string, method = 'GET') =>
  new Request('http://localhost/', { method, headers: { 'accept-encoding': encoding } });
const PAGE = '<p>word</p>'.repeat(200);

test('a coding is taken when it is named and not refused', () => {
  for (const encoding of ['gzip', 'br, GZIP', 'deflate, gzip;q=0.5', ' gzip ; q=1.0'])
    expect([encoding, accepts(ask(encoding), 'gzip')]).toEqual([encoding, true]);
  for (const encoding of ['', 'br', 'x-gzip', 'gzip;q=0', 'gzip; q=0.00, br'])
    expect([encoding, accepts(ask(encoding), 'gzip')]).toEqual([encoding, false]);
});

test('a page travels in gzip, and comes out as it was', () => {
  const { body, headers } = codePage(ask('gzip, br'), PAGE);
  expect(headers).toEqual({ 'content-encoding': 'gzip' });
  expect(body.length).toBeLessThan(PAGE.length / 5);
  expect(typeof body === 'string' ? '' : new TextDecoder().decode(Bun.gunzipSync(body))).toBe(PAGE);
});

test('not when it is small, when nobody asked, and never in answer to what was sent', () => {
  for (const request of [ask('identity'), ask('gzip', 'POST')])
    expect(codePage(request, PAGE)).toEqual({ body: PAGE, headers: {} });
  expect(codePage(ask('gzip'), '<p></p>').headers).toEqual({});
});
