import { afterAll, beforeAll, expect, test } from 'bun:test';
import { startApp, type TestApp } from '../../test/support/app.ts';
import { join, type Registered } from '../../test/support/person.ts';
import { DEFAULT_POLICIES } from '../contract/policies.ts';
import { sessionId } from './lucia.ts';

const DAY_MS = 24 * 3600 * 1000;
const SESSION_DAYS = DEFAULT_POLICIES.sessionDays;
const caller = { address: '10.0.0.1', agent: 'test' };

let app: TestApp;
let mina: Registered;

const open = () =>
  app.deps.db.write((tx) =>
    app.deps.services.sessions.open(tx, mina.identity.account, null, caller, {
      way: 'password',
      strong: false,
    }),
  );
const row = async (id: string) =>
  (
    await app.deps.db.read<{ last_used_at: number; expires_at: number }>(
      'SELECT * FROM sessions WHERE id = $1',
      [id],
    )
  )[0];

beforeAll(async () => {
  app = await startApp();
  const token = await app.deps.services.invites.createSetupToken();
  mina = await join(app.origin, token, 'mina', { workspaceName: 'Harbour', prekeys: 0 });
});
afterAll(() => app.stop());

test('the store knows a session by the hash of its secret', async () => {
  const { token, session } = await open();
  expect(session.id).toBe(new Bun.CryptoHasher('sha256').update(token).digest('hex'));
  expect(await row(session.id)).toBeDefined();
  expect(await row(token)).toBeUndefined();
  expect(await app.deps.services.sessions.validate(session.id)).toBeNull();
});

test('a session is looked up once in ten seconds, and is gone the moment it is revoked', async () => {
  const { sessions } = app.deps.services;
  const { token, session } = await open();
  expect((await sessions.validate(token))?.id).toBe(session.id);
  // Deleted behind our back (another process): the cache still answers, for seconds.
  await app.deps.db.write((tx) => tx.run('DELETE FROM sessions WHERE id = $1', [session.id]));
  expect(await sessions.validate(token)).not.toBeNull();
  app.pass(10_000);
  expect(await sessions.validate(token)).toBeNull();

  const other = await open();
  expect(await sessions.validate(other.token)).not.toBeNull();
  await sessions.end(mina.identity.account, other.session.id);
  expect(await sessions.validate(other.token)).toBeNull();
});

test('a lookup that was under way while its session was revoked is not kept', async () => {
  const { sessions } = app.deps.services;
  const { token, session } = await open();
  const looking = sessions.validate(token);
  await sessions.end(mina.identity.account, session.id);
  await looking;
  expect(await sessions.validate(token)).toBeNull();
});

test('the end slides while the session is used, and comes when it is not', async () => {
  const { sessions } = app.deps.services;
  const { token, session } = await open();
  const first = (await row(session.id))?.expires_at ?? 0;
  expect(Math.abs(first - app.deps.clock() - SESSION_DAYS * DAY_MS)).toBeLessThan(1000);
  app.pass(10 * DAY_MS);
  expect(await sessions.validate(token)).not.toBeNull();
  expect((await row(session.id))?.expires_at).toBe(first);
  app.pass(10 * DAY_MS);
  expect(await sessions.validate(token)).not.toBeNull();
  const moved = (await row(session.id))?.expires_at ?? 0;
  expect(Math.abs(moved - app.deps.clock() - SESSION_DAYS * DAY_MS)).toBeLessThan(1000);
  app.pass(SESSION_DAYS * DAY_MS + 1000);
  expect(await sessions.validate(token)).toBeNull();
});

test('the workspace decides how long: shortened, older sessions end by their last use', async () => {
  const { policies, sessions } = app.deps.services;
  const { token } = await open();
  app.pass(8 * DAY_MS);
  await policies.write({ sessionDays: 7 });
  expect(await sessions.validate(token)).toBeNull();
  const fresh = await open();
  app.pass(6 * DAY_MS);
  expect(await sessions.validate(fresh.token)).not.toBeNull();
  // What was not used for so long is not listed either, and goes with the job.
  await sessions.expire();
  expect(await sessions.list(fresh.session)).toHaveLength(1);
  await policies.write({ sessionDays: 60 });
  const long = await open();
  app.pass(59 * DAY_MS);
  expect(await sessions.validate(long.token)).not.toBeNull();
  await policies.write({ sessionDays: SESSION_DAYS });
});

test('all other sessions end at once, and this one stays', async () => {
  const { sessions } = app.deps.services;
  const [kept, other] = [await open(), await open()];
  await sessions.endOthers(kept.session);
  expect(await sessions.validate(other.token)).toBeNull();
  expect(await sessions.validate(kept.token)).not.toBeNull();
  expect(app.events.at(-1)).toMatchObject({ type: 'signed-out' });
});

test('what has expired is deleted by the job', async () => {
  const { session } = await open();
  app.pass((SESSION_DAYS + 1) * DAY_MS);
  const fresh = await open();
  await app.deps.services.sessions.expire();
  expect(await row(session.id)).toBeUndefined();
  expect(await row(fresh.session.id)).toBeDefined();
});

test('the last use is written at most once a minute', async () => {
  const { sessions } = app.deps.services;
  const { token, session } = await open();
  const opened = (await row(session.id))?.last_used_at ?? 0;
  const used = async () => {
    await sessions.validate(token);
    // Whatever was queued is committed before this is.
    await app.deps.db.write(async () => undefined);
    return (await row(session.id))?.last_used_at ?? 0;
  };
  app.pass(5000);
  expect(await used()).toBe(opened);
  app.pass(56_000);
  const second = await used();
  expect(second).toBeGreaterThanOrEqual(opened + 60_000);
  app.pass(30_000);
  expect(await used()).toBe(second);
  app.pass(31_000);
  expect(await used()).toBeGreaterThanOrEqual(second + 60_000);
});

test('rotation has one successor, however often it is tried', async () => {
  const { sessions } = app.deps.services;
  const { token, session } = await open();
  const rotate = () =>
    app.deps.db
      .write((tx) => sessions.rotate(tx, session, mina.device.id, caller))
      .then(
        ({ token }) => token,
        (error: unknown) => String(error),
      );
  const [first, second] = await Promise.all([rotate(), rotate()]);
  sessions.ended(mina.identity.account, [session.id]);
  expect((await sessions.validate(first))?.device).toBe(mina.device.id);
  expect(second).toContain('session has ended');
  expect(await sessions.validate(token)).toBeNull();
});

test('a disabled account opens none', async () => {
  const { sessions } = app.deps.services;
  // Behind the back of the service, which would not disable the last owner.
  const disable = (value: number) =>
    app.deps.db.write((tx) => tx.run('UPDATE accounts SET disabled = $1', [value]));
  await disable(1);
  await expect(open()).rejects.toThrow('disabled');
  await disable(0);
  const { token } = await open();
  expect((await sessions.validate(token))?.id).toBe(sessionId(token));
});
