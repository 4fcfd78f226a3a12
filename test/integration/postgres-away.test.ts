/** A server whose PostgreSQL is not there yet, dies, and comes back: it waits, refuses in a sentence, and goes on by itself. */
import { afterAll, beforeAll, describe, expect, test } from 'bun:test';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PATHS } from '../../src/contract/paths.ts';
import { run } from '../support/client.ts';
import { createPostgresDatabase } from '../support/database.ts';
import { call, type Registered, join as register } from '../support/person.ts';
import { POSTGRES_PROGRAMS, type PostgresServer, startPostgres } from '../support/postgres-server.ts';
import { startServer, type TestServer } from '../support/server.ts';

const PASSWORD = 'never-in-a-log';
const SENTENCE = 'The server cannot store anything right now.';

if (POSTGRES_PROGRAMS === null) console.log('PostgreSQL is not installed: its tests are left out.');

describe.skipIf(POSTGRES_PROGRAMS === null)('a server on PostgreSQL', () => {
  let postgres: PostgresServer;
  let env: { readonly DATABASE_URL: string };
  let server: TestServer;
  let ada: Registered;
  const folder = mkdtempSync(join(tmpdir(), 'sotto-away-'));
  /** What commands said. */
  let said = '';
  beforeAll(async () => {
    postgres = await startPostgres();
    const { url } = await createPostgresDatabase(postgres.url);
    env = { DATABASE_URL: url.replace('sotto@', `sotto:${PASSWORD}@`) };
  });
  afterAll(async () => {
    await server?.remove();
    await postgres?.remove();
    rmSync(folder, { recursive: true });
  });

  const command = async (args: readonly string[], more: Readonly<Record<string, string>> = {}) => {
    const { code, out, err } = await run(args, { env: { ...env, ...more } }).ended;
    said += out + err;
    return { code, text: out + err };
  };
  const invite = () =>
    call<{ error?: string; message?: string }>(server.url, 'POST', PATHS.invites, {
      cookie: ada.cookie,
      body: { role: 'member', uses: 1, expiresIn: 3600_000 },
    });
  const readyz = async () => (await fetch(`${server.url}/readyz`)).status;

  test('waits at its start for a database that is not there yet, and says so; other commands say what is wrong', async () => {
    await postgres.kill();
    const starting = startServer({ env });
    const people = await command(['admin', 'people', '--data', folder]);
    expect([people.code, people.text]).toEqual([1, expect.stringContaining('cannot be reached')]);
    expect((await command(['doctor', '--data', folder])).text).toMatch(
      /error +database +The database at .* cannot be reached/,
    );
    await postgres.start();
    server = await starting;
    expect(server.log()).toContain('waiting for the database');
    ada = await register(server.url, new URL(server.setupLink ?? '').hash.slice(1), 'ada', {
      workspaceName: 'Test',
    });
    expect((await invite()).status).toBe(201);
    expect((await command(['doctor', '--data', folder])).text).toMatch(
      /ok +database +PostgreSQL \d+ at .*, schema \d+\./,
    );
    expect((await command(['admin', 'people', '--data', server.data])).text).toContain('ada');
  });

  test('refuses in a sentence while it is away, ends no session, and goes on when it is back', async () => {
    await postgres.kill();
    const refused = await invite();
    expect([refused.status, refused.body.error]).toEqual([503, 'Unavailable']);
    expect(refused.body.message).toStartWith(SENTENCE);
    const page = await fetch(`${server.url}/settings`, { headers: { cookie: ada.cookie } });
    expect(page.status).toBe(503);
    expect(page.headers.get('set-cookie')).toBeNull();
    expect(await page.text()).toContain(SENTENCE);
    expect(await readyz()).toBe(503);
    expect((await fetch(`${server.url}/healthz`)).status).toBe(200);

    await postgres.start();
    while ((await readyz()) !== 200) await Bun.sleep(50);
    expect((await invite()).status).toBe(201);
    expect((await fetch(`${server.url}/settings`, { headers: { cookie: ada.cookie } })).status).toBe(200);
  });

  test('leaves to PostgreSQL what is its own, and never says the password', async () => {
    const passphrase = { SOTTO_BACKUP_PASSPHRASE: 'a lighthouse keeper' };
    const backup = await command(
      ['backup', '--out', join(folder, 'never.sotto'), '--data', server.data],
      passphrase,
    );
    expect([backup.code, backup.text]).toEqual([1, expect.stringContaining('docs/recovery.md')]);
    const planned = await command(['serve', '--data', folder, '--backup-to', folder], passphrase);
    expect([planned.code, planned.text]).toEqual([2, expect.stringContaining('docs/recovery.md')]);
    const wrong = { DATABASE_URL: `${env.DATABASE_URL}_not` };
    expect((await command(['serve', '--port', '0', '--data', folder], wrong)).text).toContain(
      'PostgreSQL has no database',
    );
    const nobody = { DATABASE_URL: env.DATABASE_URL.replace('sotto:', 'nobody:') };
    expect((await command(['serve', '--port', '0', '--data', folder], nobody)).text).toContain(
      'does not let the user',
    );
    expect(await server.stop()).toBe(0);
    expect(server.log() + said).not.toContain(PASSWORD);
  });
});
