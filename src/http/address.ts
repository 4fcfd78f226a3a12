/** The client's address, believing X-Forwarded-For only from proxies that the operator named. */
import { BlockList, isIP } from 'node:net';

/** The other end of a connection. */
export interface Peer {
  /** Null where nobody knows. */
  readonly address: string | null;
  /** A reverse proxy that the operator named: what its headers say is believed. */
  readonly isProxy: boolean;
}

export type AddressOf = (request: Request, peer: string | null) => string;

/**
 * @param trusted addresses or CIDR ranges of reverse proxies
 * @returns a function of the request and the socket's peer address; `unknown` when there is none
 */
export function clientAddress(trusted: readonly string[]): AddressOf {
  const isProxy = proxyCheck(trusted);
  return (request, peer) => {
    let address = plain(peer ?? 'unknown');
    if (trusted.length === 0) return address;
    // From the right: each hop that is ours vouches for the one before it.
    const hops = (request.headers.get('x-forwarded-for') ?? '').split(',').map((hop) => plain(hop.trim()));
    while (isProxy(address) && hops.length > 0) {
      const hop = hops.pop() ?? '';
      if (isIP(hop) === 0) break;
      address = hop;
    }
    return address;
  };
}

/** Whether an address is one of those proxies. */
export function proxyCheck(trusted: readonly string[]): (address: string) => boolean {
  const proxies = new BlockList();
  for (const entry of trusted) {
    const [address = '', bits] = entry.split('/');
    const family = isIP(address) === 6 ? 'ipv6' : 'ipv4';
    if (bits === undefined) proxies.addAddress(address, family);
    else proxies.addSubnet(address, Number(bits), family);
  }
  return (address) => isIP(address) !== 0 && proxies.check(address, isIP(address) === 6 ? 'ipv6' : 'ipv4');
}

/** The other end of a connection from this address. */
export function peerAt(isProxy: (address: string) => boolean, address: string | null): Peer {
  const known = address === null ? null : plain(address);
  return { address: known, isProxy: known !== null && isProxy(known) };
}

/** IPv4 addresses as they are, also when the socket is an IPv6 one. */
function plain(address: string): string {
  return address.startsWith('::ffff:') ? address.slice(7) : address;
}

/**
 * What one person at this address can be counted by: the address, or for IPv6 its first 64 bits, because whoever has one
 * address there has all of them.
 */
export function networkOf(address: string): string {
  if (isIP(address) !== 6) return address;
  const [head = '', tail] = address.split('%')[0]?.split('::') ?? [];
  const before = head === '' ? [] : head.split(':');
  const after = tail === undefined || tail === '' ? [] : tail.split(':');
  const zeros = tail === undefined ? 0 : Math.max(0, 8 - before.length - after.length);
  const groups = [...before, ...Array.from({ length: zeros }, () => '0'), ...after];
  return `${groups
    .slice(0, 4)
    .map((group) => Number.parseInt(group, 16).toString(16))
    .join(':')}::/64`;
}
