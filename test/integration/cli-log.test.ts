/** The transparency log on the command line, against a real server that one day forgets a part of it. */
import { Database } from 'bun:sqlite';
import { afterAll, beforeAll, expect, test } from 'bun:test';
import { join } from 'node:path';
import { Devices } from '../support/client.ts';
import { startServer, type TestServer } from '../support/server.ts';

const PATIENCE_MS = 120_000;
let server: TestServer;
const devices = new Devices();
const env = { SOTTO_PASSWORD: 'lighthouse keeper 1' };

beforeAll(async () => {
  server = await startServer();
  await devices.settle(server, env);
}, PATIENCE_MS);
afterAll(async () => {
  await server.remove();
  devices.remove();
});

test(
  'is the same for two people; a server that forgets a part of it is caught, and sending stops until the person goes on [R37]',
  async () => {
    const [ada, ben] = [await devices.done('ada', ['log']), await devices.done('ben', ['log'])];
    expect(ada).toEqual(ben);
    expect(ada[0]).toMatchObject({ event: 'log', size: 2, frozen: false });
    expect(ada.slice(1).map(({ event, username, version }) => [event, username, version])).toEqual([
      ['logged', 'ada', 1],
      ['logged', 'ben', 1],
    ]);
    await devices.done('ada', ['send', '--to', 'ben', 'hello']);

    await server.stop();
    const db = new Database(join(server.data, 'sotto.sqlite'));
    const row = db
      .query<Record<string, string | number | Uint8Array>, []>('SELECT * FROM log_leaves WHERE position = 1')
      .get();
    db.run('DELETE FROM log_leaves WHERE position = 1');
    db.close();
    server = await startServer({ data: server.data, port: server.port });

    const caught = await devices.run('ada', ['log']);
    expect(caught.code).toBe(1);
    expect(caught.err).toContain('two views');
    const [evidence] = caught.lines.filter(({ event }) => event === 'evidence');
    expect(evidence).toMatchObject({ kind: 'rollback', size: 1, seen: null });
    const held = await devices.run('ada', ['send', '--to', 'ben', 'is this safe?']);
    expect(held.lines.map(({ event }) => event)).not.toContain('sent');

    await server.stop();
    const mended = new Database(join(server.data, 'sotto.sqlite'));
    mended
      .query(
        `INSERT INTO log_leaves (${Object.keys(row ?? {}).join()}) VALUES (${Object.keys(row ?? {})
          .map(() => '?')
          .join()})`,
      )
      .run(...Object.values(row ?? {}));
    mended.close();
    server = await startServer({ data: server.data, port: server.port });

    // What was found stays found, also when the server shows what it should again.
    expect((await devices.run('ada', ['log'])).code).toBe(1);
    const after = await devices.done('ada', ['log', '--send-again']);
    expect(after[0]).toMatchObject({ size: 2, frozen: false, root: ada[0]?.root });
    expect(after.filter(({ event }) => event === 'evidence')).toHaveLength(1);
    const arrived = await devices.done('ben', ['listen', '--count', '2', '--timeout', '30s']);
    expect(arrived.map(({ text }) => text)).toEqual(['hello', 'is this safe?']);
  },
  PATIENCE_MS,
);
