/** What this machine is called by those who open Sotto on it. */
import { isIP } from 'node:net';
import { hostname } from 'node:os';
import { type Config, publicOrigin } from '../../config.ts';
import { bareHost } from './certificate.ts';

const NAME = /^(?=.{1,253}$)[a-z0-9_](?:[a-z0-9_-]{0,62})(?:\.[a-z0-9_][a-z0-9_-]{0,62})*$/;

/** What the machine says of itself; a test has its own. */
export interface Machine {
  readonly hostname: string;
}

export const thisMachine = (): Machine => ({ hostname: hostname() });

/** The host that people open. */
export const publicHost = (config: Config): string =>
  bareHost(new URL(publicOrigin(config, config.port)).hostname);

/**
 * Names of a certificate for this server, the one that people open first. An address only where that is what they open: what is
 * built on BoringSSL, the command line among it, refuses certificates with addresses by an authority that is held to some.
 */
export function hostNames(config: Config, machine: Machine = thisMachine()): readonly string[] {
  const own = bareHost(machine.hostname);
  const isNamed = NAME.test(own) && own !== 'localhost';
  return [
    ...new Set([
      publicHost(config),
      ...(isNamed ? [own] : []),
      ...(isNamed && !own.includes('.') ? [`${own}.local`] : []),
      'localhost',
    ]),
  ];
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
