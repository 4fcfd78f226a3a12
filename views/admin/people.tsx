/** GET /admin: people and invites. An admin sees who is here, never what they write. */

import type { Person, Role } from '../../src/contract/accounts.ts';
import type { AccountId } from '../../src/contract/ids.ts';
import type { StartAgainCreated } from '../../src/contract/start-again.ts';
import { t } from '../../src/contract/words.ts';
import { AdminNav } from '../parts/admin-nav.tsx';
import { Avatar } from '../parts/avatar.tsx';
import { roleWord } from '../parts/role.ts';
import { Section, Sheet } from '../parts/sheet.tsx';
import { StorageBar } from '../parts/storage-bar.tsx';
import { text } from '../parts/words.tsx';
import { InviteForm, type InviteFormProps, type OpenInvite, OpenInvites } from './invites.tsx';
import { Policies, type PoliciesProps } from './policies.tsx';
import { CreatedStartAgain, type OpenStartAgain, OpenStartAgains, StartAgainOffer } from './start-again.tsx';

export interface AdminProps {
  /** Of who looks at it. */
  readonly role: Role;
  readonly people: readonly Person[];
  readonly invites: readonly OpenInvite[];
  readonly form: InviteFormProps;
  readonly policies: PoliciesProps;
  /** Bytes of everybody's files. */
  readonly storage: { readonly used: number; readonly limit: number };
  readonly startAgain: {
    /** Whom this admin may let start again. */
    readonly accounts: ReadonlySet<AccountId>;
    readonly open: readonly OpenStartAgain[];
    readonly created: StartAgainCreated | null;
  };
}

export function Admin({ role, people, invites, form, policies, storage, startAgain }: AdminProps) {
  return (
    <Sheet view="admin" title={t('Admin')} lead={t('You see who is here and never what they write.')}>
      <AdminNav role={role} here="/admin" />
      <Section
        id="invites"
        title={t('Invites')}
        lead={t(
          'A link lets somebody make an account. Send it in a way you trust: whoever has it can use it.',
        )}
      >
        <InviteForm {...form} />
        <OpenInvites invites={invites} />
      </Section>
      <Section id="people" title={t('People')}>
        {startAgain.created ? <CreatedStartAgain link={startAgain.created} /> : ''}
        <OpenStartAgains links={startAgain.open} />
        <table class="table">
          <thead>
            <tr>
              <th scope="col">{text('Name')}</th>
              <th scope="col">{text('Role')}</th>
              <th scope="col">{text('State')}</th>
            </tr>
          </thead>
          <tbody>
            {people.map((person) => (
              <>
                <PersonRow person={person} />
                {startAgain.accounts.has(person.account) ? (
                  <tr class="table-more">
                    <td colspan="3">
                      <StartAgainOffer person={person} />
                    </td>
                  </tr>
                ) : (
                  ''
                )}
              </>
            ))}
          </tbody>
        </table>
      </Section>
      <Policies {...policies} />
      <Section id="storage" title={t('Storage')}>
        <StorageBar label={t('Storage of the workspace')} {...storage} />
        <div class="buttons">
          <a class="button" href="/admin/storage">
            {text('Storage, limits and clean-up')}
          </a>
        </div>
      </Section>
    </Sheet>
  );
}

function PersonRow({ person }: { person: Person }) {
  return (
    <tr data-account={person.account}>
      <td>
        <span class="person">
          <Avatar name={person.name} />
          <span>
            <b safe>{person.name}</b>
            <small safe>{`@${person.username}`}</small>
          </span>
        </span>
      </td>
      <td safe>{roleWord(person.role)}</td>
      <td>{person.disabled ? <span class="tag bad">{text('Disabled')}</span> : text('Active')}</td>
    </tr>
  );
}
