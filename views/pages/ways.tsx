/** GET /settings/password and /settings/passkey: another way in. Only an open vault can be given one more, so both begin with opening it. */
import { t } from '../../src/contract/words.ts';
import type { Site, Viewer } from '../layout.tsx';
import { attribute } from '../parts/attribute.ts';
import { Door, NeedsScript } from '../parts/door.tsx';
import { Field, FormMessages } from '../parts/field.tsx';
import { Icon } from '../parts/icon.tsx';
import { text } from '../parts/words.tsx';
import { RecoveryCodeField } from './sign-in.tsx';

export interface WayProps {
  readonly site: Site;
  readonly viewer: Viewer;
  readonly hasPassword: boolean;
  /** Whether a passkey of this person opens the vault, at an address where browsers take passkeys. */
  readonly hasPasskey: boolean;
  readonly minPassword: number;
}

export function ChangePassword(props: WayProps) {
  const { site, viewer, hasPassword, minPassword } = props;
  const title = hasPassword ? t('Change your password') : t('Set a password');
  return (
    <Door
      site={site}
      page="password"
      title={title}
      lead={t(
        'It opens your account and your messages. Everywhere else where you are signed in, you are signed out.',
      )}
      viewer={viewer}
    >
      <NeedsScript what={t('Changing your password')} />
      <form class="stack" data-island="password" method="dialog" novalidate>
        <input type="hidden" name="username" value={attribute(viewer.username)} autocomplete="username" />
        <Field
          name="password"
          label={t('New password')}
          type="password"
          autocomplete="new-password"
          hint={t('{n} characters or more.', { n: minPassword })}
          minlength={minPassword}
          required
        />
        <OpenVault {...props} action={t('Change password')} passkeyAction={t('Change with a passkey')} />
      </form>
      <Back />
    </Door>
  );
}

export function AddPasskey(props: WayProps) {
  const { site, viewer } = props;
  return (
    <Door
      site={site}
      page="passkey"
      title={t('Add a passkey')}
      lead={t(
        'A passkey of this device or of a security key signs you in by a touch. Most open your messages, too.',
      )}
      viewer={viewer}
    >
      <NeedsScript what={t('Adding a passkey')} />
      <form class="stack" data-island="passkey" method="dialog" novalidate>
        <input type="hidden" name="username" value={attribute(viewer.username)} autocomplete="username" />
        <Field
          name="label"
          label={t('Name of the passkey')}
          autocomplete="off"
          hint={t('So that you know it again: “Laptop”, “Blue key”.')}
          maxlength={60}
        />
        <OpenVault {...props} action={t('Add passkey')} passkeyAction={t('Continue with another passkey')} />
      </form>
      <Back />
    </Door>
  );
}

/** What opens the vault, and shows who this is: the fields of the unlock page. */
function OpenVault({
  hasPassword,
  hasPasskey,
  action,
  passkeyAction,
}: WayProps & { action: string; passkeyAction: string }) {
  return (
    <>
      <h2>{text('Confirm that it is you')}</h2>
      {hasPassword ? (
        <>
          <Field
            name="passphrase"
            label={t('Current password')}
            type="password"
            autocomplete="current-password"
          />
          <p class="or">{text('or')}</p>
        </>
      ) : (
        ''
      )}
      <RecoveryCodeField required={false} />
      <FormMessages />
      <button type="submit" class="button primary" safe>
        {action}
      </button>
      {hasPasskey ? (
        <>
          <p class="or">{text('or')}</p>
          <button type="button" class="button" data-passkey="">
            <Icon name="key" />
            <span safe>{passkeyAction}</span>
          </button>
        </>
      ) : (
        ''
      )}
    </>
  );
}

function Back() {
  return (
    <p class="aside-line">
      <a href="/settings/security">{text('Back to Settings')}</a>
    </p>
  );
}
