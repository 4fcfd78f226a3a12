/**
 * The extension that holds an authority to some names (RFC 5280, 4.2.1.10), in DER. A kind of name without an entry would be
 * free, so addresses always have one: those of the machine itself, which nobody else can answer at.
 */
import { bareHost } from './certificate.ts';
import { addressBytes } from './host-names.ts';

export const NAME_CONSTRAINTS = '2.5.29.30';
const SEQUENCE = 0x30;
/** permittedSubtrees. */
const PERMITTED = 0xa0;
/** dNSName and iPAddress of GeneralName. */
const DNS_NAME = 0x82;
const IP_ADDRESS = 0x87;
const LOOPBACK = ['127.0.0.1', '::1'];

/** @param names names and addresses that certificates may be for: a name with all below it, an address alone */
export function nameConstraints(names: readonly string[]): Uint8Array<ArrayBuffer> {
  const subtrees = [...new Set([...names, ...LOOPBACK])].map((name) => {
    const address = addressBytes(bareHost(name));
    if (!address) return der(SEQUENCE, der(DNS_NAME, new TextEncoder().encode(name)));
    const mask = new Uint8Array(address.length).fill(0xff);
    return der(SEQUENCE, der(IP_ADDRESS, Uint8Array.of(...address, ...mask)));
  });
  return der(SEQUENCE, der(PERMITTED, Uint8Array.from(subtrees.flatMap((subtree) => [...subtree]))));
}

/** Tag, length, value. */
function der(tag: number, value: Uint8Array): Uint8Array<ArrayBuffer> {
  const { length } = value;
  const size =
    length < 0x80 ? [length] : length < 0x100 ? [0x81, length] : [0x82, length >> 8, length & 0xff];
  return Uint8Array.of(tag, ...size, ...value);
}
