/** `--tls acme`: a certificate of a public authority, or of a private one that speaks ACME, for the name that people open. */

import type { TlsChoice } from '../../config/tls.ts';
import type { Config } from '../../config.ts';
import type { Log } from '../log.ts';
import { orderCertificate } from './acme-order.ts';
import { CertificateProblem, checkServing, covers, factsOf, type Pair } from './certificate.ts';
import { publicHost } from './host-names.ts';
import { keep, readKept, tlsFolder } from './kept-pairs.ts';
import type { CertificateSource } from './source.ts';

const MINUTE_MS = 60_000;
/** Minutes from each failure to the next try: authorities count failures an hour, and stop answering. */
const BACK_OFF = [2, 10, 30, 60, 180, 360] as const;
/** The part of a certificate's time that is left when it is renewed. */
const RENEW_AT = 1 / 3;
const NAME = 'acme';

/** @param wait resolves after so many milliseconds */
export function acmeSource(
  config: Config,
  choice: Extract<TlsChoice, { kind: 'acme' }>,
  log: Log,
  clock: () => number,
  wait: (ms: number) => Promise<void> = (ms) => Bun.sleep(ms),
): CertificateSource {
  const folder = tlsFolder(config.data);
  const host = publicHost(config);
  const waiting = new Map<string, string>();
  let current: Pair | null = null;
  let failures = 0;
  let nextTry = 0;

  const order = async (): Promise<Pair> => {
    try {
      const pair = await orderCertificate({ ...choice, host, folder, waiting });
      checkServing(pair);
      if (!covers(factsOf(pair.cert), host))
        throw new CertificateProblem(`The certificate that came is not for ${host}.`);
      keep(folder, NAME, pair);
      failures = 0;
      log.info('certificate fetched', { host, until: new Date(factsOf(pair.cert).until).toISOString() });
      return pair;
    } catch (error) {
      const minutes = BACK_OFF[Math.min(failures, BACK_OFF.length - 1)] ?? 360;
      failures += 1;
      nextTry = clock() + minutes * MINUTE_MS;
      throw error;
    }
  };

  return {
    authority: null,
    async open() {
      const kept = readKept(folder, NAME);
      if (kept && isUsable(kept, host, clock())) {
        current = kept;
        return kept;
      }
      // Nothing can be served without one, so this goes on until there is one or the process is ended.
      while (!current) {
        try {
          current = await order();
        } catch (error) {
          const reason = error instanceof Error ? error.message : String(error);
          log.error('no certificate yet', { host, reason, next: new Date(nextTry).toISOString() });
          await wait(nextTry - clock());
        }
      }
      return current;
    },
    async renew() {
      if (!current || clock() < nextTry) return null;
      const { from, until } = factsOf(current.cert);
      if (until - clock() > (until - from) * RENEW_AT) return null;
      current = await order();
      return current;
    },
    challenge: (token) => waiting.get(token) ?? null,
  };
}

function isUsable(pair: Pair, host: string, now: number): boolean {
  try {
    checkServing(pair);
  } catch (error) {
    if (error instanceof CertificateProblem) return false;
    throw error;
  }
  const facts = factsOf(pair.cert);
  return covers(facts, host) && facts.until > now;
}
