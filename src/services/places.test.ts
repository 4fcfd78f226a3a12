/** Sign-ins from new places, and guesses that come from everywhere. */
import { afterAll, beforeAll, beforeEach, expect, test } from 'bun:test';
import { startApp, type TestApp } from '../../test/support/app.ts';
import { call, join, type Registered, random } from '../../test/support/person.ts';
import type { SignedIn } from '../contract/accounts.ts';
import { toBase64 } from '../contract/bytes.ts';
import type { ErrorBody } from '../contract/errors.ts';
import { PATHS } from '../contract/paths.ts';
import { FREE_GUESSES, LONGEST_WAIT_MS } from './guesses.ts';
import { MAX_PLACES, NEW_PLACE_MS, PLACE_MS } from './places.ts';

let app: TestApp;
let mina: Registered;
const HOME = '198.51.100.1';

/** One sign-in, by the recovery code, which costs no hashing; as a browser, which says where its script comes from, when there is a cookie to bring or to get. */
const signIn = async (address: string, browser: string | null = null, secret?: string) => {
  const response = await fetch(`${app.origin}${PATHS.signInRecovery}`, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      'x-test-address': address,
      'user-agent': `agent at ${address}`,
      ...(browser === null ? {} : { origin: app.origin, cookie: browser }),
    },
    body: JSON.stringify({ username: 'mina', secret: secret ?? mina.request.recoverySecret }),
  });
  const cookies = response.headers.getSetCookie().map((line) => line.split(';')[0] ?? '');
  return {
    status: response.status,
    body: (await response.json()) as SignedIn & ErrorBody,
    session: cookies.find((pair) => pair.startsWith('sotto=')) ?? '',
    browser: cookies.find((pair) => pair.startsWith('sotto-browser=')) ?? null,
  };
};
const wrong = (address: string, browser: string | null = null) =>
  signIn(address, browser, toBase64(random(32)));
/** What the page of this session shows above the workspace: ids of the notices. */
const told = async (cookie: string, address: string) => {
  const response = await fetch(`${app.origin}/settings`, {
    headers: { cookie, 'x-test-address': address },
  });
  return [...(await response.text()).matchAll(/data-notice="place-([0-9a-f]{32})"/g)].map(
    ([, id]) => id ?? '',
  );
};
const answer = (what: 'dismiss' | 'end', id: string, cookie: string, address: string) =>
  fetch(`${app.origin}/settings/new-places/${id}/${what}`, {
    method: 'POST',
    headers: { cookie, origin: app.origin, 'x-test-address': address },
    redirect: 'manual',
  });
const isOpen = async (cookie: string) =>
  (await call(app.origin, 'GET', PATHS.session, { cookie })).status === 200;

beforeAll(async () => {
  app = await startApp();
  const token = await app.deps.services.invites.createSetupToken();
  mina = await join(app.origin, token, 'mina', { workspaceName: 'Harbour', prekeys: 0 });
});
afterAll(() => app.stop());
beforeEach(() =>
  app.deps.db.write(async (tx) => {
    await tx.run('DELETE FROM new_places');
    await tx.run('DELETE FROM known_places');
  }),
);

test('the first place is none to tell of; the same network or the same browser is none either', async () => {
  const first = await signIn(HOME, '');
  expect(first.browser).toMatch(/^sotto-browser=[\w-]{43}$/);
  await signIn(HOME, '');
  // The browser comes along into another network.
  expect((await signIn('203.0.113.9', first.browser)).browser).toBeNull();
  expect(await app.count('new_places')).toBe(0);
  // A program gets no cookie.
  expect((await signIn(HOME)).browser).toBeNull();
});

