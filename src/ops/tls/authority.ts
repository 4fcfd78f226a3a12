/**
 * A private authority for one server, and the certificates that it makes. Whoever trusts it trusts it for the names of this
 * server alone: they are written into it, and browsers hold it to them. ECDSA P-256 throughout.
 */
import { X509Certificate } from 'node:crypto';
import { covers, factsOf, type Pair } from './certificate.ts';
import { addressBytes } from './host-names.ts';
import { NAME_CONSTRAINTS, nameConstraints } from './name-constraints.ts';
import { EC, keyFromPem, keyToPem, loadX509 } from './x509.ts';

const DAY_MS = 86_400_000;
const AUTHORITY_DAYS = 3650;
/** Browsers refuse certificates that hold longer than 398 days. */
const HOST_DAYS = 397;
/** How far a device's clock may lag behind the server's (ms). */
const BACKDATED_MS = DAY_MS;
const SERVER_AUTH = '1.3.6.1.5.5.7.3.1';

/** The certificate as people install it, and what they compare. */
export interface Authority {
  readonly pem: string;
  readonly der: Uint8Array<ArrayBuffer>;
  /** SHA-256 of the certificate, pairs of hex digits with colons. */
  readonly fingerprint: string;
  /** Epoch milliseconds. */
  readonly until: number;
  /** The names that it is held to. */
  readonly names: readonly string[];
}

/** An authority for these names and no other. @param now epoch milliseconds */
export async function makeAuthority(names: readonly string[], now: number): Promise<Pair> {
  const x509 = await loadX509();
  const keys = await crypto.subtle.generateKey(EC, true, ['sign', 'verify']);
  const certificate = await x509.X509CertificateGenerator.createSelfSigned({
    serialNumber: serial(),
    // The first name is the one that people open; the list in a system's settings shows it.
    name: [{ O: ['Sotto'] }, { CN: [`Sotto on ${names[0] ?? 'this server'}`] }],
    notBefore: new Date(now - BACKDATED_MS),
    notAfter: new Date(now + AUTHORITY_DAYS * DAY_MS),
    signingAlgorithm: EC,
    keys,
    extensions: [
      new x509.BasicConstraintsExtension(true, 0, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.keyCertSign | x509.KeyUsageFlags.cRLSign, true),
      new x509.ExtendedKeyUsageExtension([SERVER_AUTH]),
      new x509.Extension(NAME_CONSTRAINTS, true, nameConstraints(names)),
      // What it is held to, where `readAuthority` and people find it.
      alternativeNames(x509, names),
      await x509.SubjectKeyIdentifierExtension.create(keys.publicKey),
    ],
  });
  return { cert: `${certificate.toString('pem')}\n`, key: await keyToPem(keys.privateKey) };
}

/** A certificate for these names by this authority, which must be held to them. @param now epoch milliseconds */
export async function makeHostCertificate(
  authority: Pair,
  names: readonly string[],
  now: number,
): Promise<Pair> {
  const keys = await crypto.subtle.generateKey(EC, true, ['sign', 'verify']);
  const cert = await signHostCertificate(authority, names, now, keys.publicKey);
  return { cert, key: await keyToPem(keys.privateKey) };
}

/** The certificate in PEM, for somebody's key. @param now epoch milliseconds */
export async function signHostCertificate(
  authority: Pair,
  names: readonly string[],
  now: number,
  publicKey: CryptoKey,
): Promise<string> {
  const x509 = await loadX509();
  const issuer = new x509.X509Certificate(authority.cert);
  const signingKey = await keyFromPem(authority.key);
  const certificate = await x509.X509CertificateGenerator.create({
    serialNumber: serial(),
    subject: [{ CN: [names[0] ?? 'localhost'] }],
    issuer: issuer.subject,
    notBefore: new Date(Math.max(now - BACKDATED_MS, issuer.notBefore.getTime())),
    notAfter: new Date(Math.min(now + HOST_DAYS * DAY_MS - BACKDATED_MS, issuer.notAfter.getTime())),
    signingAlgorithm: EC,
    publicKey,
    signingKey,
    extensions: [
      new x509.BasicConstraintsExtension(false, undefined, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.digitalSignature, true),
      new x509.ExtendedKeyUsageExtension([SERVER_AUTH]),
      alternativeNames(x509, names),
      await x509.SubjectKeyIdentifierExtension.create(publicKey),
      await x509.AuthorityKeyIdentifierExtension.create(issuer.publicKey),
    ],
  });
  return `${certificate.toString('pem')}\n`;
}

/** What people install. Throws CertificateProblem when it cannot be read. */
export function readAuthority(pem: string): Authority {
  const { names, until } = factsOf(pem);
  const certificate = new X509Certificate(pem);
  return {
    pem,
    der: Uint8Array.from(certificate.raw),
    fingerprint: certificate.fingerprint256,
    until,
    names,
  };
}

/** Whether the authority may make certificates for this name. */
export const permits = ({ names }: Pick<Authority, 'names'>, name: string): boolean =>
  covers({ names }, name) || names.some((own) => !addressBytes(own) && name.endsWith(`.${own}`));

function alternativeNames(x509: Awaited<ReturnType<typeof loadX509>>, names: readonly string[]) {
  return new x509.SubjectAlternativeNameExtension(
    names.map((value) => ({ type: addressBytes(value) ? ('ip' as const) : ('dns' as const), value })),
  );
}

/** 16 random bytes that make a positive number. */
function serial(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[0] = ((bytes[0] ?? 0) & 0x3f) | 0x40;
  return bytes.toHex();
}
