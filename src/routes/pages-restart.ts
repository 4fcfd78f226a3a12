/**
 * Links by which somebody who has lost every way in starts again, for those who manage people. Such a link is an account: whoever makes
 * one has shown a moment ago who they are.
 *
 * | page | answers |
 * |---|---|
 * | POST /admin/start-again (username) | the page with the link, or for htmx the link |
 * | POST /admin/start-again/ID/revoke | takes such a link back: 303, or for htmx an empty 200 |
 */
import { Elysia } from 'elysia';
import { StartAgainAnswer } from '../../views/admin/start-again.tsx';
import { startAgainUrl } from '../contract/start-again.ts';
import { peoplePage } from './admin-people.ts';
import { readForm } from './pages-form.ts';
import { createFrame, goTo, html, type PageDeps, wantsPart } from './pages-frame.ts';

export const restartPages = (deps: PageDeps) => {
  const { startAgain } = deps.services;
  const frame = createFrame(deps);
  const page = peoplePage(deps, frame);

  return new Elysia({ name: 'pages-restart' })
    .post(
      '/admin/start-again',
      async ({ request }) => {
        const session = await frame.guard.mayNow(request, 'people.manage');
        deps.limits.take('inviteAccount', session.account);
        const form = await readForm(request);
        const made = await startAgain.links.create(session, form.get('username') ?? '');
        const { token, username, name, expiresAt } = made;
        const created = { url: startAgainUrl(deps.origin(), token), username, name, expiresAt };
        if (!wantsPart(request)) return page(request, session, { created });
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
        await startAgain.links.revoke(params.id, session);
        return wantsPart(request) ? html(request, () => '') : goTo(request, '/admin#people');
      },
      { parse: 'none' },
    );
};
