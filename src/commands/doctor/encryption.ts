/** The certificate: whether it can be read, is for this host, holds today, and is complete. */
import { statSync } from 'node:fs';
import { rootCertificates } from 'node:tls';
import type { Config } from '../../config.ts';
import { permits, readAuthority } from '../../ops/tls/authority.ts';
import { CertificateProblem, covers, factsOf, readChain } from '../../ops/tls/certificate.ts';
import { readPair } from '../../ops/tls/file-source.ts';
import { publicHost } from '../../ops/tls/host-names.ts';
import { readKept, tlsFolder } from '../../ops/tls/kept-pairs.ts';
import { type Finding, findings } from './finding.ts';

const DAY_MS = 86_400_000;
/** Days before its end at which somebody who keeps certificate files fresh should have done so. */
const SOON_DAYS = 14;
const say = findings('certificate');

/** @param now epoch milliseconds */
export function checkEncryption(config: Config, now: number): readonly Finding[] {
  const { tls } = config;
  if (!tls) return [];
  const host = publicHost(config);
  if (tls.kind === 'files') return ofFiles(tls, host, now);
  if (tls.kind === 'auto') return ofAuthority(config, host);
  const kept = readKept(tlsFolder(config.data), 'acme');
  if (!kept) return [say.ok(`It will be fetched for ${host} at the first start.`), ...askedAt(config)];
  return [
    ...validity(kept.cert, host, now, 'Sotto renews it while it serves; look into its log.'),
    ...askedAt(config),
  ];
}

/** ACME servers ask at port 80, and at no other. */
const askedAt = ({ httpPort }: Config): readonly Finding[] =>
  httpPort === 80
    ? []
    : [
        say.warning(
          `ACME servers ask at port 80, and Sotto answers at ${httpPort}.`,
          `Leave --http-port out, or pass port 80 on to ${httpPort}.`,
        ),
      ];

function ofFiles(paths: { readonly certificate: string; readonly key: string }, host: string, now: number) {
  try {
    const { cert } = readPair(paths);
    const open = (statSync(paths.key).mode & 0o044) !== 0 && process.platform !== 'win32';
    return [
      ...validity(
        cert,
        host,
        now,
        `Put a fresh one into ${paths.certificate}: it is read again when it changes.`,
      ),
      ...chain(cert, paths.certificate),
      ...(open
        ? [say.warning(`Others on this machine can read ${paths.key}.`, `chmod go-rwx ${paths.key}`)]
        : []),
    ];
  } catch (error) {
    if (!(error instanceof CertificateProblem)) throw error;
    return [say.error(error.message, 'Give two files in PEM: --tls CERT,KEY.')];
  }
}

function ofAuthority({ data }: Config, host: string): readonly Finding[] {
  const kept = readKept(tlsFolder(data), 'authority');
  if (!kept) return [say.ok(`An authority for ${host} will be made at the first start.`)];
  try {
    const authority = readAuthority(kept.cert);
    return permits(authority, host)
      ? [say.ok(`The authority is for ${authority.names.join(', ')}: SHA-256 ${authority.fingerprint}`)]
      : [
          say.warning(
            `The authority is not for ${host}: another one will be made, and every device has to trust it.`,
            `Go back to --url with one of ${authority.names.join(', ')}, or tell people about /trust.`,
          ),
        ];
  } catch (error) {
    if (!(error instanceof CertificateProblem)) throw error;
    return [
      say.warning(`The authority in ${tlsFolder(data)} cannot be read.`, 'Restore the folder from a backup.'),
    ];
  }
}

/** Names and dates. */
function validity(cert: string, host: string, now: number, mend: string): readonly Finding[] {
  const facts = factsOf(cert);
  const until = new Date(facts.until).toISOString().slice(0, 10);
  const days = Math.floor((facts.until - now) / DAY_MS);
  if (!covers(facts, host))
    return [
      say.error(
        `It is for ${facts.names.join(', ') || 'no name'}, and people open ${host}.`,
        'Get one for that name, or give the address that it is for with --url.',
      ),
    ];
  if (facts.until <= now) return [say.error(`It ended on ${until}.`, mend)];
  if (facts.from > now)
    return [
      say.error(
        `It begins on ${new Date(facts.from).toISOString().slice(0, 10)}, after today.`,
        'Set the clock of this machine, or wait.',
      ),
    ];
  if (days < SOON_DAYS) return [say.warning(`It ends on ${until}, in ${days} days.`, mend)];
  return [say.ok(`For ${host}, until ${until}.`)];
}

/** Browsers know authorities, not those between them and a certificate: the file has to hold these too. */
function chain(cert: string, path: string): readonly Finding[] {
  const certificates = readChain(cert);
  const wrong = certificates.findIndex((each, at) => {
    const above = certificates[at + 1];
    return above !== undefined && !each.checkIssued(above);
  });
  if (wrong >= 0)
    return [
      say.error(
        `In ${path} the certificate of place ${wrong + 2} does not vouch for the one before it.`,
        'Put the server’s own first, then each that vouches for the one before.',
      ),
    ];
  const top = certificates.at(-1);
  if (!top || top.checkIssued(top)) {
    const isOwn = certificates.length === 1;
    return isOwn
      ? [
          say.warning(
            'It vouches for itself, which browsers warn of.',
            'Use --tls auto, or a certificate of an authority that devices trust.',
          ),
        ]
      : [];
  }
  const isKnown = rootCertificates.some((pem) => readChain(pem).some((root) => top.checkIssued(root)));
  return isKnown || certificates.length > 1
    ? []
    : [
        say.warning(
          `${path} holds the server’s certificate alone, and no public authority made it.`,
          'Add the certificates in between (the “full chain”), unless devices here trust its authority.',
        ),
      ];
}
