/** A certificate with its key, as PEM, and what is to be known of it before it is used. */
import { createPrivateKey, X509Certificate } from 'node:crypto';
import { isIP } from 'node:net';
import { createSecureContext } from 'node:tls';

/** What a listener is given: the certificate with those that lead to its authority, and the key. */
export interface Pair {
  readonly cert: string;
  readonly key: string;
}

/** Times are epoch milliseconds. */
export interface CertificateFacts {
  /** Names and addresses that it is for. */
  readonly names: readonly string[];
  readonly from: number;
  readonly until: number;
  readonly issuer: string;
  /** It vouches for itself: browsers refuse it until they are told otherwise. */
  readonly selfSigned: boolean;
}

/** A certificate or key that cannot be used, in one sentence. */
export class CertificateProblem extends Error {
  override readonly name = 'CertificateProblem';
}

const BLOCK = /-----BEGIN CERTIFICATE-----[\s\S]+?-----END CERTIFICATE-----/g;

/** The certificates of a PEM file, the server's own first. Throws CertificateProblem when one cannot be read. */
export function readChain(pem: string): readonly X509Certificate[] {
  const blocks = pem.match(BLOCK) ?? [];
  if (blocks.length === 0) throw new CertificateProblem('There is no certificate in PEM in it.');
  return blocks.map((block) => {
    try {
      return new X509Certificate(block);
    } catch {
      throw new CertificateProblem('A certificate in it cannot be read.');
    }
  });
}

/** What the first certificate of a PEM file says. Throws CertificateProblem. */
export function factsOf(pem: string): CertificateFacts {
  const [own] = readChain(pem);
  if (!own) throw new CertificateProblem('There is no certificate in PEM in it.');
  return {
    names: alternativeNames(own),
    from: Date.parse(own.validFrom),
    until: Date.parse(own.validTo),
    issuer: own.issuer.split('\n').at(-1) ?? '',
    selfSigned: own.checkIssued(own),
  };
}

/** Throws CertificateProblem unless the key belongs to the certificate. */
export function checkPair({ cert, key }: Pair): void {
  const [own] = readChain(cert);
  let isOurs: boolean | undefined;
  try {
    isOurs = own?.checkPrivateKey(createPrivateKey(key));
  } catch {
    throw new CertificateProblem('The key cannot be read: it has to be in PEM, without a passphrase.');
  }
  if (!isOurs) throw new CertificateProblem('The key does not belong to the certificate.');
}

/** The same for a pair that a listener is given: throws CertificateProblem where no connection could be made with it. */
export function checkServing(pair: Pair): void {
  checkPair(pair);
  try {
    createSecureContext({ cert: pair.cert, key: pair.key });
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new CertificateProblem(`No server can use this certificate: ${reason}.`);
  }
}

/** Whether a certificate is for this host, by name, wildcard or address. */
export function covers({ names }: Pick<CertificateFacts, 'names'>, host: string): boolean {
  const wanted = bareHost(host);
  if (isIP(wanted)) return names.some((name) => isIP(name) !== 0 && sameAddress(name, wanted));
  return names.some((name) => {
    const lower = name.toLowerCase();
    return lower.startsWith('*.') ? wanted.slice(wanted.indexOf('.')) === lower.slice(1) : lower === wanted;
  });
}

/** `[::1]` -> `::1`, names in lower case. */
export const bareHost = (host: string): string => host.toLowerCase().replace(/^\[|\]$/g, '');

/** Whether the second one signed the first. */
export function isIssuedBy(pair: Pick<Pair, 'cert'>, issuer: Pick<Pair, 'cert'>): boolean {
  const [own] = readChain(pair.cert);
  const [above] = readChain(issuer.cert);
  return own !== undefined && above !== undefined && own.checkIssued(above) && own.verify(above.publicKey);
}

/** Names and addresses of the extension, without their kinds. */
function alternativeNames(certificate: X509Certificate): readonly string[] {
  return (certificate.subjectAltName ?? '')
    .split(', ')
    .filter((entry) => /^(?:DNS|IP Address):/.test(entry))
    .map((entry) => entry.slice(entry.indexOf(':') + 1));
}

/** IPv6 addresses have several spellings. */
function sameAddress(one: string, other: string): boolean {
  const canonical = (address: string) =>
    isIP(address) === 6 ? new URL(`http://[${address}]`).hostname : address;
  return canonical(one) === canonical(other);
}
