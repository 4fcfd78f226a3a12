/** GET /settings/security: the ways into one's own account. */
import type { Role } from '../../src/contract/accounts.ts';
import type { PasskeyRecord, SecondFactorRecord } from '../../src/contract/security.ts';
import { plural, t } from '../../src/contract/words.ts';
import type { Site, Viewer } from '../layout.tsx';
import { attribute } from '../parts/attribute.ts';
import { Door } from '../parts/door.tsx';
import { SettingsNav } from '../parts/settings-nav.tsx';
import { Section, Sheet, When } from '../parts/sheet.tsx';
import { markup, text } from '../parts/words.tsx';

export interface WaysProps {
  readonly hasPassword: boolean;
  readonly passkeys: readonly PasskeyRecord[];
  readonly maxPasskeys: number;
  /** False where the address has no name, or no TLS: browsers refuse passkeys there. */
  readonly passkeysWork: boolean;
  readonly secondFactor: SecondFactorRecord;
  /** What became of the form that was sent; null for none. */
  readonly note: string | null;
}

export function Security({ role, ...ways }: WaysProps & { role: Role }) {
  return (
    <Sheet
      view="settings"
      title={t('Security')}
      lead={t('How you get into your account, and how others do not.')}
    >
      <SettingsNav role={role} here="/settings/security" />
      <Note words={ways.note} />
      <PasswordSection {...ways} />
      <PasskeySection {...ways} />
      <SecondFactorSection {...ways} />
      <Section
        id="security-sessions"
        title={t('Sessions')}
        lead={t('Where you are signed in is in the general settings; each session can be ended there.')}
      >
        <div class="buttons">
          <a class="button" href="/settings#sessions">
            {text('Look at your sessions')}
          </a>
        </div>
      </Section>
    </Sheet>
  );
}

/** The same for a session that has shown no second factor where the workspace wants one: nothing else is open to it. */
export function SecurityRequired({ site, viewer, ...ways }: WaysProps & { site: Site; viewer: Viewer }) {
  const isSet = ways.secondFactor.since !== null || (ways.passkeysWork && ways.passkeys.length > 0);
  return (
    <Door
      site={site}
      page="second-factor"
      title={t('One more step')}
      lead={t(
        'This workspace asks everybody for more than a password: a passkey, or the code of an authenticator app.',
      )}
      viewer={viewer}
    >
      <Note words={ways.note} />
      {isSet ? (
        <a class="button primary" href="/confirm?then=/">
          {text('Show yours')}
        </a>
      ) : (
        <>
          {ways.passkeysWork ? (
            <>
              <a class="button primary" href="/settings/passkey">
                {text('Add a passkey')}
              </a>
              <p class="or">{text('or')}</p>
            </>
          ) : (
            ''
          )}
          <SetUp />
        </>
      )}
      <form class="aside-line" method="post" action="/sign-out">
        {text('Not now?')}{' '}
        <button type="submit" class="link">
          {text('Sign out')}
        </button>
      </form>
    </Door>
  );
}

function Note({ words }: { words: string | null }) {
  return words === null ? (
    ''
  ) : (
    <p class="card" role="status" safe>
      {words}
    </p>
  );
}

function PasswordSection({ hasPassword }: WaysProps) {
  return (
    <Section
      id="password"
      title={t('Password')}
      lead={
        hasPassword
          ? t('It opens your account and your messages. This server never sees it.')
          : t('You have none: your passkeys open your account.')
      }
    >
      <div class="buttons">
        <a class="button" href="/settings/password">
          {hasPassword ? text('Change your password') : text('Set a password')}
        </a>
      </div>
    </Section>
  );
}

