/** GET /confirm: somebody shows once more who they are, before what cannot be taken back. */
import { t } from '../../src/contract/words.ts';
import type { Site, Viewer } from '../layout.tsx';
import { attribute } from '../parts/attribute.ts';
import { Door, NeedsScript } from '../parts/door.tsx';
import { Field, FormMessages } from '../parts/field.tsx';
import { Icon } from '../parts/icon.tsx';
import { text } from '../parts/words.tsx';
import { CodeField } from './sign-in.tsx';

export interface ConfirmProps {
  readonly site: Site;
  readonly viewer: Viewer;
  /** A path of this site, where the person goes on. */
  readonly next: string;
  /** What this person has to show. */
  readonly ways: { readonly password: boolean; readonly passkey: boolean; readonly code: boolean };
  /** What was wrong with the code. */
  readonly error?: string | undefined;
}

export function Confirm({ site, viewer, next, ways, error }: ConfirmProps) {
  return (
    <Door
      site={site}
      page="confirm"
      title={t('Confirm that it is you')}
      lead={t(
        'You are signed in as {name}. What comes next cannot be taken back, so show once more who you are.',
        {
          name: viewer.name,
        },
      )}
      viewer={viewer}
    >
      {ways.passkey || ways.password ? (
        <form class="stack" data-island="confirm" method="dialog" novalidate>
          <NeedsScript what={t('A password or passkey')} />
          <input type="hidden" name="then" value={attribute(next)} />
          {ways.passkey ? (
            <button type="button" class="button primary" data-passkey="">
              <Icon name="key" />
              {text('Confirm with a passkey')}
            </button>
          ) : (
            ''
          )}
          {ways.passkey && ways.password ? <p class="or">{text('or')}</p> : ''}
          {ways.password ? (
            <>
              <input
                type="hidden"
                name="username"
                value={attribute(viewer.username)}
                autocomplete="username"
              />
              <Field
                name="password"
                label={t('Password')}
                type="password"
                autocomplete="current-password"
                required
              />
            </>
          ) : (
            ''
          )}
          <FormMessages />
          {ways.password ? (
            <button type="submit" class={ways.passkey ? 'button' : 'button primary'}>
              {text('Confirm')}
            </button>
          ) : (
            ''
          )}
        </form>
      ) : (
        ''
      )}
      {ways.code ? (
        <>
          {ways.passkey || ways.password ? <p class="or">{text('or')}</p> : ''}
          <form class="stack" method="post" action="/confirm">
            <input type="hidden" name="then" value={attribute(next)} />
            <CodeField
              hint={t('Six digits from your authenticator app, or one of your backup codes.')}
              error={error}
            />
            <button type="submit" class="button">
              {text('Confirm with a code')}
            </button>
          </form>
        </>
      ) : (
        ''
      )}
      <p class="aside-line">
        <a href="/">{text('Cancel')}</a>
      </p>
    </Door>
  );
}
