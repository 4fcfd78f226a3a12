import { expect, test } from 'bun:test';
import { isPrivateAddress, isPublic, readEndpoint } from './push-address.ts';

test('addresses of the own network are told from those of the open internet', () => {
  for (const address of [
    '127.0.0.1',
    '10.1.2.3',
    '172.31.255.1',
    '192.168.0.1',
    '169.254.169.254',
    '100.64.0.1',
    '0.0.0.0',
    '224.0.0.1',
    '::1',
    '::',
    'fe80::1',
    'fd00::1',
    'ff02::1',
    '::ffff:127.0.0.1',
    '::ffff:7f00:1',
    '64:ff9b::7f00:1',
    '2002:7f00:1::',
    'no address',
  ])
    expect({ address, isPrivate: isPrivateAddress(address) }).toEqual({ address, isPrivate: true });
  for (const address of ['93.184.216.34', '172.32.0.1', '100.128.0.1', '2a00:1450:4001:80e::200e'])
    expect({ address, isPrivate: isPrivateAddress(address) }).toEqual({ address, isPrivate: false });
});

test('an endpoint is https and holds no password', () => {
  expect(readEndpoint('https://push.example/abc')?.hostname).toBe('push.example');
  for (const text of [
    'http://push.example/abc',
    'https://user:secret@push.example/',
    'file:///etc/passwd',
    'push',
  ])
    expect(readEndpoint(text)).toBeNull();
});

test('a name is public when all that it stands for is', async () => {
  expect(await isPublic(new URL('https://localhost/'))).toBe(false);
  expect(await isPublic(new URL('https://[::1]/'))).toBe(false);
  expect(await isPublic(new URL('https://2130706433/'))).toBe(false);
  expect(await isPublic(new URL('https://93.184.216.34/'))).toBe(true);
});
