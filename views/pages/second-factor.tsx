/** Setting up an authenticator app, and its backup codes. Both pages hold secrets and are answers to forms alone. */
import { t } from '../../src/contract/words.ts';
import type { Site, Viewer } from '../layout.tsx';
import { attribute } from '../parts/attribute.ts';
import { Door } from '../parts/door.tsx';
import { KeepCode } from '../parts/keep-code.tsx';
import { markup, text } from '../parts/words.tsx';
import { CodeField } from './sign-in.tsx';

export interface SecondFactorSetUpProps {
  readonly site: Site;
  readonly viewer: Viewer;
  /** otpauth: address, which the island draws as a QR code. */
  readonly uri: string;
  /** The secret in Base32. */
  readonly secret: string;
  /** What was wrong with the code. */
  readonly error?: string | undefined;
}

export function SecondFactorSetUp({ site, viewer, uri, secret, error }: SecondFactorSetUpProps) {
  return (
    <Door
      site={site}
      page="second-factor"
      title={t('Set up a second factor')}
      lead={t(
        'An authenticator app on your phone makes a new code every 30 seconds. From now on a password alone opens nothing.',
      )}
      viewer={viewer}
    >
      <ol class="link-how">
        <li>{text('Scan the picture with an authenticator app, or type the secret into it.')}</li>
        <li>{text('Then enter the code that the app shows.')}</li>
      </ol>
      <div class="qr-place" data-otp={attribute(uri)} />
      <p class="link-code">
        <span class="label">{text('Secret')}</span>
        <code class="wrap" data-otp-secret="" translate="no" safe>
          {(secret.match(/.{1,4}/g) ?? []).join(' ')}
        </code>
      </p>
      <form class="stack" method="post" action="/settings/security/second-factor/confirm">
        <CodeField hint={t('The six digits that the app shows now.')} error={error} />
        <button type="submit" class="button primary">
          {text('Turn on')}
        </button>
      </form>
      <p class="aside-line">
        <a href="/settings/security">{text('Back to Settings')}</a>
      </p>
    </Door>
  );
}

export interface BackupCodesProps {
  readonly site: Site;
  readonly viewer: Viewer;
  readonly codes: readonly string[];
}

export function BackupCodes({ site, viewer, codes }: BackupCodesProps) {
  return (
    <Door
      site={site}
      page="second-factor"
      title={t('Your backup codes')}
      lead={t(
        'Each is good once, in place of a code of your app. They are shown only now: keep them where you keep important papers.',
      )}
      viewer={viewer}
    >
      <section class="code-sheet" aria-label={t('Backup codes')}>
        <p class="code-for">
          <span safe>{site.workspace}</span>
          <span safe>{`@${viewer.username}`}</span>
        </p>
        <ol class="backup-codes" data-backup-codes="" translate="no">
          {codes.map((code) => (
            <li>
              <code safe>{code}</code>
            </li>
          ))}
        </ol>
        <p class="hint">
          {markup('Codes from before are good for nothing any more. New ones can be had in {place}.', {
            place: <b>{text('Settings, under Security')}</b>,
          })}
        </p>
      </section>
      <KeepCode />
      <a class="button primary" href="/settings/security">
        {text('I have saved them')}
      </a>
    </Door>
  );
}
