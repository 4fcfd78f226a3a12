/** Pages that say one thing and offer one action: errors, and an address that browsers do not trust. */
import { say, sentence, t } from '../../src/contract/words.ts';
import type { Site } from '../layout.tsx';
import { Document } from '../layout.tsx';
import { Mark } from '../parts/brand.tsx';
import { markup, text } from '../parts/words.tsx';

export interface Action {
  readonly href: string;
  readonly label: string;
}

export interface NoticeProps {
  readonly site: Site;
  readonly title: string;
  readonly sentence: string;
  readonly action: Action | null;
}

function Notice({ site, title, sentence: words, action }: NoticeProps) {
  return (
    <Document site={site} page="notice" title={title} viewer={null}>
      <main id="main" class="notice-page">
        <Mark large />
        <h1 safe>{title}</h1>
        <p safe>{words}</p>
        {action ? (
          <a class="button primary" href={action.href} safe>
            {action.label}
          </a>
        ) : (
          ''
        )}
      </main>
    </Document>
  );
}

/** What an error is called, and where to go from it. */
const ERRORS: Readonly<Record<number, { readonly title: string; readonly action: Action | null }>> = {
  400: {
    title: sentence('That cannot be right'),
    action: { href: '/', label: sentence('Go back to the start') },
  },
  401: {
    title: sentence('You are signed out'),
    action: { href: '/sign-in', label: sentence('Go to sign-in') },
  },
  403: { title: sentence('Not for you'), action: { href: '/', label: sentence('Go to your conversations') } },
  404: {
    title: sentence('Nothing here'),
    action: { href: '/', label: sentence('Go to your conversations') },
  },
  410: {
    title: sentence('This link is used up'),
    action: { href: '/sign-in', label: sentence('Go to sign-in') },
  },
  413: { title: sentence('Too large'), action: { href: '/', label: sentence('Go back to the start') } },
  426: {
    title: sentence('Sotto was updated'),
    action: { href: '/', label: sentence('Load the new release') },
  },
  429: { title: sentence('Too many tries'), action: { href: '/', label: sentence('Go back to the start') } },
  503: { title: sentence('One moment'), action: { href: '/', label: sentence('Try again') } },
};
const UNKNOWN = {
  title: sentence('Something went wrong'),
  action: { href: '/', label: sentence('Go to your conversations') },
};

export function ErrorPage({ site, status, message }: { site: Site; status: number; message: string }) {
  const { title, action } = ERRORS[status] ?? UNKNOWN;
  const there = action && { ...action, label: say(action.label) };
  return <Notice site={site} title={say(title)} sentence={message} action={there} />;
}

export interface PlainHttpProps {
  readonly site: Site;
  /** The host in the address bar. */
  readonly host: string;
  readonly port: string;
  /** The address that works, when the operator gave one. */
  readonly address: string | null;
}

/** Shown instead of every page when the address is plain HTTP: browsers have no keys and no passkeys there. */
export function PlainHttp({ site, host, port, address }: PlainHttpProps) {
  return (
    <Document site={site} page="notice" title={t('This address is not safe yet')} viewer={null}>
      <main id="main" class="notice-page wide">
        <Mark large />
        <h1>{text('This address is not safe yet')}</h1>
        <p>
          {markup(
            '{host} was opened over plain HTTP. Anybody on the way could change what this page does, so browsers switch off encryption and passkeys here, and Sotto would have to send your words in the open. It does not.',
            { host: <b safe>{host}</b> },
          )}
        </p>
        {address ? (
          <a class="button primary" href={address} safe>
            {t('Open {address}', { address })}
          </a>
        ) : (
          ''
        )}
        <h2>{text('Ways out, for whoever runs this server')}</h2>
        <dl class="ways">
          <dt>{text('Encryption of its own, on an intranet')}</dt>
          <dd>
            {text(
              'Sotto makes a certificate, renews it, and shows people how each device learns to trust it:',
            )}
            <code
              class="block"
              safe
            >{`sotto serve --host 0.0.0.0 --tls auto --url https://${host}:${port}`}</code>
          </dd>
          <dt>{text('A certificate, for a public name')}</dt>
          <dd>
            {text('Sotto fetches one by itself, or takes one that you have:')}
            <code class="block">
              sotto serve --host 0.0.0.0 --port 443 --tls acme --url https://chat.example.org
            </code>
            <code class="block">
              sotto serve --host 0.0.0.0 --port 443 --tls chat.crt,chat.key --url https://chat.example.org
            </code>
          </dd>
          <dt>{text('A reverse proxy with a certificate')}</dt>
          <dd>
            {text(
              'Put Caddy, nginx or Traefik in front, let it fetch a certificate, and start Sotto with the address that people open:',
            )}
            <code class="block">sotto serve --url https://chat.example.org --trusted-proxy 127.0.0.1</code>
          </dd>
          <dt>{text('A tunnel, for yourself')}</dt>
          <dd>
            {text('Browsers trust localhost. From your own machine:')}
            <code class="block" safe>{`ssh -L ${port}:localhost:${port} you@${host}`}</code>
            {markup('then open {address}', { address: <code safe>{`http://localhost:${port}`}</code> })}
          </dd>
          <dt>{text('The machine itself')}</dt>
          <dd>
            {markup('On the machine that runs Sotto, open {address}', {
              address: <code safe>{`http://localhost:${port}`}</code>,
            })}
          </dd>
        </dl>
      </main>
    </Document>
  );
}

/** After the end of one's account. */
export function AccountDeleted({ site }: { site: Site }) {
  return (
    <Notice
      site={site}
      title={t('Your account is deleted')}
      sentence={t(
        'This browser has forgotten its keys and messages. Delete them on your other devices, too: they cannot sign in any more.',
      )}
      action={null}
    />
  );
}
