/**
 * Backups of the server, for those who run it. Forbidden for everybody else.
 *
 * | page | answers |
 * |---|---|
 * | GET /admin/backups | the plan, how the last one went, which there are |
 * | POST /admin/backups | begins one: 303; to /confirm for whoever has not shown lately who they are |
 */
import { Elysia } from 'elysia';
import { Backups } from '../../views/admin/backups.tsx';
import { t } from '../contract/words.ts';
import { readForm } from './pages-form.ts';
import { createFrame, goTo, type PageDeps } from './pages-frame.ts';

/** Milliseconds that the answer waits for a small backup, so that the page shows it. */
const PATIENCE_MS = 4_000;

export const backupPages = (deps: PageDeps) => {
  const { serverBackups } = deps.services;
  const frame = createFrame(deps);

  return new Elysia({ name: 'pages-backups' })
    .get('/admin/backups', async ({ request }) => {
      const session = await frame.enter(request, 'backups.make');
      if (session instanceof Response) return session;
      const props = { role: session.role, ...(await serverBackups.state()) };
      const draw = () => ({ title: t('Backups'), pane: Backups(props) });
      return frame.pane(request, session, { page: 'admin', draw });
    })

    .post(
      '/admin/backups',
      async ({ request }) => {
        const session = await frame.guard.mayNow(request, 'backups.make');
        deps.limits.take('writeAccount', session.account);
        await readForm(request);
        // What goes wrong is kept, and the page says it.
        const made = serverBackups.make(session.account).catch(() => {});
        await Promise.race([made, Bun.sleep(PATIENCE_MS)]);
        return goTo(request, '/admin/backups');
      },
      { parse: 'none' },
    );
};
