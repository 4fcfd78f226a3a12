/** How to trust the certificate authority of this server: the fingerprint to compare, and the steps for each system. */
import { t } from '../../src/contract/words.ts';
import type { Site } from '../layout.tsx';
import { Door } from '../parts/door.tsx';
import { text } from '../parts/words.tsx';
import { SYSTEMS, type System, TrustGuide } from './trust-steps.tsx';

export interface TrustProps {
  readonly site: Site;
  /** SHA-256 of the certificate, pairs of hex digits with colons. */
  readonly fingerprint: string;
  /** What the authority may vouch for. */
  readonly names: readonly string[];
  /** Epoch milliseconds. */
  readonly until: number;
  /** The address that opens without a warning afterwards. */
  readonly address: string;
  /** The page itself came over plain HTTP. */
  readonly isPlain: boolean;
  /** What the reader's browser runs on; null when it does not say. */
  readonly system: System | null;
}

export function Trust({ site, fingerprint, names, until, address, isPlain, system }: TrustProps) {
  const systems = [...(system ? [system] : []), ...SYSTEMS.filter((other) => other !== system)];
  return (
    <Door
      site={site}
      page="trust"
      title={t('Trust this server')}
      viewer={null}
      lead={t(
        'This server vouches for its own address, with a certificate authority that your device does not know yet. Tell it once, on each device, and Sotto opens without a warning.',
      )}
    >
      <section class={isPlain ? 'card warn' : 'card'}>
        <h2>{text('First, compare')}</h2>
        <p>
          {isPlain
            ? text(
                'This page came over plain HTTP, so somebody on the way could have put another certificate in its place. Ask whoever runs the server for the fingerprint on its console: it has to be this one, to the last digit.',
              )
            : text(
                'Whoever runs the server sees a fingerprint on its console. It has to be this one, to the last digit.',
              )}
        </p>
        <p class="trust-fingerprint">
          <span>{text('SHA-256 fingerprint')}</span>
          <code data-fingerprint="" safe>
            {fingerprint}
          </code>
        </p>
      </section>
      <div class="trust-systems">
        {systems.map((each) => (
          <TrustGuide system={each} open={each === system} />
        ))}
      </div>
      <section class="trust-end">
        <h2>{text('Then open Sotto')}</h2>
        <a class="button primary" href={address} safe>
          {t('Open {address}', { address })}
        </a>
        <p>
          {text('It can vouch for {names}, and for nothing else on the internet, until {day}.', {
            names: { list: names },
            day: { day: until },
          })}
        </p>
      </section>
    </Door>
  );
}
