/** The running server as people reach it, through whatever stands before it: answers, the Host, WebSockets, the clock. */
import { request as requestHttp } from 'node:http';
import { request as requestHttps } from 'node:https';
import { type Config, publicOrigin } from '../../config.ts';
import { type Finding, findings, reasonOf } from './finding.ts';

const TIMEOUT_MS = 5_000;
/** Milliseconds that two clocks may differ: codes for signing in hold for 30 seconds, certificates begin at a second. */
const CLOCK_APART_MS = 30_000;
const WEBSOCKET = {
  connection: 'Upgrade',
  upgrade: 'websocket',
  'sec-websocket-version': '13',
  'sec-websocket-key': 'c290dG8gZG9jdG9yIGFza3M=',
};
const say = findings('reach');

/** @param isServing Sotto answers on this machine @param now epoch milliseconds */
export async function checkReach(
  config: Config,
  isServing: boolean,
  now: () => number,
): Promise<readonly Finding[]> {
  const origin = publicOrigin(config, config.port);
  if (!isServing)
    return [say.ok('Sotto is not running: start it, and run doctor again to see it as people do.')];
  const health = await ask(`${origin}/healthz`);
  if (typeof health === 'string')
    return [
      say.error(
        `Sotto runs, but ${origin} does not answer (${health}).`,
        /cert|self.?signed|issuer/i.test(health)
          ? 'This machine does not trust its certificate: with --tls auto, set NODE_EXTRA_CA_CERTS to DATA/tls/authority.crt and try again.'
          : 'See whether the name leads here, and whether a firewall or the proxy lets it through.',
      ),
    ];
  const clock = apart(health.date, now(), origin);
  if (health.status !== 200 || health.body !== 'ok\n')
    return [
      say.error(
        `Something else than Sotto answers at ${origin} (status ${health.status}).`,
        `Let the proxy pass everything on to port ${config.port}.`,
      ),
      ...clock,
    ];
  return [...(await throughProxy(origin)), ...clock];
}

/** What a proxy has to pass on besides the words. */
async function throughProxy(origin: string): Promise<readonly Finding[]> {
  const proxy = findings('reverse proxy');
  const page = await ask(`${origin}/sign-in`);
  if (typeof page !== 'string' && (page.status === 307 || page.status === 403))
    return [
      proxy.error(
        `Through the proxy Sotto sees another address than ${origin}.`,
        'Let the proxy pass Host on as it is, and set X-Forwarded-Proto to https.',
      ),
    ];
  const socket = await ask(`${origin}/socket`, WEBSOCKET);
  if (typeof socket === 'string' || socket.status !== 401)
    return [
      proxy.error(
        'WebSockets do not get through: messages would come only when a page is loaded.',
        'Let the proxy pass the headers Upgrade and Connection on, with HTTP/1.1 (docs/install.md).',
      ),
    ];
  return [say.ok(`${origin} answers, and WebSockets get through.`)];
}

/** @param date of an answer, epoch milliseconds or NaN */
export function apart(date: number, now: number, who: string): readonly Finding[] {
  const difference = Math.abs(date - now);
  if (Number.isNaN(date) || difference <= CLOCK_APART_MS) return [];
  return [
    findings('clock').error(
      `This machine’s clock and that of ${who} are ${Math.round(difference / 1000)} seconds apart.`,
      'Let both set their clocks by the network: timedatectl set-ntp true.',
    ),
  ];
}

interface Answer {
  readonly status: number;
  readonly body: string;
  /** Epoch milliseconds; NaN without the header. */
  readonly date: number;
}

/** The answer, or why there is none. Follows nothing, and trusts what this machine trusts. */
function ask(url: string, headers: Readonly<Record<string, string>> = {}): Promise<Answer | string> {
  return new Promise((resolve) => {
    const send = url.startsWith('https:') ? requestHttps : requestHttp;
    const request = send(url, { headers, timeout: TIMEOUT_MS }, (response) => {
      const parts: Buffer[] = [];
      response.on('data', (part: Buffer) => parts.push(part));
      response.on('end', () =>
        resolve({
          status: response.statusCode ?? 0,
          body: Buffer.concat(parts).toString(),
          date: Date.parse(response.headers.date ?? ''),
        }),
      );
    });
    request.on('upgrade', (_, socket) => {
      socket.destroy();
      resolve({ status: 101, body: '', date: Number.NaN });
    });
    request.on('timeout', () => request.destroy(new Error('no answer in five seconds')));
    request.on('error', (error) => resolve(reasonOf(error)));
    request.end();
  });
}
