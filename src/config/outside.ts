/**
 * Where a team that has outgrown one machine keeps its data, so that several nodes serve it: a database, what carries events between
 * nodes, and a store for the bytes of files. From the environment alone, under the names that other programs use for them, because other
 * people see flags. Each is by itself, but for Redis, which goes with PostgreSQL; without any, everything is in the data folder.
 */
import { ConfigError } from './error.ts';

export interface Outside {
  /** Of PostgreSQL, with user and password; null: SQLite in the data folder. */
  readonly database: string | null;
  /** Of Redis, with user and password; null: this is the only node. */
  readonly redis: string | null;
  /** Null: files of the data folder. */
  readonly s3: S3Place | null;
}

/** A bucket, or a folder of one, and who may use it. */
export interface S3Place {
  /** Perhaps with folders of it: `files/sotto`. */
  readonly bucket: string;
  /** Null: of Amazon, by its region. */
  readonly endpoint: string | null;
  readonly region: string | null;
  /** The bucket is part of the host, which S3_ENDPOINT then names with it. */
  readonly virtualHosted: boolean;
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken: string | null;
  /** The origin at which browsers reach the store to fetch ciphertext from it directly; null: they fetch everything from this server. */
  readonly publicEndpoint: string | null;
}

type Environment = Readonly<Record<string, string | undefined>>;

/**
 * Throws ConfigError with a sentence that names the variable, and never its value: there is a password in it.
 * @param hasOtherBucket the S3_* variables serve something else than files as well (--wal-to)
 */
export function outside(env: Environment, hasOtherBucket = false): Outside {
  const database = address(
    env,
    'DATABASE_URL',
    ['postgres:', 'postgresql:'],
    'postgres://user:password@host/name',
  );
  const redis = address(env, 'REDIS_URL', ['redis:', 'rediss:'], 'redis://host:6379');
  if (redis !== null && !/^\/?\d{0,5}$/.test(new URL(redis).pathname))
    throw new ConfigError('REDIS_URL ends with its port or the number of a database: redis://host:6379/0.');
  if (redis !== null && database === null)
    throw new ConfigError(
      'REDIS_URL goes with DATABASE_URL: several nodes need a database that all of them reach.',
    );
  return Object.freeze({ database, redis, s3: place(env, hasOtherBucket) });
}

function address(
  env: Environment,
  name: string,
  protocols: readonly string[],
  example: string,
): string | null {
  const text = env[name] ?? '';
  if (text === '') return null;
  const url = URL.parse(text);
  if (!url || !protocols.includes(url.protocol) || url.hostname === '')
    throw new ConfigError(
      `${name} takes an address such as ${example}${protocols.includes('https:') ? '' : '; special characters of a password are written as %23 and so on'}.`,
    );
  return text;
}

function flag(env: Environment, name: string): boolean {
  const text = env[name] ?? '';
  if (!['', '0', '1'].includes(text)) throw new ConfigError(`${name} is 1 or 0.`);
  return text === '1';
}

function place(env: Environment, hasOtherBucket: boolean): S3Place | null {
  const of = (name: string): string | null => env[name] || null;
  const bucket = of('S3_BUCKET');
  if (bucket === null) {
    if (hasOtherBucket) return null;
    const stray = ['S3_ENDPOINT', 'S3_PUBLIC_ENDPOINT'].find((name) => of(name) !== null);
    if (stray !== undefined) throw new ConfigError(`${stray} goes with S3_BUCKET.`);
    return null;
  }
  return s3Place(env, bucket, 'S3_BUCKET');
}

/** A bucket with the keys of the environment. @param what that needs them, for the sentence */
export function s3Place(env: Environment, bucket: string, what = `s3://${bucket}`): S3Place {
  const of = (name: string): string | null => env[name] || null;
  const [accessKeyId, secretAccessKey] = [of('S3_ACCESS_KEY_ID'), of('S3_SECRET_ACCESS_KEY')];
  if (accessKeyId === null || secretAccessKey === null)
    throw new ConfigError(`${what} needs S3_ACCESS_KEY_ID and S3_SECRET_ACCESS_KEY.`);
  const web = ['http:', 'https:'];
  return Object.freeze({
    bucket,
    endpoint: address(env, 'S3_ENDPOINT', web, 'https://s3.example.org'),
    region: of('S3_REGION'),
    virtualHosted: flag(env, 'S3_VIRTUAL_HOSTED'),
    accessKeyId,
    secretAccessKey,
    sessionToken: of('S3_SESSION_TOKEN'),
    publicEndpoint: address(env, 'S3_PUBLIC_ENDPOINT', web, 'https://files.example.org'),
  });
}
