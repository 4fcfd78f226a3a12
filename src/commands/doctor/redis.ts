/** What carries events between nodes: whether it answers, and takes the password. Changes nothing. */
import type { Config } from '../../config.ts';
import { type Finding, findings, reasonOf } from './finding.ts';

const say = findings('redis');
/** Milliseconds for the connection and its answers. */
const PATIENCE_MS = 3000;
/** Bytes: answers to AUTH and PING are one line each. */
const MOST_BYTES = 4096;

/** Nothing where there is one node. */
export async function checkRedis({ redis, database }: Config): Promise<readonly Finding[]> {
  if (redis === null)
    return database === null ? [] : [say.ok('There is none: give REDIS_URL when there is a second node.')];
  const url = new URL(redis);
  const place = `${url.hostname}:${portOf(url)}`;
  try {
    return [judge(await ask(url), place), ...secrecy(url)];
  } catch (error) {
    return [
      say.error(
        `${place} does not answer (${reasonOf(error)}).`,
        'See whether it runs, whether REDIS_URL is right and a firewall lets this machine through.',
      ),
    ];
  }
}

const portOf = ({ port }: URL): number => (port === '' ? 6379 : Number(port));

function judge(said: readonly string[], place: string): Finding {
  const refused = said.find((line) => line.startsWith('-'));
  if (refused === undefined)
    return said.includes('+PONG')
      ? say.ok(`${place} answers.`)
      : say.error(`${place} speaks something else than Redis does.`, 'Correct REDIS_URL.');
  if (/^-(?:WRONGPASS|NOAUTH|ERR invalid password|ERR AUTH)/.test(refused))
    return say.error(
      `${place} does not take the password of REDIS_URL.`,
      'Correct it: redis://:PASSWORD@HOST:6379, with its special characters as %23 and so on.',
    );
  return say.error(`${place} refuses (${refused.slice(1, 80)}).`, 'Look into the log of Redis.');
}

function secrecy({ protocol, hostname }: URL): readonly Finding[] {
  if (protocol === 'rediss:' || /^(?:localhost|127\..*|\[::1\])$/.test(hostname)) return [];
  return [
    say.warning(
      `What goes to ${hostname} is not encrypted: others learn the password.`,
      'Use rediss:// in REDIS_URL, unless that network is yours alone.',
    ),
  ];
}

/**
 * One line for each answer. Bun's client closes without a word where a password is wrong, so this speaks the protocol itself
 * (https://redis.io/docs/latest/develop/reference/protocol-spec).
 */
async function ask(url: URL): Promise<readonly string[]> {
  const [user, password] = [decodeURIComponent(url.username), decodeURIComponent(url.password)];
  const signIn = password === '' ? [] : [['AUTH', ...(user === '' ? [] : [user]), password]];
  const questions = [...signIn, ['PING']];
  const { promise, resolve, reject } = Promise.withResolvers<readonly string[]>();
  let said = '';
  const look = () => {
    const lines = said.split('\r\n');
    if (lines.length > questions.length || said.length > MOST_BYTES) resolve(lines.slice(0, -1));
  };
  const timer = setTimeout(() => reject(new Error('it is silent')), PATIENCE_MS);
  const connecting = Bun.connect({
    hostname: url.hostname.replace(/^\[|\]$/g, ''),
    port: portOf(url),
    tls: url.protocol === 'rediss:',
    socket: {
      data(_, bytes) {
        said += bytes.toString('latin1');
        look();
      },
      error: (_, error) => reject(error),
      close: () => reject(new Error('the connection was closed')),
    },
  });
  connecting.then((socket) => socket.write(questions.map(written).join('')), reject);
  try {
    return await promise;
  } finally {
    clearTimeout(timer);
    connecting.then(
      (socket) => socket.end(),
      () => undefined,
    );
  }
}

const written = (words: readonly string[]): string =>
  `*${words.length}\r\n${words.map((word) => `$${Buffer.byteLength(word)}\r\n${word}\r\n`).join('')}`;
