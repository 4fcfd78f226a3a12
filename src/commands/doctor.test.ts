/** Set-ups that are broken, each in one way, and one that is not: what `sotto doctor` says, as its own process says it. */

import { Database } from 'bun:sqlite';
import { afterAll, beforeEach, expect, test } from 'bun:test';
import { chmodSync, mkdirSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SMTPServer } from 'smtp-server';
import { SOTTO, startServer, type TestServer } from '../../test/support/server.ts';
import { makeAuthority, makeHostCertificate } from '../ops/tls/authority.ts';

const DAY_MS = 86_400_000;
const root = mkdtempSync(join(tmpdir(), 'sotto-doctor-'));
const closing: (() => unknown)[] = [() => rmSync(root, { recursive: true })];
afterAll(async () => {
  for (const close of closing.reverse()) await close();
});

let data: string;
beforeEach(() => {
  data = mkdtempSync(join(root, 'data-'));
  chmodSync(data, 0o700);
});

interface Said {
  readonly code: number;
  /** `error address: ...` a line. */
  readonly lines: readonly string[];
}

async function ask(args: readonly string[], env: Record<string, string> = {}): Promise<Said> {
  const given = ['--port', '0', '--data', data, ...args, '--json'];
  const child = Bun.spawn([...SOTTO, 'doctor', ...given], {
    env: { ...process.env, ...env },
    stdout: 'pipe',
    stderr: 'inherit',
  });
  const out = await new Response(child.stdout).text();
  const lines = out
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line))
    .filter(({ event }) => event === 'finding')
    .map(({ level, subject, says, mend }) => `${level} ${subject}: ${says} ${mend ?? ''}`.trim());
  return { code: await child.exited, lines };
}

const wrong = ({ lines }: Said) => lines.filter((line) => !line.startsWith('ok '));

/** Certificate files for these names. */
async function files(names: readonly string[], now = Date.now()): Promise<string> {
  const { cert, key } = await makeHostCertificate(await makeAuthority(names, now), names, now);
  writeFileSync(join(data, 'chat.crt'), cert);
  writeFileSync(join(data, 'chat.key'), key, { mode: 0o600 });
  return `${join(data, 'chat.crt')},${join(data, 'chat.key')}`;
}

let server: TestServer;
test('a server that is set up well has nothing wrong', async () => {
  const backups = join(data, 'backups');
  mkdirSync(backups);
  writeFileSync(join(backups, 'sotto-20990101-000000.backup'), '');
  const mail = new SMTPServer({ authOptional: true, disabledCommands: ['STARTTLS'] });
  await new Promise<void>((resolve) => mail.listen(0, '127.0.0.1', resolve));
  closing.push(() => mail.close());
  const address = mail.server.address();
  const smtpPort = typeof address === 'object' ? (address?.port ?? 0) : 0;
  server = await startServer({ data });
  closing.push(() => server.stop());
  const said = await ask(
    [
      ['--port', String(server.port)],
      ['--smtp', `smtp://127.0.0.1:${smtpPort}`],
      ['--mail-from', 'sotto@example.org'],
      ['--backup-to', backups],
    ].flat(),
    { SOTTO_BACKUP_PASSPHRASE: 'words of the backup' },
  );
  expect(wrong(said)).toEqual([]);
  expect(said.code).toBe(0);
  expect(said.lines.join('\n')).toContain('WebSockets get through');
  expect(said.lines.join('\n')).toMatch(/database: Whole, schema \d+\./);
}, 20_000);

test('an address over plain HTTP, a port that somebody else has, a mail server that is not there', async () => {
  const other = Bun.serve({ port: 0, hostname: '127.0.0.1', fetch: () => new Response('another') });
  closing.push(() => other.stop(true));
  const said = await ask(
    [
      ['--url', 'http://chat.lan'],
      ['--port', String(other.port)],
      ['--smtp', 'smtp://127.0.0.1:1'],
      ['--mail-from', 'sotto@example.org'],
    ].flat(),
  );
  expect(said.code).toBe(1);
  expect(wrong(said)).toEqual([
    expect.stringContaining('error address: Browsers switch off encryption and passkeys at http://chat.lan'),
    expect.stringContaining(`error port: Another program listens on 127.0.0.1:${other.port}.`),
    expect.stringContaining('error mail: 127.0.0.1:1 does not take letters'),
    expect.stringContaining('warning backups: None are made'),
  ]);
});

