/** `--tls auto`: an authority of this server's own in the data folder, and certificates that it makes and renews. */
import type { Config } from '../../config.ts';
import type { Log } from '../log.ts';
import { type Authority, makeAuthority, makeHostCertificate, permits, readAuthority } from './authority.ts';
import { CertificateProblem, checkPair, covers, factsOf, isIssuedBy, type Pair } from './certificate.ts';
import { hostNames, type Machine, publicHost, thisMachine } from './host-names.ts';
import { keep, readKept, tlsFolder } from './kept-pairs.ts';
import type { CertificateSource } from './source.ts';

/** Milliseconds before its end at which a certificate or an authority is made anew. */
const RENEW_BEFORE_MS = 30 * 86_400_000;

export function privateSource(
  config: Config,
  log: Log,
  clock: () => number,
  machine: () => Machine = thisMachine,
): CertificateSource {
  const folder = tlsFolder(config.data);
  let authority: Authority | null = null;

  /** The authority in the folder, or a new one where it does not allow the address that people open. */
  const openAuthority = async (): Promise<Pair> => {
    const kept = usable(readKept(folder, 'authority'));
    const host = publicHost(config);
    if (kept) {
      const known = readAuthority(kept.cert);
      if (permits(known, host) && known.until - clock() > RENEW_BEFORE_MS) return kept;
      keep(folder, 'authority-before', kept);
      log.warn('new certificate authority: every device has to trust it once more', {
        because: permits(known, host) ? 'the one before ends' : `the one before is not for ${host}`,
        trust: '/trust',
      });
    }
    const made = await makeAuthority(hostNames(config, machine()), clock());
    keep(folder, 'authority', made);
    return made;
  };

  /** Those of this host that the authority allows. */
  const allowedNames = (known: Authority) => {
    const names = hostNames(config, machine());
    const left = names.filter((name) => !permits(known, name));
    if (left.length > 0) log.info('names outside the certificate authority', { names: left.join(' ') });
    return names.filter((name) => !left.includes(name));
  };

  const make = async (): Promise<Pair> => {
    const issuer = await openAuthority();
    authority = readAuthority(issuer.cert);
    const names = allowedNames(authority);
    const kept = usable(readKept(folder, 'host'));
    if (kept && isGood(kept, issuer, names, clock())) return kept;
    const made = await makeHostCertificate(issuer, names, clock());
    keep(folder, 'host', made);
    log.info('certificate made', {
      names: names.join(' '),
      until: new Date(factsOf(made.cert).until).toISOString(),
    });
    return made;
  };

  let current: Pair | null = null;
  return {
    get authority() {
      return authority;
    },
    async open() {
      current = await make();
      return current;
    },
    async renew() {
      if (current && factsOf(current.cert).until - clock() > RENEW_BEFORE_MS) return null;
      current = await make();
      return current;
    },
    challenge: () => null,
  };
}

/** Null for what a crash or a hand left in the folder that does not work. */
function usable(pair: Pair | null): Pair | null {
  if (!pair) return null;
  try {
    checkPair(pair);
    return pair;
  } catch (error) {
    if (error instanceof CertificateProblem) return null;
    throw error;
  }
}

/** Made by this authority, for all these names, and not near its end. */
function isGood(pair: Pair, issuer: Pair, names: readonly string[], now: number): boolean {
  const facts = factsOf(pair.cert);
  return (
    isIssuedBy(pair, issuer) &&
    names.every((name) => covers(facts, name)) &&
    facts.names.length === names.length &&
    facts.until - now > RENEW_BEFORE_MS &&
    facts.from <= now
  );
}
