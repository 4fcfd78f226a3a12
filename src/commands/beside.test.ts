/** Commands in the environment of a server: what it does by itself does not keep them from anything. */
import { afterAll, expect, test } from 'bun:test';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseCommandConfig } from '../config.ts';
import { CommandFailed } from './failed.ts';
import { moveTeam } from './move.ts';
import { restoreAt } from './restore-at.ts';

const root = mkdtempSync(join(tmpdir(), 'sotto-beside-'));
afterAll(() => rmSync(root, { recursive: true }));

test.each([
  { SOTTO_BACKUP_TO: '/mnt/backups', SOTTO_BACKUP_EVERY: '1d', SOTTO_BACKUP_KEEP: '7' },
  { SOTTO_WAL_TO: '/mnt/kept', SOTTO_WAL_KEEP: '7d' },
  { SOTTO_WAL_TO: 's3://logs/sotto', S3_ENDPOINT: 'https://s3.example.org' },
  { S3_ENDPOINT: 'https://s3.example.org', S3_PUBLIC_ENDPOINT: 'https://files.example.org' },
  { DATABASE_URL: 'postgres://db/sotto', SOTTO_WAL_TO: '/mnt/kept', SOTTO_BACKUP_TO: '/mnt/backups' },
])('%p needs no passphrase and no bucket beside the server', (env) => {
  expect(parseCommandConfig(['--data', root], env)).toMatchObject({ data: root, backups: null, wal: null });
});

test('a folder that is not there is a sentence', async () => {
  const nowhere = join(root, 'nowhere');
  const said = restoreAt(['--list', nowhere], {});
  await expect(said).rejects.toThrow(CommandFailed);
  await expect(said).rejects.toThrow(`There is no folder ${nowhere}.`);
});

test('a password that was not written as in an address is said of its variable', async () => {
  const said = moveTeam(['--from', root, '--to', 'DATABASE_URL'], {
    DATABASE_URL: 'postgres://sotto:hid#den x@db/sotto',
  });
  await expect(said).rejects.toThrow(/^DATABASE_URL is no address .*%23/);
  await expect(said).rejects.not.toThrow('hid');
});
