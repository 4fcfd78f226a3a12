/** A team that moves to PostgreSQL and back, with real devices: whatever waited before arrives after, and nobody goes on in two places. */
import { afterAll, beforeAll, describe, expect, test } from 'bun:test';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readSetting } from '../../src/store/settings.ts';
import { openSqlite } from '../../src/store/sqlite.ts';
import { Devices, run } from '../support/client.ts';
import { createPostgresDatabase } from '../support/database.ts';
import { fillTables } from '../support/full-tables.ts';
import { POSTGRES_PROGRAMS, type PostgresServer, startPostgres } from '../support/postgres-server.ts';
import { startServer, type TestServer } from '../support/server.ts';

const PATIENCE_MS = 120_000;
const env = { SOTTO_PASSWORD: 'lighthouse keeper 1' };

if (POSTGRES_PROGRAMS === null) console.log('PostgreSQL is not installed: moves to it are left out.');

describe.skipIf(POSTGRES_PROGRAMS === null)('sotto move', () => {
  const devices = new Devices();
  const folder = mkdtempSync(join(tmpdir(), 'sotto-moved-'));
  let postgres: PostgresServer;
  let server: TestServer;
  let DATABASE_URL: string;

  beforeAll(async () => {
    [postgres, server] = await Promise.all([startPostgres(), startServer({ env: { DATABASE_URL: '' } })]);
    DATABASE_URL = (await createPostgresDatabase(postgres.url)).url;
    await devices.settle(server, { ...env, DATABASE_URL: '' });
  }, PATIENCE_MS);
  afterAll(async () => {
    await server.remove();
    await postgres.remove();
    devices.remove();
    rmSync(folder, { recursive: true, force: true });
  });

  const moves = (args: readonly string[]) =>
    run(['move', ...args, '--json'], { env: { DATABASE_URL } }).ended;
  const admin = (data: string, url: string) =>
    run(['admin', 'people', '--data', data], { env: { DATABASE_URL: url } }).ended;
  const hears = async (name: string, count: number) =>
    (await devices.done(name, ['listen', '--count', String(count), '--timeout', '20s'])).map(
      ({ text }) => text,
    );

  test(
    'devices go on with the database, and with the folder after that; what waited arrives once, files with it',
    async () => {
      const file = join(folder, 'chart.txt');
      writeFileSync(file, 'here be dragons\n'.repeat(1000));
      await devices.done('ada', ['send', '--to', 'ben', 'before']);
      await devices.done('ada', ['send', '--to', 'ben', '--file', file, 'the chart']);
      const old = server.data;
      const served = await moves(['--from', old, '--to', 'DATABASE_URL']);
      expect([served.code, served.err]).toEqual([1, expect.stringContaining('end it first')]);
      await server.stop();

      const there = await moves(['--from', old, '--to', 'DATABASE_URL']);
      expect([there.err, there.lines]).toEqual([
        '',
        [expect.objectContaining({ event: 'moved', chunks: 1, missing: 0, files: join(old, 'blobs') })],
      ]);
      for (const { code, err } of [
        await admin(old, ''),
        await run(['serve', '--port', '0', '--data', old], { env: { DATABASE_URL: '' } }).ended,
      ])
        expect([code, err]).toEqual([1, expect.stringContaining(`${old} was moved to PostgreSQL at`)]);
      const { port } = server;
      server = await startServer({ data: old, port, env: { DATABASE_URL } });
      expect(await hears('ben', 2)).toEqual(['before', 'the chart']);
      await devices.done('ben', ['send', '--to', 'ada', 'found it']);
      const busy = await moves(['--from', 'DATABASE_URL', '--to', join(folder, 'back')]);
      expect([busy.code, busy.err]).toEqual([1, expect.stringContaining('end every node')]);
      await server.stop();

      const back = join(folder, 'back');
      const [home] = (await moves(['--from', 'DATABASE_URL', '--to', back, '--data', old])).lines;
      expect(home).toMatchObject({ event: 'moved', chunks: 1, missing: 0, files: join(back, 'blobs') });
      expect(await admin(old, DATABASE_URL)).toMatchObject({ code: 1 });
      server = await startServer({ data: back, port, env: { DATABASE_URL: '' } });
      expect(await hears('ada', 1)).toEqual(['found it']);
      await devices.done('ada', ['send', '--to', 'ben', 'home again']);
      expect(await hears('ben', 1)).toEqual(['home again']);
      const history = await devices.done('ben', ['history', '--with', 'ada']);
      expect(history.filter(({ event }) => event === 'message').map(({ text }) => text)).toEqual([
        'before',
        'the chart',
        'found it',
        'home again',
      ]);
      const audit = await run(['admin', 'audit', '--check', '--data', back, '--json'], {
        env: { DATABASE_URL: '' },
      }).ended;
      expect([audit.code, audit.err]).toEqual([0, '']);
      rmSync(old, { recursive: true });
    },
    PATIENCE_MS,
  );

  test(
    'killed again and again while it copies, it ends with every row; half of it is not served, and --undo gives the old one back',
    async () => {
      const from = join(folder, 'large');
      expect(
        (await run(['admin', 'setup-link', '--data', from], { env: { DATABASE_URL: '' } }).ended).code,
      ).toBe(0);
      const db = openSqlite(join(from, 'sotto.sqlite'));
      await fillTables(db, ['accounts', 'devices', 'messages', 'bodies', 'envelopes'], 6000);
      await db.close();
      const { url, drop } = await createPostgresDatabase(postgres.url);
      const move = (to: string) =>
        run(['move', '--from', from, '--to', to, '--json'], { env: { DATABASE_URL: url } });

      const begun = move('DATABASE_URL');
      const source = openSqlite(join(from, 'sotto.sqlite'));
      while ((await readSetting(source, 'moved_to')) === null) await Bun.sleep(1);
      begun.kill('SIGKILL');
      await Promise.all([begun.ended, source.close()]);
      const half = await admin(from, '');
      expect([half.code, half.err]).toEqual([1, expect.stringContaining('was begun and not finished')]);

      // Then wherever it is, until one of them is quick enough to reach the end.
      for (let patience = 600; patience < 1800; patience += 150 + Math.random() * 300) {
        const running = move('DATABASE_URL');
        const ended = await Promise.race([running.ended, Bun.sleep(patience).then(() => null)]);
        if (ended !== null) break;
        running.kill('SIGKILL');
        await running.ended;
      }
      const [done] = (await move('DATABASE_URL').ended).lines;
      expect(done).toMatchObject({ event: expect.stringMatching(/^(was )?moved$/), missing: 0 });

      const back = join(folder, 'large-back');
      const [home] = (
        await run(['move', '--from', 'DATABASE_URL', '--to', back, '--json'], { env: { DATABASE_URL: url } })
          .ended
      ).lines;
      expect(home).toMatchObject({ event: 'moved' });
      // The same rows, but for the one that the audit log has of the first move.
      const same = await run(['move', '--from', from, '--to', back, '--check', '--json'], {
        env: { DATABASE_URL: '' },
      }).ended;
      expect(same.lines).toMatchObject([{ event: 'compared', same: true, differences: [] }]);

      const undone = await run(['move', '--undo', from, '--json'], { env: { DATABASE_URL: '' } }).ended;
      expect(undone.lines).toMatchObject([{ event: 'undone', place: from }]);
      expect((await admin(from, '')).code).toBe(0);
      await drop();
    },
    PATIENCE_MS,
  );
});
