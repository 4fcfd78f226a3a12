/** The address that people open: whether browsers give it keys and passkeys, and whether its name leads anywhere. */
import { lookup } from 'node:dns/promises';
import { isIP } from 'node:net';
import { type Config, publicOrigin } from '../../config.ts';
import { bareHost } from '../../ops/tls/certificate.ts';
import { type Finding, findings } from './finding.ts';

const say = findings('address');
const LOOPBACK = new Set(['127.0.0.1', '::1', 'localhost']);

export async function checkAddress(config: Config): Promise<readonly Finding[]> {
  const { protocol, hostname, origin } = new URL(publicOrigin(config, config.port));
  const host = bareHost(hostname);
  if (config.url === null && !LOOPBACK.has(config.host))
    return [
      say.warning(
        `--host ${config.host} lets other machines in, but links and passkeys are made for ${origin}.`,
        'Give the address that people open: --url https://NAME.',
      ),
    ];
  if (protocol === 'http:' && !isLocal(host))
    return [
      say.error(
        `Browsers switch off encryption and passkeys at ${origin}, so Sotto opens nowhere.`,
        'Use https: --tls auto, --tls CERT,KEY, or a reverse proxy, and --url https://NAME.',
      ),
    ];
  if (isIP(host) !== 0 && !isLocal(host))
    return [
      say.warning(
        `${origin} has no name: passkeys need one.`,
        'Give the server a name, and open it by that.',
      ),
    ];
  if (isLocal(host)) return [say.ok(`${origin}, for this machine alone.`)];
  return [await resolution(host, origin), ...proxied(config, origin)];
}

const isLocal = (host: string) => LOOPBACK.has(host) || host.endsWith('.localhost');

async function resolution(host: string, origin: string): Promise<Finding> {
  try {
    const { address } = await lookup(host);
    return say.ok(`${origin}, ${host} is ${address}.`);
  } catch {
    return say.error(
      `This machine cannot find ${host}.`,
      'Enter the name in the DNS of your network, or in the hosts file of each device.',
    );
  }
}

/** Https without a certificate of ours: something before Sotto encrypts. */
function proxied(config: Config, origin: string): readonly Finding[] {
  if (config.tls || !origin.startsWith('https:') || config.trustedProxies.length > 0) return [];
  return [
    findings('reverse proxy').warning(
      'Without --trusted-proxy everybody counts as one: the limits for guessed passwords hold for all together.',
      'Give the proxy’s address, for one on this machine: --trusted-proxy 127.0.0.1.',
    ),
  ];
}
