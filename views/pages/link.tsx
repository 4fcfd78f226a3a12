/**
 * Adding a device by approval on another one: GET /link for the new device, GET /approve for the one that is there. Codes
 * are shown and typed, never part of an address.
 */
import { t } from '../../src/contract/words.ts';
import type { Site, Viewer } from '../layout.tsx';
import { Door, NeedsScript } from '../parts/door.tsx';
import { Field, FormMessages } from '../parts/field.tsx';
import { Icon } from '../parts/icon.tsx';
import { markup, text } from '../parts/words.tsx';
import { RecoveryCodeField } from './sign-in.tsx';

export function Link({ site }: { site: Site }) {
  return (
    <Door
      site={site}
      page="link"
      title={t('Use another device')}
      lead={t('Show this code to a device where you are signed in. It adds this one to your account.')}
      viewer={null}
    >
      <NeedsScript what={t('Adding this device')} />
      <form class="stack" data-island="link" method="dialog" novalidate>
        <div class="stack link-step" data-step="code">
          <p class="link-code">
            <span class="label" id="link-code-label">
              {text('Code')}
            </span>
            <output data-link-code="" aria-labelledby="link-code-label" aria-live="polite" />
          </p>
          <div class="qr-place" data-link-qr="" />
          <ol class="link-how">
            <li>{text('On your other device open Settings, then Devices.')}</li>
            <li>{text('Choose “Approve a new device”.')}</li>
            <li>{text('Type this code there, or scan it. It is good for ten minutes.')}</li>
          </ol>
        </div>
        <div class="stack link-step" data-step="confirm" hidden>
          <h2 tabindex="-1">{text('Is this you?')}</h2>
          <p>{markup('You are adding this device to {person}.', { person: <b data-link-person="" /> })}</p>
          <p>
            {markup('Your other device shows {check}. If it shows anything else, do not go on.', {
              check: <code class="link-check" data-link-check="" />,
            })}
          </p>
          <button type="submit" class="button primary">
            {text('Add this device')}
          </button>
          <button type="button" class="button" data-link-decline="">
            {text('Cancel')}
          </button>
        </div>
        <div class="stack link-step" data-step="over" hidden>
          <h2 tabindex="-1">{text('Nothing was added')}</h2>
          <button type="button" class="button primary" data-link-again="">
            {text('Show a new code')}
          </button>
        </div>
        <FormMessages />
      </form>
      <p class="aside-line">
        <a href="/sign-in">{text('Back to sign-in')}</a>
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
      title={t('Approve a new device')}
      lead={t(
        'Only approve a device that is in your hands now. Nobody from Sotto or your company will ever ask for this code.',
      )}
      viewer={viewer}
    >
      <NeedsScript what={t('Approving a device')} />
      <form class="stack link-step" data-island="approve" data-step="find" method="dialog" novalidate>
        <Field
          name="linkCode"
          label={t('Code on the new device')}
          autocomplete="off"
          hint={t('Four groups of five. Spaces, dashes and capitals do not matter.')}
          required
          literal
        />
        <div data-scan-place="" />
        <FormMessages />
        <button type="submit" class="button primary">
          {text('Continue')}
        </button>
        <button type="button" class="button" data-scan="" hidden>
          {text('Scan the code')}
        </button>
      </form>
      <form class="stack link-step" data-step="vault" method="dialog" novalidate hidden>
        <h2 tabindex="-1">{text('Is this the device in your hands?')}</h2>
        <dl class="facts">
          <dt>{text('Device')}</dt>
          <dd data-link-agent="" />
          <dt>{text('Asked')}</dt>
          <dd data-link-asked="" />
          <dt>{text('Account')}</dt>
          <dd safe>{`${viewer.name} (@${viewer.username})`}</dd>
        </dl>
        <p>
          {text('It will read what is sent to you from now on. Open your vault once more to approve it.')}
        </p>
        {passkeys ? (
          <>
            <button type="button" class="button primary" data-passkey="">
              <Icon name="key" />
              {text('Approve with a passkey')}
            </button>
            <p class="or">{text('or')}</p>
          </>
        ) : (
          ''
        )}
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
          {text('Approve')}
        </button>
        <a class="button" href="/settings#devices">
          {text('Cancel')}
        </a>
      </form>
      <form class="stack link-step" data-step="wait" method="dialog" novalidate hidden>
        <h2 tabindex="-1">{text('Approved')}</h2>
        <p>
          {markup(
            'The new device must show {check}: then press “Add this device” there. If it shows anything else, take the approval back.',
            { check: <code class="link-check" data-link-check="" /> },
          )}
        </p>
        <FormMessages />
        <button type="submit" class="button">
          {text('Take it back')}
        </button>
      </form>
      <div class="stack link-step" data-step="done" hidden>
        <h2 tabindex="-1" data-link-result="">
          {text('Done')}
        </h2>
        <a class="button primary" href="/settings#devices">
          {text('Back to Settings')}
        </a>
      </div>
      <p class="aside-line" data-step-back="">
        <a href="/settings#devices">{text('Back to Settings')}</a>
      </p>
    </Door>
  );
}
