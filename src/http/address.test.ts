import { expect, test } from 'bun:test';
import { clientAddress, networkOf } from './address.ts';

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

test('an IPv6 address counts as its network, an IPv4 address as itself', () => {
  expect(networkOf('192.0.2.1')).toBe('192.0.2.1');
  expect(networkOf('unknown')).toBe('unknown');
  const one = networkOf('2001:db8:0:7:1:2:3:4');
  expect(networkOf('2001:0db8:0000:0007:ffff::1')).toBe(one);
  expect(networkOf('2001:db8:0:8:1:2:3:4')).not.toBe(one);
  expect(networkOf('2001:db8::1')).toBe('2001:db8:0:0::/64');
  expect(networkOf('::1')).toBe('0:0:0:0::/64');
});
