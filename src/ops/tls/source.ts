/** Where the listener's certificate comes from. */
import type { Authority } from './authority.ts';
import type { Pair } from './certificate.ts';

export interface CertificateSource {
  /** Only of a private authority: what people install. */
  readonly authority: Authority | null;
  /** The pair to begin with. Throws CertificateProblem or ConfigError when there is none to be had. */
  open(): Promise<Pair>;
  /** Another pair when it is time for one; null while the one in use stays. Throws when one is needed and cannot be had. */
  renew(): Promise<Pair | null>;
  /** The answer to a question of an ACME server; null when nobody waits for it. */
  challenge(token: string): string | null;
}
