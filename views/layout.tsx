/** The document around every page: head, assets with their hashes, and what the island reads from `<body>`. */
import type { Children } from '@kitajs/html';
import type { Role } from '../src/contract/accounts.ts';
import type { AccountId, DeviceId } from '../src/contract/ids.ts';
import { WORD_SCRIPTS } from '../src/contract/page-words.ts';
import type { ServedManifest } from '../src/contract/served.ts';
import { locale } from '../src/contract/words.ts';
import { text } from './parts/words.tsx';

/** Addresses and hashes of the files that pages load. */
export interface AssetUrls {
  url(name: string): string;
  integrity(name: string): string;
  /** Scripts that a browser needs before it can run this one, in plain names. */
  preloads(name: string): readonly string[];
  /** All of them, for people who compare. */
  readonly manifest: ServedManifest;
}

export type PageName =
  | 'setup'
  | 'join'
  | 'sign-in'
  | 'recover'
  | 'unlock'
  | 'link'
  | 'approve'
  | 'recovery-code'
  | 'start-again'
  | 'confirm'
  | 'second-factor'
  | 'password'
  | 'passkey'
  | 'share'
  | 'file-request'
  | 'conversations'
  | 'conversation'
  | 'verify'
  | 'files'
  | 'settings'
  | 'admin'
  | 'offline'
  | 'docs'
  | 'trust'
  | 'notice';

/** What every page knows. */
export interface Site {
  readonly workspace: string;
  readonly release: string;
  readonly assets: AssetUrls;
}

/** Who looks at the page. */
export interface Viewer {
  readonly account: AccountId;
  /** Null while this session has no device. */
  readonly device: DeviceId | null;
  readonly username: string;
  readonly name: string;
  readonly role: Role;
}

export interface DocumentProps {
  readonly site: Site;
  readonly page: PageName;
  readonly title: string;
  readonly viewer: Viewer | null;
  readonly children: Children;
}

export function Document({ site, page, title, viewer, children }: DocumentProps) {
  const { assets } = site;
  const script = scriptOf(page);
  const words = WORD_SCRIPTS[languageOf()];
  return (
    <>
      {'<!doctype html>'}
      <html lang={languageOf()}>
        <head>
          <meta charset="utf-8" />
          <title safe>{titleOf(title, site.workspace)}</title>
          <meta
            name="viewport"
            content="width=device-width, initial-scale=1, interactive-widget=resizes-content"
          />
          <meta name="color-scheme" content="light dark" />
          <meta name="theme-color" content="#f4f1eb" {...{ media: '(prefers-color-scheme: light)' }} />
          <meta name="theme-color" content="#1e1c19" {...{ media: '(prefers-color-scheme: dark)' }} />
          <link rel="stylesheet" href={assets.url('app.css')} />
          {SHEETS.has(page) ? <link rel="stylesheet" href={assets.url('sheets.css')} /> : ''}
          <link rel="icon" type="image/svg+xml" href={assets.url('icon.svg')} />
          <link rel="apple-touch-icon" href={assets.url('icon-192.png')} />
          <link rel="manifest" href="/manifest.webmanifest" />
          {script ? (
            <>
              {assets.preloads(script).map((name) => (
                <link rel="modulepreload" href={assets.url(name)} integrity={assets.integrity(name)} />
              ))}
              {words ? (
                <script type="module" src={assets.url(words)} integrity={assets.integrity(words)} />
              ) : (
                ''
              )}
              <script type="module" src={assets.url(script)} integrity={assets.integrity(script)} />
            </>
          ) : (
            ''
          )}
        </head>
        <body
          data-page={page}
          data-account={viewer?.account ?? ''}
          data-device={viewer?.device ?? ''}
          data-release={site.release}
        >
          <a class="skip" href="#main">
            {text('Skip to content')}
          </a>
          {children}
        </body>
      </html>
    </>
  );
}

/** Pages in front of the workspace load what makes and opens keys; pages in it load what uses them. */
const DOORS: ReadonlySet<PageName> = new Set([
  'setup',
  'join',
  'sign-in',
  'recover',
  'unlock',
  'link',
  'approve',
  'recovery-code',
  'start-again',
  'confirm',
  'second-factor',
  'password',
  'passkey',
  'share',
  'file-request',
]);

/** Pages of forms and tables, whose styles the first page does without. */
const SHEETS: ReadonlySet<PageName> = new Set([
  'docs',
  'settings',
  'second-factor',
  'admin',
  'trust',
  'link',
  'approve',
  'start-again',
  'share',
  'file-request',
]);

const languageOf = (): string => locale().split('-', 1)[0] ?? 'en';

function scriptOf(page: PageName): 'door.js' | 'island.js' | null {
  if (page === 'notice' || page === 'docs' || page === 'trust') return null;
  return DOORS.has(page) ? 'door.js' : 'island.js';
}

/** "Release · Harbour Lab": the page first, so that tabs can be told apart. */
export function titleOf(title: string, workspace: string): string {
  const place = workspace === '' ? 'Sotto' : workspace;
  return title === place ? place : `${title} · ${place}`;
}
