/** GET /sign-in and /recover: back into an account, on this browser or a new one. */
import { t } from '../../src/contract/words.ts';
import type { Site } from '../layout.tsx';
import { Door, NeedsScript } from '../parts/door.tsx';
import { Field, FormMessages } from '../parts/field.tsx';
import { Icon } from '../parts/icon.tsx';
import { text } from '../parts/words.tsx';

export interface SignInProps {
  readonly site: Site;
  /** False where the address has no name: browsers refuse passkeys there. */
  readonly passkeys: boolean;
  /** Anybody may make an account here. */
  readonly open: boolean;
}

export function SignIn({ site, passkeys, open }: SignInProps) {
  return (
    <Door
      site={site}
      page="sign-in"
      title={t('Sign in')}
      heading={site.workspace}
      lead={t('Sign in to read and write. Your keys stay on this device.')}
      viewer={null}
    >
      <NeedsScript what={t('Signing in')} />
      <div class="card warn stack" role="status" data-removed="" hidden>
        <p data-removed-words="" />
      </div>
      <form class="stack" data-island="sign-in" method="dialog" novalidate>
        <div class="stack" data-asked-first="">
          {passkeys ? (
            <>
              <button type="button" class="button primary" data-passkey="">
                <Icon name="key" />
                {text('Sign in with a passkey')}
              </button>
              <p class="or">{text('or')}</p>
            </>
          ) : (
            <NoPasskeys />
          )}
          <Field name="username" label={t('Username')} autocomplete="username webauthn" required literal />
          <Field
            name="password"
            label={t('Password')}
            type="password"
            autocomplete="current-password"
            required
          />
        </div>
        <AskCode />
        <FormMessages />
        <button type="submit" class={passkeys ? 'button' : 'button primary'}>
          {text('Sign in')}
        </button>
      </form>
      <p class="aside-line">
        {text('Lost your password or passkey?')} <a href="/recover">{text('Use your recovery code')}</a>
      </p>
      {open ? (
        <p class="aside-line">
          {text('New here?')} <a href="/join">{text('Make an account')}</a>
        </p>
      ) : (
        ''
      )}
      <p class="aside-line">
        {text('Signed in somewhere else?')} <a href="/link">{text('Use another device instead')}</a>
      </p>
    </Door>
  );
}

export function Recover({ site }: { site: Site }) {
  return (
    <Door
      site={site}
      page="recover"
      title={t('Use your recovery code')}
      lead={t('The code you saved when you joined opens your account and your messages on this device.')}
      viewer={null}
    >
      <NeedsScript what={t('Recovery')} />
      <form class="stack" data-island="recover" method="dialog" novalidate>
        <div class="stack" data-asked-first="">
          <Field name="username" label={t('Username')} autocomplete="username" required literal />
          <RecoveryCodeField />
        </div>
        <AskCode />
        <FormMessages />
        <button type="submit" class="button primary">
          {text('Unlock')}
        </button>
      </form>
      <p class="aside-line">
        {text('Found your password or passkey?')} <a href="/sign-in">{text('Back to sign-in')}</a>
      </p>
      <p class="aside-line">
        {text('Lost the code, too? An admin of this workspace can give you a link to start again.')}
      </p>
    </Door>
  );
}

/** Where the island asks for the second factor, after the secret was right. */
function AskCode() {
  return (
    <div class="stack" data-ask="" hidden>
      <CodeField hint={t('Six digits from your authenticator app, or one of your backup codes.')} />
    </div>
  );
}

/** A code of the second factor. */
export function CodeField({ hint, error }: { hint: string; error?: string | undefined }) {
  return (
    <Field
      name="one-time-code"
      label={t('Code')}
      autocomplete="one-time-code"
      hint={hint}
      error={error}
      required
      literal
    />
  );
}

export function RecoveryCodeField({ required = true }: { required?: boolean }) {
  return (
    <Field
      name="code"
      label={t('Recovery code')}
      autocomplete="off"
      hint={t('Spaces, dashes and capitals do not matter.')}
      required={required}
      literal
    />
  );
}

/** Why there is no passkey button on an address without a name. */
export function NoPasskeys() {
  return (
    <p class="card">
      {text(
        'This address has no name, only a number, and browsers refuse passkeys there. A password works everywhere.',
      )}
    </p>
  );
}
