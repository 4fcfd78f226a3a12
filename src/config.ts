/** Flags and environment, validated once into one frozen Config. Every `serve` flag is also a `SOTTO_*` variable. */
import { isIP } from 'node:net';
import { parseArgs } from 'node:util';
import { type BackupPlan, backupPlan } from './config/backups.ts';
import { ConfigError } from './config/error.ts';
import { type MailServer, mailServer } from './config/mail.ts';
import { type Outside, outside } from './config/outside.ts';
import { plainHttpPort, type TlsChoice, tlsChoice } from './config/tls.ts';
import { type LogPlan, logPlan } from './config/wal.ts';

export { ConfigError } from './config/error.ts';

export interface Config extends Outside {
  readonly port: number;
  readonly host: string;
  /** The data folder. */
  readonly data: string;
  /** The origin people open, without a trailing slash. Null: derived from host and port once listening. */
  readonly url: string | null;
  /** Addresses of reverse proxies whose X-Forwarded-For is believed. */
  readonly trustedProxies: readonly string[];
  readonly logLevel: 'debug' | 'info' | 'warn' | 'error';
  /** Keys for Web Push (RFC 8292); null: devices are not woken. */
  readonly vapid: Vapid | null;
  /** Push services may be in the server's own network. */
  readonly pushPrivate: boolean;
  /** Null: plain HTTP, for localhost or behind a proxy. */
  readonly tls: TlsChoice | null;
  /** Where plain HTTP is answered beside TLS (redirects, /trust, ACME); null: nowhere. */
  readonly httpPort: number | null;
  /** Null: no mail goes out, and nobody is asked for an address. */
  readonly mail: MailServer | null;
  /** Null: only `sotto backup` makes them. */
  readonly backups: BackupPlan | null;
  /** What /metrics asks for as `Authorization: Bearer`, besides this machine itself; null: only from this machine. */
  readonly metricsToken: string | null;
  /** Where traces go (OTLP over HTTP); null: none are made. */
  readonly telemetry: string | null;
  /** Origins of other sites whose scripts may call /api/v1 with a token. */
  readonly corsOrigins: readonly string[];
  /**
   * Milliseconds between saying that this node ends and ending: whatever spreads connections over nodes sends new ones to others by then.
   */
  readonly drain: number;
  /** Where the write-ahead log is kept; null: nowhere. */
  readonly wal: LogPlan | null;
}

/** A P-256 key pair, base64url: 65 and 32 bytes; and whom a push service writes to, a mailto: or https: address. */
export interface Vapid {
  readonly publicKey: string;
  readonly privateKey: string;
  readonly subject: string;
}

const FLAGS = {
  port: { type: 'string' },
  host: { type: 'string' },
  data: { type: 'string' },
  url: { type: 'string' },
  'trusted-proxy': { type: 'string', multiple: true },
  'log-level': { type: 'string' },
  'vapid-public-key': { type: 'string' },
  'vapid-private-key': { type: 'string' },
  'vapid-subject': { type: 'string' },
  'push-private': { type: 'boolean' },
  tls: { type: 'string' },
  'acme-directory': { type: 'string' },
  'acme-email': { type: 'string' },
  'http-port': { type: 'string' },
  smtp: { type: 'string' },
  'mail-from': { type: 'string' },
  'backup-to': { type: 'string' },
  'backup-every': { type: 'string' },
  'backup-keep': { type: 'string' },
  cors: { type: 'string', multiple: true },
  otlp: { type: 'string' },
  drain: { type: 'string' },
  'wal-to': { type: 'string' },
  'wal-keep': { type: 'string' },
} as const;

/** What the server alone does by itself: a command beside it does not need it, nor the passphrase of it. */
const BY_ITSELF = [
  'SOTTO_BACKUP_TO',
  'SOTTO_BACKUP_EVERY',
  'SOTTO_BACKUP_KEEP',
  'SOTTO_WAL_TO',
  'SOTTO_WAL_KEEP',
];

/** The same for a command that works beside the server, or in its place, in the environment of one. */
export function parseCommandConfig(
  args: readonly string[],
  env: Readonly<Record<string, string | undefined>>,
): Config {
  const mine = Object.entries(env).filter(
    ([name]) =>
      !BY_ITSELF.includes(name) &&
      // Of the bucket that the log is kept in, by a flag of serve, or of one that this command was not given.
      !(['S3_ENDPOINT', 'S3_PUBLIC_ENDPOINT'].includes(name) && !env.S3_BUCKET),
  );
  return parseConfig(args, Object.fromEntries(mine));
}

