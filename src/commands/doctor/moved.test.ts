/** What a team that grows gets wrong: `sotto doctor` of a folder that was left, and of a Redis with another password. */
import { afterAll, expect, test } from 'bun:test';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { REDIS_PROGRAM, startRedis } from '../../../test/support/redis-server.ts';
import { parseConfig } from '../../config.ts';
import { migrate } from '../../store/migrate.ts';
import { markAway, markHere, unmarkAway } from '../../store/moves.ts';
import { openSqlite } from '../../store/sqlite.ts';
import { checkData } from './data.ts';
import { checkBackups } from './outside.ts';
import { checkRedis } from './redis.ts';

const root = mkdtempSync(join(tmpdir(), 'sotto-moved-'));
afterAll(() => rmSync(root, { recursive: true }));

const DATABASE_URL = 'postgres://db.example.org/sotto';
const ofDatabase = () =>
  checkData(root, true)
    .filter(({ subject }) => subject === 'database')
    .map(({ level, says }) => `${level}: ${says}`)
    .join('\n');

test('a folder that a team was moved away from, or is being moved to, is not called whole', async () => {
  const db = openSqlite(join(root, 'sotto.sqlite'));
  await migrate(db);
  await db.write((tx) => markAway(tx, { id: 'ab', to: 'PostgreSQL at db', begun: 1, done: 2 }));
  expect(ofDatabase()).toContain(`error: ${root} was moved to PostgreSQL at db on 1970-01-01`);
  await db.write(unmarkAway);
  expect(ofDatabase()).toStartWith('ok: Whole');
  await db.write((tx) =>
    markHere(tx, { id: 'ab', from: '/old', begun: 1, done: null, tables: {}, blobs: null }),
  );
  expect(ofDatabase()).toContain('error: The move from /old');
  await db.close();
});

test('nobody is told to save PostgreSQL with what refuses to', async () => {
  const [said] = await checkBackups(parseConfig([], { DATABASE_URL }), 0);
  expect(said?.level).toBe('ok');
  expect(said?.says).toContain('PostgreSQL');
});

test.skipIf(REDIS_PROGRAM === null)('Redis answers, refuses the password, or is not there', async () => {
  const server = await startRedis(['--requirepass', 'p#ss']);
  const at = async (user: string) => {
    const REDIS_URL = server.url.replace('redis://', `redis://${user}`);
    return (await checkRedis(parseConfig([], { DATABASE_URL, REDIS_URL })))
      .map(({ level, says }) => `${level}: ${says}`)
      .join('\n');
  };
  try {
    expect(await at(':p%23ss@')).toMatch(/^ok: 127\.0\.0\.1:\d+ answers\.$/);
    for (const wrong of ['', ':other@', 'somebody:p%23ss@'])
      expect(await at(wrong)).toMatch(/^error: .* does not take the password of REDIS_URL\.$/);
  } finally {
    await server.remove();
  }
  expect(await at(':p%23ss@')).toContain('does not answer');
});