test('a new browser in a new network is told to all other sessions, and not to its own network', async () => {
  await signIn(HOME);
  const before = app.events.length;
  const stranger = await signIn('203.0.113.20', '');
  const [id = ''] = await told(mina.cookie, HOME);
  expect(id).not.toBe('');
  expect(app.events.slice(before)).toContainEqual({
    type: 'new-place',
    account: mina.signedIn.account,
    id,
  });
  // Neither that session nor another one from there sees it, or can hide it.
  const again = await signIn('203.0.113.20', '');
  for (const { session } of [stranger, again]) {
    expect((await answer('dismiss', id, session, '203.0.113.20')).status).toBe(404);
    expect((await answer('end', id, session, '203.0.113.20')).status).toBe(404);
  }
  expect((await answer('dismiss', id, stranger.session, HOME)).status).toBe(404);
  expect(await told(mina.cookie, HOME)).toEqual([id]);
  expect(await told(mina.cookie, '203.0.113.20')).toEqual([]);

  expect((await answer('dismiss', id, mina.cookie, HOME)).status).toBe(303);
  expect(await told(mina.cookie, HOME)).toEqual([]);
  expect(await isOpen(stranger.session)).toBe(true);
  const rows = await app.deps.db.read<{ detail: string }>(
    "SELECT detail FROM audit WHERE action = 'session.new-place'",
  );
  expect(rows.at(-1)?.detail).toContain('203.0.113.20');
});

test('whoever signed in from a new place answers for no other new place, from wherever they ask', async () => {
  await signIn(HOME);
  const one = await signIn('203.0.113.21', '');
  const [id = ''] = await told(mina.cookie, HOME);
  // From a second network; from the first once more; and with the first one's browser, from a third.
  const two = await signIn('203.0.113.22', '');
  const again = await signIn('203.0.113.21', '');
  const three = await signIn('203.0.113.23', one.browser);
  const all = await told(mina.cookie, HOME);
  expect(all).toHaveLength(3);
  for (const { session } of [one, two, again, three])
    for (const address of ['203.0.113.21', '203.0.113.22', '203.0.113.24']) {
      expect(await told(session, address)).toEqual([]);
      for (const each of [id, ...all]) {
        expect((await answer('dismiss', each, session, address)).status).toBe(404);
        expect((await answer('end', each, session, address)).status).toBe(404);
      }
    }
  // One answer is for everything that was opened from there.
  expect((await answer('end', id, mina.cookie, HOME)).status).toBe(303);
  expect([await isOpen(one.session), await isOpen(again.session)]).toEqual([false, false]);
  expect([await isOpen(two.session), await isOpen(three.session)]).toEqual([true, true]);
  expect(await told(mina.cookie, HOME)).toEqual(all.filter((each) => each !== id));
});

test('what a browser says of itself is kept up to a length', async () => {
  await signIn(HOME);
  await fetch(`${app.origin}${PATHS.signInRecovery}`, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      'x-test-address': '203.0.113.25',
      'user-agent': 'x'.repeat(8000),
    },
    body: JSON.stringify({ username: 'mina', secret: mina.request.recoverySecret }),
  });
  const [row] = await app.deps.db.read<{ longest: number }>(
    `SELECT MAX(n) AS longest FROM (SELECT MAX(length(detail)) AS n FROM audit
     UNION SELECT MAX(length(agent)) AS n FROM new_places UNION SELECT MAX(length(agent)) AS n FROM sessions) AS lengths`,
  );
  expect(row?.longest).toBeLessThan(500);
});

test('ended, the session is over and the place is new again', async () => {
  await signIn(HOME);
  const stranger = await signIn('203.0.113.30', '');
  const [id = ''] = await told(mina.cookie, HOME);
  const ended = await answer('end', id, mina.cookie, HOME);
  expect([ended.status, ended.headers.get('location')]).toEqual([303, '/settings/security?done=ended']);
  expect(await isOpen(stranger.session)).toBe(false);
  expect(await isOpen(mina.cookie)).toBe(true);
  await signIn('203.0.113.30', stranger.browser);
  expect(await told(mina.cookie, HOME)).toHaveLength(1);
});

