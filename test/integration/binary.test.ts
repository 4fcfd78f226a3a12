/** The single binary, alone in an empty folder: it needs nothing beside it but its data. */
import { afterAll, beforeAll, expect, test } from 'bun:test';
import { chmodSync, copyFileSync, mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buildBinary } from '../../src/build.ts';
import type { ServedManifest } from '../../src/contract/served.ts';
import { startServer } from '../support/server.ts';

let folder = '';
let binary = '';

beforeAll(async () => {
  const built = join(mkdtempSync(join(tmpdir(), 'sotto-build-')), 'sotto');
  await buildBinary(built);
  folder = mkdtempSync(join(tmpdir(), 'sotto-alone-'));
  binary = join(folder, 'sotto');
  copyFileSync(built, binary);
  chmodSync(binary, 0o755);
  rmSync(built);
}, 120_000);
afterAll(() => rmSync(folder, { recursive: true, force: true }));

test('it starts, serves its pages and every file they name, and stops cleanly', async () => {
  const server = await startServer({ command: [binary], cwd: folder, data: join(folder, 'data') });
  try {
    expect(server.setupLink).toStartWith(`${server.url}/setup#`);
    const page = await fetch(`${server.url}/setup`);
    expect(page.status).toBe(200);
    const html = await page.text();
    const files = [...html.matchAll(/(?:src|href)="(\/assets\/[^"]+)"/g)].map(([, path]) => path);
    expect(files.some((path) => path?.endsWith('.js'))).toBe(true);
    expect(files.some((path) => path?.includes('app.'))).toBe(true);
    // Those that scripts import on demand stand in no page.
    const { files: all } = (await (
      await fetch(`${server.url}/assets/manifest.json`)
    ).json()) as ServedManifest;
    expect(all.length).toBeGreaterThan(files.length);
    for (const path of [...files, ...all.map(({ path }) => path)])
      expect((await fetch(`${server.url}${path}`)).status).toBe(200);
    // Loaded only now: what the bundle must bring along.
    const ceremony = await fetch(`${server.url}/api/v1/sign-in/passkey/start`, { method: 'POST' });
    expect(ceremony.status).toBe(200);
  } finally {
    expect(await server.stop()).toBe(0);
  }
  expect(readdirSync(folder).toSorted()).toEqual(['data', 'sotto']);
}, 60_000);

test('its source is one byte a letter', async () => {
  // With a single letter beyond ASCII in it, in a library's comment for instance, all of it would be written in two.
  const bytes = Buffer.from(await Bun.file(binary).arrayBuffer());
  expect(bytes.includes(Buffer.from('There is no command', 'utf16le'))).toBe(false);
  expect(bytes.includes('There is no command')).toBe(true);
});

test('it is the command line too', async () => {
  const run = (...args: string[]) => Bun.spawnSync([binary, ...args], { cwd: folder });
  for (const words of [['--help'], ['serve', '--help'], ['admin', '--help'], ['verify', '--help']]) {
    const help = run(...words);
    expect(help.exitCode).toBe(0);
    expect(help.stdout.toString()).toContain('sotto serve');
  }
  const wrong = run('fly');
  expect(wrong.exitCode).toBe(2);
  expect(wrong.stderr.toString()).toContain('no command "fly"');
  const port = run('serve', '--port', 'many');
  expect(port.exitCode).toBe(2);
  expect(port.stderr.toString().trim().split('\n')).toHaveLength(1);
  const data = ['--data', join(folder, 'data')];
  const link = run('admin', 'setup-link', ...data, '--json');
  expect(link.exitCode).toBe(0);
  expect(JSON.parse(link.stdout.toString()).url).toContain('/setup#');
  const early = run('admin', 'invite', ...data);
  expect(early.exitCode).toBe(1);
  expect(early.stderr.toString()).toContain('no owner yet');
  const lost = run('client', '--home', join(folder, 'nobody'), 'send', '--to', 'ben', 'hello');
  expect(lost.exitCode).toBe(1);
  expect(lost.stderr.toString()).toContain('join');
});

test('it backs itself up in a process of its own, looks at what it made, and says whether it is well', async () => {
  const kept = join(folder, 'kept');
  mkdirSync(kept);
  const env = { ...process.env, SOTTO_BACKUP_PASSPHRASE: 'lighthouse keeper 1' };
  const args = ['--backup-to', kept];
  const server = await startServer({ command: [binary], cwd: folder, data: join(folder, 'data'), args, env });
  try {
    const run = (...words: string[]) => Bun.spawnSync([binary, ...words], { cwd: folder, env }).exitCode;
    expect(run('healthy', '--port', String(server.port))).toBe(0);
    while (readdirSync(kept).every((name) => name.endsWith('.part'))) await Bun.sleep(20);
    const [made = ''] = readdirSync(kept);
    expect(run('check', join(kept, made))).toBe(0);
  } finally {
    expect(await server.stop()).toBe(0);
  }
  expect(server.log()).not.toContain('backup failed');
}, 30_000);
