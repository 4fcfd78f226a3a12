import { expect, test } from 'bun:test';
import { ConfigError } from './error.ts';
import { outside } from './outside.ts';

const KEYS = { S3_ACCESS_KEY_ID: 'id', S3_SECRET_ACCESS_KEY: 'secret' };

test('without any of them everything is in the data folder', () => {
  expect(outside({})).toEqual({ database: null, redis: null, s3: null });
  expect(outside({ DATABASE_URL: '', REDIS_URL: '', S3_BUCKET: '' })).toEqual(outside({}));
});

test('the store of files has a name, keys and perhaps an address', () => {
  expect(outside({ S3_BUCKET: 'files', S3_ENDPOINT: 'http://s3:9000', ...KEYS }).s3).toMatchObject({
    bucket: 'files',
    endpoint: 'http://s3:9000',
    region: null,
    virtualHosted: false,
    publicEndpoint: null,
  });
});

test.each(['redis://redis', 'redis://redis:6379/', 'rediss://:secret@redis/3'])(
  '%s is one for Redis',
  (redis) => {
    expect(outside({ DATABASE_URL: 'postgres://db/sotto', REDIS_URL: redis }).redis).toBe(redis);
  },
);

test.each([
  [{ DATABASE_URL: 'mysql://root:hidden@db/sotto' }, 'DATABASE_URL'],
  [{ DATABASE_URL: 'hidden' }, 'DATABASE_URL'],
  [{ REDIS_URL: 'redis://:hidden@redis' }, 'DATABASE_URL'],
  [{ DATABASE_URL: 'postgres://db/sotto', REDIS_URL: 'http://:hidden@redis' }, 'REDIS_URL'],
  [{ DATABASE_URL: 'postgres://db/sotto', REDIS_URL: 'redis://redis/hidden' }, 'REDIS_URL'],
  [{ DATABASE_URL: 'postgres://db/sotto', REDIS_URL: 'redis://redis/0/hidden' }, 'REDIS_URL'],
  [{ S3_BUCKET: 'files', S3_SECRET_ACCESS_KEY: 'hidden' }, 'S3_ACCESS_KEY_ID'],
  [{ S3_ENDPOINT: 'https://s3.example.org' }, 'S3_BUCKET'],
  [{ S3_BUCKET: 'files', S3_ENDPOINT: 'ftp://hidden', ...KEYS }, 'S3_ENDPOINT'],
  [{ S3_BUCKET: 'files', S3_VIRTUAL_HOSTED: 'hidden', ...KEYS }, 'S3_VIRTUAL_HOSTED'],
])('%p is refused in a sentence that names the variable and says no value', (env, named) => {
  expect(() => outside(env)).toThrow(ConfigError);
  expect(() => outside(env)).toThrow(named);
  expect(() => outside(env)).not.toThrow('hidden');
});
