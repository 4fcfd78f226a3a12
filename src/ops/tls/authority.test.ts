/** What a private authority vouches for, as TLS clients judge it. */
import { expect, test } from 'bun:test';
import { X509Certificate } from 'node:crypto';
import { connect } from 'node:tls';
import { makeAuthority, makeHostCertificate, permits, readAuthority } from './authority.ts';
import { checkPair, covers, factsOf, isIssuedBy, type Pair } from './certificate.ts';

const DAY_MS = 86_400_000;
const NAMES = ['chat.lan', 'localhost'];
const authority = await makeAuthority(NAMES, Date.now());

/** Undefined for a connection that a client of this authority accepts, otherwise why it does not. */
async function refusal(pair: Pair, servername: string): Promise<string | undefined> {
  const server = Bun.serve({ port: 0, hostname: '127.0.0.1', tls: pair, fetch: () => new Response('ok') });
  try {
    return await new Promise((resolve) => {
      const socket = connect({ host: '127.0.0.1', port: server.port, servername, ca: authority.cert }, () =>
        resolve(undefined),
      );
      socket.on('error', (error) => resolve(error.message));
    });
  } finally {
    await server.stop(true);
  }
}

test('clients that trust the authority accept its server, by each of its names', async () => {
  const host = await makeHostCertificate(authority, NAMES, Date.now());
  for (const name of NAMES) expect(await refusal(host, name)).toBeUndefined();
});

test('whoever steals the authority cannot vouch for another name, or for an address', async () => {
  const bank = await makeHostCertificate(authority, ['bank.example'], Date.now());
  expect(await refusal(bank, 'bank.example')).toBeString();
  // Named together: what one of them is not allowed spoils the whole.
  const address = await makeHostCertificate(authority, ['chat.lan', '127.0.0.2'], Date.now());
  expect(await refusal(address, 'chat.lan')).toBeString();
});

test('it makes no further authorities, and lasts ten years; a host certificate as long as browsers allow', async () => {
  const now = Date.UTC(2030, 0, 1);
  const ten = await makeAuthority(NAMES, now);
  const host = await makeHostCertificate(ten, NAMES, now);
  const parsed = new X509Certificate(ten.cert);
  expect(parsed.ca).toBe(true);
  expect(new X509Certificate(host.cert).ca).toBe(false);
  // pathLenConstraint 0, after the OID of basicConstraints, critical.
  expect(Buffer.from(parsed.raw).toString('hex')).toContain('0603551d130101ff040830060101ff020100');
  expect(readAuthority(ten.cert).until).toBe(now + 3650 * DAY_MS);
  const { from, until } = factsOf(host.cert);
  expect(until - from).toBe(397 * DAY_MS);
  expect(from).toBeLessThan(now);
});

test('a certificate ends no later than its authority', async () => {
  const late = readAuthority(authority.cert).until - DAY_MS;
  expect(factsOf((await makeHostCertificate(authority, NAMES, late)).cert).until).toBe(late + DAY_MS);
});

test('what it is held to is known again', () => {
  const read = readAuthority(authority.cert);
  expect(read.names).toEqual(NAMES);
  expect(permits(read, 'chat.lan')).toBe(true);
  expect(permits(read, 'new.chat.lan')).toBe(true);
  expect(permits(read, 'evilchat.lan')).toBe(false);
  expect(permits(read, '10.0.0.1')).toBe(false);
  expect(read.fingerprint).toMatch(/^(?:[0-9A-F]{2}:){31}[0-9A-F]{2}$/);
});

test('a key of another certificate, and what is no key, are refused in a sentence', async () => {
  const host = await makeHostCertificate(authority, NAMES, Date.now());
  const other = await makeHostCertificate(authority, NAMES, Date.now());
  expect(() => checkPair(host)).not.toThrow();
  expect(() => checkPair({ cert: host.cert, key: other.key })).toThrow('does not belong');
  expect(() => checkPair({ cert: host.cert, key: 'nothing' })).toThrow('cannot be read');
  expect(() => checkPair({ cert: 'nothing', key: host.key })).toThrow('no certificate');
  expect(isIssuedBy(host, authority)).toBe(true);
  expect(isIssuedBy(host, await makeAuthority(NAMES, Date.now()))).toBe(false);
});

test.each([
  [['*.example.org'], 'chat.example.org', true],
  [['*.example.org'], 'a.chat.example.org', false],
  [['*.example.org'], 'example.org', false],
  [['Chat.Example.org'], 'chat.example.org', true],
  [['0:0:0:0:0:0:0:1'], '[::1]', true],
  [['10.0.0.1'], '10.0.0.1', true],
  [['10.0.0.1'], '10.0.0.11', false],
])('a certificate for %j and the host %s: %p', (names, host, expected) => {
  expect(covers({ names }, host)).toBe(expected);
});
