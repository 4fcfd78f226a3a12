/**
 * People, for those who manage them. What was done is audited; whoever does it has shown a moment ago who they are.
 *
 * | page | answers |
 * |---|---|
 * | GET /admin | people, invites |
 * | GET /admin/people/ID | what can be done with one person |
 * | POST /admin/people/ID/role (role) | 303 back to that page; so the others |
 * | POST /admin/people/ID/disable, /enable | ends what is open and keeps them out; lets them in again |
 * | POST /admin/people/ID/second-factor | takes it away |
 * | POST /admin/people/ID/delete (username) | deletes the account: 303 to everybody, or 400 when another name was typed |
 */
import { Elysia } from 'elysia';
import { ManagedPerson, PERSON_DONE, type PersonDone, type PersonProps } from '../../views/admin/person.tsx';
import type { Session } from '../auth/sessions.ts';
import type { Person } from '../contract/accounts.ts';
import { ROLES, rolesToGive } from '../contract/permissions.ts';
import { sentence } from '../contract/words.ts';
import { Refusal } from '../http/errors.ts';
import { manages, peoplePage } from './admin-people.ts';
import { readForm } from './pages-form.ts';
import { createFrame, goTo, type PageDeps } from './pages-frame.ts';

const PERSON = '/admin/people/:account' as const;
const isDone = (word: string | null): word is PersonDone => word !== null && Object.hasOwn(PERSON_DONE, word);

export const peoplePages = (deps: PageDeps) => {
  const { accounts, deletion, secondFactor } = deps.services;
  const frame = createFrame(deps);
  const everybody = peoplePage(deps, frame);

  /** The person of an address. NotFound for nobody, Forbidden for whom this session may not manage. */
  const personOf = async (session: Session, account: string): Promise<Person> => {
    const person = (await accounts.present()).find((present) => present.account === account);
    if (!person) throw new Refusal('NotFound', 'There is nobody here of that name.');
    if (manages(session, person)) return person;
    throw new Refusal('Forbidden', 'You may not change this account: ask an owner, or another admin.');
  };

  const page = async (
    request: Request,
    session: Session,
    person: Person,
    more: Pick<PersonProps, 'done' | 'problem' | 'deletion'>,
  ) => {
    const { since, codes } = await secondFactor.status(person.account);
    const props: PersonProps = {
      person,
      viewer: { role: session.role, roles: rolesToGive(session.role) },
      secondFactor: since === null ? null : { codesLeft: codes },
      ...more,
    };
    return frame.pane(request, session, {
      page: 'admin',
      draw: () => ({ title: person.name, pane: ManagedPerson(props) }),
      status: more.deletion ? 400 : more.problem === undefined ? 200 : 409,
    });
  };

  /** Does something with the person of an address, and leads back to their page, which says what was done. */
  const doing = async (
    request: Request,
    account: string,
    done: PersonDone,
    act: (session: Session, person: Person) => Promise<void>,
  ) => {
    const here = `/admin/people/${encodeURIComponent(account)}`;
    const session = await frame.guard.mayNow(request, 'people.manage');
    deps.limits.take('writeAccount', session.account);
    const person = await personOf(session, account);
    try {
      await act(session, person);
    } catch (error) {
      if (!(error instanceof Refusal) || !['Conflict', 'ValidationError'].includes(error.body.error))
        throw error;
      return page(request, session, person, { done: null, problem: error.kept.message });
    }
    return goTo(request, `${here}?done=${done}`);
  };

  return new Elysia({ name: 'pages-people' })
    .get('/admin', async ({ request }) => {
      const session = await frame.enter(request, 'people.manage');
      return session instanceof Response ? session : everybody(request, session);
    })

    .get(PERSON, async ({ request, params }) => {
      const session = await frame.enter(request, 'people.manage');
      if (session instanceof Response) return session;
      const word = new URL(request.url).searchParams.get('done');
      const person = await personOf(session, params.account);
      return page(request, session, person, { done: isDone(word) ? word : null });
    })

    .post(
      `${PERSON}/role`,
      ({ request, params }) =>
        doing(request, params.account, 'role', async (session, { username }) => {
          const form = await readForm(request);
          const role = ROLES.find((known) => known === form.get('role'));
          if (role === undefined) throw new Refusal('ValidationError', 'Choose one of the roles.');
          await accounts.setRole(username, role, session);
        }),
      { parse: 'none' },
    )

    .post(
      `${PERSON}/disable`,
      ({ request, params }) =>
        doing(request, params.account, 'disabled', (session, { username }) =>
          accounts.setDisabled(username, true, session),
        ),
      { parse: 'none' },
    )

    .post(
      `${PERSON}/enable`,
      ({ request, params }) =>
        doing(request, params.account, 'enabled', (session, { username }) =>
          accounts.setDisabled(username, false, session),
        ),
      { parse: 'none' },
    )

    .post(
      `${PERSON}/second-factor`,
      ({ request, params }) =>
        doing(request, params.account, 'second-factor', (session, { account }) =>
          secondFactor.reset(session, account),
        ),
      { parse: 'none' },
    )

    .post(
      `${PERSON}/delete`,
      async ({ request, params }) => {
        const session = await frame.guard.mayNow(request, 'people.manage');
        deps.limits.take('writeAccount', session.account);
        const person = await personOf(session, params.account);
        const typed = ((await readForm(request)).get('confirm') ?? '').trim();
        if (typed.replace(/^@/, '').toLowerCase() !== person.username) {
          const error = sentence('This is another username.');
          return page(request, session, person, { done: null, deletion: { typed, error } });
        }
        await deletion.delete(session, person.account);
        return goTo(request, '/admin#people');
      },
      { parse: 'none' },
    );
};
