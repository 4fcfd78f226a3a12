import { afterEach, beforeEach, expect, test } from 'bun:test';
import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { addPerson } from '../../test/support/relay.ts';
import { parseConfig } from '../config.ts';
import { silent } from '../ops/log.ts';
import { openData } from './open.ts';

let data: string;
let username: string;
beforeEach(async () => {
  data = mkdtempSync(join(tmpdir(), 'sotto-admin-'));
  const ports = await openData(parseConfig(['--data', data], {}), silent);
  const mina = await addPerson(ports.db, Date.now(), 1, 'Mina Ito');
  username = mina.account;
  await ports.db.close();
});
afterEach(() => rmSync(data, { recursive: true }));

/** The command as its own process. */
function admin(...args: string[]) {
  const main = join(import.meta.dir, '../main.ts');
  const child = Bun.spawnSync([process.execPath, main, 'admin', ...args, '--data', data, '--json']);
  return { code: child.exitCode, said: child.stdout.toString(), error: child.stderr.toString() };
}

test('a person’s data goes into a new file that nobody else reads, and the account can be ended', async () => {
  const out = join(data, 'mina.json');
  expect(admin('export', username, '--out', out)).toMatchObject({ code: 0 });
  expect(statSync(out).mode & 0o777).toBe(0o600);
  expect(await Bun.file(out).json()).toMatchObject({ tables: { accounts: [{ name: 'Mina Ito' }] } });
  writeFileSync(join(data, 'there'), 'mine');
  const taken = admin('export', username, '--out', join(data, 'there'));
  expect([taken.code, taken.error]).toEqual([1, expect.stringContaining('cannot be written')]);

  expect(JSON.parse(admin('delete', username).said)).toEqual({ event: 'deleted', username });
  expect(admin('delete', username)).toMatchObject({
    code: 1,
    error: expect.stringContaining('There is nobody called'),
  });
  const entries = admin('audit', '--since', '1h').said.trim().split('\n');
  expect(entries.map((line) => JSON.parse(line).action)).toEqual([
    'account.exported',
    'account.deleted',
    'audit.exported',
  ]);
});
