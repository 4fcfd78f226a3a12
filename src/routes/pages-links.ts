/**
 * Pages for people who have a link and no account.
 *
 * | page | for |
 * |---|---|
 * | GET /s/ID | fetching one file |
 * | GET /r/ID | handing files in |
 *
 * The same page for every id: whether a link leads anywhere is asked by the page itself. No cache keeps it and no search engine lists it.
 */
import { Elysia } from 'elysia';
import { FileRequest } from '../../views/pages/file-request.tsx';
import { Share } from '../../views/pages/share.tsx';
import { createFrame, html, type PageDeps } from './pages-frame.ts';

export const linkPages = (deps: PageDeps) => {
  const frame = createFrame(deps);
  const page = async (request: Request, view: typeof Share) => {
    const site = await frame.site();
    const answer = html(request, () => view({ site }));
    answer.headers.set('cache-control', 'no-store');
    answer.headers.set('x-robots-tag', 'noindex, nofollow, noarchive');
    return answer;
  };
  return new Elysia({ name: 'pages-links' })
    .get('/s/:id', ({ request }) => page(request, Share))
    .get('/r/:id', ({ request }) => page(request, FileRequest));
};
