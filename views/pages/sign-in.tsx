/** GET /sign-in and /recover: back into an account, on this browser or a new one. */
import type { Site } from '../layout.tsx';
import { Door, NeedsScript } from '../parts/door.tsx';
import { Field, FormMessages } from '../parts/field.tsx';
import { Icon } from '../parts/icon.tsx';

export interface SignInProps {
  readonly site: Site;
  /** False where the address has no name: browsers refuse passkeys there. */
  readonly passkeys: boolean;
}

export function SignIn({ site, passkeys }: SignInProps) {
  return (
    <Door
      site={site}
      page="sign-in"
      title="Sign in"
      heading={site.workspace}
      lead="Sign in to read and write. Your keys stay on this device."
      viewer={null}
    >
      <NeedsScript what="Signing in" />
      <div class="card warn stack" role="status" data-removed="" hidden>
        <p data-removed-words="" />
      </div>
      <form class="stack" data-island="sign-in" method="dialog" novalidate>
        {passkeys ? (
          <>
            <button type="button" class="button primary" data-passkey="">
              <Icon name="key" />
              Sign in with a passkey
            </button>
            <p class="or">or</p>
          </>
        ) : (
          <NoPasskeys />
        )}
        <Field name="username" label="Username" autocomplete="username webauthn" required literal />
        <Field name="password" label="Password" type="password" autocomplete="current-password" required />
        <FormMessages />
        <button type="submit" class={passkeys ? 'button' : 'button primary'}>
          Sign in
        </button>
      </form>
      <p class="aside-line">
        Lost your password or passkey? <a href="/recover">Use your recovery code</a>
      </p>
      <p class="aside-line">
        Signed in somewhere else? <a href="/link">Use another device instead</a>
      </p>
    </Door>
  );
}

export function Recover({ site }: { site: Site }) {
  return (
    <Door
      site={site}
      page="recover"
      title="Use your recovery code"
      lead="The code you saved when you joined opens your account and your messages on this device."
      viewer={null}
    >
      <NeedsScript what="Recovery" />
      <form class="stack" data-island="recover" method="dialog" novalidate>
        <Field name="username" label="Username" autocomplete="username" required literal />
        <RecoveryCodeField />
        <FormMessages />
        <button type="submit" class="button primary">
          Unlock
        </button>
      </form>
      <p class="aside-line">
        Found your password or passkey? <a href="/sign-in">Back to sign-in</a>
      </p>
    </Door>
  );
}

export function RecoveryCodeField({ required = true }: { required?: boolean }) {
  return (
    <Field
      name="code"
      label="Recovery code"
      autocomplete="off"
      hint="Spaces, dashes and capitals do not matter."
      required={required}
      literal
    />
  );
}

/** Why there is no passkey button on an address without a name. */
export function NoPasskeys() {
  return (
    <p class="card">
      This address has no name, only a number, and browsers refuse passkeys there. A password works
      everywhere.
    </p>
  );
}
