/** GET /admin: people and invites. An admin sees who is here, never what they write. */

import type { Person, Role } from '../../src/contract/accounts.ts';
import type { AccountId } from '../../src/contract/ids.ts';
import type { StartAgainCreated } from '../../src/contract/start-again.ts';
import { t } from '../../src/contract/words.ts';
import { AdminNav } from '../parts/admin-nav.tsx';
import { PersonCell } from '../parts/person-cell.tsx';
import { roleTitle } from '../parts/role.ts';
import { Section, Sheet } from '../parts/sheet.tsx';
import { text } from '../parts/words.tsx';
import { InviteForm, type InviteFormProps, type OpenInvite, OpenInvites } from './invites.tsx';
import { CreatedStartAgain, type OpenStartAgain, OpenStartAgains, StartAgainOffer } from './start-again.tsx';

export interface AdminProps {
  /** Of who looks at it. */
  readonly role: Role;
  readonly people: readonly Person[];
  readonly invites: readonly OpenInvite[];
  readonly form: InviteFormProps;
  /** Whom this admin may manage. */
  readonly managed: ReadonlySet<AccountId>;
  readonly startAgain: {
    readonly open: readonly OpenStartAgain[];
    readonly created: StartAgainCreated | null;
  };
}

export function Admin({ role, people, invites, form, managed, startAgain }: AdminProps) {
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
                {managed.has(person.account) ? <More person={person} /> : ''}
              </>
            ))}
          </tbody>
        </table>
      </Section>
    </Sheet>
  );
}

function PersonRow({ person }: { person: Person }) {
  return (
    <tr data-account={person.account}>
      <td>
        <PersonCell person={person} />
      </td>
      <td safe>{roleTitle(person.role)}</td>
      <td>{person.disabled ? <span class="tag bad">{text('Disabled')}</span> : text('Active')}</td>
    </tr>
  );
}

/** What can be done with somebody: a page of its own, and what they ask for who have lost everything. */
function More({ person }: { person: Person }) {
  return (
    <tr class="table-more">
      <td colspan="3">
        <div class="person-more">
          <a
            class="link"
            href={`/admin/people/${person.account}`}
            aria-label={t('Manage {name}', { name: person.name })}
          >
            {text('Manage')}
          </a>
          {person.disabled ? '' : <StartAgainOffer person={person} />}
        </div>
      </td>
    </tr>
  );
}
