import { afterAll, beforeAll, describe, expect, test } from 'bun:test';
import { createPostgresDatabase } from '../../test/support/database.ts';
import { POSTGRES_PROGRAMS, type PostgresServer, startPostgres } from '../../test/support/postgres-server.ts';
import { silent } from '../ops/log.ts';
import { DbUnavailable } from '../store/db.ts';
import { markAway, unmarkAway } from '../store/moves.ts';
import { openPostgres } from '../store/postgres.ts';
import { timeOf } from '../store/postgres-clock.ts';
import { putSetting } from '../store/settings.ts';
import { openPostgresData } from './postgres.ts';

describe.skipIf(POSTGRES_PROGRAMS === null)('a team that moved', () => {
  let server: PostgresServer;
  beforeAll(async () => {
    server = await startPostgres();
  });
  afterAll(() => server.remove());

  test('a node that was cut off meanwhile writes nothing into the database that was left', async () => {
    const { url, drop } = await createPostgresDatabase(server.url);
    const node = await openPostgresData(url, silent, 0);
    const write = (said: number) =>
      node.write((tx) => putSetting(tx, 'ready', new Uint8Array([said]))).catch((error: unknown) => error);
    const written = async () =>
      (await node.read<{ value: Uint8Array }>("SELECT value FROM settings WHERE key = 'ready'"))[0]?.value;
    expect(Math.abs((await timeOf(node)) - Date.now())).toBeLessThan(5000);
    await write(1);
    const move = openPostgres(url, { readers: 1 });
    await move.write((tx) => markAway(tx, { id: '00', to: 'elsewhere', begun: 1, done: null }));
    for (const answer of await Promise.all([write(2), write(3)]))
      expect(answer).toBeInstanceOf(DbUnavailable);
    expect(await written()).toEqual(new Uint8Array([1]));
    await move.write(unmarkAway);
    expect(await write(4)).toBeUndefined();
    expect(await written()).toEqual(new Uint8Array([4]));
    await Promise.all([node.close(), move.close()]);
    await drop();
  });
});
