/**
 * Conversations as pages. Each needs a session with a device.
 *
 * | page | answers |
 * |---|---|
 * | GET / | the list, and what to do next |
 * | GET /c/ID | one conversation; for htmx its pane alone |
 * | GET /c/ID/people | who is in a group, and its name |
 * | GET /verify/ACCOUNT | the page of the safety number |
 * | GET /conversations/new, POST /conversations (people) | the form, and 303 to the conversation |
 */

import { Elysia } from 'elysia';
import { Conversation } from '../../views/pages/conversation.tsx';
import { Welcome } from '../../views/pages/conversations.tsx';
import { Group } from '../../views/pages/group.tsx';
import { NewConversation } from '../../views/pages/new-conversation.tsx';
import { Verify } from '../../views/pages/verify.tsx';
import { adminHome } from '../../views/parts/admin-nav.tsx';
import { Sentences } from '../../views/parts/sentences.tsx';
import type { Session } from '../auth/sessions.ts';
import type { Person } from '../contract/accounts.ts';
import { type AccountId, isConversationId } from '../contract/ids.ts';
import { may } from '../contract/permissions.ts';
import type { ConversationRecord } from '../contract/relay.ts';
import { sentence, t } from '../contract/words.ts';
import { Refusal } from '../http/errors.ts';
import { readForm } from './pages-form.ts';
import {
  createFrame,
  goTo,
  html,
  isNotes,
  nameOf,
  type PageDeps,
  peerOf,
  titleOf,
  wantsPart,
} from './pages-frame.ts';

export const conversationPages = (deps: PageDeps) => {
  const { accounts, conversations, policies } = deps.services;
  const frame = createFrame(deps);

  /** The person of this id, if anybody has it whom the reader may see. */
  const personOf = async (id: string, session: Session): Promise<Person> => {
    const person = (await accounts.visible(session)).find(({ account }) => account === id);
    if (!person) throw new Refusal('NotFound', 'There is nobody here of that name.');
    return person;
  };

  /** The people of a group but oneself, as the server believes. */
  const othersIn = async ({ members }: ConversationRecord, self: AccountId) => {
    const named = new Map((await accounts.people()).map((person) => [person.account, person]));
    return members.filter((member) => member !== self).flatMap((member) => named.get(member) ?? []);
  };

  const newConversation = async (request: Request, session: Session, problem?: FormProblem) => {
    const people = (await accounts.visible(session)).filter(
      ({ account, role, disabled }) => account !== session.account && !disabled && may(role, 'converse'),
    );
    return frame.pane(request, session, {
      page: 'conversations',
      draw: () => ({ title: t('New conversation'), pane: NewConversation({ people, ...problem }) }),
      status: problem ? 400 : 200,
    });
  };

  return new Elysia({ name: 'pages-conversations' })
    .get('/', async ({ request }) => {
      const session = await frame.enter(request);
      if (session instanceof Response) return session;
      if (!may(session.role, 'converse')) return goTo(request, adminHome(session.role) ?? '/settings');
      const [{ workspace }, records, people] = await Promise.all([
        frame.site(),
        conversations.list(session.account),
        accounts.visible(session),
      ]);
      const others = people.filter(({ account, disabled }) => account !== session.account && !disabled);
      const props = {
        workspace,
        isAdmin: may(session.role, 'invites.make'),
        isGuest: !may(session.role, 'people.see'),
        conversations: records.length,
        others: others.length,
      };
      return frame.pane(request, session, {
        page: 'conversations',
        draw: () => ({ title: workspace, pane: Welcome(props) }),
      });
    })

    .get('/c/:id', async ({ request, params }) => {
      const session = await frame.enter(request, 'converse');
      if (session instanceof Response) return session;
      if (!isConversationId(params.id)) throw new Refusal('NotFound', 'There is no such conversation.');
      const record = await conversations.find(session.account, params.id);
      const direct = peerOf(record, session.account);
      const peer = direct === null ? null : await personOf(direct, session);
      const others = peer === null ? await othersIn(record, session.account) : [peer];
      const props = {
        id: record.id,
        self: session,
        peer,
        isNotes: isNotes(record),
        others,
        isMember: record.members.includes(session.account),
        relayDays: (await policies.read()).relayDays,
      };
      return frame.pane(request, session, {
        page: 'conversation',
        draw: () => ({
          title: peer === null ? titleOf(record) : nameOf(peer),
          pane: Conversation(props),
        }),
        open: record.id,
      });
    })

    .get('/c/:id/people', async ({ request, params }) => {
      const session = await frame.enter(request, 'converse');
      if (session instanceof Response) return session;
      if (!isConversationId(params.id)) throw new Refusal('NotFound', 'There is no such conversation.');
      const record = await conversations.find(session.account, params.id);
      if (record.kind !== 'group') throw new Refusal('NotFound', 'There is no such group.');
      return frame.pane(request, session, {
        page: 'conversation',
        draw: () => ({ title: t('People and name'), pane: Group({ id: record.id }) }),
        open: record.id,
      });
    })

    .get('/verify/:account', async ({ request, params }) => {
      const session = await frame.enter(request, 'converse');
      if (session instanceof Response) return session;
      const peer = await personOf(params.account, session);
      if (peer.account === session.account)
        throw new Refusal('NotFound', 'A safety number is between two people: you and somebody else.');
      const records = await conversations.list(session.account);
      const conversation =
        records.find((record) => peerOf(record, session.account) === peer.account)?.id ?? null;
      return frame.pane(request, session, {
        page: 'verify',
        draw: () => ({
          title: t('Verify {name}', { name: peer.name }),
          pane: Verify({ ...peer, conversation }),
        }),
      });
    })

    .get('/conversations/new', async ({ request }) => {
      const session = await frame.enter(request, 'converse');
      return session instanceof Response ? session : newConversation(request, session);
    })

    .post(
      '/conversations',
      async ({ request }) => {
        const session = await frame.guard.withDevice(request, 'converse');
        deps.limits.take('writeAccount', session.account);
        const form = await readForm(request);
        const typed = { people: (form.get('people') ?? '').trim() };
        const started = await start(session, typed).catch(problemOf);
        if (!('errors' in started)) return goTo(request, `/c/${started.id}`);
        return wantsPart(request)
          ? html(request, () => Sentences({ sentences: Object.values(started.errors) }), 400)
          : newConversation(request, session, { typed, errors: started.errors });
      },
      { parse: 'none' },
    );

  async function start(session: Session, typed: { readonly people: string }) {
    const names = typed.people
      .split(',')
      .map((name) => name.trim().replace(/^@/, '').toLowerCase())
      .filter((name) => name !== '');
    const [name] = names;
    if (!name) return { errors: { people: sentence('Enter the username of the person to write to.') } };
    if (names.length > 1)
      return {
        errors: {
          people: sentence('One person here: a group is signed by your browser, which needs a script.'),
        },
      };
    const person = (await accounts.visible(session)).find(({ username }) => username === name);
    if (!person)
      return {
        errors: { people: sentence('Nobody here has the username {name}.', { name: name.slice(0, 64) }) },
      };
    return conversations.createDirect(session, person.account);
  }
};

interface FormProblem {
  readonly typed: { readonly people: string };
  readonly errors: Readonly<Record<string, string>>;
}

/** A service's no about the person, as a sentence beside the field; anything else stays what it is. */
function problemOf(error: unknown): Pick<FormProblem, 'errors'> {
  if (error instanceof Refusal && ['ValidationError', 'NotFound', 'Forbidden'].includes(error.body.error))
    return { errors: { people: error.kept.message } };
  throw error;
}
