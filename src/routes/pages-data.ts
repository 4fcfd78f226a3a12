/**
 * What the server has about somebody, and the end of their account, as a page.
 *
 * | page | answers |
 * |---|---|
 * | GET /settings/data | what can be done |
 * | POST /settings/data/export | everything about oneself as a JSON file |
 * | GET /settings/data/delete | asks once more, on a page of its own |
 * | POST /settings/data/delete (username) | deletes the account: a page that says so, and this browser forgets all; or 400 with the page |
 */
import { Elysia } from 'elysia';
import { AccountDeleted } from '../../views/pages/notice.tsx';
import { DeleteAccount, OwnData } from '../../views/pages/own-data.tsx';
import { sentence, t } from '../contract/words.ts';
import { Refusal } from '../http/errors.ts';
import { streamOf } from '../http/streamed.ts';
import { readForm } from './pages-form.ts';
import { bareSite, createFrame, html, type PageDeps } from './pages-frame.ts';

const PATH = '/settings/data';

export const dataPages = (deps: PageDeps) => {
  const { deletion, personalExport, sessions } = deps.services;
  const frame = createFrame(deps);

  const asked = async (request: Request, errors?: Readonly<Record<string, string>>) => {
    const site = await frame.site();
    return html(request, () => DeleteAccount({ site, errors }), errors ? 400 : 200);
  };

  return new Elysia({ name: 'pages-data' })
    .get(PATH, async ({ request }) => {
      const session = await frame.enter(request);
      if (session instanceof Response) return session;
      const { role, username } = session;
      return frame.pane(request, session, {
        page: 'settings',
        draw: () => ({ title: t('Your data'), pane: OwnData({ role, username }) }),
      });
    })

    .get(`${PATH}/delete`, async ({ request }) => {
      const session = await frame.enter(request);
      if (session instanceof Response) return session;
      frame.guard.verified(session);
      return asked(request);
    })

    .post(
      `${PATH}/export`,
      async ({ request }) => {
        const session = frame.guard.verified(await frame.guard.signedIn(request));
        deps.limits.take('exportAccount', session.account);
        await readForm(request);
        await personalExport.note(session.account, session.account);
        const day = new Date(deps.clock()).toISOString().slice(0, 10);
        return new Response(streamOf(personalExport.of(session.account)), {
          headers: {
            'content-type': 'application/json; charset=utf-8',
            'content-disposition': `attachment; filename="sotto-${session.username}-${day}.json"`,
            'cache-control': 'no-store',
          },
        });
      },
      { parse: 'none' },
    )

    .post(
      `${PATH}/delete`,
      async ({ request }) => {
        const session = frame.guard.verified(await frame.guard.signedIn(request));
        deps.limits.take('writeAccount', session.account);
        const typed = ((await readForm(request)).get('confirm') ?? '').trim().replace(/^@/, '');
        if (typed.toLowerCase() !== session.username)
          return asked(request, {
            username: sentence('Type your username, {username}.', { username: session.username }),
          });
        try {
          await deletion.delete(session, session.account);
        } catch (error) {
          if (!(error instanceof Refusal) || error.kept.error !== 'Conflict') throw error;
          return asked(request, { form: error.kept.message });
        }
        const gone = html(request, () => AccountDeleted({ site: bareSite(deps.assets) }));
        gone.headers.append('set-cookie', sessions.cookie(null));
        // Keys, messages and the worker of this browser: they are of no use any more, and nobody's business.
        gone.headers.set('clear-site-data', '"storage"');
        return gone;
      },
      { parse: 'none' },
    );
};
