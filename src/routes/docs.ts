/**
 * What the API is, for people and for programs. Nobody need be signed in: it says nothing of this workspace.
 *
 * | page | answers |
 * |---|---|
 * | GET /api/docs | a page without a script |
 * | GET /api/docs/json | OpenAPI 3.1 |
 */
import { Elysia } from 'elysia';
import { ApiDocs } from '../../views/pages/api-docs.tsx';
import type { Deps } from '../deps.ts';
import { bareSite, html } from './pages-frame.ts';

export const docsRoutes = (deps: Pick<Deps, 'assets' | 'origin'>) =>
  new Elysia({ name: 'docs' })
    .get('/api/docs', async ({ request }) => {
      const { openApi, outline } = await description();
      const document = openApi(deps.origin());
      const { sections, shapes } = outline(document);
      const site = bareSite(deps.assets);
      // The document's text is Markdown.
      const about = document.info.description.replaceAll('`', '');
      return html(request, () => ApiDocs({ site, about, sections, shapes }));
    })
    .get('/api/docs/json', async () => {
      const { openApi } = await description();
      return new Response(JSON.stringify(openApi(deps.origin())), {
        headers: { 'content-type': 'application/json; charset=utf-8' },
      });
    });

/** Read when somebody asks: a server starts without it. */
async function description() {
  const [{ openApi }, { outline }] = await Promise.all([
    import('./openapi.ts'),
    import('../contract/api/outline.ts'),
  ]);
  return { openApi, outline };
}
