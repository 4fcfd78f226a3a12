/** GET /admin/people/ID: what an admin can do with one person. Each is a form that works without a script. */
import type { Person, Role } from '../../src/contract/accounts.ts';
import { say, sentence, t } from '../../src/contract/words.ts';
import { AdminNav } from '../parts/admin-nav.tsx';
import { Choice } from '../parts/choice.tsx';
import { Field } from '../parts/field.tsx';
import { roleTitle } from '../parts/role.ts';
import { Section, Sheet } from '../parts/sheet.tsx';
import { text } from '../parts/words.tsx';

/** What was done by the request that led here. */
export const PERSON_DONE = {
  role: sentence('The role is another one now.'),
  disabled: sentence('The account is disabled, and everything that was open is closed.'),
  enabled: sentence('The account is enabled.'),
  'second-factor': sentence('The second factor is gone. A password alone signs in again.'),
} as const;
export type PersonDone = keyof typeof PERSON_DONE;

export interface PersonProps {
  readonly person: Person;
  /** Of who looks at it, and the roles that they may give. */
  readonly viewer: { readonly role: Role; readonly roles: readonly Role[] };
  /** Null: this person has no second factor that could be taken away. */
  readonly secondFactor: { readonly codesLeft: number } | null;
  readonly done: PersonDone | null;
  /** What could not be done, a kept sentence; and beside the field of the deletion. */
  readonly problem?: string;
  readonly deletion?: { readonly typed: string; readonly error: string };
}

export function ManagedPerson({ person, viewer, secondFactor, done, problem, deletion }: PersonProps) {
  const here = `/admin/people/${person.account}`;
  return (
    <Sheet view="admin" title={person.name} lead={`@${person.username}`}>
      <AdminNav role={viewer.role} here="/admin" />
      {done ? (
        <p class="card ok" role="status" safe>
          {say(PERSON_DONE[done])}
        </p>
      ) : (
        ''
      )}
      {problem ? (
        <p class="card bad" role="alert" safe>
          {say(problem)}
        </p>
      ) : (
        ''
      )}
      <RoleForm here={here} role={person.role} roles={viewer.roles} />
      <Access here={here} person={person} />
      {secondFactor ? <SecondFactor here={here} name={person.name} /> : ''}
      <Deletion here={here} person={person} deletion={deletion} />
      <p class="section-end">
        <a class="link" href="/admin#people">
          {text('Back to everybody')}
        </a>
      </p>
    </Sheet>
  );
}

/** What each role may, in a few words. */
const MEANINGS: Readonly<Record<Role, string>> = {
  owner: sentence('everything, owners too'),
  admin: sentence('people, invites, policies, storage'),
  member: sentence('writes with everybody, makes groups and links'),
  guest: sentence('only the conversations that others bring them into'),
  auditor: sentence('only the audit log'),
};

function RoleForm({ here, role, roles }: { here: string; role: Role; roles: readonly Role[] }) {
  return (
    <Section id="role" title={t('Role')} lead={t('It holds at once, on every device that is signed in.')}>
      <form class="stack policies" method="post" action={`${here}/role`}>
        <Choice
          name="role"
          id="role-choice"
          label={t('Role')}
          options={roles.map(
            (each) =>
              [
                each,
                t('{role}: {meaning}', { role: roleTitle(each), meaning: say(MEANINGS[each]) }),
              ] as const,
          )}
          value={role}
        />
        <div class="buttons">
          <button type="submit" class="button">
            {text('Change the role')}
          </button>
        </div>
      </form>
    </Section>
  );
}

function Access({ here, person: { name, disabled } }: { here: string; person: Person }) {
  return disabled ? (
    <Section
      id="access"
      title={t('Access')}
      lead={t('The account is disabled: nobody signs in to it, and no message waits for it.')}
    >
      <form method="post" action={`${here}/enable`}>
        <button type="submit" class="button">
          {text('Enable the account')}
        </button>
      </form>
    </Section>
  ) : (
    <Section
      id="access"
      title={t('Access')}
      lead={t(
        'Disabling signs {name} out everywhere at once. What others send while it lasts never reaches {name}. It can be taken back.',
        { name },
      )}
    >
      <form method="post" action={`${here}/disable`}>
        <button type="submit" class="button danger">
          {text('Disable the account')}
        </button>
      </form>
    </Section>
  );
}

function SecondFactor({ here, name }: { here: string; name: string }) {
  return (
    <Section
      id="second-factor"
      title={t('Second factor')}
      lead={t(
        'For somebody who has lost the telephone and the backup codes. Make sure that it is {name} who asks, by voice or in person.',
        { name },
      )}
    >
      <details class="sure">
        <summary>{text('Take the second factor away')}</summary>
        <p>{text('The backup codes are void then as well, and {name} is told.', { name })}</p>
        <form method="post" action={`${here}/second-factor`}>
          <button type="submit" class="button danger">
            {text('Yes, take it away')}
          </button>
        </form>
      </details>
    </Section>
  );
}

function Deletion({
  here,
  person: { name, username },
  deletion,
}: {
  here: string;
  person: Person;
  deletion: PersonProps['deletion'];
}) {
  return (
    <Section
      id="delete"
      title={t('Delete')}
      lead={t(
        'Everything that the server holds of {name} goes: sessions, devices, files, backup, messages that wait. What others have received stays with them. It cannot be taken back, and nobody gets the username again.',
        { name },
      )}
    >
      <details class="sure" {...(deletion ? { open: true } : {})}>
        <summary>{text('Delete the account')}</summary>
        <form class="stack narrow" method="post" action={`${here}/delete`}>
          <Field
            name="confirm"
            label={t('The username, to be sure: {username}', { username })}
            value={deletion?.typed ?? ''}
            error={deletion?.error}
            autocomplete="off"
            literal
            required
          />
          <div class="buttons">
            <button type="submit" class="button danger">
              {text('Delete for ever')}
            </button>
          </div>
        </form>
      </details>
    </Section>
  );
}
