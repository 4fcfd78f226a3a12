/** Strict-Transport-Security (RFC 6797): browsers that heard it open this host over https only, for a year. */
import { isIP } from 'node:net';

export const TRANSPORT_SECURITY_HEADER = 'strict-transport-security';
export const TRANSPORT_SECURITY = 'max-age=31536000';

/** Ends of names that exist in somebody's own network only (RFC 6761, 6762, 8375, and habit). */
const PRIVATE_ENDS =
  /\.(?:local|localhost|internal|intranet|private|corp|home|lan|test|invalid|example|arpa)$/;

/**
 * The header's value, or null where it is not sent.
 *
 * Not with a private authority: the rule holds for a host with all its ports, and takes the way past a warning away. An authority
 * that was lost with the data folder would lock everybody out for a year, other services of the machine included. Behind a proxy
 * for public names only, because what the proxy's certificate is made of is not known here.
 * @param encryption how this server encrypts; null: a proxy does, or nobody
 */
export function transportSecurity(
  origin: string,
  encryption: 'auto' | 'files' | 'acme' | null,
): string | null {
  const { protocol, hostname } = new URL(origin);
  if (protocol !== 'https:' || encryption === 'auto') return null;
  if (isIP(hostname.replace(/^\[|\]$/g, '')) !== 0 || hostname === 'localhost') return null;
  const isPublic = hostname.includes('.') && !PRIVATE_ENDS.test(hostname);
  return isPublic || encryption !== null ? TRANSPORT_SECURITY : null;
}
