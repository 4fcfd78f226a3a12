/** GET /unlock: signed in, but this browser must open the vault before it can read or write. */
import type { Site, Viewer } from '../layout.tsx';
import { attribute } from '../parts/attribute.ts';
import { Door, NeedsScript } from '../parts/door.tsx';
import { Field, FormMessages } from '../parts/field.tsx';
import { Icon } from '../parts/icon.tsx';
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
      title="Unlock this browser"
      lead={`You are signed in as ${viewer.name}. Open your vault once, and this browser gets keys of its own.`}
      viewer={viewer}
    >
      <NeedsScript what="Unlocking" />
      <form class="stack" data-island="unlock" method="dialog" novalidate>
        {passkeys ? (
          <>
            <button type="button" class="button primary" data-passkey="">
              <Icon name="key" />
              Use a passkey
            </button>
            <p class="or">or</p>
          </>
        ) : (
          ''
        )}
        <input type="hidden" name="username" value={attribute(viewer.username)} autocomplete="username" />
        <Field
          name="passphrase"
          label="Passphrase"
          type="password"
          autocomplete="current-password"
          hint="The password of your account."
        />
        <p class="or">or</p>
        <RecoveryCodeField required={false} />
        <FormMessages />
        <button type="submit" class={passkeys ? 'button' : 'button primary'}>
          Unlock
        </button>
      </form>
      <form class="aside-line" method="post" action="/sign-out">
        Not you?{' '}
        <button type="submit" class="link">
          Sign out
        </button>
      </form>
    </Door>
  );
}
