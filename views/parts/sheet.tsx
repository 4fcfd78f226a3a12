/** A page of settings in the workspace's pane: a heading, sections, a way back on a phone. */

import type { Children } from '@kitajs/html';
import type { AccountId } from '../../src/contract/ids.ts';
import { locale, t } from '../../src/contract/words.ts';
import { Icon } from './icon.tsx';

export function Sheet({
  view,
  title,
  lead,
  peer,
  children,
}: {
  view: string;
  title: string;
  lead: string;
  /** Whose username the lead is: this browser knows it better. */
  peer?: AccountId;
  children: Children;
}) {
  return (
    <div class="sheet" data-view={view}>
      <header class="bar">
        <Back />
        <div class="bar-title">
          <h1 tabindex="-1" safe>
            {title}
          </h1>
          <p safe {...(peer ? { 'data-peer-username': peer } : {})}>
            {lead}
          </p>
        </div>
      </header>
      <div class="sheet-body">{children}</div>
    </div>
  );
}

/** To the list of conversations; on wide screens the list is there already. */
function Back() {
  return (
    <a class="icon-button back" href="/" aria-label={t('Back to conversations')}>
      <Icon name="back" />
    </a>
  );
}

export function Section({
  id,
  title,
  lead,
  children,
}: {
  id: string;
  title: string;
  lead?: string;
  children: Children;
}) {
  return (
    <section class="section" aria-labelledby={id}>
      <h2 id={id} safe>
        {title}
      </h2>
      {lead ? (
        <p class="section-lead" safe>
          {lead}
        </p>
      ) : (
        ''
      )}
      {children}
    </section>
  );
}

/** A day, in the words of the interface; with the time of day in UTC when asked for, which the island writes in the reader's zone. */
export function When({ at, hour = false }: { at: number; hour?: boolean }) {
  return (
    <time datetime={new Date(at).toISOString()} {...(hour ? { 'data-moment': '' } : {})} safe>
      {hour ? hourWritten(at) : dayWritten(at)}
    </time>
  );
}

const dayWritten = (at: number): string =>
  new Date(at).toLocaleDateString(locale(), { dateStyle: 'medium', timeZone: 'UTC' });

/** "31 Jan 2026, 23:59 UTC". */
export const hourWritten = (at: number): string =>
  `${dayWritten(at)}, ${new Date(at).toISOString().slice(11, 16)} UTC`;
