/** Nodes whose clock is not that of their database, which is what all of them have in common. */
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, setSystemTime, test } from 'bun:test';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { startApp } from '../../test/support/app.ts';
import { createPostgresDatabase } from '../../test/support/database.ts';
import { addGroup, callsAs, newFileId } from '../../test/support/files.ts';
import { POSTGRES_PROGRAMS, type PostgresServer, startPostgres } from '../../test/support/postgres-server.ts';
import { addPerson, makePost, openCookie } from '../../test/support/relay.ts';
import { say } from '../contract/words.ts';
import { createLeases } from '../ops/leases.ts';
import { silent } from '../ops/log.ts';
import { createLocalHub } from '../realtime/local.ts';
import { readFigures } from '../services/figures.ts';
import { warningsOf } from '../services/health-checks.ts';
import { type Db, DbUnavailable } from '../store/db.ts';
import { openPostgres } from '../store/postgres.ts';
import { timeOf, whyApart } from '../store/postgres-clock.ts';
import { putSetting } from '../store/settings.ts';
import { checkDatabase } from './doctor/database.ts';
import { openPostgresData } from './postgres.ts';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;
const never = new AbortController().signal;

test('minutes are put up with, more is said with its direction', () => {
  for (const ahead of [-5 * MINUTE_MS, 0, 5 * MINUTE_MS]) expect(whyApart(DAY_MS, DAY_MS + ahead)).toBeNull();
  expect(whyApart(DAY_MS, DAY_MS + 6 * MINUTE_MS)).toContain('6 minutes ahead of');
  expect(whyApart(DAY_MS, DAY_MS - 6 * MINUTE_MS)).toContain('6 minutes behind');
});

describe.skipIf(POSTGRES_PROGRAMS === null)('on PostgreSQL', () => {
  let server: PostgresServer;
  let url: string;
  let drop: () => Promise<void>;
  let db: Db;
  beforeAll(async () => {
    server = await startPostgres();
  });
  afterAll(() => server.remove());
  beforeEach(async () => {
    ({ url, drop } = await createPostgresDatabase(server.url));
    db = await openPostgresData(url, silent, 0);
  });
  afterEach(async () => {
    setSystemTime();
    await db.close();
    await drop();
  });

  test('a node of another year is not ready, deletes nothing, ends no session and takes no message', async () => {
    const YEAR_MS = 365 * DAY_MS;
    const later = openPostgres(url, { readers: 1, clock: () => Date.now() + YEAR_MS });
    const right = await startApp({ node: { db, hub: createLocalHub() } });
    const wrong = await startApp({ node: { db: later, hub: createLocalHub() } });
    wrong.pass(YEAR_MS);
    const ada = await addPerson(db, 0, 1, 'Ada Kern');
    const mina = await addPerson(db, 0, 1, 'Mina Ito');
    const group = await addGroup(db, 0, [ada, mina]);
    const asAda = await callsAs(right, ada);
    await asAda.begin(5000, group, newFileId(), Date.now() + HOUR_MS);
    const cookie = await openCookie(right.deps, ada);
    const workspace = async (origin: string) =>
      (await fetch(`${origin}/api/v1/workspace`, { headers: { cookie } })).status;
    const highest = () => db.read<{ highest: number }>('SELECT highest FROM message_numbers');
    const [sessions, numbers] = [await right.count('sessions'), await highest()];

    expect((await fetch(`${right.origin}/readyz`)).status).toBe(200);
    expect((await fetch(`${wrong.origin}/readyz`)).status).toBe(503);
    expect((await fetch(`${wrong.origin}/healthz`)).status).toBe(200);
    await expect(wrong.deps.services.fileCleanup.run()).rejects.toBeInstanceOf(DbUnavailable);
    expect(await wrong.deps.services.fileCleanup.last()).toBeNull();
    expect(await workspace(wrong.origin)).toBe(503);
    const post = makePost({ sender: ada.session(), conversation: group, to: mina.devices });
    const sent = wrong.deps.services.delivery.send(ada.session(), post.bytes);
    await expect(sent).rejects.toBeInstanceOf(DbUnavailable);
    const [said] = warningsOf(await readFigures(wrong.deps));
    expect(said?.name).toBe('database-refuses');
    expect(say(said?.words ?? '')).toContain('525600 minutes ahead of that of the database');

    expect(await right.count('files')).toBe(1);
    expect(await right.count('sessions')).toBe(sessions);
    expect(await highest()).toEqual(numbers);
    expect(await workspace(right.origin)).toBe(200);
    await right.deps.services.delivery.send(ada.session(), post.bytes);
    await Promise.all([right.stop(), wrong.stop()]);
    await later.close();
  });

  test('a clock that is put right writes again', async () => {
    let ahead = -DAY_MS;
    const node = openPostgres(url, { readers: 1, clock: () => Date.now() + ahead });
    const write = () => node.write((tx) => putSetting(tx, 'ready', new Uint8Array([1])));
    await expect(write()).rejects.toThrow('behind that of the database');
    ahead = 0;
    await write();
    await node.close();
  });

  test('a server does not start by such a clock, and says why', async () => {
    const data = mkdtempSync(join(tmpdir(), 'sotto-clock-'));
    const main = resolve(import.meta.dir, '../main.ts');
    const ahead = `const now = Date.now; Date.now = () => now() + ${DAY_MS};
      process.argv = ['bun', 'sotto', 'serve', '--port', '0', '--data', ${JSON.stringify(data)}];
      await import(${JSON.stringify(main)});`;
    const child = Bun.spawn([process.execPath, '-e', ahead], {
      env: { ...process.env, DATABASE_URL: url },
      stdout: 'pipe',
      stderr: 'pipe',
    });
    const [out, err] = await Promise.all([
      new Response(child.stdout).text(),
      new Response(child.stderr).text(),
    ]);
    expect(await child.exited).not.toBe(0);
    expect(err).toContain('1440 minutes ahead of that of the database');
    expect(out).not.toContain('Listening');
    rmSync(data, { recursive: true });
  });

  test('doctor says it', async () => {
    const wrong = async () =>
      (await checkDatabase({ database: url })).flatMap(({ level, subject }) =>
        level === 'error' ? [subject] : [],
      );
    expect(await wrong()).toEqual([]);
    setSystemTime(Date.now() + MINUTE_MS);
    expect(await wrong()).toEqual(['clock']);
  });

  test('minutes between two nodes do not give one of them what the other one has', async () => {
    const [one, two] = ['one', 'two'].map((name) => createLeases(db, timeOf, name));
    const ends = Promise.withResolvers<void>();
    const begun = Promise.withResolvers<void>();
    const run = one?.run(
      'work',
      async () => {
        begun.resolve();
        await ends.promise;
      },
      never,
    );
    await begun.promise;
    setSystemTime(Date.now() + 2 * MINUTE_MS);
    const elsewhere = await two?.run('work', () => Promise.reject(new Error('never')), never);
    expect(elsewhere).toMatchObject({ node: 'one' });
    ends.resolve();
    expect(await run).toBeNull();
  });
});
