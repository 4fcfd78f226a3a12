import { Database } from 'bun:sqlite';
import { afterAll, expect, test } from 'bun:test';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Home } from './home.ts';

const root = mkdtempSync(join(tmpdir(), 'sotto-home-'));
afterAll(() => rmSync(root, { recursive: true }));
const modeOf = (path: string) => statSync(path).mode & 0o777;

test('a folder and files for nobody else, while open and after', () => {
  const folder = join(root, 'private', 'deep');
  const home = Home.open(folder);
  home.signIn('http://localhost', 'ada', 'sotto=secret');
  const check = () => {
    expect(modeOf(folder)).toBe(0o700);
    expect(readdirSync(folder).length).toBeGreaterThanOrEqual(2);
    for (const name of readdirSync(folder)) expect([name, modeOf(join(folder, name))]).toEqual([name, 0o600]);
  };
  check();
  home.close();
  check();
});

test('an empty folder is made private; one with other things in it keeps its mode', () => {
  const empty = join(root, 'empty');
  const shared = join(root, 'shared');
  for (const folder of [empty, shared]) {
    mkdirSync(folder);
    chmodSync(folder, 0o755);
  }
  writeFileSync(join(shared, 'notes'), '');
  Home.open(empty).close();
  Home.open(shared).close();
  expect(modeOf(empty)).toBe(0o700);
  expect(modeOf(shared)).toBe(0o755);
  expect(modeOf(join(shared, 'device.sqlite'))).toBe(0o600);
});

test('the session is shared by all who have the folder open', () => {
  const folder = join(root, 'session');
  const [one, other] = [Home.open(folder), Home.open(folder)];
  expect(one).toMatchObject({ server: null, username: null, cookie: null });
  one.signIn('https://chat.example', 'ada', 'sotto=1');
  expect(other).toMatchObject({ server: 'https://chat.example', username: 'ada', cookie: 'sotto=1' });
  const writes = one.writes();
  other.signOut();
  expect(one.writes()).not.toBe(writes);
  expect(one).toMatchObject({ server: 'https://chat.example', username: 'ada', cookie: null });
  one.close();
  other.close();
});

test('what a newer release wrote, another program’s file and a file for a folder are refused in a sentence', () => {
  const newer = join(root, 'newer');
  Home.open(newer).close();
  const db = new Database(join(newer, 'device.sqlite'));
  db.run('PRAGMA user_version = 99');
  db.close();
  expect(() => Home.open(newer)).toThrow(/newer release/);

  const other = join(root, 'other');
  mkdirSync(other);
  writeFileSync(
    join(other, 'device.sqlite'),
    'this is no database, but long enough to look like one'.repeat(20),
  );
  expect(() => Home.open(other)).toThrow(/not the database of a Sotto device/);

  const file = join(root, 'file');
  writeFileSync(file, '');
  expect(() => Home.open(file)).toThrow(/cannot be used/);
});

test('removing leaves nothing of it', () => {
  const folder = join(root, 'removed');
  const home = Home.open(folder);
  expect(Home.exists(folder)).toBe(true);
  home.close();
  home.remove();
  expect(Home.exists(folder)).toBe(false);
  expect(existsSync(folder) ? readdirSync(folder) : []).toEqual([]);
});
