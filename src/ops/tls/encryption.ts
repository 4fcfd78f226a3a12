/** The listener's certificate, wherever it comes from: what routes, health and the console know of it. */
import type { Config } from '../../config.ts';
import type { Log } from '../log.ts';
import { acmeSource } from './acme-source.ts';
import type { Authority } from './authority.ts';
import { type CertificateFacts, factsOf, type Pair } from './certificate.ts';
import { fileSource } from './file-source.ts';
import { privateSource } from './private-source.ts';
import type { CertificateSource } from './source.ts';

export interface Encryption {
  readonly kind: 'auto' | 'files' | 'acme';
  /** Of a private authority: what people install. Known once `open` has resolved. */
  readonly authority: Authority | null;
  /** What the certificate in use says; null before `open` has resolved. */
  readonly facts: CertificateFacts | null;
  /** The pair to begin with. Throws CertificateProblem. */
  open(): Promise<Pair>;
  /** Another pair where one is to be used from now on, null otherwise. Throws when one is needed and cannot be had. */
  renew(): Promise<Pair | null>;
  /** The answer to a question of an ACME server; null when nobody waits for it. */
  challenge(token: string): string | null;
}

/** Null without `--tls`. @param clock epoch milliseconds */
export function createEncryption(config: Config, log: Log, clock: () => number): Encryption | null {
  const source = sourceOf(config, log, clock);
  if (!config.tls || !source) return null;
  let facts: CertificateFacts | null = null;
  const noted = <T extends Pair | null>(pair: T): T => {
    if (pair) facts = factsOf(pair.cert);
    return pair;
  };
  return {
    kind: config.tls.kind,
    get authority() {
      return source.authority;
    },
    get facts() {
      return facts;
    },
    open: async () => noted(await source.open()),
    renew: async () => noted(await source.renew()),
    challenge: (token) => source.challenge(token),
  };
}

function sourceOf(config: Config, log: Log, clock: () => number): CertificateSource | null {
  switch (config.tls?.kind) {
    case 'auto':
      return privateSource(config, log, clock);
    case 'files':
      return fileSource(config.tls, log);
    case 'acme':
      return acmeSource(config, config.tls, log, clock);
    case undefined:
      return null;
  }
}
