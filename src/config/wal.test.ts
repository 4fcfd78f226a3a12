import { expect, test } from 'bun:test';
import { parseConfig } from '../config.ts';
import { ConfigError } from './error.ts';
import { logPlace, logPlan } from './wal.ts';

const env = { SOTTO_BACKUP_PASSPHRASE: 'lighthouse keeper 5' };
const keys = { S3_ACCESS_KEY_ID: 'id', S3_SECRET_ACCESS_KEY: 'hidden' };

test('the log is kept in a folder, or in a bucket beside the one of files, for a week unless said otherwise', () => {
  expect(logPlan('', '', false, {})).toBeNull();
  expect(logPlan('/kept', '', false, env)).toMatchObject({
    to: { kind: 'folder', path: '/kept' },
    keep: 7 * 86_400_000,
  });
  expect(logPlan('/kept', '30d', false, env)?.keep).toBe(30 * 86_400_000);
  const all = { ...env, ...keys, S3_ENDPOINT: 'https://s3.example.org' };
  const { wal, s3 } = parseConfig(['--wal-to', 's3://logs/sotto/'], all);
  expect(wal?.to).toMatchObject({
    kind: 's3',
    s3: { bucket: 'logs/sotto', endpoint: 'https://s3.example.org' },
  });
  expect(s3).toBeNull();
});

test.each([
  ['/kept', '', false, {}, 'SOTTO_BACKUP_PASSPHRASE'],
  ['/kept', '0d', false, env, '--wal-keep'],
  ['/kept', '12h', false, env, '--wal-keep'],
  ['', '7d', false, env, '--wal-to'],
  ['/kept', '', true, env, 'PostgreSQL'],
  ['s3://', '', false, { ...env, ...keys }, 's3://bucket/prefix'],
  ['s3:logs', '', false, { ...env, ...keys }, 's3://bucket/prefix'],
  ['s3://logs', '', false, env, 'S3_ACCESS_KEY_ID'],
] as const)('%p kept %p is refused in a sentence', (to, keep, database, variables, named) => {
  const plan = () => logPlan(to, keep, database, variables);
  expect(plan).toThrow(ConfigError);
  expect(plan).toThrow(named);
  expect(plan).not.toThrow('hidden');
});

test('what is restored from is named as it was kept', () => {
  expect(logPlace('/kept', 'restore', {})).toEqual({ kind: 'folder', path: '/kept' });
  expect(() => logPlace('s3://', 'restore', keys)).toThrow('restore takes');
});
