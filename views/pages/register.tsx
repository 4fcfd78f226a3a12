/** GET /setup and /join: a new account. The token stands in the fragment, which no server ever gets. */
import { t } from '../../src/contract/words.ts';
import type { PageName, Site } from '../layout.tsx';
import { Door, NeedsScript } from '../parts/door.tsx';
import { Field, FormMessages } from '../parts/field.tsx';
import { Icon } from '../parts/icon.tsx';
import { markup, text } from '../parts/words.tsx';
import { NoPasskeys } from './sign-in.tsx';

/** What the fields take: contract/limits.ts, handed in because views import types only. */
export interface RegisterLimits {
  readonly minPassword: number;
  readonly maxName: number;
  readonly maxUsername: number;
}

export interface RegisterProps {
  readonly site: Site;
  readonly limits: RegisterLimits;
  readonly passkeys: boolean;
  /** Anybody may make an account here, with an invite or without. */
  readonly open?: boolean;
  /** False when the operator named no address: passkeys made here end with it, so a password is asked for too. */
  readonly fixedAddress: boolean;
  /** The address as people open it. */
  readonly origin: string;
}

export function Setup(props: RegisterProps) {
  return (
    <Register
      {...props}
      page="setup"
      title={t('Set up your workspace')}
      lead={t('You are the first here: you become its owner. This link works once.')}
      verb={t('Create workspace')}
      passkeyVerb={t('Create workspace with a passkey')}
    />
  );
}

export function Join(props: RegisterProps) {
  return (
    <Register
      {...props}
      page="join"
      title={t('Join {workspace}', { workspace: props.site.workspace })}
      lead={
        props.open
          ? t('Make your account; its keys are made in this browser.')
          : t('You were invited. Make your account; its keys are made in this browser.')
      }
      verb={t('Create account')}
      passkeyVerb={t('Create account with a passkey')}
    />
  );
}

interface FormProps extends RegisterProps {
  readonly page: PageName & ('setup' | 'join');
  readonly title: string;
  readonly lead: string;
  readonly verb: string;
  readonly passkeyVerb: string;
}

function Register(props: FormProps) {
  const { site, limits, passkeys, fixedAddress, origin, page, title, lead, verb, passkeyVerb } = props;
  const required = !passkeys || !fixedAddress;
  return (
    <Door site={site} page={page} title={title} lead={lead} viewer={null}>
      <NeedsScript what={t('Making an account')} />
      <form class="stack" data-island={page} method="dialog" novalidate>
        {page === 'setup' ? (
          <Field
            name="workspace"
            label={t('Workspace name')}
            autocomplete="organization"
            maxlength={limits.maxName}
            placeholder={t('Harbour Lab')}
            required
          />
        ) : (
          ''
        )}
        <Field name="name" label={t('Your name')} autocomplete="name" maxlength={limits.maxName} required />
        <Field
          name="username"
          label={t('Username')}
          autocomplete="username"
          maxlength={limits.maxUsername}
          pattern={'[a-z0-9](?:[a-z0-9._\\-]{0,30}[a-z0-9])?'}
          hint={t('Small letters, digits, dot, dash and underscore.')}
          required
          literal
        />
        <Field
          name="password"
          label={t('Password')}
          type="password"
          autocomplete="new-password"
          minlength={limits.minPassword}
          hint={passwordHint(limits.minPassword, required)}
          required={required}
        />
        {passkeys ? '' : <NoPasskeys />}
        {passkeys && !fixedAddress ? <MovingAddress origin={origin} /> : ''}
        <FormMessages />
        {passkeys ? (
          <button type="button" class="button primary" data-passkey="">
            <Icon name="key" />
            <span safe>{passkeyVerb}</span>
          </button>
        ) : (
          ''
        )}
        <button type="submit" class={passkeys ? 'button' : 'button primary'} safe>
          {verb}
        </button>
      </form>
      <p class="aside-line">
        {text('Have an account already?')} <a href="/sign-in">{text('Go to sign-in')}</a>
      </p>
    </Door>
  );
}

export function passwordHint(length: number, required: boolean): string {
  const rule = t('{length} characters or more. It never leaves this browser.', { length });
  return required ? rule : `${rule} ${t('You can do without one when you use a passkey.')}`;
}

export function MovingAddress({ origin }: { origin: string }) {
  return (
    <p class="card">
      {markup(
        'Passkeys and devices belong to this address, {origin}. Set a password as well, so that you can still sign in if the address changes.',
        { origin: <b safe>{origin}</b> },
      )}
    </p>
  );
}
