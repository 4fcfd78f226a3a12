import { expect, test } from 'bun:test';
import { clientAddress } from './address.ts';

const request = (forwarded?: string) =>
  new Request('http://localhost/', forwarded ? { headers: { 'x-forwarded-for': forwarded } } : {});

test('without named proxies the header is nobody’s word', () => {
  expect(clientAddress([])(request('1.2.3.4'), '10.0.0.1')).toBe('10.0.0.1');
});

test('a named proxy vouches for the hop before it, and a forged hop further left counts for nothing', () => {
  const address = clientAddress(['10.0.0.0/8', '::1']);
  expect(address(request('6.6.6.6, 1.2.3.4'), '10.0.0.1')).toBe('1.2.3.4');
  expect(address(request('6.6.6.6, 1.2.3.4, 10.9.9.9'), '::ffff:10.0.0.1')).toBe('1.2.3.4');
  expect(address(request('1.2.3.4'), '192.0.2.1')).toBe('192.0.2.1');
  expect(address(request('not an address'), '10.0.0.1')).toBe('10.0.0.1');
});
