/** GET /settings: who one is here, on which devices, in which sessions. */

import type { Role, SessionRecord } from '../../src/contract/accounts.ts';
import { describeAgent } from '../../src/contract/agent.ts';
import type { DeviceId } from '../../src/contract/ids.ts';
import type { ServedFile, ServedKind } from '../../src/contract/served.ts';
import { sentence, t } from '../../src/contract/words.ts';
import type { Site, Viewer } from '../layout.tsx';
import { LanguageChoice } from '../parts/language.tsx';
import { roleTitle } from '../parts/role.ts';
import { SettingsNav } from '../parts/settings-nav.tsx';
import { Section, Sheet, When } from '../parts/sheet.tsx';
import { StorageBar } from '../parts/storage-bar.tsx';
import { markup, text } from '../parts/words.tsx';

export interface OwnDevice {
  readonly device: DeviceId;
  /** Epoch milliseconds, as all of these. */
  readonly addedAt: number;
  /** End of its certificate. */
  readonly expiresAt: number;
  /** Last use of its session; null when it has none. */
  readonly seenAt: number | null;
}

export interface SettingsProps {
  readonly site: Site;
  readonly viewer: Viewer;
  readonly role: Role;
  readonly devices: readonly OwnDevice[];
  readonly maxDevices: number;
  readonly sessions: readonly SessionRecord[];
  /** Bytes of the person's own files. */
  readonly storage: { readonly used: number; readonly limit: number };
  /** The language that the person chose; null when the browser decides. */
  readonly language: string | null;
}

export function Settings(props: SettingsProps) {
  const { site, viewer, role, devices, maxDevices, sessions, storage, language } = props;
  return (
    <Sheet view="settings" title={t('Settings')} lead={`@${viewer.username}`}>
      <SettingsNav role={role} here="/settings" />
      <Section id="profile" title={t('Profile')}>
        <dl class="facts">
          <dt>{text('Name')}</dt>
          <dd safe>{viewer.name}</dd>
          <dt>{text('Username')}</dt>
          <dd safe>{`@${viewer.username}`}</dd>
          <dt>{text('Role')}</dt>
          <dd safe>{roleTitle(role)}</dd>
        </dl>
      </Section>
      <Section
        id="devices"
        title={t('Devices')}
        lead={t(
          'Each holds keys of its own. What others send you is sealed for every one of them. Their names stay among them.',
        )}
      >
        <ul class="list" data-own-devices="">
          {devices.map((device) => (
            <DeviceRow device={device} current={device.device === viewer.device} />
          ))}
        </ul>
        {devices.length < maxDevices ? (
          ''
        ) : (
          <p class="hint" safe>
            {t('You have {n} devices, which is the most. Remove one before you add another.', {
              n: devices.length,
            })}
          </p>
        )}
        <div class="buttons" data-remove-device="" hidden>
          {devices.length < maxDevices ? (
            <a class="button" href="/approve" hx-boost="false">
              {text('Approve a new device')}
            </a>
          ) : (
            ''
          )}
          <a class="button" href="/unlock#remove-device">
            {text('Sign out and remove this device')}
          </a>
        </div>
      </Section>
      <LanguageChoice chosen={language} />
      <Notifications />
      <Privacy />
      <Writing />
      <History />
      <Section
        id="storage"
        title={t('Storage')}
        lead={t(
          'What the files that you have sent take on the server, encrypted. It sees their sizes and times.',
        )}
      >
        <StorageBar label={t('Storage of your files')} {...storage} />
      </Section>
      <Section
        id="links"
        title={t('Links for people without an account')}
        lead={t(
          'By a link somebody opens one file, or sends you files. The keys are in the links: this server opens none of them.',
        )}
      >
        <div data-links="" />
      </Section>
      <TransparencyLog />
      <Section
        id="sessions"
        title={t('Sessions')}
        lead={t('Where you are signed in. End what you do not know.')}
      >
        <ul class="list">
          {sessions.map((session) => (
            <SessionRow session={session} />
          ))}
        </ul>
        <div class="buttons">
          <form method="post" action="/sign-out">
            <button type="submit" class="button">
              {text('Sign out')}
            </button>
          </form>
          {sessions.length > 1 ? (
            <form method="post" action="/settings/sessions/end-others">
              <button type="submit" class="button">
                {text('End all other sessions')}
              </button>
            </form>
          ) : (
            ''
          )}
          <form method="post" action="/sign-out-everywhere">
            <button type="submit" class="button danger">
              {text('Sign out everywhere')}
            </button>
          </form>
        </div>
      </Section>
      <About site={site} />
    </Sheet>
  );
}

