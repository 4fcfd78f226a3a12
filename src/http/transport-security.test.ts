import { expect, test } from 'bun:test';
import { TRANSPORT_SECURITY, transportSecurity } from './transport-security.ts';

const PUBLIC = 'https://chat.example.org';

test.each([
  ['https is kept to behind a proxy with a public name', PUBLIC, null, TRANSPORT_SECURITY],
  ['with a public authority', PUBLIC, 'acme', TRANSPORT_SECURITY],
  ['with certificate files, whatever the name', 'https://chat.lan:3000', 'files', TRANSPORT_SECURITY],
  ['never with a private authority: a lost one would lock people out', PUBLIC, 'auto', null],
  ['not for a private name behind a proxy', 'https://chat.lan', null, null],
  ['not for a name without a dot behind a proxy', 'https://chat', null, null],
  ['not for an address', 'https://192.168.1.20', 'files', null],
  ['not for localhost: other things run there', 'https://localhost:3000', 'files', null],
  ['not over plain HTTP', 'http://chat.example.org', null, null],
] as const)('%s', (_, origin, encryption, expected) => {
  expect(transportSecurity(origin, encryption)).toBe(expected);
});
