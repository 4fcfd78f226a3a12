/** Letting somebody start again. The link is shown once: the server keeps only a hash of its secret. */

import type { Person } from '../../src/contract/accounts.ts';
import type { StartAgainCreated } from '../../src/contract/start-again.ts';
import { t } from '../../src/contract/words.ts';
import { Icon } from '../parts/icon.tsx';
import { When } from '../parts/sheet.tsx';
import { markup, text } from '../parts/words.tsx';

export interface OpenStartAgain {
  readonly id: string;
  readonly username: string;
  readonly name: string;
  readonly expiresAt: number;
}

/** What is offered under a person's row; the answer to its form comes there. */
export function StartAgainOffer({ person: { account, username, name } }: { person: Person }) {
  const result = `start-again-${account}`;
  return (
    <details class="start-again">
      <summary>{text('Lost every way in?')}</summary>
      <p safe>
        {t(
          'Only when {name} has lost every device, the password or passkey, and the recovery code. The link gives {name} a new identity in this account, and everybody sees that. What was written before cannot be opened with it.',
          { name },
        )}
      </p>
      <p safe>
        {t(
          'Make sure that it is {name} who asks, by voice or in person: whoever opens the link is {name} from then on.',
          { name },
        )}
      </p>
      <form
        method="post"
        action="/admin/start-again#people"
        hx-post="/admin/start-again"
        hx-target={`#${result}`}
        hx-swap="innerHTML"
      >
        <input type="hidden" name="username" value={username} />
        <button type="submit" class="button">
          <Icon name="link" />
          {text('Make a link to start again')}
        </button>
      </form>
      <div id={result} class="invite-result" aria-live="polite" />
    </details>
  );
}

/** The new link. */
export function CreatedStartAgain({ link: { url, username, name, expiresAt } }: { link: StartAgainCreated }) {
  const id = `start-again-url-${username}`;
  return (
    <div class="card ok">
      <p>
        <b safe>{t('Here is the link for {name}.', { name })}</b>{' '}
        {markup('It works once, until {moment}, and is not shown again.', {
          moment: <When at={expiresAt} hour />,
        })}
      </p>
      <p class="invite-line">
        <code class="wrap" id={id} data-start-again-url="" translate="no" safe>
          {url}
        </code>
        <button type="button" class="button small" data-copy={id} hidden>
          <Icon name="copy" />
          {text('Copy link')}
        </button>
      </p>
    </div>
  );
}

/** The answer to a request of htmx: the new link, and the list of open ones in the place of the one before. */
export function StartAgainAnswer({
  created,
  open,
}: {
  created: StartAgainCreated;
  open: readonly OpenStartAgain[];
}) {
  return (
    <>
      <CreatedStartAgain link={created} />
      <OpenStartAgains links={open} replace />
    </>
  );
}

/** What can still be used. `replace` is for the answer to htmx, where the new list takes the place of the one before. */
export function OpenStartAgains({
  links,
  replace = false,
}: {
  links: readonly OpenStartAgain[];
  replace?: boolean;
}) {
  return (
    <ul
      class="list"
      id="open-start-agains"
      aria-label={t('Open links to start again')}
      {...(replace ? { 'hx-swap-oob': 'true' } : {})}
    >
      {links.map(({ id, username, name, expiresAt }) => (
        <li class="list-row">
          <span class="list-main">
            <b safe>{t('{name} can start again', { name })}</b>
            <small>
              <span safe>{`@${username}`}</span> ·{' '}
              {markup('Until {day}', { day: <When at={expiresAt} hour /> })}
            </small>
          </span>
          <form
            class="list-side"
            method="post"
            action={`/admin/start-again/${encodeURIComponent(id)}/revoke`}
            hx-post={`/admin/start-again/${encodeURIComponent(id)}/revoke`}
            hx-target="closest li"
            hx-swap="delete"
          >
            <button type="submit" class="button small">
              {text('Take back')}
            </button>
          </form>
        </li>
      ))}
    </ul>
  );
}