test('a proxy without --trusted-proxy, a name that leads nowhere, a folder of backups that is not there', async () => {
  const said = await ask(['--url', 'https://chat.invalid', '--backup-to', join(data, 'nowhere')], {
    SOTTO_BACKUP_PASSPHRASE: 'words of the backup',
  });
  expect(said.code).toBe(1);
  expect(wrong(said)).toEqual([
    expect.stringContaining('error address: This machine cannot find chat.invalid.'),
    expect.stringContaining('warning reverse proxy: Without --trusted-proxy everybody counts as one'),
    expect.stringContaining('error backups: '),
  ]);
});

test('a proxy that changes the Host and passes no WebSocket on', async () => {
  const proxy = (keepsHost: boolean) => {
    const made = Bun.serve({
      port: 0,
      hostname: 'localhost',
      fetch(request) {
        const { pathname, port } = new URL(request.url);
        const host = keepsHost ? `localhost:${port}` : `127.0.0.1:${server.port}`;
        return fetch(`http://127.0.0.1:${server.port}${pathname}`, { headers: { host }, redirect: 'manual' });
      },
    });
    closing.push(() => made.stop(true));
    return `http://localhost:${made.port}`;
  };
  const running = ['--port', String(server.port)];
  const [changed, cut] = await Promise.all([
    ask([...running, '--url', proxy(false)]),
    ask([...running, '--url', proxy(true)]),
  ]);
  expect(wrong(changed)[0]).toContain('error reverse proxy: Through the proxy Sotto sees another address');
  expect(wrong(cut)[0]).toContain('error reverse proxy: WebSockets do not get through');
});

test('certificate files: missing, of another key, for another name, over, alone', async () => {
  const url = ['--url', 'https://localhost'];
  const missing = await ask([...url, '--tls', `${join(data, 'a.crt')},${join(data, 'a.key')}`]);
  expect(wrong(missing)[0]).toContain(`error certificate: There is no file ${join(data, 'a.crt')}.`);

  const good = await files(['localhost']);
  expect(wrong(await ask([...url, '--tls', good]))[0]).toContain('warning certificate: ');
  expect(wrong(await ask(['--url', 'https://other.localhost', '--tls', good]))[0]).toContain(
    'error certificate: It is for localhost, and people open other.localhost.',
  );
  await files(['localhost'], Date.now() - 400 * DAY_MS);
  expect(wrong(await ask([...url, '--tls', good]))[0]).toContain('error certificate: It ended on ');
  const { key } = await makeHostCertificate(
    await makeAuthority(['localhost'], Date.now()),
    ['localhost'],
    Date.now(),
  );
  writeFileSync(join(data, 'chat.key'), key);
  expect(wrong(await ask([...url, '--tls', good]))[0]).toContain(
    'The key does not belong to the certificate.',
  );
});

test('a data folder that others can read, with a database that is damaged, or of a newer release', async () => {
  const path = join(data, 'sotto.sqlite');
  const database = new Database(path);
  database.exec(
    "CREATE TABLE migrations (version BIGINT, name TEXT); INSERT INTO migrations VALUES (9999, 'later')",
  );
  database.close();
  chmodSync(data, 0o755);
  chmodSync(path, 0o600);
  const newer = await ask([]);
  expect(wrong(newer)[0]).toContain(`warning data folder: Others on this machine can read ${data}`);
  expect(wrong(newer)[1]).toContain('error database: It was written by a newer Sotto (schema 9999');
  writeFileSync(path, 'not a database at all, and long enough to be read as one'.repeat(50));
  expect(wrong(await ask([])).join('\n')).toContain(`error database: ${path} is damaged`);
});

test('a data folder that is a file; a clock that was set back', async () => {
  const file = join(data, 'file');
  writeFileSync(file, '');
  const said = await ask(['--data', file]);
  expect(wrong(said).join('\n')).toContain(`error data folder: ${file} is a file.`);

  new Database(join(data, 'sotto.sqlite'), { create: true }).close();
  const tomorrow = new Date(Date.now() + DAY_MS);
  writeFileSync(join(data, 'sotto.sqlite'), '');
  utimesSync(join(data, 'sotto.sqlite'), tomorrow, tomorrow);
  expect(wrong(await ask([])).join('\n')).toContain('error clock: It is ');
});

test('a folder that a server has, which is started at another port', async () => {
  const said = await ask(['--data', server.data]);
  expect(wrong(said).join('\n')).toContain(
    `warning data folder: A Sotto serves ${server.data}, and not at this port.`,
  );
  const second = Bun.spawnSync([...SOTTO, 'serve', '--port', '0', '--data', server.data]);
  expect(second.exitCode).toBe(1);
  expect(second.stderr.toString()).toContain(`Another Sotto serves ${server.data}: end it first`);
});
