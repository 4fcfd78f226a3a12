/** GET /unlock: signed in, but this browser must open the vault before it can read or write. */
import { t } from '../../src/contract/words.ts';
import type { Site, Viewer } from '../layout.tsx';
import { attribute } from '../parts/attribute.ts';
import { Door, NeedsScript } from '../parts/door.tsx';
import { Field, FormMessages } from '../parts/field.tsx';
import { Icon } from '../parts/icon.tsx';
import { text } from '../parts/words.tsx';
import { RecoveryCodeField } from './sign-in.tsx';

export interface UnlockProps {
  readonly site: Site;
  readonly viewer: Viewer;
  readonly passkeys: boolean;
}

export function Unlock({ site, viewer, passkeys }: UnlockProps) {
  return (
    <Door
      site={site}
      page="unlock"
      title={t('Unlock this browser')}
      lead={t('You are signed in as {name}. Open your vault once, and this browser gets keys of its own.', {
        name: viewer.name,
      })}
      viewer={viewer}
    >
      <NeedsScript what={t('Unlocking')} />
      <form class="stack" data-island="unlock" method="dialog" novalidate>
        {passkeys ? (
          <>
            <button type="button" class="button primary" data-passkey="">
              <Icon name="key" />
              {text('Use a passkey')}
            </button>
            <p class="or">{text('or')}</p>
          </>
        ) : (
          ''
        )}
        <input type="hidden" name="username" value={attribute(viewer.username)} autocomplete="username" />
        <Field
          name="passphrase"
          label={t('Passphrase')}
          type="password"
          autocomplete="current-password"
          hint={t('The password of your account.')}
        />
        <p class="or">{text('or')}</p>
        <RecoveryCodeField required={false} />
        <FormMessages />
        <button type="submit" class={passkeys ? 'button' : 'button primary'}>
          {text('Unlock')}
        </button>
      </form>
      <form class="aside-line" method="post" action="/sign-out">
        {text('Not you?')}{' '}
        <button type="submit" class="link">
          {text('Sign out')}
        </button>
      </form>
    </Door>
  );
}
