/**
 * Invites, for those who make them.
 *
 * | page | answers |
 * |---|---|
 * | POST /admin/invites (role, uses, expires in days) | the page with the new link, or for htmx the link |
 * | POST /admin/invites/ID/revoke | takes an invite back: 303, or for htmx an empty 200 |
 */
import { Elysia } from 'elysia';
import { INVITE_DAYS, InviteAnswer, InviteRefused } from '../../views/admin/invites.tsx';
import type { Role } from '../contract/accounts.ts';
import { inviteUrl } from '../contract/paths.ts';
import { isTrusted } from '../contract/permissions.ts';
import { sentence } from '../contract/words.ts';
import { MAX_INVITE_USES } from '../services/invites.ts';
import { peoplePage, rolesFor } from './admin-people.ts';
import { readForm } from './pages-form.ts';
import { createFrame, goTo, html, type PageDeps, wantsPart } from './pages-frame.ts';

const DAY_MS = 24 * 3600 * 1000;

export const invitePages = (deps: PageDeps) => {
  const { invites } = deps.services;
  const frame = createFrame(deps);
  const page = peoplePage(deps, frame);

  return new Elysia({ name: 'pages-invites' })
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
            : page(request, session, { form: { typed, errors } });
        if (isTrusted(terms.role)) frame.guard.verified(session);
        const { token, ...made } = await invites.create(session, terms);
        const created = { ...made, url: inviteUrl(deps.origin(), token) };
        // The link exists nowhere but in this answer, so it is the answer and not a redirect to it.
        if (!wantsPart(request)) return page(request, session, { form: { created } });
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
        await invites.revoke(params.id, session);
        return wantsPart(request) ? html(request, () => '') : goTo(request, '/admin#invites');
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
