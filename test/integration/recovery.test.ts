/** A server that keeps its write-ahead log elsewhere, dies, and comes back as it was at a moment: with real devices that know more than it. */
import { afterAll, beforeAll, expect, test } from 'bun:test';
import { mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Devices, run } from '../support/client.ts';
import { startServer, type TestServer } from '../support/server.ts';
import { until } from '../support/until.ts';

const PATIENCE_MS = 120_000;
const env = { SOTTO_PASSWORD: 'lighthouse keeper 1', SOTTO_BACKUP_PASSPHRASE: 'lighthouse keeper 2' };
const devices = new Devices();
const folder = mkdtempSync(join(tmpdir(), 'sotto-recovery-'));
const kept = join(folder, 'kept');
const wal = { ...env, SOTTO_WAL_TO: kept };
let server: TestServer;

beforeAll(async () => {
  mkdirSync(kept);
  server = await startServer({ env: wal });
  await devices.settle(server, env);
}, PATIENCE_MS);
afterAll(async () => {
  await server.remove();
  devices.remove();
  rmSync(folder, { recursive: true, force: true });
});

const hears = async (name: string) =>
  (await devices.done(name, ['listen', '--count', '1', '--timeout', '20s'])).map(({ text }) => text);

/** Resolves when all that was written by now is kept. */
async function shipped(): Promise<void> {
  const now = Date.now();
  const keptUntil = async () => {
    const answer = await fetch(`${server.url}/metrics`);
    return Number(/^sotto_wal_kept_timestamp_seconds (\S+)$/m.exec(await answer.text())?.[1] ?? 0);
  };
  await until(async () => (await keptUntil()) * 1000 > now, 'it is kept');
}

test(
  'it comes back as it was at a moment, after kill -9, and everybody goes on',
  async () => {
    await devices.done('ada', ['send', '--to', 'ben', 'before']);
    expect(await hears('ben')).toEqual(['before']);
    await shipped();
    const then = new Date().toISOString();
    await devices.done('ada', ['send', '--to', 'ben', 'after']);
    expect(await hears('ben')).toEqual(['after']);
    await shipped();

    // Dying is no reason for another copy of the database: the next process reads on.
    await server.kill();
    server = await startServer({ data: server.data, port: server.port, env: wal });
    await shipped();
    expect(readdirSync(kept)).toHaveLength(1);
    const served = await run(['restore', '--recovered', '--data', server.data], { env: wal }).ended;
    expect([served.code, served.err]).toEqual([1, expect.stringContaining('end it first')]);
    await server.kill();

    const spans = await run(['restore', '--list', kept, '--json']).ended;
    expect(spans.lines).toMatchObject([{ event: 'kept' }]);
    const wrong = await run(['restore', '--at', then, kept, '--data', join(folder, 'wrong')], {
      env: { SOTTO_BACKUP_PASSPHRASE: 'not the passphrase' },
    }).ended;
    expect([wrong.code, wrong.err]).toEqual([1, expect.stringContaining('passphrase')]);
    const data = join(folder, 'back');
    const back = await run(['restore', '--at', then, kept, '--data', data, '--json'], { env }).ended;
    expect([back.code, back.err]).toEqual([0, '']);
    expect(back.lines).toMatchObject([
      { event: 'restored', stopped: null, missing: 0, audit: { broken: null } },
    ]);

    server = await startServer({ data, port: server.port, env: wal });
    for (const name of ['ada', 'ben'])
      await devices.done(name, ['login', '--server', server.url, '--username', name], { env });
    await devices.done('ada', ['send', '--to', 'ben', 'and on']);
    expect(await hears('ben')).toEqual(['and on']);
    await shipped();
    // What is kept from now on is another generation, since the numbers of the log begin anew.
    expect(readdirSync(kept)).toHaveLength(2);
    const log = await run(['admin', 'audit', '--check', '--data', data, '--json']).ended;
    expect(log.code).toBe(0);
  },
  PATIENCE_MS,
);