/** Parses `serve`'s arguments. Throws ConfigError with a sentence that names the flag. */
export function parseConfig(
  args: readonly string[],
  env: Readonly<Record<string, string | undefined>>,
): Config {
  let values: ReturnType<typeof parse>;
  try {
    values = parse(args);
  } catch (error) {
    throw new ConfigError(
      error instanceof Error ? (error.message.split('. ')[0] ?? error.message) : String(error),
    );
  }
  const trusted =
    values['trusted-proxy'] ?? env.SOTTO_TRUSTED_PROXY?.split(',').map((entry) => entry.trim()) ?? [];
  const url = origin(values.url ?? env.SOTTO_URL);
  const tls = tlsChoice(
    values.tls ?? env.SOTTO_TLS ?? '',
    values['acme-directory'] ?? env.SOTTO_ACME_DIRECTORY ?? '',
    values['acme-email'] ?? env.SOTTO_ACME_EMAIL ?? '',
  );
  const walTo = values['wal-to'] ?? env.SOTTO_WAL_TO ?? '';
  const apart = outside(env, walTo.startsWith('s3:'));
  return Object.freeze({
    ...apart,
    port: port(values.port ?? env.SOTTO_PORT ?? '3000'),
    host: values.host ?? env.SOTTO_HOST ?? '127.0.0.1',
    data: values.data ?? env.SOTTO_DATA ?? './data',
    url,
    trustedProxies: trusted.filter((entry) => entry !== '').map(proxy),
    logLevel: level(values['log-level'] ?? env.SOTTO_LOG_LEVEL ?? 'info'),
    vapid: vapid(
      values['vapid-public-key'] ?? env.SOTTO_VAPID_PUBLIC_KEY ?? '',
      values['vapid-private-key'] ?? env.SOTTO_VAPID_PRIVATE_KEY ?? '',
      values['vapid-subject'] ?? env.SOTTO_VAPID_SUBJECT ?? '',
    ),
    pushPrivate: values['push-private'] ?? env.SOTTO_PUSH_PRIVATE === '1',
    tls,
    httpPort: plainHttpPort(tls, url, httpPort(values['http-port'] ?? env.SOTTO_HTTP_PORT ?? '')),
    mail: mailServer(values.smtp ?? env.SOTTO_SMTP ?? '', values['mail-from'] ?? env.SOTTO_MAIL_FROM ?? ''),
    backups: backupPlan(
      values['backup-to'] ?? env.SOTTO_BACKUP_TO ?? '',
      values['backup-every'] ?? env.SOTTO_BACKUP_EVERY ?? '',
      values['backup-keep'] ?? env.SOTTO_BACKUP_KEEP ?? '',
      env.SOTTO_BACKUP_PASSPHRASE ?? '',
      apart.database !== null,
    ),
    metricsToken: env.SOTTO_METRICS_TOKEN || null,
    telemetry: telemetry(values.otlp ?? env.SOTTO_OTLP ?? ''),
    corsOrigins: (values.cors ?? env.SOTTO_CORS?.split(',').map((entry) => entry.trim()) ?? [])
      .filter((entry) => entry !== '')
      .map(corsOrigin),
    drain: drain(values.drain ?? env.SOTTO_DRAIN ?? ''),
    wal: logPlan(walTo, values['wal-keep'] ?? env.SOTTO_WAL_KEEP ?? '', apart.database !== null, env),
  });
}

/** The origin that links carry: `--url`, or the address that was bound. */
export function publicOrigin(config: Config, port: number): string {
  if (config.url) return config.url;
  const local = ['127.0.0.1', '::1', '0.0.0.0', '::', 'localhost'].includes(config.host);
  const host = local ? 'localhost' : config.host.includes(':') ? `[${config.host}]` : config.host;
  return `${config.tls ? 'https' : 'http'}://${host}:${port}`;
}

function parse(args: readonly string[]) {
  return parseArgs({ args: [...args], options: FLAGS, strict: true, allowPositionals: false }).values;
}

function port(text: string, flag = '--port'): number {
  const value = Number(text);
  if (!/^\d{1,5}$/.test(text) || value > 65535)
    throw new ConfigError(`${flag} takes a number from 0 to 65535, not "${text}".`);
  return value;
}

const httpPort = (text: string): number | null => (text === '' ? null : port(text, '--http-port'));

/** Seconds, as milliseconds. */
function drain(text: string): number {
  if (!/^\d{0,3}$/.test(text)) throw new ConfigError(`--drain takes seconds, from 0 to 999, not "${text}".`);
  return Number(text) * 1000;
}

function telemetry(text: string): string | null {
  if (text === '') return null;
  const url = URL.parse(text);
  if (!url || !['http:', 'https:'].includes(url.protocol))
    throw new ConfigError(`--otlp takes an address such as http://localhost:4318, not "${text}".`);
  return url.href.replace(/\/$/, '');
}

function corsOrigin(text: string): string {
  const url = URL.parse(text);
  if (!url || !['http:', 'https:'].includes(url.protocol) || url.origin !== text)
    throw new ConfigError(`--cors takes an origin such as https://tools.example.org, not "${text}".`);
  return text;
}

function origin(text: string | undefined): string | null {
  if (text === undefined || text === '') return null;
  const url = URL.parse(text);
  if (
    !url ||
    !['http:', 'https:'].includes(url.protocol) ||
    url.pathname !== '/' ||
    url.search ||
    url.hash ||
    url.username
  )
    throw new ConfigError(`--url takes an origin such as https://chat.example.org, not "${text}".`);
  return url.origin;
}

function proxy(text: string): string {
  const [address = '', bits, ...more] = text.split('/');
  const family = isIP(address);
  const most = family === 6 ? 128 : 32;
  const sized = bits === undefined || (/^\d{1,3}$/.test(bits) && Number(bits) <= most);
  if (family === 0 || !sized || more.length > 0)
    throw new ConfigError(`--trusted-proxy takes an address or a range such as 10.0.0.0/8, not "${text}".`);
  return text;
}

function level(text: string): Config['logLevel'] {
  if (text === 'debug' || text === 'info' || text === 'warn' || text === 'error') return text;
  throw new ConfigError(`--log-level is debug, info, warn or error, not "${text}".`);
}

/** All three or none. */
function vapid(publicKey: string, privateKey: string, subject: string): Vapid | null {
  if (publicKey === '' && privateKey === '' && subject === '') return null;
  if (!/^B[\w-]{86}$/.test(publicKey) || !/^[\w-]{43}$/.test(privateKey))
    throw new ConfigError(
      'Web Push needs --vapid-public-key and --vapid-private-key as "sotto admin push-keys" prints them.',
    );
  if (!/^(?:mailto:.+@|https:\/\/.)/.test(subject))
    throw new ConfigError(
      `--vapid-subject takes a mailto: or https: address that push services can write to, not "${subject}".`,
    );
  return Object.freeze({ publicKey, privateKey, subject });
}
