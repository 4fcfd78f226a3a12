/** GET /start-again: a new identity for somebody who has lost every way in. The token stands in the fragment. */
import { t } from '../../src/contract/words.ts';
import { Door, NeedsScript } from '../parts/door.tsx';
import { Field, FormMessages } from '../parts/field.tsx';
import { Icon } from '../parts/icon.tsx';
import { markup, text } from '../parts/words.tsx';
import { MovingAddress, passwordHint, type RegisterProps } from './register.tsx';
import { NoPasskeys } from './sign-in.tsx';

export function StartAgain({ site, limits, passkeys, fixedAddress, origin }: RegisterProps) {
  const required = !passkeys || !fixedAddress;
  return (
    <Door
      site={site}
      page="start-again"
      title={t('Start again')}
      lead={t('For when every device, the password or passkey, and the recovery code are gone.')}
      viewer={null}
    >
      <NeedsScript what={t('Starting again')} />
      <form class="stack" data-island="start-again" method="dialog" novalidate>
        <div class="stack" data-step="choose">
          <p data-start-again-for="" data-waiting="">
            {markup('This link is for {person}.', { person: <b data-start-again-person="" /> })}
          </p>
          <h2>{text('What happens')}</h2>
          <ul class="start-again-what">
            <li>{text('Your account, your username and your conversations stay.')}</li>
            <li>
              {text(
                'You get a new identity, and everybody sees that. Each of them goes on with you once they have made sure that it is you; in a group, an admin of it confirms you first.',
              )}
            </li>
            <li>
              {text(
                'What was written before cannot be opened any more. In groups that allow it, another member can show it to you.',
              )}
            </li>
            <li>
              {text(
                'Your former devices are removed, and your saved history is deleted, because nobody can open it any more. So is what this browser still holds of your account.',
              )}
            </li>
          </ul>
          <p class="card">
            {markup(
              'Is there a device that still works, or your recovery code? Then go another way, and keep everything: {another} or {code}.',
              {
                another: <a href="/link">{text('use another device')}</a>,
                code: <a href="/recover">{text('use your recovery code')}</a>,
              },
            )}
          </p>
          <Field
            name="password"
            label={t('New password')}
            type="password"
            autocomplete="new-password"
            minlength={limits.minPassword}
            hint={passwordHint(limits.minPassword, required)}
            required={required}
          />
          {passkeys ? '' : <NoPasskeys />}
          {passkeys && !fixedAddress ? <MovingAddress origin={origin} /> : ''}
          <label class="check">
            <input type="checkbox" name="understood" required />
            <span>{text('I have no other way in, and want a new identity')}</span>
          </label>
          <p class="error" data-field-error="understood" />
        </div>
        <div class="stack link-step" data-step="over" hidden>
          <h2 tabindex="-1">{text('This link is over')}</h2>
        </div>
        <FormMessages />
        <div class="stack" data-start-again-buttons="">
          {passkeys ? (
            <button type="button" class="button primary" data-passkey="">
              <Icon name="key" />
              {text('Start again with a passkey')}
            </button>
          ) : (
            ''
          )}
          <button type="submit" class={passkeys ? 'button' : 'button primary'}>
            {text('Start again')}
          </button>
        </div>
      </form>
      <p class="aside-line">
        <a href="/sign-in">{text('Back to sign-in')}</a>
      </p>
    </Door>
  );
}
