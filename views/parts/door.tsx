/**
 * The frame of pages in front of the workspace: one form, and beside it what this server gets to see. Their forms are
 * `method="dialog"`: until the island has taken them nothing can be submitted, so no password ever leaves by accident.
 */
import { t } from '../../src/contract/words.ts';
import type { DocumentProps, Site } from '../layout.tsx';
import { Document } from '../layout.tsx';
import { Mark } from './brand.tsx';
import { text } from './words.tsx';

export interface DoorProps extends Pick<DocumentProps, 'site' | 'page' | 'title' | 'viewer' | 'children'> {
  /** The heading; the title when there is none. */
  readonly heading?: string;
  /** One sentence under the heading. */
  readonly lead: string;
}

export function Door({ site, page, title, viewer, heading = title, lead, children }: DoorProps) {
  return (
    <Document site={site} page={page} title={title} viewer={viewer}>
      <div class="door">
        <main id="main" class="door-main">
          <div class="door-body">
            <Mark large />
            <div class="door-head">
              <h1 tabindex="-1" safe>
                {heading}
              </h1>
              <p safe>{lead}</p>
            </div>
            {children}
          </div>
          <Colophon site={site} />
        </main>
        <Ciphertext />
      </div>
    </Document>
  );
}

function Colophon({ site }: { site: Site }) {
  return (
    <footer class="colophon">
      <span safe>{`Sotto ${site.release}`}</span>
    </footer>
  );
}

const LINES = [
  '01 0002 01 9c4e2f70b85ad1136fe20c97a4d8b35e',
  'd7f1083b5c6aa9e2441f90be7735cd0812ea64f9b0c35d',
  '7b20f6e98d14a3c50fe1729b46d8305ca1ef64820db97c',
  '3e95c0b74f12d86a09ce5b31e7f48d02a6c97f150be83d',
  'a86d4e03f7912bc5e07a3fd918c46b2e5d01f8c973ab04',
  '50c2e9174ba6fd8330e95c7f21b84ad60e93f7cd582a1b',
  'f39b07ad62e4185cc0f7d21e9b63a84f05e8d7b11c92ac',
  '8e1d40f5a97b3c62de08f91a7d54cb06e3827fa9bd51c4',
];

/** What a message is to the server: a picture, not data. */
function Ciphertext() {
  return (
    <aside class="door-aside" aria-label={t('What this server sees')}>
      <div class="ciphertext" aria-hidden="true">
        {LINES.map((line) => (
          <span safe>{line}</span>
        ))}
      </div>
      <p class="door-claim">{text('This is what the server sees of a message.')}</p>
      <p>
        {text(
          'Words are sealed in your browser for the people you write to, with keys that never leave your devices, and in a way that tomorrow’s quantum computers cannot undo.',
        )}
      </p>
    </aside>
  );
}

/** For browsers without scripts, on pages that need keys. */
export function NeedsScript({ what }: { what: string }) {
  return (
    <noscript>
      <p class="card warn" safe>
        {t(
          '{what} needs JavaScript: your keys live in this browser and only a script can use them. Allow it for this site, then load the page again.',
          { what },
        )}
      </p>
    </noscript>
  );
}
