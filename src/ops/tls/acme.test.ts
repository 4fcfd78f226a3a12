/** Certificates by ACME, from a server that checks signatures, URLs and nonces, with the proof over real HTTP. */
import { afterAll, beforeEach, expect, test } from 'bun:test';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startAcmeServer } from '../../../test/support/acme-server.ts';
import { parseConfig } from '../../config.ts';
import { createLog } from '../log.ts';
import { acmeSource } from './acme-source.ts';
import { makeAuthority } from './authority.ts';
import { covers, factsOf, isIssuedBy } from './certificate.ts';

const HOST = 'chat.example.org';
const DAY_MS = 86_400_000;
const MINUTE_MS = 60_000;
const authority = await makeAuthority([HOST], Date.now());
let now = Date.now();
let waits: number[] = [];
const log = createLog('info', Date.now, () => {});
const folders: string[] = [];
/** What answers where the proof is looked for. */
let answers: (token: string) => string | null = () => null;
const plain = Bun.serve({
  port: 0,
  hostname: '127.0.0.1',
  fetch: (request) => new Response(answers(new URL(request.url).pathname.split('/').at(-1) ?? '')),
});
const acme = startAcmeServer({ authority, httpPort: () => plain.port ?? 0, clock: () => now });

function source(data = mkdtempSync(join(tmpdir(), 'sotto-acme-'))) {
  folders.push(data);
  const config = parseConfig(['--tls', 'acme', '--url', `https://${HOST}`, '--data', data], {});
  const choice = { kind: 'acme', directory: acme.directory, email: 'admin@example.org' } as const;
  const made = acmeSource(
    config,
    choice,
    log,
    () => now,
    async (ms) => {
      waits.push(ms);
      now += ms;
    },
  );
  answers = made.challenge;
  return { ...made, data };
}

beforeEach(() => {
  now = Date.now();
  waits = [];
  acme.forgetNonces(0);
});
afterAll(async () => {
  await Promise.all([acme.stop(), plain.stop(true)]);
  for (const folder of new Set(folders)) rmSync(folder, { recursive: true });
});

test('a certificate is ordered, proved and kept; the next start uses it', async () => {
  const first = source();
  const pair = await first.open();
  expect(covers(factsOf(pair.cert), HOST)).toBe(true);
  expect(isIssuedBy(pair, authority)).toBe(true);
  expect(readdirSync(join(first.data, 'tls')).sort()).toEqual(['acme-account.key', 'acme.crt', 'acme.key']);
  const orders = acme.orders();
  expect(await source(first.data).open()).toEqual(pair);
  expect(acme.orders()).toBe(orders);
  expect(acme.refusals()).toBe(0);
});

test('a nonce that the server has forgotten costs one more request', async () => {
  acme.forgetNonces(3);
  await source().open();
  expect(acme.refusals()).toBeGreaterThan(0);
});

test('it is renewed when a third of its time is left', async () => {
  const renewing = source();
  const pair = await renewing.open();
  const { from, until } = factsOf(pair.cert);
  now = until - (until - from) / 3 - DAY_MS;
  expect(await renewing.renew()).toBeNull();
  now += 2 * DAY_MS;
  const renewed = await renewing.renew();
  expect(factsOf(renewed?.cert ?? '').until).toBeGreaterThan(until);
});

test('a proof that fails is tried again later and later, and no question is answered but those that are open', async () => {
  const failing = source();
  let refusing = 3;
  answers = (token) => (refusing-- > 0 ? 'somebody else' : failing.challenge(token));
  const begun = now;
  await failing.open();
  // The waits between the tries; those of looking at the order are short.
  expect(waits.filter((ms) => ms >= MINUTE_MS)).toEqual([2 * MINUTE_MS, 10 * MINUTE_MS, 30 * MINUTE_MS]);
  expect(now - begun).toBeGreaterThan(42 * MINUTE_MS - 1);
  expect(failing.challenge('token-0')).toBeNull();
});

test('a renewal that fails says why, leaves the certificate in use, and waits before the next', async () => {
  const renewing = source();
  const pair = await renewing.open();
  answers = () => null;
  now = factsOf(pair.cert).until - DAY_MS;
  expect(renewing.renew()).rejects.toThrow(`nothing right at ${HOST}`);
  const orders = acme.orders();
  expect(await renewing.renew()).toBeNull();
  expect(acme.orders()).toBe(orders);
});