function PasskeySection({ passkeys, maxPasskeys, passkeysWork }: WaysProps) {
  return (
    <Section
      id="passkeys"
      title={t('Passkeys')}
      lead={t('They sign you in by a touch and need no second factor.')}
    >
      {passkeys.length === 0 ? (
        ''
      ) : (
        <ul class="list">
          {passkeys.map((passkey) => (
            <PasskeyRow passkey={passkey} />
          ))}
        </ul>
      )}
      <AddPasskeyLink {...{ passkeysWork, isFull: passkeys.length >= maxPasskeys, maxPasskeys }} />
    </Section>
  );
}

function AddPasskeyLink({
  passkeysWork,
  isFull,
  maxPasskeys,
}: {
  passkeysWork: boolean;
  isFull: boolean;
  maxPasskeys: number;
}) {
  if (!passkeysWork)
    return (
      <p class="hint">{text('This address has no name, or no https, and browsers refuse passkeys there.')}</p>
    );
  if (isFull)
    return (
      <p class="hint" safe>
        {t('A person can have {n} passkeys. Remove one of yours first.', { n: maxPasskeys })}
      </p>
    );
  return (
    <div class="buttons">
      <a class="button" href="/settings/passkey">
        {text('Add a passkey')}
      </a>
    </div>
  );
}

function PasskeyRow({ passkey }: { passkey: PasskeyRecord }) {
  const { id, name, addedAt, usedAt, opensVault } = passkey;
  const path = `/settings/security/passkeys/${encodeURIComponent(id)}`;
  return (
    <li class="list-row passkey-row">
      <span class="list-main">
        <b safe>{name === '' ? t('Passkey') : name}</b>
        <small>
          {markup('added {day}, last used {time}', {
            day: <When at={addedAt} />,
            time: <When at={usedAt} hour />,
          })}
          {opensVault ? '' : text('; signs you in, does not open your messages')}
        </small>
      </span>
      <details class="sure">
        <summary>{text('Rename or remove')}</summary>
        <form method="post" action={`${path}/rename`}>
          <label class="field">
            <span>{text('Name')}</span>
            <input name="label" value={attribute(name)} maxlength="60" autocomplete="off" />
          </label>
          <button type="submit" class="button small">
            {text('Save')}
          </button>
        </form>
        <form method="post" action={`${path}/remove`}>
          <button type="submit" class="button small danger">
            {text('Remove this passkey')}
          </button>
        </form>
      </details>
    </li>
  );
}

function SecondFactorSection({ secondFactor: { since, codes }, hasPassword }: WaysProps) {
  if (since === null)
    return (
      <Section
        id="second-factor"
        title={t('Second factor')}
        lead={
          hasPassword
            ? t(
                'Off: your password alone signs you in. With a code of an authenticator app, nobody gets in who only knows that.',
              )
            : t('Off. You need it only with a password: passkeys are two factors in one.')
        }
      >
        <SetUp />
      </Section>
    );
  return (
    <Section
      id="second-factor"
      title={t('Second factor')}
      lead={t(
        'On: after your password, or your recovery code, you are asked for a code of your authenticator app.',
      )}
    >
      <dl class="facts">
        <dt>{text('On since')}</dt>
        <dd>
          <When at={since} />
        </dd>
        <dt>{text('Backup codes')}</dt>
        <dd data-backup-codes-left="" safe>
          {plural(codes, '{n} left', '{n} left')}
        </dd>
      </dl>
      <div class="buttons">
        <form method="post" action="/settings/security/second-factor/codes">
          <button type="submit" class="button">
            {text('New backup codes')}
          </button>
        </form>
      </div>
      <details class="sure">
        <summary>{text('Turn it off')}</summary>
        <p>{text('Your password alone signs you in then, and your backup codes are deleted.')}</p>
        <form method="post" action="/settings/security/second-factor/off">
          <button type="submit" class="button danger">
            {text('Turn off the second factor')}
          </button>
        </form>
      </details>
    </Section>
  );
}

function SetUp() {
  return (
    <form method="post" action="/settings/security/second-factor">
      <button type="submit" class="button">
        {text('Set up an authenticator app')}
      </button>
    </form>
  );
}