/** Devices are known by the first half of their id, in fours. */
const short = (id: string): string => (id.slice(0, 16).match(/.{1,4}/g) ?? []).join(' ');

/** The name is the island's: the server does not know it. */
function DeviceRow({ device, current }: { device: OwnDevice; current: boolean }) {
  return (
    <li class="list-row device-row" data-device={device.device}>
      <span class="list-main">
        <b data-device-name="">{current ? text('This browser') : text('Another device')}</b>
        <small>
          {markup('{device}, added {day}, keys until {end}', {
            device: <code safe>{short(device.device)}</code>,
            day: <When at={device.addedAt} />,
            end: <When at={device.expiresAt} />,
          })}
          {seen(device.seenAt, current)}
        </small>
      </span>
      <span class="list-side device-actions" data-device-actions="" data-waiting="">
        {current ? <small class="tag">{text('This device')}</small> : ''}
        <button type="button" class="button small" data-rename="">
          {text('Rename')}
        </button>
        {current ? (
          ''
        ) : (
          <a class="button small" href={`/unlock#remove-device=${device.device}`} hx-boost="false">
            {text('Remove')}
          </a>
        )}
      </span>
    </li>
  );
}

function seen(at: number | null, current: boolean) {
  if (current || at === null) return '';
  return markup(', last seen {time}', { time: <When at={at} hour /> });
}

/** Choices of this browser, which the island keeps and draws. */
function Notifications() {
  return (
    <section class="section" aria-labelledby="notifications" data-notifications="" hidden>
      <h2 id="notifications">{text('Notifications')}</h2>
      <p class="section-lead">
        {text('For messages that come while you look at something else. This browser writes them itself.')}
      </p>
      <div class="stack" data-notifications-body="" />
      <div class="buttons" data-install="" hidden>
        <button type="button" class="button">
          {text('Install Sotto as an app')}
        </button>
      </div>
    </section>
  );
}

/** Kept by the keys of this browser, so the island shows it. */
function Privacy() {
  return (
    <section class="section" aria-labelledby="privacy" data-privacy="" hidden>
      <h2 id="privacy">{text('Privacy')}</h2>
      <p class="section-lead">{text('Your own devices hear of it either way.')}</p>
      <label class="check">
        <input type="checkbox" data-read-receipts="" />
        <span>{text('Tell others when I have read their messages')}</span>
      </label>
      <div class="stack" data-presence-choices="" hidden>
        <label class="check">
          <input type="checkbox" data-show-presence="" />
          <span>
            {text('Show when I am online')}
            <small class="hint">
              {text('You see others only while they see you. The server knows either way.')}
            </small>
          </span>
        </label>
        <label class="check">
          <input type="checkbox" data-show-typing="" />
          <span>{text('Show when I am writing')}</span>
        </label>
        <p class="error" role="alert" data-form-error="" />
      </div>
    </section>
  );
}

/** Kept on this device alone, so the island shows it. */
function Writing() {
  return (
    <section class="section" aria-labelledby="writing" data-writing="" hidden>
      <h2 id="writing">{text('Writing')}</h2>
      <p class="section-lead">{text('For this device. On a touch screen, Enter always makes a new line.')}</p>
      <label class="check">
        <input type="checkbox" data-enter-newline="" />
        <span>{text('Enter makes a new line; Ctrl and Enter, or ⌘ and Enter, send')}</span>
      </label>
    </section>
  );
}

