/** Where certificates come from, and when another one comes: on a clock of the test, with real files. */
import { afterEach, beforeEach, expect, test } from 'bun:test';
import { mkdtempSync, readFileSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseConfig } from '../../config.ts';
import { createLog } from '../log.ts';
import { makeAuthority, makeHostCertificate } from './authority.ts';
import { covers, factsOf, isIssuedBy } from './certificate.ts';
import { fileSource } from './file-source.ts';
import { privateSource } from './private-source.ts';

const DAY_MS = 86_400_000;
let data: string;
let now: number;
let lines: string[];
const log = createLog('info', Date.now, (line) => lines.push(line));
beforeEach(() => {
  data = mkdtempSync(join(tmpdir(), 'sotto-tls-'));
  now = Date.now();
  lines = [];
});
afterEach(() => rmSync(data, { recursive: true }));

const privately = (url = 'https://chat.lan', hostname = 'server') =>
  privateSource(
    parseConfig(['--tls', 'auto', '--url', url, '--data', data], {}),
    log,
    () => now,
    () => ({ hostname }),
  );

test('a private authority and its certificate are made once, for nobody else on the machine', async () => {
  const first = privately();
  const pair = await first.open();
  expect(factsOf(pair.cert).names).toEqual(['chat.lan', 'server', 'server.local', 'localhost']);
  const again = privately();
  expect(await again.open()).toEqual(pair);
  expect(again.authority?.fingerprint).toBe(first.authority?.fingerprint ?? '');
  expect(statSync(join(data, 'tls')).mode & 0o777).toBe(0o700);
  for (const name of ['authority.key', 'authority.crt', 'host.key', 'host.crt'])
    expect(statSync(join(data, 'tls', name)).mode & 0o777).toBe(0o600);
});

test('thirty days before its end it is replaced, by the same authority', async () => {
  const source = privately();
  const pair = await source.open();
  const { until } = factsOf(pair.cert);
  now = until - 31 * DAY_MS;
  expect(await source.renew()).toBeNull();
  now = until - 30 * DAY_MS;
  const renewed = await source.renew();
  expect(factsOf(renewed?.cert ?? '').until).toBeGreaterThan(until);
  expect(isIssuedBy(renewed ?? pair, { cert: source.authority?.pem ?? '' })).toBe(true);
  expect(await source.renew()).toBeNull();
});

test('another address under the same name needs no new trust; another name does, and says so', async () => {
  const first = privately();
  await first.open();
  const below = privately('https://new.chat.lan');
  expect(covers(factsOf((await below.open()).cert), 'new.chat.lan')).toBe(true);
  expect(below.authority?.fingerprint).toBe(first.authority?.fingerprint ?? '');
  expect(lines.join('')).not.toContain('new certificate authority');

  const moved = privately('https://talk.lan');
  expect(covers(factsOf((await moved.open()).cert), 'talk.lan')).toBe(true);
  expect(moved.authority?.fingerprint).not.toBe(first.authority?.fingerprint ?? '');
  expect(lines.join('')).toContain('new certificate authority: every device has to trust it once more');
  // The one before is not lost: whoever goes back to the old address can put it back.
  expect(readFileSync(join(data, 'tls/authority-before.crt'), 'utf8')).toBe(first.authority?.pem ?? '');
});

test('another name of the machine changes nothing for people', async () => {
  const first = privately();
  await first.open();
  const renamed = privately('https://chat.lan', 'renamed');
  expect(factsOf((await renamed.open()).cert).names).toEqual(['chat.lan', 'localhost']);
  expect(renamed.authority?.fingerprint).toBe(first.authority?.fingerprint ?? '');
});

test('an address that people open is in the certificate, and no other', async () => {
  const pair = await privately('https://10.1.2.3:3000').open();
  expect(factsOf(pair.cert).names[0]).toBe('10.1.2.3');
});

test('what a crash or a hand left half is made anew', async () => {
  const first = await privately().open();
  writeFileSync(join(data, 'tls/host.key'), 'half');
  const second = await privately().open();
  expect(second.cert).not.toBe(first.cert);
  expect(readFileSync(join(data, 'tls/host.key'), 'utf8')).toBe(second.key);
});

const FILES = { certificate: '', key: '' };
async function writePair(names: readonly string[]) {
  const made = await makeHostCertificate(await makeAuthority(names, now), names, now);
  Object.assign(FILES, { certificate: join(data, 'chat.crt'), key: join(data, 'chat.key') });
  writeFileSync(FILES.certificate, made.cert);
  writeFileSync(FILES.key, made.key);
  return made;
}

test('certificate files are read again when they change; a pair that does not fit is said once and not used', async () => {
  const first = await writePair(['chat.lan']);
  const source = fileSource(FILES, log);
  expect(await source.open()).toEqual(first);
  expect(await source.renew()).toBeNull();

  writeFileSync(FILES.certificate, (await makeAuthority(['other.lan'], now)).cert);
  expect(source.renew()).rejects.toThrow('The key does not belong to the certificate.');
  expect(await source.renew()).toBeNull();

  const second = await writePair(['chat.lan']);
  expect(await source.renew()).toEqual(second);
});

test('files that were only touched exchange nothing', async () => {
  await writePair(['chat.lan']);
  const source = fileSource(FILES, log);
  await source.open();
  utimesSync(FILES.certificate, new Date(now + DAY_MS), new Date(now + DAY_MS));
  expect(await source.renew()).toBeNull();
});

test('a file that is missing is named', async () => {
  await writePair(['chat.lan']);
  rmSync(FILES.key);
  expect(fileSource(FILES, log).open()).rejects.toThrow(`There is no file ${FILES.key}.`);
});
