/**
 * PostgreSQL's own recovery to a point in time, as docs/recovery.md describes it, with a real server: a base backup, the log archived, writes, a
 * moment, more writes, and back to that moment. Then `sotto restore --recovered`, and real devices go on.
 */
import { afterAll, beforeAll, expect, test } from 'bun:test';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SQL } from 'bun';
import { Devices, run } from '../support/client.ts';
import {
  asPostgres,
  POSTGRES_PROGRAMS,
  type PostgresServer,
  startPostgres,
} from '../support/postgres-server.ts';
import { startServer, type TestServer } from '../support/server.ts';
import { until } from '../support/until.ts';

const PATIENCE_MS = 180_000;
const password = { SOTTO_PASSWORD: 'lighthouse keeper 1' };
const devices = new Devices();
const folder = mkdtempSync(join(tmpdir(), 'sotto-archive-'));
/** Of the user that PostgreSQL runs as. */
const own = join(folder, 'own');
const [archive, base] = [join(own, 'archive'), join(own, 'base')];
const started: { postgres: PostgresServer[]; server: TestServer | null } = { postgres: [], server: null };
let database = '';

if (POSTGRES_PROGRAMS === null) console.warn('PostgreSQL is not installed: its recovery is not drilled.');
const drill = test.skipIf(POSTGRES_PROGRAMS === null);

beforeAll(async () => {
  if (POSTGRES_PROGRAMS === null) return;
  await Bun.$`chmod 777 ${folder}`.quiet();
  await asPostgres(['mkdir', '-p', archive]);
  const first = await startPostgres({
    settings: ['archive_mode=on', `archive_command=test ! -f ${archive}/%f && cp %p ${archive}/%f`],
  });
  started.postgres.push(first);
  await ask(`${first.url}/postgres`, 'CREATE DATABASE sotto');
  database = `${first.url}/sotto`;
}, PATIENCE_MS);
afterAll(async () => {
  await started.server?.remove();
  for (const each of started.postgres) await each.remove();
  devices.remove();
  rmSync(folder, { recursive: true, force: true });
});

async function ask(url: string, sql: string): Promise<Record<string, unknown>> {
  const client = new SQL(url, { max: 1 });
  try {
    const [row] = await client.unsafe(sql);
    return row ?? {};
  } finally {
    await client.end();
  }
}

const hears = async (name: string) =>
  (await devices.done(name, ['listen', '--count', '1', '--timeout', '20s'])).map(({ text }) => text);

drill(
  'the database goes back to a moment: what was before is there, what came after is not, and devices go on',
  async () => {
    const [first] = started.postgres;
    if (!first) throw new Error('no server');
    const env = { ...password, DATABASE_URL: database, SOTTO_TEST_POSTGRES: '' };
    let server = await startServer({ env });
    started.server = server;
    await devices.settle(server, env);
    const port = new URL(first.url).port;
    const from = ['-h', '127.0.0.1', '-p', port, '-U', 'sotto'];
    await asPostgres([`${POSTGRES_PROGRAMS}/pg_basebackup`, ...from, '-D', base, '-c', 'fast', '--no-sync']);

    await devices.done('ada', ['send', '--to', 'ben', 'before']);
    expect(await hears('ben')).toEqual(['before']);
    const counted = 'SELECT COUNT(*)::int AS n FROM messages';
    const before = await ask(database, counted);
    const { at } = await ask(database, 'SELECT now()::text AS at');
    await devices.done('ada', ['send', '--to', 'ben', 'after']);
    expect(await hears('ben')).toEqual(['after']);
    const after = await ask(database, counted);
    expect(Number(after.n)).toBeGreaterThan(Number(before.n));
    const { last } = await ask(database, 'SELECT pg_walfile_name(pg_switch_wal()) AS last');
    const archived = async () =>
      String((await ask(database, 'SELECT last_archived_wal AS wal FROM pg_stat_archiver')).wal ?? '');
    await until(async () => (await archived()) >= String(last), 'the log is archived');
    await server.kill();
    await first.kill();

    const second = await startPostgres({
      settings: [
        `restore_command=cp ${archive}/%f %p`,
        `recovery_target_time=${String(at)}`,
        'recovery_target_action=promote',
      ],
      async fill(data) {
        await asPostgres(['mv', base, data]);
        await asPostgres(['touch', join(data, 'recovery.signal')]);
      },
    });
    started.postgres.push(second);
    const recovered = `${second.url}/sotto`;
    await until(
      async () => (await ask(recovered, 'SELECT pg_is_in_recovery() AS on').catch(() => null))?.on === false,
      'the recovery is done',
    );
    expect(await ask(recovered, counted)).toEqual(before);

    const back = { ...env, DATABASE_URL: recovered };
    const marked = await run(['restore', '--recovered', '--json'], { env: back }).ended;
    expect([marked.code, marked.err]).toEqual([0, '']);
    expect(marked.lines).toMatchObject([{ event: 'recovered', audit: { broken: null } }]);
    server = await startServer({ data: server.data, port: server.port, env: back });
    started.server = server;
    const inUse = await run(['restore', '--recovered'], { env: back }).ended;
    expect([inUse.code, inUse.err]).toEqual([1, expect.stringContaining('end every node')]);
    const ended = await devices.run('ada', ['log']);
    expect(ended.err).toContain('session has ended');
    for (const name of ['ada', 'ben'])
      await devices.done(name, ['login', '--server', server.url, '--username', name], { env });
    await devices.done('ada', ['send', '--to', 'ben', 'and on']);
    expect(await hears('ben')).toEqual(['and on']);
  },
  PATIENCE_MS,
);
