/** GET /settings/data: everything that the server has about somebody as a file, and the end of their account. */
import type { Role } from '../../src/contract/accounts.ts';
import { t } from '../../src/contract/words.ts';
import type { Site } from '../layout.tsx';
import { Document } from '../layout.tsx';
import { Mark } from '../parts/brand.tsx';
import { Field, FormMessages } from '../parts/field.tsx';
import { SettingsNav } from '../parts/settings-nav.tsx';
import { Section, Sheet } from '../parts/sheet.tsx';
import { text } from '../parts/words.tsx';

export interface OwnDataProps {
  readonly role: Role;
  readonly username: string;
}

export function OwnData({ role, username }: OwnDataProps) {
  return (
    <Sheet view="settings" title={t('Your data')} lead={`@${username}`}>
      <SettingsNav role={role} here="/settings/data" />
      <Section
        id="export"
        title={t('Export')}
        lead={t(
          'Everything that this server has about you, as one JSON file. What you wrote and received is not in it, because the server cannot read it: export that under General, from this device.',
        )}
      >
        <form class="buttons" method="post" action="/settings/data/export" hx-boost="false">
          <button type="submit" class="button">
            {text('Download my data')}
          </button>
        </form>
      </Section>
      <Section
        id="delete"
        title={t('Delete your account')}
        lead={t('This cannot be undone, by you or by an admin.')}
      >
        <ul class="bullets">
          <li>
            {text(
              'Gone at once: all ways to sign in, your vault and saved history, your files and links, what waits for your devices, your name and mail address. Copies in backups of the server go with those.',
            )}
          </li>
          <li>
            {text(
              'It stays: your username and public keys in the transparency log, so that nobody can take your place; what you signed in groups; and entries of the audit log, by your id and where you signed in from.',
            )}
          </li>
          <li>
            {text(
              'Others keep the messages that you sent them. This browser forgets everything; your other devices keep what they have until you delete it there.',
            )}
          </li>
        </ul>
        <div class="buttons">
          <a class="button danger" href="/settings/data/delete" hx-boost="false">
            {text('Delete my account…')}
          </a>
        </div>
      </Section>
    </Sheet>
  );
}

/** Outside of the workspace, whose pages leave for the sign-in as soon as their session ends. */
export function DeleteAccount({
  site,
  errors = {},
}: {
  site: Site;
  errors?: Readonly<Record<string, string>> | undefined;
}) {
  return (
    <Document site={site} page="notice" title={t('Delete your account')} viewer={null}>
      <main id="main" class="notice-page">
        <Mark large />
        <h1>{text('Delete your account')}</h1>
        <p>{text('This cannot be undone, by you or by an admin.')}</p>
        <form class="stack" method="post" action="/settings/data/delete">
          <Field
            name="confirm"
            label={t('Your username, to confirm')}
            error={errors.username}
            autocomplete="off"
            maxlength={64}
            required
            literal
          />
          <FormMessages error={errors.form} />
          <div class="buttons">
            <button type="submit" class="button danger">
              {text('Delete my account')}
            </button>
            <a class="button quiet" href="/settings/data">
              {text('Cancel')}
            </a>
          </div>
        </form>
      </main>
    </Document>
  );
}
