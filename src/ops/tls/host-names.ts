/** What this machine is called by those who open Sotto on it. */
import { isIP } from 'node:net';
import { hostname, networkInterfaces } from 'node:os';
import { type Config, publicOrigin } from '../../config.ts';
import { bareHost } from './certificate.ts';

const LOOPBACK = ['localhost', '127.0.0.1', '::1'];
const ANY = new Set(['0.0.0.0', '::']);
const NAME = /^(?=.{1,253}$)[a-z0-9_](?:[a-z0-9_-]{0,62})(?:\.[a-z0-9_][a-z0-9_-]{0,62})*$/;

/** What the machine says of itself; a test has its own. */
export interface Machine {
  readonly hostname: string;
  readonly addresses: readonly string[];
}

export const thisMachine = (): Machine => ({
  hostname: hostname(),
  addresses: Object.values(networkInterfaces())
    .flatMap((entries) => entries ?? [])
    .filter(({ internal, address }) => !internal && !/^fe80:/i.test(address))
    .map(({ address }) => address),
});

/** The host that people open. */
export const publicHost = (config: Config): string =>
  bareHost(new URL(publicOrigin(config, config.port)).hostname);

/**
 * Names and addresses of a certificate for this server, the one that people open first. Addresses only where people have nothing
 * else: they change, and an authority that is held to them would have to be made anew.
 */
export function hostNames(config: Config, machine: Machine = thisMachine()): readonly string[] {
  const own = bareHost(machine.hostname);
  const named = NAME.test(own) && own !== 'localhost';
  const names = [
    publicHost(config),
    ...(named ? [own] : []),
    ...(named && !own.includes('.') ? [`${own}.local`] : []),
  ];
  const bound = bareHost(config.host);
  const addresses =
    config.url !== null ? [] : ANY.has(bound) ? machine.addresses : isIP(bound) !== 0 ? [bound] : [];
  return [...new Set([...names, ...LOOPBACK, ...addresses])];
}

/** 4 or 16 bytes of an address; null for a name. */
export function addressBytes(text: string): Uint8Array | null {
  const family = isIP(text);
  if (family === 0) return null;
  if (family === 4) return Uint8Array.from(text.split('.').map(Number));
  // The URL parser writes an embedded IPv4 address as two groups.
  const [head = '', tail] = new URL(`http://[${text.split('%')[0]}]`).hostname.slice(1, -1).split('::');
  const groups = (part: string | undefined) => (part ? part.split(':') : []);
  const before = groups(head);
  const after = groups(tail);
  const zeros = Array.from({ length: 8 - before.length - after.length }, () => '0');
  return Uint8Array.from(
    [...before, ...zeros, ...after].flatMap((group) => {
      const value = Number.parseInt(group, 16);
      return [value >> 8, value & 0xff];
    }),
  );
}
