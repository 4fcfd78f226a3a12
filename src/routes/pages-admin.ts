/**
 * The workspace for its admins. Forbidden for everybody else.
 *
 * | page | answers |
 * |---|---|
 * | GET /admin | people, invites |
 * | POST /admin/policies (presence, typing) | keeps what is ticked: 303 |
 * | POST /admin/invites (role, uses, expires in days) | the page with the new link, or for htmx the link |
 * | POST /admin/invites/ID/revoke | takes an invite back: 303, or for htmx an empty 200 |
 * | POST /admin/start-again (username) | the page with a link by which somebody starts again, or for htmx the link |
 * | POST /admin/start-again/ID/revoke | takes such a link back: 303, or for htmx an empty 200 |
 */

import { Elysia } from 'elysia';
import {
  INVITE_DAYS,
  InviteAnswer,
  type InviteFormProps,
  InviteRefused,
} from '../../views/admin/invites.tsx';
import { Admin } from '../../views/admin/people.tsx';
import { StartAgainAnswer } from '../../views/admin/start-again.tsx';
import type { Session } from '../auth/sessions.ts';
import type { Role } from '../contract/accounts.ts';
import { inviteUrl } from '../contract/paths.ts';
import { mayManage, rolesToGive } from '../contract/permissions.ts';
import { type StartAgainCreated, startAgainUrl } from '../contract/start-again.ts';
import { sentence, t } from '../contract/words.ts';
import { MAX_INVITE_USES } from '../services/invites.ts';
import { readForm } from './pages-form.ts';
import { createFrame, goTo, html, type PageDeps, wantsPart } from './pages-frame.ts';

const DAY_MS = 24 * 3600 * 1000;
/** Whoever invites most often invites members. */
const rolesFor = ({ role }: Session): readonly Role[] =>
  rolesToGive(role).toSorted((a, b) => Number(b === 'member') - Number(a === 'member'));

export const adminPages = (deps: PageDeps) => {
  const { accounts, invites, policies, startAgain, storage } = deps.services;
  const frame = createFrame(deps);

  const page = async (
    request: Request,
    session: Session,
    form: Omit<InviteFormProps, 'roles'>,
    saved = false,
    created: StartAgainCreated | null = null,
  ) => {
    const [people, open, allowed, restarts, { all }] = await Promise.all([
      accounts.people(),
      invites.list(),
      policies.read(),
      startAgain.links.list(),
      storage.overview(),
    ]);
    const managed = people.filter(
      ({ account, role, disabled }) =>
        account !== session.account && !disabled && mayManage(session.role, role),
    );
    const props = {
      role: session.role,
      people,
      invites: open,
      form: { roles: rolesFor(session), ...form },
      policies: { ...allowed, saved },
      storage: { used: all.bytes, limit: allowed.workspaceFileBytes },
      startAgain: { accounts: new Set(managed.map(({ account }) => account)), open: restarts, created },
    };
    const draw = () => ({ title: t('Admin'), pane: Admin(props) });
    return frame.pane(request, session, { page: 'admin', draw, status: form.errors ? 400 : 200 });
  };

  return new Elysia({ name: 'pages-admin' })
    .get('/admin', async ({ request }) => {
      const session = await frame.enter(request);
      if (session instanceof Response) return session;
      await frame.guard.may(request, 'people.manage');
      return page(request, session, {}, new URL(request.url).searchParams.has('saved'));
    })

    .post(
      '/admin/policies',
      async ({ request }) => {
        const session = await frame.guard.may(request, 'policies.change');
        deps.limits.take('writeAccount', session.account);
        const form = await readForm(request);
        await policies.write({ presence: form.has('presence'), typing: form.has('typing') });
        return goTo(request, '/admin?saved=policies#policies');
      },
      { parse: 'none' },
    )

    .post(
      '/admin/invites',
      async ({ request }) => {
        const session = await frame.guard.may(request, 'invites.make');
        deps.limits.take('inviteAccount', session.account);
        const form = await readForm(request);
        const typed = {
          role: form.get('role') ?? '',
          uses: (form.get('uses') ?? '').trim(),
          expires: form.get('expires') ?? '',
        };
        const { terms, errors } = readTerms(typed, rolesFor(session));
        if (!terms)
          return wantsPart(request)
            ? html(request, () => InviteRefused({ sentences: Object.values(errors) }), 400)
            : page(request, session, { typed, errors });
        const { token, ...made } = await invites.create(session, terms);
        const created = { ...made, url: inviteUrl(deps.origin(), token) };
        // The link exists nowhere but in this answer, so it is the answer and not a redirect to it.
        if (!wantsPart(request)) return page(request, session, { created });
        const open = await invites.list();
        return html(request, () => InviteAnswer({ created, open }));
      },
      { parse: 'none' },
    )

    .post(
      '/admin/invites/:id/revoke',
      async ({ request, params }) => {
        const session = await frame.guard.may(request, 'invites.make');
        deps.limits.take('writeAccount', session.account);
        await invites.revoke(params.id);
        return wantsPart(request) ? html(request, () => '') : goTo(request, '/admin#invites');
      },
      { parse: 'none' },
    )

    .post(
      '/admin/start-again',
      async ({ request }) => {
        const session = await frame.guard.may(request, 'people.manage');
        deps.limits.take('inviteAccount', session.account);
        const form = await readForm(request);
        const made = await startAgain.links.create(session, form.get('username') ?? '');
        const { token, username, name, expiresAt } = made;
        const created = { url: startAgainUrl(deps.origin(), token), username, name, expiresAt };
        if (!wantsPart(request)) return page(request, session, {}, false, created);
        const open = await startAgain.links.list();
        return html(request, () => StartAgainAnswer({ created, open }));
      },
      { parse: 'none' },
    )

    .post(
      '/admin/start-again/:id/revoke',
      async ({ request, params }) => {
        const session = await frame.guard.may(request, 'people.manage');
        deps.limits.take('writeAccount', session.account);
        await startAgain.links.revoke(params.id);
        return wantsPart(request) ? html(request, () => '') : goTo(request, '/admin#people');
      },
      { parse: 'none' },
    );
};

/** The terms of an invite, or a sentence for every field that cannot be right. */
function readTerms(
  typed: { readonly role: string; readonly uses: string; readonly expires: string },
  roles: readonly Role[],
) {
  const errors: Record<string, string> = {};
  const role = roles.find((candidate) => candidate === typed.role);
  if (!role)
    errors.role = sentence('Choose one of these roles: {roles}.', {
      roles: { list: roles.map((each) => ({ say: each })) },
    });
  const uses = /^\d{1,6}$/.test(typed.uses) ? Number(typed.uses) : 0;
  if (uses < 1 || uses > MAX_INVITE_USES)
    errors.uses = sentence('An invite works for 1 to {n} people.', { n: MAX_INVITE_USES });
  const days = INVITE_DAYS.find((candidate) => String(candidate) === typed.expires);
  if (!days) errors.expires = sentence('An invite lasts {days} days.', { days: INVITE_DAYS.join(', ') });
  const terms = role && days && !errors.uses ? { role, uses, expiresIn: days * DAY_MS } : null;
  return { terms, errors };
}
