/** GET /settings/mail: where somebody is written to, and about what. */
import type { Role } from '../../src/contract/accounts.ts';
import { MAIL_CODE_DIGITS, MAX_MAIL_ADDRESS, type MailSettings } from '../../src/contract/mail.ts';
import { t } from '../../src/contract/words.ts';
import { Field } from '../parts/field.tsx';
import { SettingsNav } from '../parts/settings-nav.tsx';
import { Section, Sheet } from '../parts/sheet.tsx';
import { markup, text } from '../parts/words.tsx';

export interface MailProps {
  readonly role: Role;
  readonly username: string;
  /** False on a server that sends none. */
  readonly available: boolean;
  readonly settings: MailSettings | null;
  /** As it was typed, when it could not be. */
  readonly typed?: { readonly address?: string; readonly errors: Readonly<Record<string, string>> };
  readonly saved?: boolean;
}

export function Mail({ role, username, available, settings, typed, saved = false }: MailProps) {
  return (
    <Sheet view="settings" title={t('Mail')} lead={`@${username}`}>
      <SettingsNav role={role} here="/settings/mail" />
      {available ? (
        <>
          <Address settings={settings} typed={typed} />
          {settings?.verified ? <Choices settings={settings} saved={saved} /> : ''}
        </>
      ) : (
        <Section id="mail-address" title={t('Address')}>
          <p>{text('This server sends no mail. Its operator can set it up.')}</p>
        </Section>
      )}
    </Sheet>
  );
}

function Address({
  settings,
  typed,
}: Pick<MailProps, 'settings'> & { typed: MailProps['typed'] | undefined }) {
  return (
    <Section
      id="mail-address"
      title={t('Address')}
      lead={t(
        'Mail tells you of sign-ins and changes to your account, and when messages wait. It never holds what anybody wrote, nor who. The server keeps the address; nobody else here sees it.',
      )}
    >
      {settings ? <Known settings={settings} /> : ''}
      {settings && !settings.verified ? <Code error={typed?.errors.code} /> : ''}
      <form class="stack" method="post" action="/settings/mail">
        <Field
          name="address"
          label={settings ? t('Another address') : t('Address')}
          value={typed?.address ?? ''}
          error={typed?.errors.address}
          type="email"
          autocomplete="email"
          maxlength={MAX_MAIL_ADDRESS}
          literal
        />
        <div class="buttons">
          <button type="submit" class="button">
            {text('Send a code')}
          </button>
        </div>
      </form>
    </Section>
  );
}

function Known({ settings: { address, verified, problem } }: { settings: MailSettings }) {
  return (
    <>
      <dl class="facts">
        <dt>{text('Address')}</dt>
        <dd safe>{address}</dd>
        <dt>{text('State')}</dt>
        <dd>{verified ? text('Verified') : text('Waits for the code')}</dd>
      </dl>
      {problem === '' ? (
        ''
      ) : (
        <p class="error" role="alert">
          {markup('The mail server refuses this address: {said}', { said: <code safe>{problem}</code> })}
        </p>
      )}
      <form method="post" action="/settings/mail/remove" class="buttons">
        <button type="submit" class="button">
          {text('Remove the address')}
        </button>
      </form>
    </>
  );
}

function Code({ error }: { error: string | undefined }) {
  return (
    <form class="stack" method="post" action="/settings/mail/verify">
      <Field
        name="code"
        label={t('Code')}
        hint={t('{n} digits, in the mail that was just sent. It is good for 30 minutes.', {
          n: MAIL_CODE_DIGITS,
        })}
        error={error}
        autocomplete="one-time-code"
        maxlength={MAIL_CODE_DIGITS + 4}
        literal
      />
      <div class="buttons">
        <button type="submit" class="button primary">
          {text('Verify')}
        </button>
      </div>
    </form>
  );
}

function Choices({ settings, saved }: { settings: MailSettings; saved: boolean }) {
  return (
    <Section id="choices" title={t('What you are told')}>
      <form class="stack" method="post" action="/settings/mail/choices">
        <label class="check">
          <input type="checkbox" name="security" value="on" checked disabled />
          <span>{text('Sign-ins from new places, and changes to how you sign in')}</span>
        </label>
        <label class="check">
          <input type="checkbox" name="digest" value="on" checked={settings.digest} />
          <span>
            {text('How many messages wait, when none of your devices has fetched them for an hour')}
            <small class="hint">{text('Once a day at most.')}</small>
          </span>
        </label>
        <p class="progress" role="status">
          {saved ? text('Saved.') : ''}
        </p>
        <div class="buttons">
          <button type="submit" class="button">
            {text('Save')}
          </button>
        </div>
      </form>
    </Section>
  );
}
