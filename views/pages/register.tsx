/** GET /setup and /join: a new account. The token stands in the fragment, which no server ever gets. */
import type { PageName, Site } from '../layout.tsx';
import { Door, NeedsScript } from '../parts/door.tsx';
import { Field, FormMessages } from '../parts/field.tsx';
import { Icon } from '../parts/icon.tsx';
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
      title="Set up your workspace"
      lead="You are the first here: you become its owner. This link works once."
      verb="Create workspace"
    />
  );
}

export function Join(props: RegisterProps) {
  return (
    <Register
      {...props}
      page="join"
      title={`Join ${props.site.workspace}`}
      lead="You were invited. Make your account; its keys are made in this browser."
      verb="Create account"
    />
  );
}

interface FormProps extends RegisterProps {
  readonly page: PageName & ('setup' | 'join');
  readonly title: string;
  readonly lead: string;
  readonly verb: string;
}

function Register({ site, limits, passkeys, fixedAddress, origin, page, title, lead, verb }: FormProps) {
  const required = !passkeys || !fixedAddress;
  return (
    <Door site={site} page={page} title={title} lead={lead} viewer={null}>
      <NeedsScript what="Making an account" />
      <form class="stack" data-island={page} method="dialog" novalidate>
        {page === 'setup' ? (
          <Field
            name="workspace"
            label="Workspace name"
            autocomplete="organization"
            maxlength={limits.maxName}
            placeholder="Harbour Lab"
            required
          />
        ) : (
          ''
        )}
        <Field name="name" label="Your name" autocomplete="name" maxlength={limits.maxName} required />
        <Field
          name="username"
          label="Username"
          autocomplete="username"
          maxlength={limits.maxUsername}
          pattern={'[a-z0-9](?:[a-z0-9._\\-]{0,30}[a-z0-9])?'}
          hint="Small letters, digits, dot, dash and underscore."
          required
          literal
        />
        <Field
          name="password"
          label="Password"
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
            <span safe>{`${verb} with a passkey`}</span>
          </button>
        ) : (
          ''
        )}
        <button type="submit" class={passkeys ? 'button' : 'button primary'} safe>
          {verb}
        </button>
      </form>
      <p class="aside-line">
        Have an account already? <a href="/sign-in">Go to sign-in</a>
      </p>
    </Door>
  );
}

function passwordHint(length: number, required: boolean): string {
  const rule = `${length} characters or more. It never leaves this browser.`;
  return required ? rule : `${rule} You can do without one when you use a passkey.`;
}

function MovingAddress({ origin }: { origin: string }) {
  return (
    <p class="card">
      Passkeys and devices belong to this address, <b safe>{origin}</b>. Set a password as well, so that you
      can still sign in if the address changes.
    </p>
  );
}
