/**
 * Adding a device by approval on another one: GET /link for the new device, GET /approve for the one that is there. Codes
 * are shown and typed, never part of an address.
 */
import type { Site, Viewer } from '../layout.tsx';
import { Door, NeedsScript } from '../parts/door.tsx';
import { Field, FormMessages } from '../parts/field.tsx';
import { Icon } from '../parts/icon.tsx';
import { RecoveryCodeField } from './sign-in.tsx';

export function Link({ site }: { site: Site }) {
  return (
    <Door
      site={site}
      page="link"
      title="Use another device"
      lead="Show this code to a device where you are signed in. It adds this one to your account."
      viewer={null}
    >
      <NeedsScript what="Adding this device" />
      <form class="stack" data-island="link" method="dialog" novalidate>
        <div class="stack link-step" data-step="code">
          <p class="link-code">
            <span class="label" id="link-code-label">
              Code
            </span>
            <output data-link-code="" aria-labelledby="link-code-label" aria-live="polite" />
          </p>
          <div class="qr-place" data-link-qr="" />
          <ol class="link-how">
            <li>On your other device open Settings, then Devices.</li>
            <li>Choose “Approve a new device”.</li>
            <li>Type this code there, or scan it. It is good for ten minutes.</li>
          </ol>
        </div>
        <div class="stack link-step" data-step="confirm" hidden>
          <h2 tabindex="-1">Is this you?</h2>
          <p>
            You are adding this device to <b data-link-person="" />.
          </p>
          <p>
            Your other device shows <code class="link-check" data-link-check="" />. If it shows anything else,
            do not go on.
          </p>
          <button type="submit" class="button primary">
            Add this device
          </button>
          <button type="button" class="button" data-link-decline="">
            Cancel
          </button>
        </div>
        <div class="stack link-step" data-step="over" hidden>
          <h2 tabindex="-1">Nothing was added</h2>
          <button type="button" class="button primary" data-link-again="">
            Show a new code
          </button>
        </div>
        <FormMessages />
      </form>
      <p class="aside-line">
        <a href="/sign-in">Back to sign-in</a>
      </p>
    </Door>
  );
}

export interface ApproveProps {
  readonly site: Site;
  readonly viewer: Viewer;
  readonly passkeys: boolean;
}

export function Approve({ site, viewer, passkeys }: ApproveProps) {
  return (
    <Door
      site={site}
      page="approve"
      title="Approve a new device"
      lead="Only approve a device that is in your hands now. Nobody from Sotto or your company will ever ask for this code."
      viewer={viewer}
    >
      <NeedsScript what="Approving a device" />
      <form class="stack link-step" data-island="approve" data-step="find" method="dialog" novalidate>
        <Field
          name="linkCode"
          label="Code on the new device"
          autocomplete="off"
          hint="Four groups of five. Spaces, dashes and capitals do not matter."
          required
          literal
        />
        <div data-scan-place="" />
        <FormMessages />
        <button type="submit" class="button primary">
          Continue
        </button>
        <button type="button" class="button" data-scan="" hidden>
          Scan the code
        </button>
      </form>
      <form class="stack link-step" data-step="vault" method="dialog" novalidate hidden>
        <h2 tabindex="-1">Is this the device in your hands?</h2>
        <dl class="facts">
          <dt>Device</dt>
          <dd data-link-agent="" />
          <dt>Asked</dt>
          <dd data-link-asked="" />
          <dt>Account</dt>
          <dd safe>{`${viewer.name} (@${viewer.username})`}</dd>
        </dl>
        <p>It will read what is sent to you from now on. Open your vault once more to approve it.</p>
        {passkeys ? (
          <>
            <button type="button" class="button primary" data-passkey="">
              <Icon name="key" />
              Approve with a passkey
            </button>
            <p class="or">or</p>
          </>
        ) : (
          ''
        )}
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
          Approve
        </button>
        <a class="button" href="/settings#devices">
          Cancel
        </a>
      </form>
      <form class="stack link-step" data-step="wait" method="dialog" novalidate hidden>
        <h2 tabindex="-1">Approved</h2>
        <p>
          The new device must show <code class="link-check" data-link-check="" />: then press “Add this
          device” there. If it shows anything else, take the approval back.
        </p>
        <FormMessages />
        <button type="submit" class="button">
          Take it back
        </button>
      </form>
      <div class="stack link-step" data-step="done" hidden>
        <h2 tabindex="-1" data-link-result="">
          Done
        </h2>
        <a class="button primary" href="/settings#devices">
          Back to Settings
        </a>
      </div>
      <p class="aside-line" data-step-back="">
        <a href="/settings#devices">Back to Settings</a>
      </p>
    </Door>
  );
}
