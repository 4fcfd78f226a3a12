/** The port: free, taken by this server, or by somebody else. */
import type { Config } from '../../config.ts';
import { type Finding, findings, reasonOf } from './finding.ts';

const TIMEOUT_MS = 3_000;
const ANY = new Set(['0.0.0.0', '::']);

export interface PortFindings {
  readonly found: readonly Finding[];
  /** A Sotto answers there. */
  readonly isServing: boolean;
}

export async function checkPort({ host, port, tls, httpPort }: Config): Promise<PortFindings> {
  const say = findings('port');
  const isServing = await isSotto(`${tls ? 'https' : 'http'}://${near(host)}:${port}/healthz`);
  const own = isServing ? say.ok(`Sotto answers at ${host}:${port}.`) : bound(host, port, '--port');
  // While Sotto runs it holds the other port too.
  const plain = httpPort === null || isServing ? [] : [bound(host, httpPort, '--http-port')];
  return { found: [own, ...plain], isServing };
}

/** An address of this machine for one that stands for all of them. */
const near = (host: string): string =>
  ANY.has(host) ? 'localhost' : host.includes(':') ? `[${host}]` : host;

/** Asks nothing that matters, so any certificate will do. */
async function isSotto(url: string): Promise<boolean> {
  try {
    const answer = await fetch(url, {
      redirect: 'manual',
      signal: AbortSignal.timeout(TIMEOUT_MS),
      tls: { rejectUnauthorized: false },
    });
    return answer.ok && (await answer.text()) === 'ok\n';
  } catch {
    return false;
  }
}

function bound(host: string, port: number, flag: string): Finding {
  const say = findings('port');
  try {
    Bun.listen({ hostname: host, port, socket: { data() {} } }).stop(true);
    return say.ok(`${host}:${port} is free.`);
  } catch (error) {
    const reason = reasonOf(error);
    if (reason === 'EADDRINUSE')
      return say.error(
        `Another program listens on ${host}:${port}.`,
        `End it, or give another port with ${flag}.`,
      );
    if (reason === 'EACCES' || reason === 'EPERM')
      return say.error(
        `This account must not listen on port ${port}.`,
        `Give a port above 1023 with ${flag}, or allow it (systemd: AmbientCapabilities=CAP_NET_BIND_SERVICE).`,
      );
    return say.error(
      `Cannot listen on ${host}:${port} (${reason}).`,
      'Give an address of this machine with --host.',
    );
  }
}