/** Sealed by this browser before it leaves, so the island shows it; other ways of history come below it. */
function History() {
  return (
    <section class="section" aria-labelledby="history" data-history="" hidden>
      <h2 id="history">{text('History')}</h2>
      <p class="section-lead">
        {text(
          'Your messages are saved on the server, encrypted with a key that only your devices and your recovery code open. The server sees how much it is and when it was saved.',
        )}
      </p>
      <div class="stack" data-history-body="" />
      <div class="stack" data-transfers="" hidden />
      <div class="stack" data-message-files="" hidden />
    </section>
  );
}

/** Verified by this browser, so the island draws it. */
function TransparencyLog() {
  return (
    <section class="section" aria-labelledby="log" data-log="" hidden>
      <h2 id="log">{text('Transparency log')}</h2>
      <p class="section-lead">
        {text(
          'Everybody’s identity and devices stand in one list that only grows. Everybody’s devices check it, and tell each other which one they see, so that the server cannot show one person another list than the rest.',
        )}
      </p>
      <div data-log-body=""></div>
    </section>
  );
}

function SessionRow({ session }: { session: SessionRecord }) {
  return (
    <li class="list-row">
      <span class="list-main">
        <b safe>{describeAgent(session.agent)}</b>
        <small>
          {markup('{address}, last used {time}', {
            address: <span safe>{session.address}</span>,
            time: <When at={session.lastUsedAt} hour />,
          })}
          <SessionDevice device={session.device} />
        </small>
      </span>
      {session.current ? (
        <small class="list-side tag">{text('This session')}</small>
      ) : (
        <form
          class="list-side"
          method="post"
          action={`/settings/sessions/${encodeURIComponent(session.id)}/end`}
          hx-post={`/settings/sessions/${encodeURIComponent(session.id)}/end`}
          hx-target="closest li"
          hx-swap="delete"
        >
          <button type="submit" class="button small">
            {text('End')}
          </button>
        </form>
      )}
    </li>
  );
}

/** Which device it acts for; its name is the island's. */
function SessionDevice({ device }: { device: DeviceId | null }) {
  if (device === null) return text(', without keys');
  return markup(', on {device}', { device: <DeviceMark device={device} /> });
}

const DeviceMark = ({ device }: { device: DeviceId }) => (
  <code data-session-device={device} safe>
    {short(device)}
  </code>
);

const KINDS: Readonly<Record<ServedKind, string>> = {
  script: sentence('script'),
  worker: sentence('worker'),
  style: sentence('style'),
  icon: sentence('icon'),
  page: sentence('page without the server'),
  'service-worker': sentence('watches over the others'),
};

function About({ site }: { site: Site }) {
  const { files } = site.assets.manifest;
  return (
    <Section
      id="about"
      title={t('About')}
      lead={t(
        'Sotto is free software. What this server gives your browser to run can be compared with its source: by “sotto verify” with this address, run with a Sotto of the same release from elsewhere.',
      )}
    >
      <dl class="facts">
        <dt>{text('Release')}</dt>
        <dd safe>{site.release}</dd>
      </dl>
      <details>
        <summary class="link">{text('Files and their SHA-384')}</summary>
        <dl class="files">
          {files.map((file) => (
            <ServedFileRow file={file} />
          ))}
        </dl>
      </details>
    </Section>
  );
}

/** Its plain name: the address holds a part of the hash, which stands below in full. */
function ServedFileRow({ file }: { file: ServedFile }) {
  const name = file.path.replace(/^.*\//, '').replace(/\.[0-9a-f]{12}(?=\.)/, '');
  return (
    <div>
      <dt>
        <b safe>{name}</b>{' '}
        <small safe>{t('{kind}, {n} bytes', { kind: { say: KINDS[file.kind] }, n: file.bytes })}</small>
      </dt>
      <dd>
        <code class="wrap" safe>
          {file.sha384}
        </code>
      </dd>
    </div>
  );
}
