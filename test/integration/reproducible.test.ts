/** R35: the same sources give the same bytes, wherever and whenever they are built. */
import { afterAll, expect, test } from 'bun:test';
import { cpSync, mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import manifest from '../../package.json';
import { unpack } from '../../src/pack.ts';
import { plainName } from '../../src/served-names.ts';
import { ROOT } from '../support/server.ts';

const places: string[] = [];
afterAll(() => {
  for (const place of places) rmSync(place, { recursive: true, force: true });
});

/** What the bundles are made of. */
const SOURCES = [
  'src',
  'views',
  'public/css',
  'public/icons',
  'package.json',
  'tsconfig.json',
  'bunfig.toml',
];
const PACKAGES = Object.keys(manifest.dependencies);

/** Builds a copy in a folder of its own; gives what it printed and the hash of every file. */
async function build(below: string, env: Readonly<Record<string, string>>) {
  const place = mkdtempSync(join(tmpdir(), 'sotto-'));
  places.push(place);
  const folder = join(place, below);
  mkdirSync(folder, { recursive: true });
  for (const path of SOURCES) cpSync(join(ROOT, path), join(folder, path), { recursive: true });
  for (const name of PACKAGES)
    cpSync(join(ROOT, 'node_modules', name), join(folder, 'node_modules', name), {
      recursive: true,
      dereference: true,
    });
  const child = Bun.spawn([process.execPath, 'src/build.ts', '--island'], {
    cwd: folder,
    env: { ...process.env, ...env },
    stdout: 'pipe',
    stderr: 'pipe',
  });
  const [out, err, code] = await Promise.all([
    new Response(child.stdout).text(),
    new Response(child.stderr).text(),
    child.exited,
  ]);
  expect([code, err]).toEqual([0, '']);
  const built = join(folder, 'public/built');
  const [pack = '', ...others] = readdirSync(built);
  expect(others).toEqual([]);
  // By the names they are served under, which others may keep for ever.
  const hashes = new Map<string, string>();
  for (const [name, bytes] of unpack(await Bun.file(join(built, pack)).bytes())) {
    expect(new TextDecoder().decode(bytes)).not.toContain(place);
    hashes.set(name, `sha384-${new Bun.CryptoHasher('sha384').update(bytes).digest('base64')}`);
  }
  return { out, hashes };
}

test('two copies in two places, at two hours and in two languages, build to the same bytes [R35]', async () => {
  const here = await build('a', { TZ: 'UTC', LANG: 'C', HOME: '/nonexistent' });
  const there = await build('a/much/longer/path with spaces/to the same sources', {
    TZ: 'Pacific/Kiritimati',
    LANG: 'tr_TR.UTF-8',
    LC_ALL: 'tr_TR.UTF-8',
    NODE_ENV: 'development',
    USER: 'somebody-else',
  });
  expect(here.hashes.size).toBeGreaterThan(5);
  expect(Object.fromEntries(there.hashes)).toEqual(Object.fromEntries(here.hashes));
  // The build says what it made, so that people can compare without another tool.
  for (const { out, hashes } of [here, there])
    for (const [name, hash] of hashes)
      expect(out).toMatch(new RegExp(`^${plainName(name)} .*${RegExp.escape(hash)}$`, 'm'));
}, 120_000);