test('the notice follows its session through a confirmation', async () => {
  await signIn(HOME);
  const stranger = await signIn('203.0.113.40', '');
  const moved = await call(app.origin, 'POST', PATHS.confirmPassword, {
    cookie: stranger.session,
    body: { secret: mina.request.password?.secret },
  });
  const [id = ''] = await told(mina.cookie, HOME);
  await answer('end', id, mina.cookie, HOME);
  expect(await isOpen(moved.cookie ?? '')).toBe(false);
});

test('places are bounded, and forgotten', async () => {
  for (let n = 0; n < MAX_PLACES + 5; n++) await signIn(`203.0.113.${100 + n}`);
  expect(await app.count('known_places')).toBe(MAX_PLACES);
  await app.deps.db.write((tx) =>
    tx.run('UPDATE known_places SET last_seen_at = $1', [app.deps.clock() - PLACE_MS]),
  );
  await app.deps.db.write((tx) => tx.run('UPDATE new_places SET at = $1', [app.deps.clock() - NEW_PLACE_MS]));
  expect(await told(mina.cookie, HOME)).toEqual([]);
  await app.deps.services.places.expire();
  expect(await app.count('new_places')).toBe(0);
  await signIn(HOME);
  expect(await app.count('known_places')).toBe(1);
});

test('guessing from many addresses slows down for all of them, and for nobody who is known', async () => {
  const home = await signIn(HOME, '');
  // Each from an address of its own, so that no limit of one address is met.
  for (let n = 0; n < FREE_GUESSES; n++) expect((await wrong(`203.0.113.${n}`)).status).toBe(401);
  expect((await wrong('203.0.113.50')).status).toBe(401);
  const waits = await wrong('203.0.113.51');
  expect(waits).toMatchObject({ status: 429, body: { error: 'RateLimitExceeded' } });
  // The right password does not help there: whoever guesses must not learn that it was.
  expect((await signIn('203.0.113.52')).status).toBe(429);
  // At home, and with the browser from home anywhere, everything is as ever.
  expect((await signIn(HOME)).status).toBe(200);
  expect((await signIn('192.0.2.77', home.browser)).status).toBe(200);

  app.pass(1000 * (waits.body.retry_after ?? 0));
  expect((await wrong('203.0.113.53')).status).toBe(401);
  const longer = await wrong('203.0.113.54');
  expect(longer.body.retry_after ?? 0).toBeGreaterThan(waits.body.retry_after ?? 0);
  for (let n = 0; n < 12; n++) {
    app.pass(LONGEST_WAIT_MS);
    expect((await wrong(`203.0.113.${60 + n}`)).status).toBe(401);
  }
  const longest = (await wrong('203.0.113.90')).body.retry_after ?? 0;
  expect(longest * 1000).toBeLessThanOrEqual(LONGEST_WAIT_MS);
  // Somebody who waits and is right gets in.
  app.pass(LONGEST_WAIT_MS);
  expect((await signIn('203.0.113.91')).status).toBe(200);
  app.pass(24 * 3600_000 + LONGEST_WAIT_MS);
  for (let n = 0; n < FREE_GUESSES; n++) expect((await wrong(`203.0.112.${n}`)).status).toBe(401);
});

test('a browser that is known has its tries once, and not once in each network it is taken to', async () => {
  app.pass(24 * 3600_000 + LONGEST_WAIT_MS);
  const { browser } = await signIn(HOME, '');
  const statuses: number[] = [];
  for (let n = 0; n < FREE_GUESSES + 2; n++) statuses.push((await wrong(`203.0.111.${n}`, browser)).status);
  expect(statuses.at(-1)).toBe(429);
  // At home, without it, everything is as ever.
  expect((await signIn(HOME)).status).toBe(200);
});

test('a name that nobody has looks the same', async () => {
  const statuses: number[] = [];
  for (let n = 0; n < FREE_GUESSES + 3; n++)
    statuses.push(
      (
        await call(app.origin, 'POST', PATHS.signInRecovery, {
          body: { username: 'nobody', secret: toBase64(random(32)) },
          headers: { 'x-test-address': `192.0.2.${n}` },
        })
      ).status,
    );
  expect(statuses.filter((status) => status === 429)).toHaveLength(2);
});
