import { expect, test } from 'bun:test';
import { localPath } from './local-path.ts';

test('a path of this site stays as it is', () => {
  for (const path of ['/', '/settings', '/settings/security#passkeys', '/admin/audit?action=a%20b&x=//y'])
    expect(localPath(path, '/no')).toBe(path);
  expect(localPath('/a/../settings', '/no')).toBe('/settings');
});

test('nothing leads to another site', () => {
  for (const text of [
    '',
    'settings',
    'https://evil.example/',
    '//evil.example',
    '///evil.example',
    '/\\evil.example',
    '\\\\evil.example',
    '/\t/evil.example',
    '/\n/evil.example',
    '/a/..//evil.example',
    '/.//evil.example',
    ' /settings',
    'javascript:alert(1)',
    '/\u0000settings',
  ])
    expect(`${JSON.stringify(text)} ${localPath(text, '/no')}`).toBe(`${JSON.stringify(text)} /no`);
});
