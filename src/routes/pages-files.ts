/**
 * Files as pages. Each needs a session with a device.
 *
 * | page | answers |
 * |---|---|
 * | GET /files | one's own files |
 * | GET /c/ID/files | those of a conversation; for htmx its pane alone |
 */
import { Elysia } from 'elysia';
import { Files } from '../../views/pages/files.tsx';
import { isConversationId } from '../contract/ids.ts';
import { t } from '../contract/words.ts';
import { Refusal } from '../http/errors.ts';
import { createFrame, type PageDeps } from './pages-frame.ts';

export const filePages = (deps: PageDeps) => {
  const frame = createFrame(deps);
  return new Elysia({ name: 'pages-files' })
    .get('/files', async ({ request }) => {
      const session = await frame.enter(request, 'converse');
      if (session instanceof Response) return session;
      return frame.pane(request, session, {
        page: 'files',
        draw: () => ({ title: t('My files'), pane: Files({ conversation: null }) }),
      });
    })
    .get('/c/:id/files', async ({ request, params }) => {
      const session = await frame.enter(request, 'converse');
      if (session instanceof Response) return session;
      if (!isConversationId(params.id)) throw new Refusal('NotFound', 'There is no such conversation.');
      const { id } = await deps.services.conversations.find(session.account, params.id);
      return frame.pane(request, session, {
        page: 'files',
        draw: () => ({ title: t('Files'), pane: Files({ conversation: id }) }),
        open: id,
      });
    });
};
