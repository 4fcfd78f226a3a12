/** GET /admin: people and invites. An admin sees who is here, never what they write. */
import type { Person } from '../../src/contract/accounts.ts';
import { Avatar } from '../parts/avatar.tsx';
import { Section, Sheet } from '../parts/sheet.tsx';
import { InviteForm, type InviteFormProps, type OpenInvite, OpenInvites } from './invites.tsx';

export interface AdminProps {
  readonly people: readonly Person[];
  readonly invites: readonly OpenInvite[];
  readonly form: InviteFormProps;
}

export function Admin({ people, invites, form }: AdminProps) {
  return (
    <Sheet view="admin" title="Admin" lead="You see who is here and never what they write.">
      <Section
        id="invites"
        title="Invites"
        lead="A link lets somebody make an account. Send it in a way you trust: whoever has it can use it."
      >
        <InviteForm {...form} />
        <OpenInvites invites={invites} />
      </Section>
      <Section id="people" title="People">
        <table class="table">
          <thead>
            <tr>
              <th scope="col">Name</th>
              <th scope="col">Role</th>
              <th scope="col">State</th>
            </tr>
          </thead>
          <tbody>
            {people.map((person) => (
              <PersonRow person={person} />
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
        <span class="person">
          <Avatar name={person.name} />
          <span>
            <b safe>{person.name}</b>
            <small safe>{`@${person.username}`}</small>
          </span>
        </span>
      </td>
      <td safe>{`${person.role}`}</td>
      <td>{person.disabled ? <span class="tag bad">Disabled</span> : 'Active'}</td>
    </tr>
  );
}
